"""The daemon as a process: it tells systemd, answers, catches up, and ends when it is told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from syncd.settings.template import init_site
from syncd.store import SqlStore, open_store

PATIENCE_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One daemon of a small site, with the socket on which it talks to the service manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.channel.bind(str(folder / "notify"))
        self.channel.settimeout(PATIENCE_S)
        config = folder / "syncd.toml"
        with config.open("a") as file:
            file.write(f'\n[daemon]\nlisten = "127.0.0.1:{self.port}"\n')
        self.log = (folder / "log").open("w+")
        environment = {
            **os.environ,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": "200000",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "syncd", "--config", str(config), "daemon"],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=environment,
        )

    def hear(self, word: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.channel.recv(100).decode() == word:
                return
        raise AssertionError(f"{word} was not heard")

    def get(self, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait_for(self, event: str) -> dict[str, object]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for line in (self.folder / "log").read_text().splitlines():
                record = json.loads(line)
                if record["event"] == event:
                    return record
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def daemon(folder: Path) -> Iterator[Running]:
    running = Running(folder)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()
        running.channel.close()
        running.log.close()


def daemon_while(
    another_run: ExitStack, store: SqlStore, site: Path
) -> AbstractContextManager[Running]:
    another_run.enter_context(store.exclusive("run"))
    return daemon(site)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    init_site(folder)
    return folder


def test_a_fresh_daemon_catches_up_answers_and_ends_cleanly(site: Path):
    with daemon(site) as running:
        running.hear("READY=1")
        finished = running.wait_for("run.finished")
        assert (finished["complete"], finished["stale"]) == (True, 1)
        assert running.get("/healthz") == (200, "ok\n")
        assert running.get("/readyz")[0] == 200
        status, metrics = running.get("/metrics")
        assert status == 200
        assert 'syncd_memberships{verdict="stale"} 1.0' in metrics
        assert running.get("/else")[0] == 404
        running.hear("WATCHDOG=1")
        assert running.end() == 0
        running.hear("STOPPING=1")
    assert json.loads((site / "log").read_text().splitlines()[-1])["event"] == "daemon.stopped"


def test_a_daemon_started_again_the_same_day_does_not_repeat_the_run(site: Path):
    with daemon(site) as first:
        first.wait_for("run.finished")
        first.end()
    (site / "notify").unlink()
    config = site / "syncd.toml"
    config.write_text(config.read_text().split("\n[daemon]")[0])
    with daemon(site) as second:
        second.hear("READY=1")
        second.end()
    assert "run.caught_up" not in (site / "log").read_text()


def test_a_broken_input_is_told_and_the_daemon_lives_on(site: Path):
    (site / "in" / "roster.csv").write_text("nothing of use\n")
    with daemon(site) as running:
        finished = running.wait_for("run.finished")
        assert (finished["complete"], finished["exit_code"]) == (False, 5)
        assert running.get("/healthz")[0] == 200
        assert "syncd_refused_inputs 1.0" in running.get("/metrics")[1]
        assert running.end() == 0


def test_a_daemon_that_stood_still_at_the_deadline_raises_the_alarm_itself(site: Path):
    (site / "in" / "roster.csv").write_text("nothing of use\n")
    config = site / "syncd.toml"
    config.write_text(config.read_text().replace('deadline = "06:00"', 'deadline = "00:00"'))
    with daemon(site) as running:
        assert running.wait_for("run.finished")["complete"] is False
        assert running.wait_for("alarm.raised")["why"] == "no complete run by the deadline"
        assert running.end() == 0


def test_no_name_of_a_person_stands_in_the_log(site: Path):
    with daemon(site) as running:
        running.wait_for("run.finished")
        running.end()
    assert "見本" not in (site / "log").read_text()


def test_a_full_run_waits_for_one_that_is_going_on_and_is_not_lost(site: Path):
    store = open_store("sqlite:///var/syncd.db", site)
    with ExitStack() as another_run, daemon_while(another_run, store, site) as running:
        running.wait_for("run.postponed")
        another_run.close()
        assert running.wait_for("run.finished")["complete"] is True
        assert running.end() == 0
    store.close()


def test_a_daemon_that_waits_for_another_run_still_ends_at_once(site: Path):
    store = open_store("sqlite:///var/syncd.db", site)
    with ExitStack() as another_run, daemon_while(another_run, store, site) as running:
        running.wait_for("run.postponed")
        assert running.end() == 0
    store.close()


def test_a_second_daemon_on_the_same_port_says_so(site: Path):
    with daemon(site) as running:
        running.hear("READY=1")
        command = [sys.executable, "-m", "syncd", "--config", str(site / "syncd.toml"), "daemon"]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 2
        assert "9465" in second.stderr or str(running.port) in second.stderr
        running.end()
