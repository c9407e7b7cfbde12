"""The daemon's own drills: beside the runs, claimed once, with an alarm where a guard is missing."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from syncd.bootstrap import OpenSite, open_site
from syncd.core.audit import AuditEvent
from syncd.daemon.drilling import drill_apart
from syncd.daemon.service import Service
from syncd.settings.template import init_site


def opened(folder: Path, more: str = "") -> OpenSite:
    init_site(folder)
    config = folder / "syncd.toml"
    text = config.read_text("utf-8").replace("[schedule]\n", '[schedule]\ndrill = "0 3 1 * *"\n')
    config.write_text(f"{text}\n{more}", "utf-8")
    return open_site(config, lambda *_: None)


def events(site: OpenSite) -> list[str]:
    with site.site.store.begin() as unit:
        return [json.loads(leaf)["event"] for _, leaf, _ in unit.audit_leaves()]


def test_a_drill_is_held_beside_a_run_and_logged(tmp_path: Path):
    site = opened(tmp_path / "site")
    with capture_logs() as logs, site.site.store.exclusive("run"):
        drill_apart(site, Event())
    assert events(site) == [AuditEvent.DRILL_STARTED, AuditEvent.DRILL_FINISHED]
    (line,) = [log for log in logs if log["event"] == "drill.finished"]
    assert (line["log_level"], line["missed"]) == ("info", 0)
    assert line["fired"] >= 30


def test_a_missed_guard_is_an_error_in_the_log_and_an_alarm_on_record(tmp_path: Path):
    site = opened(tmp_path / "site", "[policy.guards]\nmax_base_days_ahead = 99999\n")
    with capture_logs() as logs:
        drill_apart(site, Event())
    assert events(site)[-1] == AuditEvent.ALARM_RAISED
    assert [log["log_level"] for log in logs if log["event"] == "drill.finished"] == ["error"]


def test_a_process_that_is_asked_to_stop_waits_for_no_drill(tmp_path: Path):
    site, stop = opened(tmp_path / "site"), Event()
    stop.set()
    with capture_logs() as logs:
        drill_apart(site, stop)
    assert [log["event"] for log in logs] == ["drill.stopped"]
    assert events(site) == [AuditEvent.DRILL_STARTED]


def test_a_drill_that_cannot_be_held_is_logged_and_shown_as_begun(tmp_path: Path):
    site = opened(tmp_path / "site")
    (tmp_path / "site" / "in" / "roster.csv").write_bytes(b"")
    with capture_logs() as logs:
        drill_apart(site, Event())
    assert [(log["event"], log["log_level"]) for log in logs] == [("drill.impossible", "warning")]


def test_the_schedule_is_a_job_and_its_moment_is_claimed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site, stop = opened(tmp_path / "site"), Event()
    held: list[OpenSite] = []
    monkeypatch.setattr("syncd.daemon.service.drill_apart", lambda one, _: held.append(one))
    service = Service(site, stop, lambda _: True)
    cron, work = service._jobs["drill"]
    assert cron == "0 3 1 * *"
    work()
    work()
    assert held == [site]


def test_without_a_schedule_there_is_no_drill(tmp_path: Path):
    init_site(tmp_path / "site")
    site = open_site(tmp_path / "site" / "syncd.toml", lambda *_: None)
    assert "drill" not in Service(site, Event(), lambda _: True)._jobs
