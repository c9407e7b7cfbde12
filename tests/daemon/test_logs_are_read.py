"""The daemon asks the access logs by itself after a run, and says so without a name or a row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncd.settings.template import init_site
from syncd.store import open_store
from tests.daemon.test_daemon import daemon

LOGS = """
[[access_logs]]
name = "tax"
directory = "ad"
type = "file"
path = "logs/tax.csv"
format = "csv"
columns = { at = "at", account = "account" }
quiet_hours = 8784
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init_site(tmp_path)
    config = tmp_path / "syncd.toml"
    text = config.read_text().replace('mode = "observe"', 'mode = "propose"')
    config.write_text(text + LOGS)
    (tmp_path / "logs").mkdir()
    rows = ["at,account", "2026-09-01T00:00:00Z,x", "2026-10-02T00:00:00Z,mihon2", ""]
    (tmp_path / "logs" / "tax.csv").write_text("\n".join(rows))
    return tmp_path


def test_the_logs_are_read_after_the_first_run(folder: Path):
    with daemon(folder) as running:
        told = running.wait_for("access_logs.read")
        assert (told["answers"], told["with_uses"], told["whole"]) == (1, 1, 0)
        assert running.end() == 0
    assert "mihon2" not in (folder / "log").read_text()
    store = open_store("sqlite:///var/syncd.db", folder)
    with store.begin() as unit:
        (report,) = unit.residuals()
        (reading,) = unit.log_readings([report.report_id])
    store.close()
    assert reading.answer.uses == 1
    assert reading.read_by == "syncd"
    assert reading.read_at - report.opened_at < timedelta(minutes=1)
