"""A review from its first answer to its confirmed record in a real Chromium; its pages under axe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from syncd.core.reviews.questions import Choice
from syncd.core.reviews.review import AccessReview
from syncd.flow.reviews.answering import answer
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium
from tests.web.browsing import enter, violations
from tests.web.conftest import Office
from tests.web.reviewed import SECTION, reviewed, sheet_of, waiting

pytestmark = pytest.mark.browser

OTHER = "30010"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def served(
    make_office: Callable[[], Office],
) -> Iterator[tuple[Office, AccessReview, str]]:
    office = make_office()
    review = reviewed(office)
    server = WebServer(office.opened, ConsoleTable(listen="127.0.0.1:0"))
    server.start()
    yield office, review, f"http://127.0.0.1:{server.port}"
    server.stop()


def picture(page: Page, name: str) -> None:
    """Keep what the screen shows, where somebody asked for pictures."""
    folder = os.environ.get("SYNCD_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def answer_all(office: Office, review: AccessReview, account: str) -> None:
    """Answer what is left of every section."""
    with office.opened.site.store.begin() as unit:
        left = [s.question.number for s in unit.questions_waiting(review.review_id)]
    actors = [office.opened.actor(account)]
    answer(office.opened.site, actors, review.review_id, left, Choice.NEEDED)


def test_an_approver_answers_a_chief_assigns_and_an_auditor_confirms_without_scripts(
    browser: Browser, served: tuple[Office, AccessReview, str]
):
    office, review, address = served
    first, second = (s.question.number for s in waiting(office, review)[:2])
    approver = enter(browser, address, "hosaka", java_script_enabled=False)
    approver.get_by_role("link", name=review.name).click()
    approver.get_by_role("link", name="税務課").click()
    approver.locator(f'input[value="{first}"]').check()
    approver.get_by_role("button", name="不要", exact=True).click()
    expect(approver.get_by_role("alert")).to_have_text("理由を書いてください。")
    expect(approver.locator(f'input[value="{first}"]')).to_be_checked()
    approver.get_by_label("理由").fill("担当を外れた")
    approver.get_by_label("理由").press("Enter")  # a slip: it must not answer "needed"
    approver.get_by_role("button", name="不要", exact=True).click()
    expect(approver.get_by_text("件の回答を記録しました")).to_be_visible()
    approver.locator(f'input[value="{second}"]').check()
    approver.get_by_label("理由").fill("福祉課の事務です")
    approver.get_by_role("button", name="担当違い").click()

    chief = enter(browser, address, "soukatsu", java_script_enabled=False)
    chief.goto(f"/reviews/{review.review_id}")
    chief.get_by_role("link", name="受け持つ所属のないもの").click()
    chief.locator(f'input[value="{second}"]').check()
    chief.get_by_label("尋ねる所属").select_option(OTHER)
    chief.get_by_role("button", name="この所属に尋ねる").click()
    assert second in {s.question.number for s in waiting(office, review, OTHER)}

    left = len(waiting(office, review))
    chief.goto(f"/reviews/{review.review_id}/sheet?section={SECTION}")
    chief.locator("input[data-row]").nth(2).check()
    chief.get_by_role("button", name="要", exact=True).click()
    everything = f"残り {left} 件をすべて「要」と答える"
    approver.get_by_role("button", name=everything).click()
    expect(approver.get_by_role("alert")).to_contain_text("回答が変わっています")
    approver.get_by_role("button", name=f"残り {left - 1} 件をすべて「要」と答える").click()
    expect(approver.get_by_text(f"{left - 1} 件の回答を記録しました")).to_be_visible()
    assert sheet_of(office, review).waiting == 0
    assert sheet_of(office, review).not_needed == 1

    answer_all(office, review, "soukatsu")
    chief.goto(f"/reviews/{review.review_id}")
    chief.get_by_role("button", name="締め切る").click()
    expect(chief.get_by_text("回答していない人が確認します")).to_be_visible()
    expect(chief.get_by_role("button", name="確認した")).to_have_count(0)
    auditor = enter(browser, address, "kansa", java_script_enabled=False)
    auditor.goto(f"/reviews/{review.review_id}")
    auditor.get_by_label("所見").fill("全所属の回答を見た")
    auditor.get_by_role("button", name="確認した").click()
    expect(auditor.locator("h1 .tag")).to_have_text("確認済み")
    auditor.get_by_role("link", name="棚卸完了記録を印刷する").click()
    auditor.emulate_media(media="print")
    expect(auditor.locator(".paper")).to_be_visible()
    expect(auditor.get_by_text("全所属の回答を見た").first).to_be_visible()
    expect(auditor.get_by_text("担当を外れた")).to_be_visible()
    assert auditor.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_no_page_of_it_has_a_violation_or_is_wider_than_the_screen(
    browser: Browser, served: tuple[Office, AccessReview, str], lang: str
):
    office, review, address = served
    number = waiting(office, review)[0].question.number
    actor = office.opened.actor("hosaka")
    site, review_id = office.opened.site, review.review_id
    answer(site, [actor], review_id, [number], Choice.NOT_NEEDED, "担当を外れた")
    page = enter(browser, address, "soukatsu")
    if lang == "en":
        page.get_by_role("button", name="English").click()
    at = f"/reviews/{review_id}"
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 900})
        for where in (
            "/",
            "/reviews",
            at,
            f"{at}/sheet?section={SECTION}",
            f"{at}/sheet?section=-",
            f"{at}/questions/{number}",
            f"{at}/record",
        ):
            answered = page.goto(where)
            assert answered is not None
            assert answered.status == 200, where
            assert violations(page) == [], (where, lang, width)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"{where} is wider than the screen at {width}"
            picture(page, f"review-{lang}-{width}-{where.rpartition('/')[2][:7] or 'today'}")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_form_that_begins_one_passes_axe(
    browser: Browser, make_office: Callable[[], Office], lang: str
):
    office = make_office()
    server = WebServer(office.opened, ConsoleTable(listen="127.0.0.1:0"))
    server.start()
    try:
        page = enter(browser, f"http://127.0.0.1:{server.port}", "unyo")
        if lang == "en":
            page.get_by_role("button", name="English").click()
        page.goto("/reviews")
        assert violations(page) == []
        picture(page, f"review-{lang}-begin")
        page.locator("#name").fill("x")
        page.locator("#on").fill("2027-04-02")
        page.get_by_role("button", name="Begin" if lang == "en" else "始める", exact=True).click()
        assert violations(page) == []
        picture(page, f"review-{lang}-planned")
    finally:
        server.stop()
