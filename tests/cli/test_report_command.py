"""`syncd report`: the same report as the page's, from the command line."""

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


def test_before_any_run_the_report_is_not_ready_and_the_exit_code_says_so(config: str, capsys):
    assert main(["--config", config, "report", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["ready"] is False


def test_after_a_run_the_report_is_ready_and_the_ledger_lies_where_it_was_asked_for(
    config: str, capsys, tmp_path: Path
):
    main(["--config", config, "sync", "--json"])
    capsys.readouterr()
    out = tmp_path / "ledger.csv"
    assert main(["--config", config, "report", "--json", "--csv", str(out)]) in (0, 3)
    body = json.loads(capsys.readouterr().out)
    assert body["ready"] is True
    assert out.read_bytes().startswith("\ufeffシステム".encode())


def test_people_read_it_in_their_language(config: str, capsys):
    main(["--config", config, "--lang", "en", "report", "--on", "2026-01-01"])
    assert "NOT READY" in capsys.readouterr().out
