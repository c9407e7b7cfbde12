"""Signing in at the provider in a real Chromium: cookies, redirects and our CSP as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from syncd.bootstrap import open_site
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium
from tests.fakes.oidc_provider import SECRET, OidcServer, free_port
from tests.web.browsing import violations

pytestmark = pytest.mark.browser

# Two names of this machine, so that the browser takes console and provider for two sites.
SITE = """
[organization]
name = "みほん市"

[console]
listen = "127.0.0.1:{port}"
public_url = "{url}"
sign_in = ["oidc", "local"]

[console.oidc]
issuer = "{issuer}"
client_id = "syncd"
client_secret_env = "SYNCD_TEST_CLIENT_SECRET"

[[actors]]
account = "sato"
roles = ["auditor"]
"""


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    port = free_port()
    url = f"http://localhost:{port}"
    provider = OidcServer(tmp_path, f"{url}/sign-in/oidc/callback")
    monkeypatch.setenv("SYNCD_TEST_CLIENT_SECRET", SECRET)
    text = SITE.format(port=port, url=url, issuer=provider.issuer)
    (tmp_path / "syncd.toml").write_text(text, encoding="utf-8")
    opened = open_site(tmp_path / "syncd.toml", lambda *_: None)
    console = opened.settings.model.console
    assert console is not None
    server = WebServer(opened, console)
    try:
        provider.start()
        server.start()
        yield url
        server.stop()
    finally:
        provider.stop()
        opened.site.store.close()


@pytest.fixture
def page(url: str) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(base_url=url, locale="ja-JP", timezone_id="Asia/Tokyo")
        opened = context.new_page()
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        yield opened
        assert [fault for fault in faults if "Content Security" in fault] == []
        context.close()


def at_the_provider(page: Page, login: str) -> None:
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("not looked at")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_somebody_signs_in_at_the_provider_and_lands_where_they_wanted_to_go(page: Page, url: str):
    page.goto("/trail")
    assert violations(page) == []
    page.get_by_role("link", name="職員アカウントでサインイン").click()
    at_the_provider(page, "sato")
    expect(page).to_have_url(f"{url}/trail")
    expect(page.get_by_role("navigation")).to_be_visible()
    assert [c["name"] for c in page.context.cookies(url) if c["name"].startswith("syncd")] == [
        "syncd"
    ]


def test_somebody_whom_the_provider_does_not_prove_reads_what_to_do(page: Page, url: str):
    page.goto("/sign-in")
    page.get_by_role("link", name="職員アカウントでサインイン").click()
    at_the_provider(page, "sato!nonce")
    expect(page.get_by_role("alert")).to_contain_text("もう一度やり直してください")
    assert violations(page) == []
    expect(page.get_by_label("パスワード")).to_be_visible()
