"""A residual report from the log to the auditor in a real Chromium; every page under axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium
from tests.web.browsing import enter, violations
from tests.web.conftest import Office
from tests.web.late import ended, late_office, write_log

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(make_office: Callable[[], Office]) -> Iterator[tuple[Office, str]]:
    office = late_office(make_office)
    server = WebServer(office.opened, ConsoleTable(listen="127.0.0.1:0"))
    server.start()
    yield office, f"http://127.0.0.1:{server.port}"
    server.stop()


def test_three_people_take_a_use_from_the_log_to_the_end_without_scripts(
    browser: Browser, served: tuple[Office, str]
):
    office, address = served
    report = ended(office)
    path = f"/residuals/{report.report_id}"
    write_log(office, "2027-04-01 00:00:00,照会,住民税", "2027-04-02 10:11:12,照会,住民税")
    operator = enter(browser, address, "unyo", java_script_enabled=False)
    operator.get_by_role("link", name="残存報告").click()
    operator.locator(f'a[href="{path}"]').click()
    operator.get_by_role("button", name="ログを読む").click()
    expect(operator.get_by_text("2027-04-01 00:00:00").first).to_be_visible()
    operator.get_by_label("着眼点").fill("残存期間の全行")
    operator.get_by_label("措置").fill("本人と所属に確認した")
    operator.get_by_role("button", name="確認を記録する").click()
    approver = enter(browser, address, "hosaka", java_script_enabled=False)
    approver.goto(path)
    approver.locator("#outcome").select_option("work-use")
    approver.locator("#decide-reason").fill("引継ぎのための照会と確かめた")
    approver.locator("#outcome").locator("xpath=ancestor::form").get_by_role("button").click()
    expect(approver.get_by_text("業務上の理由による利用だった").first).to_be_visible()
    auditor = enter(browser, address, "kansa", java_script_enabled=False)
    auditor.goto(path)
    auditor.get_by_role("button", name="閲覧を記録する").click()
    expect(auditor.locator("h1 .tag")).to_have_text("完了")
    auditor.get_by_role("link", name="権限残存報告書を印刷する").click()
    auditor.emulate_media(media="print")
    expect(auditor.locator(".paper")).to_be_visible()
    expect(auditor.get_by_text("引継ぎのための照会と確かめた")).to_be_visible()
    assert auditor.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("width", [1280, 820])
def test_no_page_of_it_has_a_violation_or_is_wider_than_the_screen(
    browser: Browser, served: tuple[Office, str], lang: str, width: int
):
    office, address = served
    write_log(office, "2027-04-02 10:11:12,照会,住民税", last="2027-04-03 08:00:00")
    page = enter(browser, address, "soukatsu", viewport={"width": width, "height": 900})
    if lang == "en":
        page.get_by_role("button", name="English").click()
    path = f"/residuals/{ended(office).report_id}"
    for where in (
        "/residuals",
        "/residuals?state=closed",
        "/residuals/log-checks",
        path,
        f"{path}/report",
        f"{path}/first-report",
    ):
        answer = page.goto(where)
        assert answer is not None
        assert answer.status == 200, where
        assert violations(page) == [], (where, lang)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{where} is wider than the screen"
