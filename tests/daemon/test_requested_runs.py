"""The daemon works off what is asked for, at once, once, and also after it was killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.audit import AuditEvent
from syncd.core.votes import Actor, Role
from syncd.flow.evidence import verify_trail
from syncd.flow.syncs import ask_for_sync, bring, hold
from syncd.ports.syncs import RequestedSync, SyncState
from syncd.settings.template import init_site

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
HR = Actor("jinji", roles=frozenset({Role.PERSONNEL}))
ORDERS = "発令番号,発令日,発令区分,職員番号,所属コード\r\nR9-1,{day},配置換,1,13010\r\n"
MANY = 60_000  # people whose roster takes the daemon a second or two to read


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    folder = tmp_path / "site"
    init_site(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "syncd.toml"
    # No short tick of the schedule may do the work that is asked for.
    text = config.read_text().replace('delta = "*/5 * * * *"', 'delta = "0 0 1 1 *"')
    config.write_text(f'{text}\n[daemon]\nlisten = "127.0.0.1:{port}"\n')
    opened = open_site(config, lambda *_: None)
    yield opened
    opened.site.store.close()


@contextmanager
def daemon(site: OpenSite) -> Iterator[subprocess.Popen[bytes]]:
    config = site.settings.path
    environment = {k: v for k, v in os.environ.items() if k != "NOTIFY_SOCKET"}
    with config.with_name("log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncd", "--config", str(config), "daemon"],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(PATIENCE_S)


def wait_until(holds: Callable[[], bool], site: OpenSite) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(site.settings.path.with_name("log").read_text())
        time.sleep(0.01)


def logged(site: OpenSite, event: str) -> int:
    lines = site.settings.path.with_name("log").read_text().splitlines()
    return sum(json.loads(line)["event"] == event for line in lines)


def ask(site: OpenSite) -> str:
    content = ORDERS.format(day=site.today().isoformat()).encode()
    upload = hold(site.site, HR, "発令.csv", content, 1)
    bring(site.site, upload, site.parse_upload)
    return ask_for_sync(site.site, HR, upload_id=upload.upload_id).sync_id


def row_of(site: OpenSite, sync_id: str) -> RequestedSync:
    with site.site.store.begin() as unit:
        row = unit.sync(sync_id)
    assert row is not None
    return row


def has_ended(site: OpenSite, sync_id: str) -> Callable[[], bool]:
    return lambda: row_of(site, sync_id).finished_at is not None


def lengthen_roster(site: OpenSite) -> None:
    roster = site.settings.base_dir / "in" / "roster.csv"
    header, first, *_ = text = roster.read_text().splitlines()
    more = (first.replace("0000001", f"{n:07}") for n in range(100, 100 + MANY))
    roster.write_text("\n".join([header, *text[1:], *more]) + "\n")


def test_a_request_of_another_node_is_worked_off_within_seconds(site: OpenSite):
    with daemon(site):
        wait_until(lambda: logged(site, "run.finished") == 1, site)
        sync_id = ask(site)
        asked_at = time.monotonic()
        wait_until(has_ended(site, sync_id), site)
        assert time.monotonic() - asked_at < 10
    row = row_of(site, sync_id)
    assert (row.state, row.error) == (SyncState.DONE, "")
    assert row.run is not None
    with site.site.store.begin() as unit:
        accepted = unit.last_accepted("console")
    assert accepted is not None
    assert accepted.rows == 1


def test_a_daemon_killed_in_the_midst_takes_the_request_up_again_and_ends_it(site: OpenSite):
    with daemon(site) as first:
        wait_until(lambda: logged(site, "run.finished") == 1, site)
        lengthen_roster(site)
        sync_id = ask(site)
        wait_until(lambda: row_of(site, sync_id).state is not SyncState.WAITING, site)
        first.send_signal(signal.SIGKILL)
        first.wait(PATIENCE_S)
    assert row_of(site, sync_id).state is SyncState.RUNNING
    with daemon(site):
        wait_until(has_ended(site, sync_id), site)
    row = row_of(site, sync_id)
    assert (row.state, row.error) == (SyncState.DONE, "")
    with site.site.store.begin() as unit:
        steps = unit.sync_events(sync_id)
        unit.checkpoint(site.clock())
        records = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    started = [r for r in records if r["event"] == AuditEvent.RUN_STARTED]
    assert [r["actor"] for r in started if r["actor"] == "jinji"]
    assert verify_trail(site.site.store).faults == ()


def test_a_daemon_that_is_told_to_end_leaves_no_request_behind(site: OpenSite):
    """What waits when it ends is worked off by the next one."""
    with daemon(site):
        wait_until(lambda: logged(site, "run.finished") == 1, site)
    sync_id = ask(site)
    with daemon(site):
        wait_until(has_ended(site, sync_id), site)
    assert row_of(site, sync_id).state is SyncState.DONE


def test_a_request_waits_for_the_run_of_somebody_else_and_is_not_lost(site: OpenSite):
    with daemon(site):
        wait_until(lambda: logged(site, "run.finished") == 1, site)
        with site.site.store.exclusive("run"):
            sync_id = ask(site)
            time.sleep(3)
            # Each try begins and gives up; between two of them it waits again.
            wait_until(lambda: row_of(site, sync_id).state is SyncState.WAITING, site)
            assert logged(site, "run.finished") == 1
        wait_until(has_ended(site, sync_id), site)
    assert row_of(site, sync_id).state is SyncState.DONE
