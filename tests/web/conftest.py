"""A console over the fictional city on the morning of 1 April, with everybody able to sign in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.demo import DemoCity, advance_to_transfer_day, make_city
from syncd.flow.access.sign_in import Turnstile
from syncd.flow.access.users import add_user
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.syncs import ask_for_sync, bring, hold, work_off
from syncd.identity.local import LocalPasswords, hash_password
from syncd.ports.store import PlanState
from syncd.ports.syncs import RequestedSync
from syncd.web.app import create_app
from syncd.web.desk import Desk

PASSWORD = "a sentence of the fictional city"
HOST = "console.test"


@dataclass
class Clock:
    at: datetime

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass
class Office:
    """The city's console: people come in as browsers of their own."""

    city: DemoCity
    opened: OpenSite
    clock: Clock
    waits: list[float] = field(default_factory=list)
    secrets: int = 0
    _upload: str = ""
    _sync: str = ""

    def __post_init__(self) -> None:
        turnstile = Turnstile(self._secret, timedelta(minutes=30), timedelta(hours=10))
        checks = (LocalPasswords(self.opened.site.store),)
        self.app = create_app(
            Desk(self.opened, turnstile, checks, is_secure=True, sleep=self._wait), (HOST,)
        )

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def _secret(self) -> str:
        self.secrets += 1
        return f"secret-{self.secrets}"

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=f"https://{HOST}", follow_redirects=False)

    def enter(self, account: str) -> TestClient:
        browser = self.browser()
        answer = browser.post("/sign-in", data={"account": account, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    def cases(self, *states: CaseState) -> tuple[Case, ...]:
        with self.opened.site.store.begin() as unit:
            return unit.cases(states or (CaseState.OPEN,))

    def plan_hash(self) -> str:
        with self.opened.site.store.begin() as unit:
            return unit.plans(PlanState.PROPOSED)[0].plan.hash

    def upload_id(self) -> str:
        """Return a brought file that is in order, bringing it once."""
        if not self._upload:
            content = self.city.orders.read_bytes()
            rows = self.city.orders_before + self.city.orders_arriving
            actor = self.opened.actor(self.city.actors.personnel)
            upload = hold(self.opened.site, actor, "発令.csv", content, rows)
            bring(self.opened.site, upload, self.opened.parse_upload)
            self._upload = upload.upload_id
        return self._upload

    def sync_id(self) -> str:
        """Return a requested run that is done, asking for it once."""
        if not self._sync:
            actor = self.opened.actor(self.city.actors.operator)
            self._sync = ask_for_sync(self.opened.site, actor).sync_id
            self.work_off()
        return self._sync

    def work_off(self) -> RequestedSync | None:
        return work_off(self.opened.site, self.opened.parse_upload)

    def run_id(self) -> str:
        with self.opened.site.store.begin() as unit:
            return unit.runs(1)[0].run


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def send(browser: TestClient, path: str, page: str = "/account", **form: object):
    token = csrf_of(browser.get(page).text)
    return browser.post(path, data={"csrf": token, **form})


def open_office(folder: Path, *, on_the_eve: bool = False) -> Office:
    """Open the console on the morning of 1 April, or on the eve with every order known."""
    city = make_city(folder / "city")
    # The approver of the tax section sees and decides for it, and for nothing else.
    text = city.config.read_text("utf-8")
    narrow = text.replace('roles = ["approver"]', 'roles = ["approver"]\nsections = ["20020"]')
    city.config.write_text(narrow, "utf-8")
    clock = Clock(midnight(city.eve) + timedelta(hours=17))
    opened = open_site(city.config, lambda *_: None, clock=clock)
    run(opened.site, RunRequest(city.eve, "syncd"))
    advance_to_transfer_day(city)
    if on_the_eve:
        run(opened.site, RunRequest(city.eve, "syncd"))
    else:
        clock.at = midnight(city.transfer_day) + timedelta(seconds=1)
        run(opened.site, RunRequest(city.transfer_day, "syncd"))
        clock.at = midnight(city.transfer_day) + timedelta(hours=8, minutes=40)
    hashed = hash_password(PASSWORD)
    for grant in opened.settings.grants():
        add_user(opened.site, grant.account, hashed, "root", grant.staff_number)
    add_user(opened.site, "norole", hashed, "root")
    return Office(city, opened, clock)


@pytest.fixture(scope="session")
def make_office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Office]:
    return lambda: open_office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def office(make_office: Callable[[], Office]) -> Office:
    """One console for the tests of a file that only look."""
    return make_office()


@pytest.fixture
def fresh_office(make_office: Callable[[], Office]) -> Office:
    """A console of its own, for a test that decides something."""
    return make_office()
