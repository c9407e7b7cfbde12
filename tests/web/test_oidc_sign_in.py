"""Signing in at a real OpenID provider, and what somebody between the two cannot do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from syncd.bootstrap import OpenSite, new_secret, now, open_site
from syncd.cli.main import main
from syncd.errors import ConfigurationError
from syncd.flow.access.sign_in import Turnstile
from syncd.web.app import create_app
from syncd.web.desk import Desk
from tests.fakes.oidc_provider import SECRET, OidcServer
from tests.web.conftest import HOST

URL = f"https://{HOST}"
CALLBACK = "/sign-in/oidc/callback"
SITE = """
[organization]
name = "みほん市"

[console]
public_url = "{url}/"
sign_in = ["oidc"]

[console.oidc]
issuer = "{issuer}"
client_id = "syncd"
client_secret_file = "secret"
staff_number_claim = "employee_number"
"""


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcServer]:
    server = OidcServer(tmp_path_factory.mktemp("oidc"), URL + CALLBACK)
    try:
        yield server.start()
    finally:
        server.stop()


@dataclass
class Clock:
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


@dataclass
class Console:
    opened: OpenSite
    clock: Clock
    provider: OidcServer

    def __post_init__(self) -> None:
        console = self.opened.settings.model.console
        assert console is not None
        turnstile = Turnstile(new_secret, timedelta(minutes=30), timedelta(hours=10))
        checks, provider = self.opened.password_checks(console), self.opened.provider(console)
        desk = Desk(self.opened, turnstile, checks, is_secure=True, provider=provider)
        self.app = create_app(desk, (HOST,))

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=URL, follow_redirects=False)

    def begin(self, browser: TestClient, **query: str) -> str:
        answer = browser.get("/sign-in/oidc", params=query)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(self, browser: TestClient, login: str = "sato", **changes: str | None):
        """Sign in at the provider and bring its answer back, with some of it changed."""
        brought = self.provider.sign_in(self.begin(browser), login)
        sent = {k: v for k, v in {**brought, **changes}.items() if v is not None}
        return browser.get(CALLBACK, params=sent)

    def refusals(self) -> list[str]:
        with self.opened.site.store.begin() as unit:
            leaves = [json.loads(leaf) for leaf in unit.history("console")]
        return [leaf["ground"]["why"] for leaf in leaves if leaf["event"] == "session.refused"]


@pytest.fixture
def console(tmp_path: Path, provider: OidcServer) -> Iterator[Console]:
    text = SITE.format(url=URL, issuer=provider.issuer)
    (tmp_path / "syncd.toml").write_text(text, encoding="utf-8")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    clock = Clock()
    opened = open_site(tmp_path / "syncd.toml", lambda *_: None, clock=clock)
    yield Console(opened, clock, provider)
    opened.site.store.close()


def is_signed_in(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


# --- the way it should go ------------------------------------------------------------------------


def test_who_signs_in_at_the_provider_has_a_session_under_the_account_it_names(console: Console):
    browser = console.browser()
    assert console.come_back(browser).headers["location"] == "/"
    assert is_signed_in(browser)
    with console.opened.site.store.begin() as unit:
        (session,) = unit.sessions_of("sato", console.clock())
    assert (session.method, session.staff_number) == ("oidc", "0000900")


def test_the_form_leads_to_the_provider_and_back_to_what_was_asked_for(console: Console):
    browser = console.browser()
    shown = browser.get("/sign-in?target=/cases%3Fstate%3Dfailed").text
    assert 'href="/sign-in/oidc?target=/cases%3Fstate%3Dfailed"' in shown
    assert 'type="password"' not in shown
    address = console.begin(browser, target="/cases?state=failed")
    answer = browser.get(CALLBACK, params=console.provider.sign_in(address, "sato"))
    assert answer.headers["location"] == "/cases?state=failed"


def test_the_provider_is_asked_with_everything_that_ties_its_answer_to_us(console: Console):
    asked = parse_qs(urlsplit(console.begin(console.browser())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [URL + CALLBACK]
    secrets = [asked[name][0] for name in ("state", "nonce", "code_challenge")]
    assert all(len(secret) >= 43 for secret in secrets)
    assert len(set(secrets)) == 3


def test_what_the_token_lacks_is_asked_of_the_provider_about_the_same_person(console: Console):
    browser = console.browser()
    console.come_back(browser, "sato!bare")
    assert is_signed_in(browser)


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    tmp_path: Path, console: Console
):
    other = OidcServer(tmp_path, URL + CALLBACK, "client_secret_post")
    moved = console_of(tmp_path, console, console.provider.issuer, other.issuer)
    moved.provider = other
    browser = moved.browser()
    try:
        other.start()
        assert moved.come_back(browser).status_code == 303
    finally:
        other.stop()
        moved.opened.site.store.close()


@pytest.mark.parametrize(("login", "status"), [("sato", 303), ("sato!unverified", 401)])
def test_an_address_of_mail_names_an_account_only_where_it_was_verified(
    tmp_path: Path, console: Console, login: str, status: int
):
    old = 'staff_number_claim = "employee_number"'
    other = console_of(tmp_path, console, old, 'account_claim = "email"')
    assert other.come_back(other.browser(), login).status_code == status
    with other.opened.site.store.begin() as unit:
        begun = unit.sessions_of("sato@mihon.example", console.clock())
    assert len(begun) == (status == 303)
    other.opened.site.store.close()


def test_each_sign_in_gives_a_new_session(console: Console):
    browser = console.browser()
    first = console.come_back(browser).headers["set-cookie"]
    second = console.come_back(browser).headers["set-cookie"]
    assert first != second


def test_the_state_is_kept_in_a_cookie_for_this_host_and_not_for_scripts(console: Console):
    browser = console.browser()
    cookie = browser.get("/sign-in/oidc").headers["set-cookie"].lower()
    assert cookie.startswith("__host-syncd-oidc=")
    for part in ("httponly", "secure", "samesite=lax", "path=/", "max-age=600"):
        assert part in cookie


def test_no_page_may_send_a_form_elsewhere_for_it(console: Console):
    policy = console.browser().get("/sign-in").headers["content-security-policy"]
    assert "form-action 'self';" in policy
    assert console.provider.issuer not in policy


# --- attacks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lie",
    [
        "aud",
        "auds",
        "iss",
        "exp",
        "noexp",
        "nonce",
        "nononce",
        "stranger",
        "none",
        "secret",
        "public",
        "garbage",
        "noaccount",
        "two",
    ],
)
def test_a_token_that_does_not_hold_signs_nobody_in(console: Console, lie: str):
    browser = console.browser()
    answer = console.come_back(browser, f"sato!{lie}")
    assert answer.status_code == 401
    assert not is_signed_in(browser)
    assert len(console.refusals()) == 1


def test_an_answer_counts_once(console: Console):
    browser = console.browser()
    address = console.begin(browser)
    kept = dict(browser.cookies)
    brought = console.provider.sign_in(address, "sato")
    assert browser.get(CALLBACK, params=brought).status_code == 303
    again = console.browser()
    again.cookies.update(kept)
    assert again.get(CALLBACK, params=brought).status_code == 401
    assert not is_signed_in(again)
    assert console.refusals() == ["the answer came a second time or too late"]


def test_an_answer_counts_in_the_browser_that_asked_and_in_no_other(console: Console):
    victim, attacker = console.browser(), console.browser()
    console.begin(victim)
    brought = console.provider.sign_in(console.begin(attacker), "attacker")
    assert victim.get(CALLBACK, params=brought).status_code == 401
    assert not is_signed_in(victim)
    assert console.browser().get(CALLBACK, params=brought).status_code == 401


def test_a_code_of_another_flow_is_worth_nothing(console: Console):
    victim, attacker = console.browser(), console.browser()
    stolen = console.provider.sign_in(console.begin(victim), "sato")
    answer = console.come_back(attacker, "attacker", code=stolen["code"])
    assert answer.status_code == 401
    assert not is_signed_in(attacker)


def test_a_nonce_that_was_changed_on_the_way_is_noticed(console: Console):
    browser = console.browser()
    address = console.begin(browser)
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    brought = console.provider.sign_in(address.replace(nonce, "n" * 43), "sato")
    assert browser.get(CALLBACK, params=brought).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"state": ""},
        {"state": "guess"},
        {"state": None},
        {"code": ""},
        {"code": "guess"},
        {"code": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"error": "access_denied"},
    ],
)
def test_an_answer_that_is_not_whole_signs_nobody_in(
    console: Console, changes: dict[str, str | None]
):
    browser = console.browser()
    answer = console.come_back(browser, **changes)
    assert answer.status_code == 401
    assert "認証基盤" in answer.text
    assert not is_signed_in(browser)


def test_who_takes_too_long_begins_again(console: Console):
    browser = console.browser()
    brought = console.provider.sign_in(console.begin(browser), "sato")
    console.clock.ahead = timedelta(minutes=11)
    assert browser.get(CALLBACK, params=brought).status_code == 401
    console.clock.ahead = timedelta(0)
    assert console.come_back(browser).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_leads_nowhere_else(console: Console, target: str):
    browser = console.browser()
    brought = console.provider.sign_in(console.begin(browser, target=target), "sato")
    assert browser.get(CALLBACK, params=brought).headers["location"] == "/"


# --- trouble -------------------------------------------------------------------------------------


def test_while_the_provider_is_down_the_page_says_so(tmp_path: Path, console: Console):
    other = OidcServer(tmp_path, URL + CALLBACK)
    dead = console_of(tmp_path, console, console.provider.issuer, other.issuer)
    answer = dead.browser().get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "接続できません" in answer.text
    dead.opened.site.store.close()


def test_a_wrong_secret_is_trouble_and_no_refusal_of_the_person(tmp_path: Path, console: Console):
    (tmp_path / "secret").write_text("an old secret")
    other = Console(console.opened, console.clock, console.provider)
    browser = other.browser()
    assert other.come_back(browser).status_code == 503
    assert not is_signed_in(browser)


def test_a_provider_that_calls_itself_otherwise_is_not_asked(tmp_path: Path, console: Console):
    issuer = console.provider.issuer
    other = console_of(tmp_path, console, issuer, issuer.replace("127.0.0.1", "localhost"))
    assert other.browser().get("/sign-in/oidc").status_code == 503
    other.opened.site.store.close()


def test_a_provider_that_leads_elsewhere_is_not_followed(tmp_path: Path, console: Console):
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/stolen")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        issuer = f"http://127.0.0.1:{server.server_port}"
        other = console_of(tmp_path, console, console.provider.issuer, issuer)
        assert other.browser().get("/sign-in/oidc").status_code == 503
        other.opened.site.store.close()
        server.shutdown()
    assert asked == ["/.well-known/openid-configuration"]


def console_of(folder: Path, console: Console, old: str, new: str) -> Console:
    config = folder / "syncd.toml"
    text = config.read_text(encoding="utf-8").replace(old, new)
    (folder / "other.toml").write_text(text, encoding="utf-8")
    opened = open_site(folder / "other.toml", lambda *_: None)
    return Console(opened, console.clock, console.provider)


def test_check_tries_the_provider_and_says_what_to_do(
    console: Console, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config = tmp_path / "syncd.toml"
    assert main(["--config", str(config), "--json", "check"]) == 0
    found = json.loads(capsys.readouterr().out)["lines"][-1]
    assert (found["kind"], found["name"], found["ok"]) == ("console", "oidc", True)
    text = config.read_text(encoding="utf-8").replace("127.0.0.1", "localhost")
    config.write_text(text, encoding="utf-8")
    assert main(["--config", str(config), "--json", "check"]) == 5
    assert "issuer" in json.loads(capsys.readouterr().out)["lines"][-1]["remedy"]


def test_without_a_provider_there_is_no_such_address(console: Console):
    console.app.state.desk.provider = None
    browser = console.browser()
    assert browser.get("/sign-in/oidc").status_code == 404
    assert browser.get(CALLBACK).status_code == 404
    assert "/sign-in/oidc" not in browser.get("/sign-in").text


def test_a_missing_secret_is_a_fault_of_the_configuration(tmp_path: Path, console: Console):
    table = console.opened.settings.model.console
    assert table is not None
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(ConfigurationError, match="no secret there"):
        console.opened.provider(table)
    (tmp_path / "secret").unlink()
    with pytest.raises(ConfigurationError, match="secret"):
        console.opened.provider(table)


def test_the_secret_shows_nowhere(console: Console, tmp_path: Path):
    browser = console.browser()
    pages = [console.come_back(browser).text, console.come_back(browser, "sato!aud").text]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert SECRET not in repr(console.app.state.desk.provider) + "".join(pages)
    assert SECRET.encode() not in kept
    assert b"eyJ" not in kept  # how every token of the provider begins
