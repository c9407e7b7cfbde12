"""棚卸 in the console: seen by who may, answered with few clicks, confirmed by somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.flow.reviews.beginning import start_review
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.web.conftest import HOST, Office, csrf_of, send

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
SECTION = "20020"


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    return make_office()


@pytest.fixture
def review(office: Office) -> AccessReview:
    actor = office.opened.actor("unyo")
    return start_review(office.opened.site, actor, "令和9年度 第1回", office.opened.today())


def standings(office: Office, review: AccessReview, section: str | None = SECTION):
    with office.opened.site.store.begin() as unit:
        found = list(unit.frozen_questions(review.review_id))
    return [s for s in found if s.asked == section]


def the_review(office: Office) -> AccessReview:
    with office.opened.site.store.begin() as unit:
        return unit.reviews()[0]


def sheet_of(review: AccessReview, section: str = SECTION) -> str:
    return f"/reviews/{review.review_id}/sheet?section={section}"


def shown_in(page: str) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_it_is_begun_by_a_form_and_frozen_on_what_the_run_of_today_read(office: Office):
    browser = office.enter("unyo")
    on = office.opened.today().isoformat()
    answer = send(browser, "/reviews", name="令和9年度 第1回", on=on)
    made = the_review(office)
    assert answer.headers["location"] == f"/reviews/{made.review_id}"
    assert made.state is ReviewState.OPEN
    page = browser.get(answer.headers["location"]).text
    assert made.sha256 in page
    assert "令和9年4月1日" in page
    listed = browser.get("/reviews").text
    assert "令和9年度 第1回" in listed
    assert "いま続いている棚卸があります" in listed


def test_a_day_to_come_waits_and_can_be_frozen_only_when_it_is_there(office: Office):
    browser = office.enter("unyo")
    on = office.opened.today() + timedelta(days=1)
    send(browser, "/reviews", name="5月", on=on.isoformat())
    made = the_review(office)
    assert made.state is ReviewState.PLANNED
    at = f"/reviews/{made.review_id}"
    assert "最初の完全な突合で対象を固定します" in browser.get(at).text
    assert send(browser, f"{at}/freeze").status_code == 422
    office.clock.at = midnight(on) + timedelta(hours=1)
    browser = office.enter("unyo")
    assert send(browser, f"{at}/freeze").status_code == 303
    assert the_review(office).state is ReviewState.OPEN


def test_an_approver_sees_and_counts_only_their_sections(office: Office, review: AccessReview):
    browser = office.enter("hosaka")
    page = browser.get(f"/reviews/{review.review_id}").text
    own = standings(office, review)
    assert f"section={SECTION}" in page
    assert "section=30010" not in page
    assert "対象</span>" not in page or str(len(own)) in page
    exported = browser.get(f"/reviews/{review.review_id}/export").content.decode("utf-8-sig")
    assert len(exported.strip().split("\r\n")) == len(own) + 1
    record = browser.get(f"/reviews/{review.review_id}/record").text
    assert "30010" not in record
    auditor = office.enter("kansa").get(f"/reviews/{review.review_id}/export").content
    assert len(auditor.decode("utf-8-sig").strip().split("\r\n")) == review.questions + 1


def test_lines_are_answered_by_choosing_them(office: Office, review: AccessReview):
    browser = office.enter("hosaka")
    first, second = (s.question.number for s in standings(office, review)[:2])
    at = f"/reviews/{review.review_id}/answer?section={SECTION}"
    done = send(browser, at, number=[first, second], choice="needed")
    assert done.status_code == 303
    assert "<b>2</b> 件の回答を記録しました" in browser.get(done.headers["location"]).text
    no_reason = send(browser, at, number=[first], choice="not-needed")
    assert no_reason.status_code == 422
    assert "理由を書いてください" in no_reason.text
    send(browser, at, number=[first], choice="not-needed", reason="担当を外れた")
    page = browser.get(f"/reviews/{review.review_id}/questions/{first}").text
    assert page.count("hosaka") >= 2
    assert "担当を外れた" in page
    assert send(browser, at, choice="needed").status_code == 422


def test_all_that_is_left_is_one_click_bound_to_what_was_shown(
    office: Office, review: AccessReview
):
    browser = office.enter("hosaka")
    page = browser.get(sheet_of(review)).text
    at = f"/reviews/{review.review_id}/answer-rest?section={SECTION}"
    first = standings(office, review)[0].question.number
    send(
        office.enter("soukatsu"),
        f"/reviews/{review.review_id}/answer?section={SECTION}",
        number=[first],
        choice="needed",
    )
    late = send(browser, at, shown=shown_in(page))
    assert late.status_code == 409
    assert "表示したときから回答が変わっています" in late.text
    again = browser.get(sheet_of(review)).text
    done = send(browser, at, shown=shown_in(again))
    assert done.status_code == 303
    assert all(not s.waits for s in standings(office, review))
    assert "answer-rest" not in browser.get(sheet_of(review)).text


def test_who_does_not_answer_for_a_section_sees_no_form(office: Office, review: AccessReview):
    for account in ("unyo", "kansa", "jinji", "kanri"):
        page = office.enter(account).get(sheet_of(review)).text
        assert "answer-rest" not in page
        assert "data-row" not in page


def test_the_chief_sends_a_question_to_another_section(office: Office, review: AccessReview):
    number = standings(office, review)[0].question.number
    browser = office.enter("hosaka")
    at = f"/reviews/{review.review_id}"
    send(
        browser, f"{at}/answer?section={SECTION}", number=[number], choice="not-mine", reason="違う"
    )
    chief = office.enter("soukatsu")
    assert "この所属に尋ねる" in chief.get(sheet_of(review, "-")).text
    done = send(chief, f"{at}/assign?section=-", number=[number], to="30010")
    assert done.status_code == 303
    assert number in {s.question.number for s in standings(office, review, "30010")}
    assert browser.get(f"{at}/questions/{number}").status_code == 404
    told = chief.get(f"{at}/questions/{number}").text
    assert "担当違い" in told
    assert "回答者を変更" in told


def closed(office: Office, review: AccessReview) -> None:
    """Answer everything as the chief, and close it."""
    chief = office.enter("soukatsu")
    with office.opened.site.store.begin() as unit:
        sections = [s.section or "-" for s in unit.review_sheets(review.review_id)]
    for section in sections:
        page = chief.get(sheet_of(review, section)).text
        at = f"/reviews/{review.review_id}/answer-rest?section={section}"
        assert send(chief, at, shown=shown_in(page)).status_code == 303
    assert send(chief, f"/reviews/{review.review_id}/close").status_code == 303


def test_who_answered_is_told_why_they_do_not_confirm_and_the_auditor_does(
    office: Office, review: AccessReview
):
    closed(office, review)
    at = f"/reviews/{review.review_id}"
    assert "この棚卸で回答しています" in office.enter("soukatsu").get(at).text
    assert send(office.enter("soukatsu"), f"{at}/confirm").status_code == 403
    auditor = office.enter("kansa")
    assert "確認した" in auditor.get(at).text
    assert send(auditor, f"{at}/confirm", note="確認しました").status_code == 303
    paper = auditor.get(f"{at}/record").text
    assert "棚卸完了記録" in paper
    assert "確認しました" in paper
    assert review.sha256 in paper


def test_the_paper_tells_of_silence_and_of_who_was_never_asked(
    office: Office, review: AccessReview
):
    office.clock.at = review.silence_at + timedelta(seconds=1)  # type: ignore[operator]
    run(office.opened.site, RunRequest(office.clock.at.date(), "syncd"))
    paper = office.enter("kansa").get(f"/reviews/{review.review_id}/record").text
    assert "尋ねた相手のいない所属" in paper
    assert "無回答でも権限は残しました" in paper
    assert "無回答（残す）" in paper


def test_a_system_that_was_not_read_is_said_to_be_missing(office: Office, review: AccessReview):
    with office.opened.site.store.begin() as unit:
        systems = unit.reviewed_systems(review.review_id)
    assert all(system.read_at for system in systems)
    page = office.enter("kansa").get(f"/reviews/{review.review_id}").text
    assert "読めていないシステム" not in page


def test_today_tells_who_must_answer_how_many_wait(office: Office, review: AccessReview):
    own = len(standings(office, review))
    page = office.enter("hosaka").get("/").text
    assert f"未回答 <b>{own}</b>" in page
    closed(office, review)
    assert "未回答 <b>" not in office.enter("hosaka").get("/").text


def test_it_is_dropped_with_a_reason_that_everybody_reads(office: Office, review: AccessReview):
    at = f"/reviews/{review.review_id}"
    browser = office.enter("soukatsu")
    assert send(browser, f"{at}/drop", reason=" ").status_code == 422
    assert send(browser, f"{at}/drop", reason="基準日の誤り").status_code == 303
    assert "基準日の誤り" in office.enter("kansa").get(at).text


def test_steps_stand_in_the_trail_in_words(office: Office, review: AccessReview):
    closed(office, review)
    page = office.enter("kansa").get(f"/reviews/{review.review_id}").text
    for words in ("棚卸を始めた", "棚卸の対象を固定した", "棚卸に回答した", "棚卸を締め切った"):
        assert words in page
    assert AuditEvent.REVIEW_CLOSED in page


def test_in_english_every_page_is_english(office: Office, review: AccessReview):
    renamed = replace(review, name="First", version=review.version + 1)
    with office.opened.site.store.begin() as unit:
        unit.update_review(review, renamed)
    browser = office.enter("soukatsu")
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    at = f"/reviews/{review.review_id}"
    number = standings(office, review)[0].question.number
    for path in ("/reviews", at, sheet_of(review), f"{at}/record", f"{at}/questions/{number}"):
        page = browser.get(path).text
        main = page.partition("<main")[2]
        for words in ("棚卸", "回答", "未回答", "基準日", "判定", "所属"):
            assert words not in re.sub(r"第1回|<option.*?</option>", "", main), (path, words)


def test_every_form_asks_for_its_token(office: Office, review: AccessReview):
    browser = office.enter("soukatsu")
    at = f"/reviews/{review.review_id}"
    for step in ("answer", "answer-rest", "assign", "close", "drop", "confirm", "freeze"):
        assert browser.post(f"{at}/{step}", data={"csrf": "x"}).status_code in (403, 422), step
    assert the_review(office).state is ReviewState.OPEN
    assert csrf_of(browser.get(at).text)
