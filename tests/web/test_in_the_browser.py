"""Each role's day in a real Chromium, in both languages, and every page under axe-core."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from syncd.core.access import Permission
from syncd.core.cases import CaseState
from syncd.core.factors import FactorPolicy, step_at, totp
from syncd.flow.access.tokens import TokenWish, make_token
from syncd.flow.access.users import disable_user, set_password
from syncd.flow.releases import releases_on
from syncd.identity.local import hash_password
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium
from tests.web.browsing import violations
from tests.web.conftest import PASSWORD, Office

pytestmark = pytest.mark.browser

DESK, TABLET = {"width": 1280, "height": 800}, {"width": 820, "height": 1180}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(make_office: Callable[[], Office]) -> Iterator[tuple[Office, str]]:
    office = make_office()
    server = WebServer(office.opened, ConsoleTable(listen="127.0.0.1:0"))
    server.start()
    yield office, f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def page(browser: Browser, served: tuple[Office, str]) -> Iterator[Page]:
    context = browser.new_context(
        base_url=served[1], viewport=DESK, locale="ja-JP", timezone_id="Asia/Tokyo"
    )
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
    yield opened
    assert faults == []
    context.close()


def sign_in(page: Page, account: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("アカウント").fill(account)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("navigation")).to_be_visible()


def pages_of(office: Office) -> dict[str, str]:
    case = office.cases()[0]
    told = releases_on(office.opened.site, office.opened.today(), with_notices=False)
    released = next(room.section for room in told.rooms if room.releases)
    joined = next(room for room in told.rooms if room.newcomers)
    return {
        "releases": "/releases",
        "notice of release": f"/releases/{released}/notice",
        "form of designation": f"/releases/{joined.section}/designation",
        "application": f"/releases/{joined.section}/application/{joined.newcomers[0].staff_number}",
        "today": "/",
        "cases": "/cases",
        "case": f"/cases/{case.case_id}",
        "plans": "/plans",
        "plan": f"/plans/{office.plan_hash()}",
        "people": "/people",
        "people found": "/people?text=%E6%B1%A0%E7%94%B0",
        "ahead": "/transfer-day/ahead",
        "ahead of no orders": "/transfer-day/ahead?on=2027-04-02",
        "the morning report": "/transfer-day/morning",
        "a morning of nothing": "/transfer-day/morning?on=2020-01-01",
        "exposure by day": "/transfer-day/exposure",
        "one part of what is ahead": "/transfer-day/ahead?part=losses",
        "kept previews": "/transfer-day/previews",
        "person": f"/people/{office.city.left_behind}",
        "runs": "/runs",
        "run": f"/runs/{office.run_id()}",
        "trail": "/trail",
        "connections": "/connections",
        "account": "/account",
        "error": "/cases/none",
    }


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_no_page_has_a_violation_that_axe_finds(
    page: Page, served: tuple[Office, str], lang: str, size: dict[str, int]
):
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto("/sign-in")
    assert violations(page) == []
    sign_in(page, "soukatsu")
    if lang == "en":
        page.get_by_role("button", name="English").click()
    for name, path in pages_of(served[0]).items():
        page.goto(path)
        assert violations(page) == [], (name, lang)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is wider than the screen"


@pytest.fixture(scope="module")
def kanri(served: tuple[Office, str]) -> str:
    """An administrator, with a token and an account that is disabled to look at."""
    site = served[0].opened.site
    scopes = frozenset({Permission.READ, Permission.START_SYNC})
    make_token(site, lambda: "machine", TokenWish("人事システム", "jinji", scopes, 30), "root")
    disable_user(site, "norole", "root")
    return "kanri"


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_the_counts_of_orders_pass_axe_and_fit_the_screen(
    page: Page, served: tuple[Office, str], lang: str, size: dict[str, int]
):
    page.set_viewport_size(size)  # type: ignore[arg-type]
    sign_in(page, "jinji")
    page.goto("/transfer-day/counts")
    page.get_by_label("発令日").fill("2027-05-01")
    page.get_by_label("件数", exact=True).fill("12")
    page.get_by_role("button", name="示す", exact=True).click()
    expect(page.get_by_role("button", name="取り下げる")).to_be_visible()
    if lang == "en":
        page.get_by_role("button", name="English").click()
        page.goto("/transfer-day/counts")
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_the_page_of_accesses_has_no_violation_either(
    page: Page, kanri: str, lang: str, size: dict[str, int]
):
    page.set_viewport_size(size)  # type: ignore[arg-type]
    sign_in(page, kanri)
    page.goto("/access")
    if lang == "en":
        page.get_by_role("button", name="English").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.fixture
def strict(make_office: Callable[[], Office]) -> Iterator[tuple[Office, str]]:
    """A console that asks for a second factor, and somebody whose password was set for them."""
    office = make_office()
    hashed = hash_password(PASSWORD)
    set_password(office.opened.site, "kansa", hashed, "root", must_change=True)
    table = ConsoleTable(listen="127.0.0.1:0", second_factor=FactorPolicy.REQUIRED)
    server = WebServer(office.opened, table)
    server.start()
    yield office, f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_step_of_a_first_sign_in_is_a_page_that_axe_passes(
    browser: Browser, strict: tuple[Office, str], lang: str
):
    office, url = strict
    context = browser.new_context(base_url=url, viewport=DESK, color_scheme="dark")
    page, faults = context.new_page(), []
    page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
    page.goto("/sign-in")
    if lang == "en":
        page.get_by_role("button", name="English").click()
    page.locator("#account").fill("kansa")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    for box in ("#password", "#again"):
        expect(page.locator(box)).to_be_visible()
        page.locator(box).fill("four grey herons above the weir")
    assert violations(page) == []
    page.locator("#again").press("Enter")
    expect(page.locator(".qr")).to_be_visible()
    assert violations(page) == []
    drawn = page.locator(".qr svg").bounding_box()
    assert drawn is not None
    assert drawn["width"] > 150
    secret = "".join(page.locator("code").inner_text().split())
    enter_code(page, secret, office)
    expect(page.get_by_role("navigation")).to_be_visible()
    page.get_by_role("button", name="Sign out" if lang == "en" else "サインアウト").click()
    page.locator("#account").fill("kansa")
    page.locator("#password").fill("four grey herons above the weir")
    page.locator("#password").press("Enter")
    expect(page.locator("#code")).to_be_focused()
    assert violations(page) == []
    office.clock.at += timedelta(seconds=30)
    enter_code(page, secret, office)
    expect(page.get_by_role("navigation")).to_be_visible()
    assert faults == []
    context.close()


def enter_code(page: Page, secret: str, office: Office) -> None:
    page.locator("#code").fill(totp(base64.b32decode(secret), step_at(office.clock())))
    page.locator("#code").press("Enter")


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out_by_day_and_by_night(page: Page, *, dark: bool):
    page.emulate_media(color_scheme="dark" if dark else "light")
    sign_in(page, "soukatsu")
    for path in ("/", "/cases"):
        page.goto(path)
        assert violations(page) == []


def test_an_english_page_has_no_japanese_in_its_own_words(page: Page, kanri: str):
    sign_in(page, kanri)
    page.get_by_role("button", name="English").click()
    for path in ("/plans", "/runs", "/people", "/account", "/access", "/trail", "/connections"):
        page.goto(path)
        own = page.locator("h1, h2, th, label, nav a, button, legend").all_inner_texts()
        left = [t for t in own if re.search(r"[\u3040-\u30ff]", t) and t.strip() != "日本語"]
        assert left == [], path


def test_an_approver_chooses_by_keyboard_and_approves(page: Page, served: tuple[Office, str]):
    office = served[0]
    before = {c.case_id for c in office.cases() if c.section == "20020"}
    sign_in(page, "hosaka")
    page.goto("/cases")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+J")
    expect(page.locator("[data-chosen]")).to_have_text("2")
    page.get_by_role("button", name="失効を承認する").click()
    expect(page.get_by_role("status")).to_contain_text("2")
    after = {c.case_id for c in office.cases() if c.section == "20020"}
    assert len(before - after) == 2


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_enter_on_a_box_approves_no_plan(
    browser: Browser, served: tuple[Office, str], *, scripts: bool
):
    """Browsers send a form at Enter: the key that opens a case must not take every right."""
    office, url = served
    context = browser.new_context(base_url=url, locale="ja-JP", java_script_enabled=scripts)
    page = context.new_page()
    sign_in(page, "soukatsu")
    before = office.cases()
    for path in ("/cases", f"/plans/{office.plan_hash()}"):
        for box in ("[data-all-rows]", "[data-row]") if scripts else ("[data-all-rows]",):
            page.goto(path)
            page.locator(box).first.focus()
            page.keyboard.press("Enter")
            page.wait_for_timeout(300)
            page.wait_for_load_state()
    assert office.cases() == before
    context.close()


@pytest.mark.parametrize("path", ["/cases", "/plans/{plan}", "/connections"])
def test_no_word_is_broken_in_a_table_on_a_tablet(
    page: Page, served: tuple[Office, str], path: str
):
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    sign_in(page, "soukatsu")
    page.get_by_role("button", name="English").click()
    page.goto(path.format(plan=served[0].plan_hash()))
    broken = """() => [...document.querySelectorAll("td")].flatMap((cell) => {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
        while (walker.nextNode()) {
            const text = walker.currentNode;
            if (text.parentElement.closest("code, .mono")) continue;
            for (const word of text.data.matchAll(/[A-Za-z]{2,}/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const tops = [...range.getClientRects()].map((r) => Math.round(r.top));
                if (new Set(tops).size > 1) found.push(word[0]);
            }
        }
        return found;
    })"""
    assert page.evaluate(broken) == []
    wide = "[...document.querySelectorAll('.scroll')].some((t) => t.scrollWidth > t.clientWidth)"
    assert not page.evaluate(wide)


def test_filters_narrow_at_once_and_stand_in_the_address(page: Page, served: tuple[Office, str]):
    sign_in(page, "soukatsu")
    page.goto("/cases")
    page.get_by_label("理由", exact=True).select_option("not-designated")
    expect(page.locator("#found tbody tr")).to_have_count(3)
    expect(page).to_have_url(re.compile("reason=not-designated"))
    page.reload()
    expect(page.locator("#found tbody tr")).to_have_count(3)


def test_two_persons_keep_a_right_until_a_day(page: Page, served: tuple[Office, str]):
    office = served[0]
    case = next(c for c in office.cases() if c.section == "20020")
    for account, button in (("hosaka", "失効を断る"), ("soukatsu", "2人目として認める")):
        sign_in(page, account)
        page.goto(f"/cases/{case.case_id}")
        if account == "hosaka":  # the second person grants the day that was asked for
            page.locator("#until").fill("2027-04-15")
        page.locator("#keep-reason").fill("引継ぎのため")
        page.get_by_role("button", name=button).click()
        page.get_by_role("button", name="サインアウト").click()
    assert [c.case_id for c in office.cases(CaseState.EXCEPTED)] == [case.case_id]


def test_an_operator_tries_a_connection(page: Page):
    sign_in(page, "unyo")
    page.get_by_role("link", name="接続").click()
    page.get_by_role("button", name="試す: roster").click()
    expect(page.get_by_role("status")).to_contain_text("399 行")


def test_an_auditor_exports_the_trail(page: Page):
    sign_in(page, "kansa")
    page.get_by_role("link", name="証跡").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="書き出す").click()
    assert b"run.started" in Path(download.value.path()).read_bytes()
    expect(page.get_by_role("button", name="失効を承認する")).to_have_count(0)


def test_personnel_find_a_person(page: Page, served: tuple[Office, str]):
    sign_in(page, "jinji")
    page.get_by_role("link", name="職員", exact=True).click()
    page.get_by_label("職員番号・氏名・フリガナ").fill(served[0].city.left_behind.lstrip("0"))
    page.get_by_role("button", name="表示").click()
    expect(page.get_by_role("img", name="経歴の図")).to_be_visible()


def test_personnel_bring_a_file_watch_the_run_and_print_the_result(
    page: Page, served: tuple[Office, str], tmp_path: Path
):
    office = served[0]
    orders = tmp_path / "発令.csv"
    orders.write_bytes(office.city.orders.read_bytes())
    rows = office.city.orders_before + office.city.orders_arriving
    sign_in(page, "jinji")
    page.get_by_role("link", name="異動日").click()
    assert violations(page) == []
    page.get_by_label("ファイル").set_input_files(orders)
    page.get_by_label("入っているはずの発令の件数").fill(str(rows + 1))
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("alert")).to_contain_text("受け付けられません")
    assert violations(page) == []
    page.go_back()
    page.get_by_label("ファイル").set_input_files(orders)
    page.get_by_label("入っているはずの発令の件数").fill(str(rows))
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("status")).to_contain_text(f"{rows} 件の発令")
    assert violations(page) == []
    page.get_by_role("button", name="突合を開始する").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert violations(page) == []
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert office.work_off() is not None
    expect(page.get_by_role("button", name="結果を印刷")).to_be_visible()
    assert violations(page) == []
    page.emulate_media(media="print")
    expect(page.get_by_text("職・氏名")).to_be_visible()


def test_an_operator_checks_the_configured_feed_and_starts(page: Page, served: tuple[Office, str]):
    office = served[0]
    notices = office.city.orders.read_text("cp932").count(",内示")
    rows = office.city.orders_before + office.city.orders_arriving - notices
    sign_in(page, "unyo")
    page.get_by_role("link", name="異動日").click()
    assert violations(page) == []
    for size in (DESK, TABLET):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.get_by_label("取込みにあるはずの確定した発令の件数").fill(str(rows + 1))
        page.get_by_role("button", name="取込みを確認する").click()
        expect(page.get_by_role("alert")).to_contain_text("受け付けられません")
        assert violations(page) == []
        page.go_back()
    page.get_by_label("取込みにあるはずの確定した発令の件数").fill(str(rows))
    page.get_by_role("button", name="取込みを確認する").click()
    expect(page.get_by_role("status")).to_contain_text(f"{rows} 件の発令")
    page.get_by_label("この日に何が起きるか").fill("2027-04-16")
    page.get_by_role("button", name="見る").click()
    expect(page.get_by_role("heading", name="令和9年4月16日")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.get_by_role("button", name="突合を開始する").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert office.work_off() is not None
    expect(page.get_by_text("確かめた取込み")).to_be_visible()


def test_what_the_next_transfer_day_takes_is_one_click_from_today_and_prints(
    page: Page, served: tuple[Office, str]
):
    sign_in(page, "hosaka")
    page.get_by_role("link", name="誰が何を失うか").click()
    expect(page.get_by_role("heading", name="令和9年4月16日")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("0099123").first).to_be_visible()
    expect(page.get_by_text("職・氏名")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_plan_prints_on_a4_without_what_only_a_screen_needs(
    page: Page, served: tuple[Office, str]
):
    sign_in(page, "soukatsu")
    page.goto(f"/plans/{served[0].plan_hash()}")
    page.emulate_media(media="print")
    for hidden in ("header.top", ".selection", "[data-print]"):
        for found in page.locator(hidden).all():
            expect(found).to_be_hidden()
    expect(page.locator("tbody tr").first).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
