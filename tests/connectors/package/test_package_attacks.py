"""What somebody between sender and receiver could do to a package: nothing of it is taken."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import stat
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.package.archive import BrokenPackageError, look_at, read_whole
from connectors.package.signing import read_public_key
from syncd.errors import SourceRefused
from tests.connectors.package.conftest import ORDERS, Sender, order

BOMB = 300 * 1024 * 1024


@pytest.fixture
def path(sender: Sender):
    return sender.send(orders=ORDERS + order(1))


def refused(sender: Sender) -> SourceRefused:
    source = sender.source()
    with pytest.raises(SourceRefused) as failure:
        source.following(None, "").read()
    return failure.value


def test_a_changed_manifest_has_no_signature(sender, path):
    def change(members):
        members["manifest.json"] = members["manifest.json"].replace(
            b'"sequence": 1', b'"sequence": 2'
        )

    sender.forged(path, change)
    assert refused(sender).faults[0].column == "manifest.sig"


def test_a_changed_file_is_not_what_was_signed(sender, path):
    def change(members):
        members["orders.csv"] = members["orders.csv"].replace(b"20010", b"30010")

    sender.forged(path, change)
    assert refused(sender).faults[0].column == "orders.csv"


def test_a_missing_and_an_extra_file_are_named(sender, path):
    good = path.read_bytes()
    sender.forged(path, lambda members: members.pop("orders.csv"))
    assert refused(sender).faults[0].column == "orders.csv"
    path.write_bytes(good)
    sender.forged(path, lambda members: members.update({"extra.csv": b"x"}))
    assert refused(sender).faults[0].column == "extra.csv"


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig"])
def test_a_package_without_manifest_or_signature_is_none(sender, path, name):
    sender.forged(path, lambda members: members.pop(name))
    assert refused(sender).faults[0].column == name


@pytest.mark.parametrize("name", ["../orders.csv", "/etc/orders.csv", "a\\b.csv", "C:x.csv", ".."])
def test_a_signed_path_that_leads_elsewhere_is_refused_and_nothing_is_written(sender, path, name):
    def change(members):
        manifest = json.loads(members["manifest.json"])
        manifest["files"][0]["name"] = name
        members["manifest.json"] = json.dumps(manifest).encode()
        members[name] = members.pop("orders.csv")

    before = sorted(sender.folder.rglob("*"))
    sender.forged(path, change, sign=True)
    assert refused(sender).faults[0].column == "manifest.json"
    assert sorted(sender.folder.rglob("*")) == before


def rezip(path, add):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        add(archive)


def test_a_symbolic_link_is_no_file(sender, path):
    def add(archive):
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")

    rezip(path, add)
    assert refused(sender).faults[0].column == "link.csv"


def test_a_folder_is_no_file(sender, path):
    rezip(path, lambda archive: archive.writestr("folder/", ""))
    assert refused(sender).faults[0].column == "folder/"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(sender, path):
    rezip(path, lambda archive: archive.writestr("ORDERS.csv", "x"))
    assert refused(sender).faults[0].column == "ORDERS.csv"


def test_a_bomb_stops_at_the_size_that_was_signed(sender, path):
    def change(members):
        members["orders.csv"] = b"\0" * BOMB

    sender.forged(path, change)
    assert path.stat().st_size < 1024 * 1024
    assert "大きく" in refused(sender).faults[0].expected


def test_a_signed_bomb_is_larger_than_any_file_may_be(sender, path):
    content = b"\0" * BOMB

    def change(members):
        manifest = json.loads(members["manifest.json"])
        digest = hashlib.sha256(content).hexdigest()
        manifest["files"][0] |= {"size": BOMB, "sha256": digest}
        members["manifest.json"] = json.dumps(manifest).encode()
        members["orders.csv"] = content

    sender.forged(path, change, sign=True)
    assert refused(sender).faults[0].column == "manifest.json"


def test_a_bomb_for_a_manifest_is_not_unpacked(sender, path):
    sender.forged(path, lambda members: members.update({"manifest.json": b" " * BOMB}))
    assert refused(sender).faults[0].column == "manifest.json"


def test_a_workbook_with_macros_is_refused_though_it_is_signed(sender, path):
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    content = buffer.getvalue()

    def change(members):
        manifest = json.loads(members["manifest.json"])
        digest = hashlib.sha256(content).hexdigest()
        manifest["files"][0] |= {"name": "orders.xlsx", "size": len(content), "sha256": digest}
        members["manifest.json"] = json.dumps(manifest).encode()
        members["orders.xlsx"] = content
        del members["orders.csv"]

    sender.forged(path, change, sign=True)
    assert "マクロ" in refused(sender).faults[0].expected


def test_what_the_manifest_states_of_rows_must_be_so(sender, path):
    def change(members):
        members["manifest.json"] = members["manifest.json"].replace(b'"rows": 1', b'"rows": 2')

    sender.forged(path, change, sign=True)
    assert refused(sender).faults[0].value == "1"


def test_a_package_that_is_a_link_is_refused(sender, path):
    elsewhere = sender.folder / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert refused(sender).where == str(path)


def test_no_other_file_in_the_folder_is_passed_over_in_silence(sender, path):
    (reading,) = [sender.source().following(None, "").read()]
    (sender.drop / "junk.zip").write_bytes(b"junk")
    with pytest.raises(SourceRefused) as failure:
        sender.source().following(1, reading.fingerprint.sha256)
    assert failure.value.where.endswith("junk.zip")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(st.data())
def test_any_damage_is_refused_or_changes_nothing(sender, tmp_path_factory, data):
    path = next(sender.drop.glob("*.zip"), None) or sender.send(orders=ORDERS + order(1))
    raw = bytearray(path.read_bytes())
    keys = [read_public_key(sender.folder / "hr.pub")]
    whole = read_whole(look_at(path, keys))
    place = data.draw(st.integers(0, len(raw) - 1))
    if data.draw(st.booleans()):
        raw[place] ^= data.draw(st.integers(1, 255))
    else:
        raw = raw[:place]
    damaged = tmp_path_factory.mktemp("damaged") / "x.zip"
    damaged.write_bytes(bytes(raw))
    with contextlib.suppress(BrokenPackageError):
        assert read_whole(look_at(damaged, keys)) == whole
