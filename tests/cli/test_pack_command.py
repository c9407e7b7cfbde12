"""`syncd pack` on the sender's side, and the run that takes the package on the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncd.cli.main import main
from syncd.settings.template import init_site
from tests.connectors.package.conftest import ORDERS, order


@pytest.fixture
def hr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host of personnel's: no configuration, a table of orders and a key."""
    folder = tmp_path / "hr"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)
    (folder / "orders.csv").write_bytes((ORDERS + order(1)).encode("cp932"))
    assert main(["pack", "--new-key", "key", "--quiet"]) == 0
    return folder


def pack(*given: str) -> int:
    common = ("--key", "key", "--sender", "人事課", "--valid-on", "2027-04-01", "--out", "drop")
    return main(["pack", *common, *given])


def test_a_package_is_made_without_any_configuration_and_its_path_told(hr, capsys):
    assert pack("orders=orders.csv", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"package": "drop/syncd-000001.zip"}
    assert pack("orders=orders.csv") == 0
    assert "drop/syncd-000002.zip" in capsys.readouterr().out


def test_the_key_is_private_and_the_public_one_stands_beside_it(hr):
    assert (hr / "key").stat().st_mode & 0o777 == 0o600
    assert (hr / "key.pub").read_text().startswith("-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "KIND=FILE"),
        (("orders",), "KIND=FILE"),
        (("people=orders.csv",), "roster"),
        (("orders=orders.csv", "orders=orders.csv"), "each kind once"),
        (("orders=gone.csv",), "gone.csv"),
    ],
)
def test_what_is_missing_or_wrong_is_told(hr, capsys, given, told):
    assert pack(*given) == 2
    assert told in capsys.readouterr().err


def test_a_faulty_table_is_not_packed_and_its_faults_are_told(hr, capsys):
    (hr / "orders.csv").write_bytes((ORDERS + order(1).replace("2027-04", "2027-13")).encode())
    assert pack("orders=orders.csv") == 5
    assert "line 2, 発令日" in capsys.readouterr().err
    assert not (hr / "drop").exists() or not list((hr / "drop").glob("*.zip"))


def test_a_run_on_the_other_side_takes_the_package_and_refuses_a_changed_one(hr, tmp_path, capsys):
    site = tmp_path / "site"
    init_site(site)
    config = site / "syncd.toml"
    text = config.read_text()
    before, _, after = text.partition('name = "orders"')
    config.write_text(
        f'{before}name = "orders"\ntype = "package"\nprovides = "orders"\nsender = "人事課"\n'
        f'sender_key = "{hr / "key.pub"}"\npath = "{hr / "drop"}"\nloss_check = false\n'
        + after[after.index("\n[[") :]
    )
    assert pack("orders=orders.csv", "--quiet") == 0
    main(["--config", str(config), "sync", "--as-of", "2027-04-01", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert "orders" not in {refusal["source"] for refusal in answer["refused"]}
    package = hr / "drop" / "syncd-000002.zip"
    assert pack("orders=orders.csv", "--quiet") == 0
    package.write_bytes(package.read_bytes()[:-30])
    assert main(["--config", str(config), "sync", "--as-of", "2027-04-01", "--json"]) == 5
    answer = json.loads(capsys.readouterr().out)
    (refusal,) = [r for r in answer["refused"] if r["source"] == "orders"]
    assert "syncd-000002.zip" in refusal["where"]
