"""The second factor and first passwords, as people meet them between the password and the session."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from syncd.bootstrap import OpenSite, new_secret, now, open_site
from syncd.core.factors import FactorPolicy, step_at, totp
from syncd.errors import SignInRefused
from syncd.flow.access.sign_in import Turnstile
from syncd.flow.access.steps import due, enrol, reset_factor
from syncd.flow.access.users import add_user, disable_user, set_password
from syncd.identity.local import LocalPasswords, hash_password
from syncd.web.app import create_app
from syncd.web.desk import Desk
from tests.web.conftest import HOST, PASSWORD, csrf_of

SITE = """
[organization]
name = "みほん市"

[[actors]]
account = "sato"
roles = ["auditor"]
"""
ANOTHER = "four grey herons above the weir"
STEPS = "__Host-syncd-steps"


@dataclass
class Clock:
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


@dataclass
class Console:
    opened: OpenSite
    clock: Clock
    policy: FactorPolicy = FactorPolicy.OPTIONAL
    waits: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        half_an_hour, ten_hours = timedelta(minutes=30), timedelta(hours=10)
        turnstile = Turnstile(new_secret, half_an_hour, ten_hours, self.policy)
        checks = (LocalPasswords(self.opened.site.store),)
        desk = Desk(self.opened, turnstile, checks, is_secure=True, sleep=self._wait)
        self.app = create_app(desk, (HOST,))

    async def _wait(self, seconds: float) -> None:
        self.waits += (seconds,)

    def with_policy(self, policy: FactorPolicy) -> Console:
        return Console(self.opened, self.clock, policy)

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=f"https://{HOST}", follow_redirects=False)

    def give_password(self, password: str = PASSWORD, target: str = "/account") -> TestClient:
        browser = self.browser()
        form = {"account": "sato", "password": password, "target": target}
        browser.answer = browser.post("/sign-in", data=form)  # type: ignore[attr-defined]
        return browser

    def code(self, secret: str, steps: int = 0) -> str:
        return totp(base64.b32decode(secret), step_at(self.clock()) + steps)

    def set_up(self) -> str:
        """Set an authenticator up at /account and return its secret."""
        browser = self.give_password()
        ask_for_factor(browser)
        secret = secret_on(browser)
        assert browser.post("/sign-in/enrol", data={"code": self.code(secret)}).status_code == 303
        self.clock.ahead += timedelta(seconds=30)
        return secret

    def leaves(self, subject: str) -> list[bytes]:
        with self.opened.site.store.begin() as unit:
            return list(unit.history(subject))


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    (tmp_path / "syncd.toml").write_text(SITE, encoding="utf-8")
    clock = Clock()
    opened = open_site(tmp_path / "syncd.toml", lambda *_: None, clock=clock)
    add_user(opened.site, "sato", hash_password(PASSWORD), "root")
    yield Console(opened, clock)
    opened.site.store.close()


def ask_for_factor(browser: TestClient, password: str = PASSWORD):
    token = csrf_of(browser.get("/account").text)
    return browser.post("/account/factor", data={"csrf": token, "current": password})


def change_password(browser: TestClient, current: str, password: str, again: str = ""):
    form = {"current": current, "password": password, "again": again or password}
    token = csrf_of(browser.get("/account").text)
    return browser.post("/account/password", data={"csrf": token, **form})


def secret_on(browser: TestClient) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", browser.get("/sign-in/next").text)
    assert found is not None
    return found[1].replace(" ", "")


def is_in(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


# --- codes --------------------------------------------------------------------------------------


def test_who_has_set_up_an_authenticator_comes_in_with_its_code_and_not_without(console: Console):
    secret = console.set_up()
    browser = console.give_password(target="/account?x=1")
    assert browser.answer.headers["location"] == "/sign-in/next"  # type: ignore[attr-defined]
    assert not is_in(browser)
    answer = browser.post("/sign-in/code", data={"code": console.code(secret)})
    assert answer.headers["location"] == "/account?x=1"
    assert is_in(browser)
    begun = [leaf for leaf in console.leaves("console") if b"session.begun" in leaf]
    assert b'"factor":"totp"' in begun[-1]


def test_a_code_counts_once(console: Console):
    secret = console.set_up()
    code = console.code(secret)
    first, second = console.give_password(), console.give_password()
    assert first.post("/sign-in/code", data={"code": code}).status_code == 303
    assert second.post("/sign-in/code", data={"code": code}).status_code == 401
    assert not is_in(second)


def test_the_code_that_set_it_up_is_used_up(console: Console):
    browser = console.give_password()
    ask_for_factor(browser)
    code = console.code(secret_on(browser))
    assert browser.post("/sign-in/enrol", data={"code": code}).status_code == 303
    again = console.give_password()
    assert again.post("/sign-in/code", data={"code": code}).status_code == 401


def test_guessing_codes_gets_slow_and_a_right_password_does_not_wipe_the_guesses_out(
    console: Console,
):
    secret = console.set_up()
    for _ in range(20):
        browser = console.give_password()
        assert browser.post("/sign-in/code", data={"code": "000000"}).status_code == 401
    assert console.waits[-1] == 8
    right = console.give_password().post("/sign-in/code", data={"code": console.code(secret)})
    assert right.status_code == 401
    console.clock.ahead += timedelta(minutes=16)
    browser = console.give_password()
    right = browser.post("/sign-in/code", data={"code": console.code(secret)})
    assert right.status_code == 303


def test_a_wrong_code_is_on_record_and_no_code_is(console: Console):
    console.set_up()
    console.give_password().post("/sign-in/code", data={"code": "918273"})
    refused = [leaf for leaf in console.leaves("console") if b"session.refused" in leaf]
    assert b'"why":"code"' in refused[-1]
    assert not any(b"918273" in leaf for leaf in console.leaves("console"))


@pytest.mark.parametrize("path", ["code", "password", "enrol"])
def test_no_step_is_taken_before_the_one_that_is_owed(console: Console, path: str):
    console.set_up()
    form = {"code": "000000", "password": ANOTHER, "again": ANOTHER}
    for browser in (console.browser(), console.give_password()):
        if path == "code" and browser.cookies:
            continue
        answer = browser.post(f"/sign-in/{path}", data=form)
        assert answer.headers["location"] == "/sign-in"
        assert not is_in(browser)


def test_the_way_from_the_password_to_the_code_is_short(console: Console):
    secret = console.set_up()
    browser = console.give_password()
    console.clock.ahead += timedelta(minutes=10)
    answer = browser.post("/sign-in/code", data={"code": console.code(secret)})
    assert answer.headers["location"] == "/sign-in"
    assert not is_in(browser)


def test_another_sites_page_sends_no_step(console: Console):
    secret = console.set_up()
    browser = console.give_password()
    sent = browser.answer.headers["set-cookie"].lower()  # type: ignore[attr-defined]
    for part in (STEPS.lower(), "httponly", "secure", "samesite=strict", "path=/"):
        assert part in sent
    form, evil = {"code": console.code(secret)}, {"Origin": "https://evil.example"}
    assert browser.post("/sign-in/code", data=form, headers=evil).status_code == 403


# --- setting up ---------------------------------------------------------------------------------


def test_setting_up_asks_for_the_password_and_ends_the_other_sessions(console: Console):
    other, browser = console.give_password(), console.give_password()
    assert ask_for_factor(browser, "wrong password").status_code == 401
    assert browser.get("/sign-in/next").headers["location"] == "/sign-in"
    assert ask_for_factor(browser).headers["location"] == "/sign-in/next"
    code = console.code(secret_on(browser))
    browser.post("/sign-in/enrol", data={"code": code})
    assert (is_in(browser), is_in(other)) == (True, False)
    assert any(b"factor.enrolled" in leaf for leaf in console.leaves("sato"))


def test_the_one_that_there_is_goes_on_until_the_new_one_shows_a_right_code(console: Console):
    old = console.set_up()
    browser = console.give_password()
    browser.post("/sign-in/code", data={"code": console.code(old)})
    console.clock.ahead += timedelta(seconds=30)
    ask_for_factor(browser)
    assert "one-time-code" in browser.get("/sign-in/next").text
    assert browser.post("/sign-in/enrol", data={"code": "1"}).headers["location"] == "/sign-in"
    browser.post("/sign-in/code", data={"code": console.code(old)})
    new = secret_on(browser)
    assert new != old
    assert browser.post("/sign-in/enrol", data={"code": "000000"}).status_code == 401
    console.clock.ahead += timedelta(seconds=30)
    third = console.give_password()
    assert third.post("/sign-in/code", data={"code": console.code(old)}).status_code == 303


def test_where_it_is_required_nothing_is_shown_before_it_is_set_up(console: Console):
    strict = console.with_policy(FactorPolicy.REQUIRED)
    browser = strict.give_password()
    assert browser.answer.headers["location"] == "/sign-in/next"  # type: ignore[attr-defined]
    assert not is_in(browser)
    secret = secret_on(browser)
    assert secret == secret_on(browser)
    assert secret != secret_on(strict.give_password())
    browser.post("/sign-in/enrol", data={"code": strict.code(secret)})
    assert is_in(browser)


def test_the_page_that_shows_the_secret_draws_it_without_style_or_script(console: Console):
    browser = console.with_policy(FactorPolicy.REQUIRED).give_password()
    page = browser.get("/sign-in/next")
    assert "<svg" in page.text
    assert not re.search(r"\s(style|on\w+)=", page.text)
    assert page.headers["cache-control"] == "no-store"


def test_the_secret_is_on_no_page_and_in_no_record_after_it_was_set_up(console: Console):
    secret = console.set_up()
    browser = console.give_password()
    browser.post("/sign-in/code", data={"code": console.code(secret)})
    for path in ("/account", "/sign-in/next", "/trail", "/trail/export"):
        assert secret not in browser.get(path).text
    assert not any(secret.encode() in leaf for leaf in console.leaves("sato"))


def test_where_it_is_off_nobody_is_asked_and_nobody_sets_one_up(console: Console):
    console.set_up()
    off = console.with_policy(FactorPolicy.OFF)
    browser = off.give_password()
    assert is_in(browser)
    assert "/account/factor" not in browser.get("/account").text
    assert ask_for_factor(browser).status_code == 403


def test_a_reset_ends_the_sessions_and_the_half_done_sign_ins(console: Console):
    secret = console.set_up()
    browser, half = console.give_password(), console.give_password()
    browser.post("/sign-in/code", data={"code": console.code(secret)})
    reset_factor(console.opened.site, "sato", "root")
    assert not is_in(browser)
    assert half.get("/sign-in/next").headers["location"] == "/sign-in"
    assert is_in(console.give_password())
    assert any(b"factor.reset" in leaf for leaf in console.leaves("sato"))


def test_who_is_disabled_half_way_does_not_come_in(console: Console):
    secret = console.set_up()
    browser = console.give_password()
    disable_user(console.opened.site, "sato", "root")
    browser.post("/sign-in/code", data={"code": console.code(secret)})
    assert not is_in(browser)


# --- passwords ----------------------------------------------------------------------------------


def test_somebody_changes_their_own_password_and_only_the_new_one_opens(console: Console):
    browser, other = console.give_password(), console.give_password()
    before = browser.cookies["__Host-syncd"]
    assert change_password(browser, PASSWORD, ANOTHER).headers["location"] == "/account"
    assert (is_in(browser), is_in(other)) == (True, False)
    assert browser.cookies["__Host-syncd"] != before
    assert not is_in(console.give_password())
    assert is_in(console.give_password(ANOTHER))
    (record,) = [leaf for leaf in console.leaves("sato") if b"user.rekeyed" in leaf]
    assert b'"actor":"sato"' in record


@pytest.mark.parametrize(
    ("current", "password", "again", "status"),
    [
        ("wrong password", ANOTHER, "", 401),
        (PASSWORD, ANOTHER, "four grey herons", 422),
        (PASSWORD, "too short", "", 422),
        (PASSWORD, PASSWORD, "", 422),
        (PASSWORD, "mynumber syncd", "", 422),
        (PASSWORD, "みほん市みほん市みほん市", "", 422),
        (PASSWORD, "satosatosatosato", "", 422),
    ],
)
def test_without_the_current_password_or_with_a_weak_one_nothing_changes(
    console: Console, current: str, password: str, again: str, status: int
):
    browser = console.give_password()
    assert change_password(browser, current, password, again).status_code == status
    assert is_in(browser)
    assert is_in(console.give_password())


def test_the_current_password_is_guessed_as_slowly_here_as_at_the_door(console: Console):
    browser = console.give_password()
    for _ in range(20):
        change_password(browser, "guess", ANOTHER)
    assert console.waits[-1] == 8
    assert change_password(browser, PASSWORD, ANOTHER).status_code == 401


def test_a_password_that_an_administrator_set_opens_nothing_but_the_choice_of_another(
    console: Console,
):
    site = console.opened.site
    set_password(site, "sato", hash_password(ANOTHER), "root", must_change=True)
    browser = console.give_password(ANOTHER)
    assert not is_in(browser)
    same = {"password": ANOTHER, "again": ANOTHER}
    assert browser.post("/sign-in/password", data=same).status_code == 422
    weak = {"password": "password1234", "again": "password1234"}
    assert browser.post("/sign-in/password", data=weak).status_code == 422
    own = {"password": PASSWORD, "again": PASSWORD}
    assert browser.post("/sign-in/password", data=own).headers["location"] == "/account"
    assert is_in(browser)
    assert not is_in(console.give_password(ANOTHER))
    assert is_in(console.give_password())


def test_of_two_who_enrol_at_once_the_second_puts_no_authenticator_in_place_of_the_first(
    console: Console,
):
    required = console.with_policy(FactorPolicy.REQUIRED)
    owner, thief = required.give_password(), required.give_password()
    turnstile = Turnstile(new_secret, timedelta(hours=1), timedelta(hours=1), required.policy)
    looked_at = due(console.opened.site, turnstile, thief.cookies[STEPS])
    assert looked_at is not None
    secret = secret_on(owner)
    assert owner.post("/sign-in/enrol", data={"code": console.code(secret)}).status_code == 303
    with pytest.raises(SignInRefused):
        enrol(console.opened.site, looked_at[0], console.code(looked_at[0].offered))
    with console.opened.site.store.begin() as unit:
        factor = unit.factor("sato")
    assert factor is not None
    assert factor.secret == secret
