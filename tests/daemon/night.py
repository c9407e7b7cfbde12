"""A small site with the real service in this process, real files, and a clock that a test moves.

APScheduler reads the same clock as syncd: a test says what time it is, and nothing sleeps through
a night. The clock stands still in between; moving it is what a suspended host goes through.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import apscheduler.schedulers.base
import pytest
from apscheduler.schedulers.background import BackgroundScheduler

import syncd.daemon.service
from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import JST
from syncd.core.cases import Case, CaseState
from syncd.daemon.service import Service
from syncd.ports.runs import RunRow
from syncd.settings.template import init_site

PATIENCE_S = 60
PEOPLE = 12
GROUP = "cn=mn-tax,ou=groups,dc=mihon,dc=example"
ORDERS = "発令番号,発令日,発令区分,職員番号,氏名,所属コード,職名,終了日,対象発令番号,発令確定\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def transfer(number: int, on: str = "2027-04-01", name: str = "") -> str:
    return f"{name or f'R9-{number}'},{on},配置換,{number:07},,13010,,,,確定\n"


class MovedClock:
    """A clock that stands where a test puts it; `looks` counts what APScheduler saw."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.looks: list[datetime] = []

    def __call__(self) -> datetime:
        return self.now


class Night:
    """One node: its site, its service on a thread, and the clock."""

    def __init__(self, config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = clock
        self.stop = Event()
        self.opened: OpenSite = open_site(config, lambda *_: None, clock=clock, stopping=self._ends)
        self.service = Service(self.opened, self.stop, self.stop.wait)
        self.scheduler: BackgroundScheduler | None = None
        make_scheduler = self.service._scheduler

        def kept() -> BackgroundScheduler:
            self.scheduler = make_scheduler()
            return self.scheduler

        monkeypatch.setattr(self.service, "_scheduler", kept)
        self.thread = Thread(target=self.service.run)

    def _ends(self) -> bool:
        return self.stop.is_set()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        self.opened.site.store.close()

    def rest(self) -> None:
        """Wait until nothing that the scheduler began is going on."""
        wait_until(self._rests)

    def _rests(self) -> bool:
        if self.scheduler is None or not self.scheduler.running:
            return False
        waiting = self.scheduler.get_job("catch-up") is not None
        return not waiting and not any(self.scheduler._executors["default"]._instances.values())

    def move_to(self, text: str, *, busy: bool = False) -> None:
        """Move the clock, when all rests unless `busy`, and wait until APScheduler looked at it."""
        if not busy:
            self.rest()
        seen = len(self.clock.looks)
        self.clock.now = moment = at(text)
        assert self.scheduler is not None
        self.scheduler.wakeup()
        wait_until(lambda: moment in self.clock.looks[seen:])

    def runs(self) -> list[RunRow]:
        """Return the runs that ended, oldest first."""
        with self.opened.site.store.begin() as unit:
            found = unit.runs(50)
        return sorted((r for r in found if r.finished_at), key=lambda r: r.started_at)

    def last_runs(self, since: str) -> list[tuple[str, str]]:
        """Return the kind and the day of each run that began since a moment."""
        began = [r for r in self.runs() if r.started_at >= at(since)]
        return [(r.kind, r.as_of.isoformat()) for r in began]

    def cases(self) -> list[Case]:
        with self.opened.site.store.begin() as unit:
            return list(unit.cases(tuple(CaseState)))

    def firings(self, name: str) -> datetime | None:
        with self.opened.site.store.begin() as unit:
            return unit.last_firing(name)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("it never came to that")
        time.sleep(0.005)


def make_site(folder: Path, *, full: str = "0 0 * * *", store: str = "") -> Path:
    """Write a site of a dozen people who all may edit taxes, with removals in place."""
    init_site(folder)
    roster = "基準日,職員番号,氏名,フリガナ,職員区分,所属コード,所属名,職名,在職区分,採用日,任期満了日,退職日\n"
    listed = (
        "事務コード,事務の名称,所属コード,職員番号,氏名,取扱範囲,指定日,解除日,有効期限,指定者\n"
    )
    ldif = "version: 1\n\n"
    for n in range(1, PEOPLE + 1):
        roster += f"2027-03-01,{n:07},見本,ミホン,正規,12010,税務課,主事,在職,2015-04-01,,\n"
        listed += f"TAX,個人住民税,12010,{n:07},見本,照会;更新,2024-04-01,,,課長\n"
        ldif += f"dn: uid=u{n},ou=people,dc=mihon,dc=example\nobjectClass: inetOrgPerson\n"
        ldif += f"uid: u{n}\ncn: u{n}\nsn: u\nemployeeNumber: {n:07}\n\n"
    ldif += f"dn: {GROUP}\nobjectClass: groupOfNames\ncn: mn-tax\n"
    ldif += "".join(
        f"member: uid=u{n},ou=people,dc=mihon,dc=example\n" for n in range(1, PEOPLE + 1)
    )
    write(folder, "roster.csv", roster)
    write(folder, "designations.csv", listed)
    write(folder, "directory.ldif", ldif)
    write(folder, "orders.csv", ORDERS)
    config = folder / "syncd.toml"
    text = config.read_text()
    text = text.replace('mode = "observe"', 'mode = "apply"\nin_place = true')
    text = text.replace('full = "0 0 * * *"', f'full = "{full}"')
    if store:
        text = text.replace('url = "sqlite:///var/syncd.db"', f'url = "{store}"')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text += f'\n[daemon]\nlisten = "127.0.0.1:{port}"\n'
    config.write_text(text)
    return config


def write(folder: Path, name: str, text: str) -> None:
    (folder / "in" / name).write_text(text, encoding="utf-8")


@contextmanager
def night(config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    """Let a node run by a clock of ours."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz=None):
            clock.looks.append(clock.now)
            return clock.now.astimezone(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Moved)
    monkeypatch.setattr(syncd.daemon.service, "_LOOK_EVERY_S", 0.01)
    node = Night(config, clock, monkeypatch)
    node.thread.start()
    try:
        wait_until(lambda: bool(clock.looks))
        yield node
    finally:
        node.end()
