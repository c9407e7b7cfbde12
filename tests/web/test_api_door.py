"""The door of the API: a machine by its token, a page's script by the session and its CSRF token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
from fastapi.testclient import TestClient

from syncd.bootstrap import OpenSite, new_secret, open_site
from syncd.core.access import Permission
from syncd.flow.access.sign_in import Turnstile
from syncd.flow.access.tokens import MadeToken, TokenWish, end_token, make_token
from syncd.flow.access.users import add_user, disable_user
from syncd.identity.local import LocalPasswords, hash_password
from syncd.web.app import create_app
from syncd.web.desk import Desk
from syncd.web.gate import api_door
from syncd.web.visitor import Visitor
from tests.web.conftest import HOST, PASSWORD, csrf_of

SITE = """
[organization]
name = "みほん市"

[[actors]]
account = "jinji"
roles = ["personnel"]

[[actors]]
account = "kansa"
roles = ["auditor"]
"""


@dataclass
class Api:
    """Two routes behind doors of the API: one that reads, one that changes something."""

    opened: OpenSite

    def __post_init__(self) -> None:
        turnstile = Turnstile(new_secret, timedelta(minutes=30), timedelta(hours=10))
        checks = (LocalPasswords(self.opened.site.store),)
        self.app = create_app(Desk(self.opened, turnstile, checks, is_secure=True), (HOST,))

        @self.app.get("/api/probe")
        def read(visitor: Annotated[Visitor, api_door(Permission.READ)]) -> dict[str, object]:
            return {"account": visitor.account, "method": visitor.method}

        @self.app.post("/api/probe")
        def sync(visitor: Annotated[Visitor, api_door(Permission.START_SYNC)]) -> dict[str, object]:
            return {"account": visitor.account, "opened": sorted(visitor.opened)}

    def browser(self, account: str = "") -> TestClient:
        client = TestClient(self.app, base_url=f"https://{HOST}", follow_redirects=False)
        if account:
            form = {"account": account, "password": PASSWORD}
            assert client.post("/sign-in", data=form).status_code == 303
        return client

    def token(self, *scopes: Permission, account: str = "jinji") -> MadeToken:
        wish = TokenWish("machine", account, frozenset(scopes), 30)
        return make_token(self.opened.site, new_secret, wish, "root")

    def ask(self, method: str, secret: str, **more: str) -> int:
        headers = {"Authorization": f"Bearer {secret}", **more}
        return self.browser().request(method, "/api/probe", headers=headers).status_code


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    (tmp_path / "syncd.toml").write_text(SITE, encoding="utf-8")
    opened = open_site(tmp_path / "syncd.toml", lambda *_: None)
    hashed = hash_password(PASSWORD)
    for account in ("jinji", "kansa"):
        add_user(opened.site, account, hashed, "root")
    yield Api(opened)
    opened.site.store.close()


def test_a_token_opens_what_its_scopes_and_the_account_both_open(api: Api):
    both = api.token(Permission.READ, Permission.START_SYNC).secret
    assert (api.ask("GET", both), api.ask("POST", both)) == (200, 200)
    reading = api.token(Permission.READ).secret
    assert (api.ask("GET", reading), api.ask("POST", reading)) == (200, 403)
    too_much = api.token(*Permission, account="kansa").secret
    assert (api.ask("GET", too_much), api.ask("POST", too_much)) == (200, 403)


def test_a_token_without_the_scope_sees_no_advance_notices(api: Api):
    secret = api.token(Permission.START_SYNC).secret
    headers = {"Authorization": f"Bearer {secret}"}
    answer = api.browser().post("/api/probe", headers=headers)
    assert answer.json() == {"account": "jinji", "opened": ["start-sync"]}


def test_a_refusal_of_a_token_is_on_record(api: Api):
    api.ask("POST", api.token(Permission.READ).secret)
    with api.opened.site.store.begin() as unit:
        leaves = unit.history("console")
    assert any(b"request.refused" in leaf and b"start-sync" in leaf for leaf in leaves)


def test_a_machine_needs_no_csrf_token(api: Api):
    secret = api.token(Permission.START_SYNC).secret
    assert api.ask("POST", secret, Origin="https://hr.example") == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer syncd_guess",
        "Basic amluamk6eA==",
        "",
        "syncd_x",
        "Bearer \u00e9",
    ],
)
def test_what_is_no_token_is_nobody_even_in_a_browser_that_is_signed_in(api: Api, header: str):
    browser = api.browser("jinji")
    assert browser.get("/api/probe").status_code == 200
    answer = browser.get("/api/probe", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 303


def test_an_ended_token_and_one_of_a_disabled_account_open_nothing(api: Api):
    ended, disabled = api.token(Permission.READ), api.token(Permission.READ, account="kansa")
    end_token(api.opened.site, ended.token.token_id, "root")
    disable_user(api.opened.site, "kansa", "root")
    assert (api.ask("GET", ended.secret), api.ask("GET", disabled.secret)) == (303, 303)


def test_a_token_is_taken_from_no_cookie_and_no_address(api: Api):
    secret = api.token(Permission.READ).secret
    browser = api.browser()
    browser.cookies.set("__Host-syncd", secret, domain=HOST)
    asked = browser.get("/api/probe", params={"access_token": secret})
    assert asked.status_code == 303


def test_a_script_of_our_pages_sends_the_sessions_csrf_token(api: Api):
    browser = api.browser("jinji")
    token = csrf_of(browser.get("/account").text)
    assert browser.get("/api/probe").json() == {"account": "jinji", "method": "local"}
    assert browser.post("/api/probe", headers={"X-CSRF-Token": token}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "guess"},
        {"X-CSRF-Token": ""},
        {"Sec-Fetch-Site": "cross-site", "right": "yes"},
        {"Origin": "https://evil.example", "right": "yes"},
    ],
)
def test_another_sites_script_changes_nothing(api: Api, headers: dict[str, str]):
    browser = api.browser("jinji")
    if headers.pop("right", ""):
        headers["X-CSRF-Token"] = csrf_of(browser.get("/account").text)
    assert browser.post("/api/probe", headers=headers).status_code == 403


def test_nobody_is_nobody(api: Api):
    assert api.browser().get("/api/probe").status_code == 303
    assert api.browser().post("/api/probe").status_code == 303
