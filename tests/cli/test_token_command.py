"""`syncd token`: made, shown once, listed without its secret, ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncd.cli.main import main
from syncd.settings.template import init_site


@pytest.fixture
def config(tmp_path: Path) -> str:
    init_site(tmp_path / "site")
    return str(tmp_path / "site" / "syncd.toml")


def told(capsys: pytest.CaptureFixture[str], config: str, *arguments: str) -> tuple[int, dict]:
    code = main(["--config", config, "--json", "token", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_a_token_is_shown_once_listed_without_its_secret_and_ended(
    capsys: pytest.CaptureFixture[str], config: str
):
    order = ("add", "人事システム", "--account", "hr", "--scope", "read", "--scope", "start-sync")
    code, made = told(capsys, config, *order, "--days", "30")
    assert code == 0
    assert made["secret"].startswith("syncd_")
    assert made["token"]["scopes"] == ["read", "start-sync"]
    _, listed = told(capsys, config, "list")
    assert [t["name"] for t in listed["tokens"]] == ["人事システム"]
    assert made["secret"] not in json.dumps(listed)
    _, after = told(capsys, config, "end", made["token"]["token_id"])
    assert after["tokens"][0]["ended_at"] is not None


def test_a_person_reads_that_it_is_shown_only_once(capsys: pytest.CaptureFixture[str], config: str):
    order = ["token", "add", "hr", "--account", "hr", "--scope", "read", "--days", "1"]
    assert main(["--config", config, *order]) == 0
    assert "二度と表示されません" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "hr", "--account", "hr", "--scope", "read"),
        ("add", "hr", "--account", "hr", "--days", "30"),
        ("add", "hr", "--scope", "read", "--days", "30"),
        ("add", "--account", "hr", "--scope", "read", "--days", "30"),
        ("end",),
        ("end", "none"),
    ],
)
def test_what_is_missing_is_named(
    capsys: pytest.CaptureFixture[str], config: str, arguments: tuple[str, ...]
):
    code, answer = told(capsys, config, *arguments)
    assert (code, answer["error"]["type"]) == (2, "UsageError")
