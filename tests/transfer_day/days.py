"""The days of the city: time that a test moves, the daemon's own ticks in it, and its console."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event

import structlog
from fastapi.testclient import TestClient
from prometheus_client import generate_latest

from syncd.bootstrap import OpenSite, open_site
from syncd.core.acting import Someone
from syncd.core.calendar import JST, day_of, midnight
from syncd.core.cases import Case
from syncd.core.doubts import with_doubts
from syncd.core.findings import Verdict
from syncd.core.votes import Actor
from syncd.daemon.service import Service
from syncd.flow.access.sign_in import Turnstile
from syncd.flow.access.users import add_user
from syncd.flow.judge import judge
from syncd.flow.uncertain import learn
from syncd.identity.local import LocalPasswords, hash_password
from syncd.logs import configure_logs
from syncd.web.app import create_app
from syncd.web.desk import Desk
from tests.fakes.mail_server import MailServer
from tests.transfer_day.city import Sent
from tests.transfer_day.files import orders_file
from tests.transfer_day.promise import Held, Promise

HOST, PASSWORD = "city.test", "four grey herons above the weir"
_ENDED = ("verified", "withdrawn", "gone")


@dataclass
class Clock:
    """Shows the moment that a test sets, and goes on from there as real time does."""

    at: datetime
    _since: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._since)

    def set(self, at: datetime) -> None:
        self.at, self._since = at, time.monotonic()


def moment(day: date, text: str) -> datetime:
    """Return a moment of a day in Japan: `00:30`."""
    hour, minute = text.split(":")
    return midnight(day) + timedelta(hours=int(hour), minutes=int(minute))


@dataclass
class Days:
    """The city from day to day. Whatever happens goes through `_pass`, which never goes back."""

    opened: OpenSite
    clock: Clock
    promise: Promise
    log: io.StringIO
    mail: MailServer
    service: Service = field(init=False)
    _sent: tuple[Sent, ...] = ()
    _checked_at: datetime | None = None

    def __post_init__(self) -> None:
        self.service = Service(self.opened, Event(), lambda _: True)

    def begin(self) -> None:
        """Begin as the daemon does: ready to tell people before the first run of all."""
        self.service._begin_telling()
        self._pass(self.clock.at, self.service._full)

    def go_to(self, at: datetime) -> None:
        """Let time pass until a moment, with the full run of every midnight on the way."""
        day = day_of(self.clock.at) + timedelta(days=1)
        while midnight(day) <= at:
            self._pass(midnight(day), self.service._full)
            day += timedelta(days=1)
        self._pass(at, lambda: None)

    def tick(self, at: datetime) -> None:
        """Let time pass until the short tick of that moment, and let the daemon have it.

        What was sent since the last one counts from this tick on: nobody could know of it before,
        and after it nobody is excused.
        """
        self.go_to(at)
        self._pass(at, self.service._delta)
        self.promise.sent = self._sent

    def send(self, at: datetime, sent: tuple[Sent, ...], *, broken: bool = False) -> None:
        """Let the personnel system write its file; broken, it ends in the middle of a line.

        What a broken file says nobody can know: the promise goes by what was sent whole, and the
        next tick is to notice it.
        """
        self.go_to(at)
        content = orders_file(sent)
        if broken:
            content = content[: len(content) * 2 // 3 + 5]
        else:
            self._sent = sent
        (self.opened.settings.base_dir / "in" / "orders.csv").write_bytes(content)

    def look(self) -> None:
        """Hold the promise once more as of now."""
        self._pass(self.clock(), lambda: None)

    def metrics(self) -> str:
        """Return what the monitoring is told."""
        return generate_latest(self.service._metrics.registry).decode()

    def mails(self) -> list[str]:
        """Let the daemon tell people what is new, and return all that was ever sent."""
        self.service._tell()
        return [str(mail) + mail.get_content() for mail in self.mail.mails()]

    def cases(self) -> dict[Held, Case]:
        """Return the cases that have not ended, by right and person."""
        with self.opened.site.store.begin() as unit:
            cases = unit.cases()
        return {
            (case.entitlement, int(case.account[1:])): case
            for case in cases
            if case.state not in _ENDED
        }

    def actors(self, name: str) -> tuple[Actor, ...]:
        """Return the capacities in which somebody acts today."""
        return self.opened.actors(Someone(name))

    def browser(self, name: str) -> TestClient:
        """Return the browser of somebody who has signed in."""
        turnstile = Turnstile(_numbered(), timedelta(minutes=30), timedelta(hours=10))
        checks = (LocalPasswords(self.opened.site.store),)
        app = create_app(Desk(self.opened, turnstile, checks, is_secure=True), (HOST,))
        browser = TestClient(app, base_url=f"https://{HOST}", follow_redirects=False)
        answer = browser.post("/sign-in", data={"account": name, "password": PASSWORD})
        assert answer.status_code == 303
        return browser

    def _pass(self, at: datetime, act: Callable[[], None]) -> None:
        """Hold the promise for the minutes until a moment; then let something happen in it."""
        if self._checked_at is not None:
            self.promise.check(self._checked_at, at, self.cases(), self._unknown)
        self.clock.set(at)
        act()
        self._checked_at = at

    def _unknown(self) -> frozenset[Held]:
        """Return what the last run could not establish, and says so."""
        learned = learn(self.opened.site, judge(self.opened.site, self.opened.today()))
        doubted = with_doubts(learned.decision, {each.provides for each in learned.refused})
        return frozenset(
            (finding.entitlement, int(finding.account[1:]))
            for finding in doubted.findings
            if finding.verdict is Verdict.UNKNOWN
        )


def _numbered() -> Callable[[], str]:
    numbers = iter(range(1, 1_000_000))
    return lambda: f"secret-{next(numbers)}"


@contextmanager
def days_of(config: Path, promise: Promise, mail: MailServer) -> Iterator[Days]:
    """Open the site on 1 March 2027; its log is kept, and who is named under [[actors]] can sign in."""
    clock, log = Clock(datetime(2027, 3, 1, 6, tzinfo=JST)), io.StringIO()
    with redirect_stdout(log):
        configure_logs(as_json=True, clock=clock)
    opened = open_site(config, lambda *_: None, clock=clock)
    hashed = hash_password(PASSWORD)
    for grant in opened.settings.grants():
        add_user(opened.site, grant.account, hashed, "root", grant.staff_number)
    try:
        yield Days(opened, clock, promise, log, mail)
    finally:
        structlog.reset_defaults()
        opened.site.store.close()
