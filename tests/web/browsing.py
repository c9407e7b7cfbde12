"""What tests in a real browser share: coming in as somebody, and what axe finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import PASSWORD


def enter(browser: Browser, address: str, account: str, **options: object) -> Page:
    """Return a page on which somebody has signed in, in a context of its own."""
    context = browser.new_context(
        base_url=address, locale="ja-JP", timezone_id="Asia/Tokyo", **options
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("アカウント").fill(account)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    return page


def violations(page: Page) -> list[str]:
    """Return what axe-core finds against a page, each with the places."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]}" for v in found]
