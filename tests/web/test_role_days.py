"""Each role's day in a real Chromium, from signing in to the printed result, in both languages.

With SYNCD_SCREENSHOTS=FOLDER each step leaves a picture there; those in docs/images/days were made
so, and looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from syncd.core.cases import CaseState
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium
from tests.web.conftest import PASSWORD, Office
from tests.web.test_in_the_browser import DESK, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module", params=["ja", "en"])
def served(
    request: pytest.FixtureRequest, make_office: Callable[[], Office]
) -> Iterator[tuple[Office, str, str]]:
    office = make_office()
    server = WebServer(office.opened, ConsoleTable(listen="127.0.0.1:0"))
    server.start()
    yield office, f"http://127.0.0.1:{server.port}", request.param
    server.stop()


@dataclass
class Day:
    """Somebody at the console for a day."""

    page: Page
    office: Office
    lang: str
    role: str
    folder: Path
    steps: int = 0

    def say(self, japanese: str, english: str) -> str:
        return english if self.lang == "en" else japanese

    def begin(self, account: str) -> None:
        self.page.goto("/sign-in")
        if self.lang == "en":
            self.page.get_by_role("button", name="English").click()
        self.page.get_by_label(self.say("アカウント", "Account")).fill(account)
        self.page.get_by_label(self.say("パスワード", "Password")).fill(PASSWORD)
        self.press("サインイン", "Sign in")
        expect(self.page.get_by_role("navigation")).to_be_visible()
        self.keep("today")

    def go(self, japanese: str, english: str) -> None:
        menu = self.page.get_by_role("navigation")
        menu.get_by_role("link", name=self.say(japanese, english), exact=True).click()
        self.page.wait_for_load_state()

    def press(self, japanese: str, english: str) -> None:
        self.page.get_by_role("button", name=self.say(japanese, english), exact=True).click()

    def sees(self, japanese: str, english: str) -> None:
        expect(self.page.locator("main")).to_contain_text(self.say(japanese, english))

    def keep(self, name: str) -> None:
        """Keep a picture of where the day has come, and hold the page to axe."""
        self.steps += 1
        kept = f"{self.role}-{self.steps}-{name}-{self.lang}.png"
        self.page.screenshot(path=self.folder / kept)
        assert violations(self.page) == [], name

    def print_result(self) -> None:
        """Print as the browser does: A4, without what only a screen needs, page by page."""
        self.page.emulate_media(media="print")
        expect(self.page.locator(".paper")).to_be_visible()
        expect(self.page.locator("header.top")).to_be_hidden()
        printed = self.page.pdf(format="A4")
        assert re.findall(rb"/Type\s*/Page\b", printed)
        assert b"/MediaBox [0 0 594" in printed or b"/MediaBox [0 0 595" in printed
        (self.folder / f"{self.role}-{self.lang}.pdf").write_bytes(printed)
        self.page.emulate_media(media="screen")

    def end(self) -> None:
        self.press("サインアウト", "Sign out")
        expect(self.page.locator("#password")).to_be_visible()


@pytest.fixture
def day(
    browser: Browser, served: tuple[Office, str, str], tmp_path: Path, request
) -> Iterator[Day]:
    office, url, lang = served
    locale = "ja-JP" if lang == "ja" else "en-GB"
    context = browser.new_context(
        base_url=url, viewport=DESK, locale=locale, timezone_id="Asia/Tokyo"
    )
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
    folder = Path(os.environ.get("SYNCD_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    role = request.node.originalname.removeprefix("test_the_day_of_").split("_")[1]
    yield Day(page, office, lang, role, folder)
    assert faults == []
    context.close()


def test_the_day_of_an_approver(day: Day):
    day.begin("hosaka")
    day.go("案件", "Cases")
    day.page.get_by_label(day.say("並び順", "Sorted by")).select_option("kana")
    expect(day.page.locator("tr.group").first).to_be_visible()
    day.keep("cases")
    day.page.locator("a[data-open]").first.click()
    day.page.wait_for_load_state()
    day.keep("case")
    day.press("失効を承認する", "Approve the removal")
    day.sees("承認済み", "approved")
    day.go("案件", "Cases")
    for key in ("j", "Space", "j", "Space"):
        day.page.keyboard.press(key)
    day.press("失効を承認する", "Approve the removal")
    expect(day.page.get_by_role("status")).to_contain_text("2")
    day.keep("approved")
    day.go("計画", "Plans")
    day.page.locator("tbody a").first.click()
    day.page.wait_for_load_state()
    day.keep("plan")
    day.print_result()
    approved = {c.section for c in day.office.cases(CaseState.APPROVED)}
    assert approved == {"20020"}
    day.end()


def test_the_day_of_a_chief(day: Day):
    day.begin("soukatsu")
    day.go("案件", "Cases")
    day.page.get_by_label(day.say("理由", "Reason"), exact=True).select_option("not-designated")
    expect(day.page.locator("#found tbody tr")).to_have_count(3)
    day.page.locator("a[data-open]").first.click()
    day.page.locator("#until").fill("2027-04-15")
    day.page.locator("#keep-reason").fill(day.say("引継ぎのため", "handing over"))
    day.press("失効を断る", "Refuse the removal")
    day.sees("2人目待ち", "waits for a second person")
    day.sees("もう1名の判断を待っています", "one more person is needed")
    day.keep("refused")
    day.page.goto("/account")
    day.page.get_by_label(day.say("代決者のアカウント", "Account of the deputy")).fill("kansa")
    day.page.get_by_label(day.say("最終日", "Last day")).fill("2027-04-03")
    day.press("決める", "Name")
    day.sees("kansa", "kansa")
    day.keep("deputy")
    day.go("証跡", "Audit trail")
    day.sees("代決", "deputy")
    day.go("今日", "Today")
    day.print_result()
    day.end()


def test_the_day_of_a_personnel_officer(day: Day, tmp_path: Path):
    office, page = day.office, day.page
    rows = office.city.orders_before + office.city.orders_arriving
    broken = tmp_path / "broken.csv"
    broken.write_bytes(office.city.orders.read_bytes().replace(b"2027", b"20x7", 3))
    orders = tmp_path / "orders.csv"
    orders.write_bytes(office.city.orders.read_bytes())
    day.begin("jinji")
    for file, taken in ((broken, False), (orders, True)):
        day.go("異動日", "Transfer day")
        page.locator("#file").set_input_files(file)
        page.locator("#expected").fill(str(rows))
        day.press("確かめる", "Check it")
        expect(page.get_by_role("status" if taken else "alert").first).to_be_visible()
        day.keep("taken" if taken else "refused")
    day.sees("権限を失う人", "Who would lose what")
    day.press("突合を開始する", "Start the run")
    expect(page.get_by_role("progressbar")).to_be_visible()
    day.keep("progress")
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert office.work_off() is not None
    button = day.say("結果を印刷", "Print the result")
    expect(page.get_by_role("button", name=button)).to_be_visible()
    day.keep("result")
    day.print_result()
    day.end()


def test_the_day_of_an_operator(day: Day):
    office, page = day.office, day.page
    day.begin("unyo")
    day.go("接続", "Connections")
    page.get_by_role("button", name=f"{day.say('試す', 'Test')}: mihon").click()
    expect(page.get_by_role("status")).to_contain_text("mihon")
    day.keep("connections")
    day.go("異動日", "Transfer day")
    page.locator("form[action='/transfer-day/start'] button").first.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert office.work_off() is not None
    expect(page.locator("[data-print]")).to_be_visible()
    day.keep("result")
    day.go("突合", "Runs")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    day.keep("run")
    day.print_result()
    day.end()


def test_the_day_of_an_auditor(day: Day):
    page = day.page
    day.begin("kansa")
    day.go("職員", "People")
    page.locator("input[type=search], #text, #staff_number").first.fill(
        day.office.city.left_behind.lstrip("0")
    )
    page.keyboard.press("Enter")
    expect(page.locator("svg.chart")).to_be_visible()
    day.keep("person")
    day.go("証跡", "Audit trail")
    page.get_by_label(day.say("出来事", "Event"), exact=True).select_option("run.finished")
    day.press("絞り込む", "Filter")
    day.sees("run.finished", "run.finished")
    day.keep("trail")
    with page.expect_download() as download:
        page.get_by_role("link", name=day.say("書き出す", "Export")).click()
    assert b"run.finished" in Path(download.value.path()).read_bytes()
    expect(page.get_by_role("button", name=day.say("失効を承認する", "Approve"))).to_have_count(0)
    day.print_result()
    day.end()


def test_the_day_of_an_administrator(day: Day):
    day.begin("kanri")
    day.go("利用者", "Access")
    day.sees("soukatsu", "soukatsu")
    day.keep("access")
    day.print_result()
    day.end()
