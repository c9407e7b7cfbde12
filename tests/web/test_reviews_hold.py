"""What an attacker, a slow browser or a slip of the hand must not do to an access review."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.findings import Verdict
from syncd.core.ids import AccountId, EntitlementId
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Choice, Question, ReviewedSystem, Sheet
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.flow.reviews import record as recorded
from syncd.flow.reviews.answering import answer
from syncd.flow.reviews.record import record_lines
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.web.conftest import HOST, Office, send
from tests.web.reviewed import SECTION, reviewed, sheet_of, waiting

FOREIGN = "30010"
TOO_LARGE = 2**31


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    return make_office()


@pytest.fixture
def review(office: Office) -> AccessReview:
    return reviewed(office)


def numbers(office: Office, review: AccessReview, section: str | None = SECTION) -> list[int]:
    return [standing.question.number for standing in waiting(office, review, section)]


def shown_in(page: str) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_a_question_of_another_section_is_told_as_one_that_is_not_there(
    office: Office, review: AccessReview
):
    browser, at = office.enter("hosaka"), f"/reviews/{review.review_id}"
    own, theirs = numbers(office, review)[0], numbers(office, review, FOREIGN)[0]
    step, absent = f"{at}/answer?section={SECTION}", TOO_LARGE - 1
    hidden = send(browser, step, number=[own, theirs], choice="needed")
    missing = send(browser, step, number=[own, absent], choice="needed")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert FOREIGN not in hidden.text
    assert f"({theirs})" in hidden.text
    assert f"({absent})" in missing.text
    assert own in numbers(office, review)
    assert theirs in numbers(office, review, FOREIGN)


def test_a_number_that_no_question_can_have_is_refused_in_words(
    office: Office, review: AccessReview
):
    browser, at = office.enter("hosaka"), f"/reviews/{review.review_id}"
    sheet = f"{at}/sheet?section={SECTION}"
    for large in (TOO_LARGE, 10**30):
        assert browser.get(f"{at}/questions/{large}").status_code == 422
        assert browser.get(f"{sheet}&after={large}").status_code == 422
        assert browser.get(f"{sheet}&done={large}").status_code == 422
        step = f"{at}/answer?section={SECTION}"
        assert send(browser, step, number=[large], choice="needed").status_code == 422


@pytest.mark.parametrize("unreadable", ["x\x00", "x\x1b[2J", "x\u202ey", "字" * 501])
def test_no_reason_can_hold_what_nobody_can_read_back(
    office: Office, review: AccessReview, unreadable: str
):
    browser, at = office.enter("hosaka"), f"/reviews/{review.review_id}"
    number = numbers(office, review)[0]
    step = f"{at}/answer?section={SECTION}"
    said = send(browser, step, number=[number], choice="not-needed", reason=unreadable)
    assert said.status_code == 422
    assert send(office.enter("unyo"), f"{at}/drop", reason=unreadable).status_code == 422
    assert number in numbers(office, review)


def test_what_was_chosen_is_still_chosen_where_the_reason_was_forgotten(
    office: Office, review: AccessReview
):
    browser = office.enter("hosaka")
    first, second, third = numbers(office, review)[:3]
    step = f"/reviews/{review.review_id}/answer?section={SECTION}&answered=waiting"
    told = send(browser, step, number=[first, second], choice="not-needed")
    assert told.status_code == 422
    assert "理由を書いてください" in told.text
    for number, checked in ((first, True), (second, True), (third, False)):
        assert (f'value="{number}" data-row checked' in told.text) is checked
    nothing = send(browser, step, choice="needed", reason="書きかけの理由")
    assert nothing.status_code == 422
    assert "行を一つ以上選んでください" in nothing.text
    assert "書きかけの理由" in nothing.text


def test_a_sheet_that_changed_meanwhile_is_shown_again_with_its_new_mark(
    office: Office, review: AccessReview
):
    browser, at = office.enter("hosaka"), f"/reviews/{review.review_id}"
    old = shown_in(browser.get(f"{at}/sheet?section={SECTION}").text)
    left = numbers(office, review)
    chief = office.opened.actor("soukatsu")
    answer(office.opened.site, [chief], review.review_id, left[:1], Choice.NEEDED)
    step = f"{at}/answer-rest?section={SECTION}"
    late = send(browser, step, shown=old)
    assert late.status_code == 409
    assert "表示したときから回答が変わっています" in late.text
    assert numbers(office, review) == left[1:]
    done = send(browser, step, shown=shown_in(late.text))
    assert done.status_code == 303
    assert numbers(office, review) == []


def test_the_filters_stay_after_an_answer(office: Office, review: AccessReview):
    browser, number = office.enter("hosaka"), numbers(office, review)[0]
    kept = f"section={SECTION}&answered=waiting&verdict=justified&text=TAX"
    step = f"/reviews/{review.review_id}/answer?{kept}"
    done = send(browser, step, number=[number], choice="needed")
    assert done.headers["location"] == f"/reviews/{review.review_id}/sheet?{kept}&done=1"
    page = browser.get(done.headers["location"]).text
    assert "/answer?section=20020&amp;answered=waiting&amp;verdict=justified&amp;text=TAX" in page


def test_a_question_is_answered_from_its_own_page_too(office: Office, review: AccessReview):
    browser, number = office.enter("hosaka"), numbers(office, review)[0]
    at = f"/reviews/{review.review_id}"
    page = browser.get(f"{at}/questions/{number}").text
    assert f'name="number" value="{number}"' in page
    send(browser, f"{at}/answer?section={SECTION}", number=[number], choice="needed")
    assert number not in numbers(office, review)
    for account in ("unyo", "kansa", "jinji"):
        theirs = office.enter(account).get(f"{at}/questions/{number}").text
        assert 'name="number"' not in theirs


def test_enter_in_the_box_of_the_reason_answers_nothing(office: Office, review: AccessReview):
    """Browsers press the first button of a form: "needed", beside a reason for the contrary."""
    page = office.enter("hosaka").get(f"/reviews/{review.review_id}/sheet?section={SECTION}").text
    form = page[page.index(f"/reviews/{review.review_id}/answer?") :]
    first = form[form.index("<button") :]
    assert first.startswith("<button disabled hidden>")


def frozen(office: Office, questions: int, *systems: ReviewedSystem) -> AccessReview:
    """Return a review of so many rights of the tax section, beside what else there is."""
    now = office.clock()
    made = AccessReview(
        *("large", "大きな棚卸", office.opened.today(), ReviewState.OPEN, "unyo", now),
        *(OnSilence.REVOKE, 10, now, "0" * 64, questions),
        answer_by=now + timedelta(days=20),
        silence_at=now + timedelta(days=30),
    )
    asked = Question(
        *(1, "mihon", EntitlementId("TAX-EDIT"), "住民税 更新", AccountId("u"), None),
        *(SECTION, SECTION, "主査", "", "TAX/20020", Verdict.JUSTIFIED, (), "direct"),
    )
    each = [replace(asked, number=n, account=AccountId(f"u{n}")) for n in range(1, questions + 1)]
    each[0] = replace(each[0], staff_number=office.opened.actor("hosaka").staff_number)
    with office.opened.site.store.begin() as unit:
        unit.add_review(made)
        unit.freeze_review("large", systems, each, [Sheet(SECTION, "税務課", 0)])
    return made


def test_a_long_sheet_goes_on_and_back_with_its_filters(office: Office):
    frozen(office, 120)
    browser, at = office.enter("hosaka"), "/reviews/large/sheet?section=20020&answered=waiting"
    first = browser.get(at).text
    assert "残り 120 件をすべて「要」と答える" in first
    assert "ほかのページの分も含みます" in first
    assert "はじめのページ" not in first
    on = "/reviews/large/sheet?section=20020&amp;answered=waiting&amp;after=50"
    assert f'href="{on}"' in first
    second = browser.get(on.replace("&amp;", "&")).text
    assert 'value="51" data-row' in second
    assert "はじめのページ" in second
    step = "/reviews/large/answer?section=20020&answered=waiting&after=50"
    done = send(browser, step, number=[51, 52], choice="needed")
    assert 'value="53" data-row' in browser.get(done.headers["location"]).text


def test_all_that_is_left_is_offered_only_where_all_of_it_is_shown(office: Office):
    frozen(office, 3)
    browser, at = office.enter("hosaka"), "/reviews/large/sheet?section=20020"
    assert "answer-rest" in browser.get(at).text
    assert "answer-rest" in browser.get(f"{at}&answered=waiting").text
    for narrowed in ("verdict=stale", "text=u1", "directory=mihon"):
        assert "answer-rest" not in browser.get(f"{at}&{narrowed}").text


def test_a_system_that_was_not_read_is_marked_and_never_looks_like_one_without_rights(
    office: Office,
):
    read = ReviewedSystem("mihon", office.clock(), "paged", "f" * 64, 3)
    frozen(office, 3, read, ReviewedSystem("gateway", None))
    page = office.enter("kansa").get("/reviews/large").text
    assert re.search(r"読めていないシステムがあります[^<]*</b>: gateway", page)
    assert re.search(r'<dt>gateway</dt><dd><span class="tag unknown">読めていない', page)
    paper = office.enter("kansa").get("/reviews/large/record").text
    assert "gateway: <b>読めていない（対象に入っていない）</b>" in paper


def test_ones_own_right_is_marked_and_stays_for_somebody_else(office: Office):
    made, at = frozen(office, 3), "/reviews/large"
    browser = office.enter("hosaka")
    page = browser.get(f"{at}/sheet?section={SECTION}").text
    assert re.findall(r'value="(\d)" data-row', page) == ["2", "3"]
    assert page.count(">本人<") == 1
    assert 'name="number"' not in browser.get(f"{at}/questions/1").text
    step = f"{at}/answer?section={SECTION}"
    own = send(browser, step, number=[1], choice="needed")
    assert own.status_code == 403
    assert "自身の権限" in own.text
    part = send(browser, step, number=[1, 2], choice="needed")
    assert part.status_code == 200
    assert "<b>1</b> 件の回答を記録しました" in part.text
    assert "1 番は hosaka 自身の権限についてのものです" in part.text
    rest = send(browser, f"{at}/answer-rest?section={SECTION}", shown=shown_in(part.text))
    assert "ほかの人が回答します" in rest.text
    assert numbers(office, made) == [1]
    chief = office.enter("soukatsu")
    assert send(chief, step, number=[1], choice="needed").status_code == 303


def test_what_could_not_be_written_down_is_told_in_the_readers_language(
    office: Office, review: AccessReview
):
    browser = office.enter("hosaka")
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    at, number = f"/reviews/{review.review_id}", numbers(office, review)[0]
    step = f"{at}/answer?section={SECTION}"
    assert "this needs a reason" in send(browser, step, number=[number], choice="not-needed").text
    assert "choose at least one line" in send(browser, step, choice="needed").text
    rest = send(browser, f"{at}/answer-rest?section={SECTION}", shown="0" * 64)
    assert "the sheet is not as it was shown" in rest.text


def test_the_paper_names_every_deputy(office: Office, review: AccessReview):
    site, first = office.opened.site, numbers(office, review)
    principal = office.opened.actor("hosaka")
    for number, name in zip(first, ("dairi1", "dairi2"), strict=False):
        deputy = replace(principal, account=name, staff_number=None, deputy_for="hosaka")
        answer(site, [deputy], review.review_id, [number], Choice.NOT_NEEDED, "担当を外れた")
    paper = office.enter("kansa").get(f"/reviews/{review.review_id}/record").text
    assert "dairi1（hosaka）、dairi2（hosaka）" in paper
    assert "dairi1（代決 hosaka）" in paper


def test_whoever_takes_the_record_slowly_holds_up_nobody_who_writes(
    office: Office, review: AccessReview, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recorded, "_LINES_A_LOOK", 10)
    site = office.opened.site
    slow = record_lines(site.store, review.review_id)
    lines = [next(slow) for _ in range(3)]
    record = AuditRecord(office.clock(), AuditEvent.REQUEST_REFUSED, "x", "x", None, {"why": "x"})
    with site.store.begin() as unit:
        unit.audit([record])
    lines += slow
    assert [line.standing.question.number for line in lines] == [*range(1, review.questions + 1)]
    only = record_lines(site.store, review.review_id, frozenset({SECTION}))
    assert [line.standing.question.number for line in only] == numbers(office, review)


def test_the_chief_asks_a_section_by_choosing_one_and_only_of_what_waits(
    office: Office, review: AccessReview
):
    chief, at = office.enter("soukatsu"), f"/reviews/{review.review_id}"
    (first, *_), step = numbers(office, review, None), f"{at}/assign?section=-"
    none = send(chief, step, number=[first], to="")
    assert none.status_code == 422
    assert "尋ねる所属を選んでください" in none.text
    send(chief, f"{at}/answer?section=-", number=[first], choice="needed")
    answered = send(chief, step, number=[first], to=FOREIGN)
    assert answered.status_code == 409
    assert "回答済みのものは、ほかの所属に尋ねられません" in answered.text


def test_an_approver_reads_the_records_that_name_their_section_and_no_other(
    office: Office, review: AccessReview
):
    chief, at = office.enter("soukatsu"), f"/reviews/{review.review_id}"
    first, second = numbers(office, review, None)[:2]
    for number, section, why in ((first, FOREIGN, "福祉課へ"), (second, SECTION, "税務課へ")):
        step = f"{at}/assign?section=-"
        assert send(chief, step, number=[number], to=section, reason=why).status_code == 303
    page = office.enter("hosaka").get(at).text
    assert page.count("棚卸の回答者を決めた") == 1
    assert FOREIGN not in page
    assert "棚卸の対象を固定した" not in page
    assert office.enter("kansa").get(at).text.count("棚卸の回答者を決めた") == 2


def test_the_page_says_what_is_overdue_and_how_many_open_days_are_left(
    office: Office, review: AccessReview
):
    at, number = f"/reviews/{review.review_id}", numbers(office, review)[0]
    step = f"{at}/answer?section={SECTION}"
    send(office.enter("hosaka"), step, number=[number], choice="not-needed", reason="担当を外れた")
    page = office.enter("hosaka").get(at).text
    assert re.search(r"（あと \d+ 開庁日）", page)
    assert "期限切れ" not in page
    office.clock.at += timedelta(days=21)
    for account, seen in (("hosaka", True), ("kansa", True)):
        late = office.enter(account).get(at).text
        assert ("期限切れ 1" in late) is seen
    paper = office.enter("kansa").get(f"{at}/record").text
    assert "是正期限切れ" in paper


def test_a_case_that_an_answer_opened_leads_to_its_review_in_the_readers_language(
    office: Office, review: AccessReview
):
    just = [s for s in waiting(office, review) if s.question.verdict == "justified"]
    site, asked = office.opened.site, just[0].question
    hosaka = office.opened.actor("hosaka")
    reason = "担当を外れた"
    answer(site, [hosaka], review.review_id, [asked.number], Choice.NOT_NEEDED, reason)
    run(site, RunRequest(office.opened.today(), "syncd"))
    (case,) = (c for c in office.cases() if c.key == asked.key)
    page = office.enter("soukatsu").get(f"/cases/{case.case_id}").text
    assert f'<a href="/reviews/{review.review_id}">棚卸 {review.review_id}</a>' in page
    question = f"/reviews/{review.review_id}/questions/{asked.number}"
    assert f'href="/cases/{case.case_id}"' in office.enter("hosaka").get(question).text


def test_the_chiefs_part_has_its_name_in_the_records(office: Office, review: AccessReview):
    office.clock.at = review.silence_at + timedelta(hours=1)  # type: ignore[operator]
    run(office.opened.site, RunRequest(office.opened.today(), "syncd"))
    page = office.enter("kansa").get(f"/reviews/{review.review_id}").text
    assert "尋ねた相手のいない所属: 受け持つ所属なし、10020" in page


def test_once_nobody_can_answer_any_more_every_page_says_so_before_the_next_run_comes(
    office: Office, review: AccessReview
):
    assert review.answer_by is not None
    assert review.silence_at is not None
    at, sheet = f"/reviews/{review.review_id}", f"/reviews/{review.review_id}/sheet?section=20020"
    office.clock.at = review.answer_by + timedelta(hours=1)
    assert "まではまだ回答できます" in office.enter("hosaka").get(at).text
    assert "data-row" in office.enter("hosaka").get(sheet).text
    office.clock.at = review.silence_at + timedelta(hours=1)
    page = office.enter("unyo").get(at).text
    assert "まではまだ回答できます" not in page
    assert "次の突合で締め切り、無回答は「不要とみなす」になります" in page
    told = office.enter("hosaka").get(sheet).text
    assert "回答できる日は終わりました" in told
    assert "data-row" not in told
    assert "締め切る" in page
    assert send(office.enter("unyo"), f"{at}/close").status_code == 303
    assert "無回答（不要とみなす）" in office.enter("hosaka").get(sheet).text


def test_the_form_says_whether_today_is_frozen_at_once(office: Office):
    page = office.enter("unyo").get("/reviews").text
    assert "今日を基準日にすると、すぐ固定します" in page
    office.clock.at += timedelta(days=1)
    page = office.enter("unyo").get("/reviews").text
    assert "今日を基準日にすると、次の完全な突合を待ちます" in page


def test_the_paper_of_a_review_that_goes_on_calls_nothing_silent(
    office: Office, review: AccessReview
):
    paper = office.enter("kansa").get(f"/reviews/{review.review_id}/record").text
    assert "棚卸記録（途中）" in paper
    assert "無回答の残った所属" not in paper
    assert "尋ねた相手のいない所属" not in paper
    assert sheet_of(office, review).waiting
