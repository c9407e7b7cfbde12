"""Changes of an export: a record that other tools apply, and the file itself only where asked."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.ldif import LdifDirectoryType, LdifOptions
from syncd.errors import DirectoryWriteError
from syncd.ports.directory import Capability, GroupRemoval
from tests.fakes.slapd import SUFFIX

DOMAIN = "dc=example,dc=jp"
PLACEHOLDER = f"cn=nobody,{DOMAIN}"


def dn(uid: str) -> str:
    return f"uid={uid},ou=people,{DOMAIN}"


def group(name: str) -> str:
    return f"cn={name},ou=groups,{DOMAIN}"


def shows_at_once(*, in_place: bool) -> bool:
    options = LdifOptions(path="x.ldif", in_place=in_place, people_base="", groups_base="")
    return Capability.READ_BACK in LdifDirectoryType.capabilities(options)


def test_a_change_record_is_written_and_the_export_stays_as_it_was(export):
    before = export.path.read_bytes()
    writer = export.writer()
    assert not shows_at_once(in_place=False)
    (outcome,) = writer.remove_members([GroupRemoval(group("tax"), (dn("u2"),), "c1")])[0]
    assert outcome.error is None
    assert export.path.read_bytes() == before
    (record,) = export.changes()
    assert record.name.startswith("c1-")
    assert record.read_text("utf-8") == (
        f"version: 1\n\ndn: {group('tax')}\nchangetype: modify\ndelete: member\n"
        "member: UID=U2, OU=People, DC=example, DC=jp\n-\n\n"
    )


def test_the_same_change_again_writes_the_same_file_again(export):
    for _ in range(2):
        export.writer().remove_members([GroupRemoval(group("tax"), (dn("u1"), dn("u2")), "c1")])[0]
    export.writer().remove_members([GroupRemoval(group("files"), (dn("u1"),), "c1")])[0]
    assert len(export.changes()) == 2
    assert not [p for p in (export.folder / "changes").iterdir() if p.suffix != ".ldif"]


def test_removing_who_is_absent_writes_nothing_and_is_no_error(export):
    outcomes = export.writer().remove_members(
        [GroupRemoval(group("tax"), (dn("u3"), "no DN at all"), "c1")]
    )[0]
    outcomes += export.writer().remove_members([GroupRemoval(group("nowhere"), (dn("u1"),), "c2")])[
        0
    ]
    assert [outcome.error for outcome in outcomes] == [None, None, None]
    assert export.changes() == []


def test_posix_members_are_removed_by_their_uid(export):
    export.writer(in_place=True).remove_members([GroupRemoval(group("files"), (dn("u1"),), "c1")])[
        0
    ]
    assert b"\nmemberUid: u1\n" not in export.path.read_bytes()
    assert "delete: memberUid\nmemberUid: u1\n" in export.changes()[0].read_text("utf-8")
    assert export.reader().present_members({group("files"): [dn("u1"), dn("u3")]})[
        group("files")
    ] == {dn("u3")}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_in_place_only_the_member_lines_go(export, newline, encoding):
    text = export.path.read_text("utf-8").replace("\n", newline)
    text = text.replace("member: uid=gone", f"member: uid=go{newline} ne")
    export.write(text.encode(encoding))
    export.path.chmod(0o640)
    writer = export.writer(in_place=True)
    assert shows_at_once(in_place=True)
    writer.remove_members([GroupRemoval(group("tax"), (dn("u1"), dn("gone")), "c1")])[0]
    gone = (
        f"member: {dn('u1')}{newline}",
        f"member: uid=go{newline} ne,ou=people,{DOMAIN}{newline}",
    )
    expected = text.replace(gone[0], "").replace(gone[1], "")
    assert export.path.read_bytes().decode(encoding) == expected
    assert export.path.stat().st_mode & 0o777 == 0o640
    assert export.reader().present_members({group("tax"): [dn("u1"), dn("u2")]})[group("tax")] == {
        dn("u2")
    }
    assert len(export.changes()) == 1


def test_in_place_every_spelling_of_a_member_goes(export):
    text = export.path.read_text("utf-8")
    again = f"member:: {base64.b64encode(dn('u1').upper().encode()).decode()}\n"
    export.write(text.replace(f"member: {dn('u1')}\n", f"member: {dn('u1')}\n{again}", 1))
    export.writer(in_place=True).remove_members([GroupRemoval(group("tax"), (dn("u1"),), "c1")])[0]
    assert export.reader().present_members({group("tax"): [dn("u1")]})[group("tax")] == frozenset()


def test_the_checksum_follows_the_file(export):
    sidecar = export.folder / "town.ldif.sha256"
    digest = hashlib.sha256(export.path.read_bytes()).hexdigest()
    sidecar.write_text(f"{digest}  town.ldif\n")
    export.writer(in_place=True).remove_members([GroupRemoval(group("tax"), (dn("u1"),), "c1")])[0]
    assert export.read(integrity="required").accounts


def test_the_last_member_stays_and_the_reason_says_what_to_do(export):
    before = export.path.read_bytes()
    (outcome,) = export.writer(in_place=True).remove_members(
        [GroupRemoval(group("one"), (dn("u3"),), "c1")]
    )[0]
    assert outcome.error is not None
    assert "placeholder_member" in outcome.error
    assert (export.path.read_bytes(), export.changes()) == (before, [])


def test_a_placeholder_takes_the_last_place(export):
    options = {"in_place": True, "placeholder_member": PLACEHOLDER}
    (outcome,) = export.writer(**options).remove_members(
        [GroupRemoval(group("one"), (dn("u3"),), "c1")]
    )[0]
    assert outcome.error is None
    snapshot = export.read(**options)
    (one,) = (g for g in snapshot.groups if g.name == "one")
    assert (one.placeholder, one.direct_count) == (True, 1)
    assert not [b for b in snapshot.blocks if b.group == group("one")]


def test_a_group_without_that_rule_may_lose_everybody(export):
    outcomes = export.writer(in_place=True).remove_members(
        [GroupRemoval(group("files"), (dn("u1"), dn("u3")), "c1")]
    )[0]
    assert {outcome.error for outcome in outcomes} == {None}
    assert (
        export.reader().present_members({group("files"): [dn("u1"), dn("u3")]})[group("files")]
        == frozenset()
    )


def test_adding_puts_a_member_back_once(export):
    whole = export.read()
    writer = export.writer(in_place=True)
    writer.remove_members([GroupRemoval(group("tax"), (dn("u1"),), "c1")])[0]
    for _ in range(2):
        assert writer.add_member(group("tax"), dn("u1"), "c2").error is None
    assert export.path.read_text("utf-8").count(f"member: {dn('u1')}\n") == 1
    after = export.read()
    assert {b.group: set(b.accounts) for b in after.blocks} == {
        b.group: set(b.accounts) for b in whole.blocks
    }


def test_a_group_that_is_gone_takes_nobody(export):
    error = export.writer().add_member(group("nowhere"), dn("u1"), "c1").error
    assert error is not None
    assert "グループがありません" in error


def test_a_name_that_is_not_ascii_goes_into_base64(export):
    name = f"cn=番号 税務,ou=groups,{DOMAIN}"
    encoded = base64.b64encode(name.encode()).decode()
    export.write(
        export.path.read_text("utf-8")
        + f"dn:: {encoded}\nobjectClass: groupOfNames\nmember: {dn('u1')}\nmember: {dn('u2')}\n\n"
    )
    export.writer().remove_members([GroupRemoval(name, (dn("u1"),), "c1")])[0]
    text = export.changes()[0].read_text("ascii")
    assert f"dn:: {encoded}".replace("\n", "") in text.replace("\n ", "")
    assert max(len(line) for line in text.splitlines()) <= 76


def test_several_writers_at_once_lose_no_change(export):
    members = [dn("u1"), dn("u2"), dn("gone")]
    export.write(
        export.path.read_text("utf-8")
        + "".join(
            f"dn: {group(f'g{n}')}\nobjectClass: posixGroup\ncn: g{n}\nmemberUid: u1\n\n"
            for n in range(12)
        )
    )
    with ThreadPoolExecutor(6) as pool:
        list(
            pool.map(
                lambda n: export.writer(in_place=True).remove_members(
                    [GroupRemoval(group(f"g{n}"), tuple(members), f"c{n}")]
                )[0],
                range(12),
            )
        )
    assert b"memberUid: u1\n" not in export.path.read_bytes().partition(b"dn: cn=g0")[2]


def test_a_folder_that_cannot_be_written_is_an_error_and_no_outcome(export):
    (export.folder / "changes").write_text("a file stands where the folder should")
    with pytest.raises(DirectoryWriteError, match="changes"):
        export.writer().remove_members([GroupRemoval(group("tax"), (dn("u1"),), "c1")])[0]


def test_an_export_that_is_gone_is_an_error_and_no_outcome(export):
    export.path.unlink()
    with pytest.raises(DirectoryWriteError):
        export.writer().remove_members([GroupRemoval(group("tax"), (dn("u1"),), "c1")])[0]


def test_what_is_left_of_a_crash_is_not_read(export):
    (export.folder / ".town.ldif.new").write_text("half of")
    os.utime(export.folder / ".town.ldif.new", (2**31, 2**31))
    assert export.read(path="*town.ldif*").accounts


@pytest.mark.slapd
def test_the_change_record_is_what_ldapmodify_takes(export, exporting_slapd, slapcat):
    export.write(slapcat)
    tax = f"cn=tax,ou=groups,{SUFFIX}"
    members = [f"uid=u{n:04},ou=people,{SUFFIX}" for n in range(7)]
    export.writer().remove_members([GroupRemoval(tax, tuple(members), "c1")])[0]
    (record,) = export.changes()
    command = ("ldapmodify", "-x", "-H", exporting_slapd.ldap, "-D", f"cn=admin,{SUFFIX}")
    subprocess.run([*command, "-w", "secret", "-f", record], check=True, capture_output=True)
    left = exporting_slapd.values(tax, "member")
    assert len(left) == 43
    assert not set(left) & set(members)
