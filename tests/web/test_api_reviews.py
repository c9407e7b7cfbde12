"""/api/v1/reviews: machines see and answer of a review what the account behind them may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.reviews.review import AccessReview
from tests.web.conftest import Office
from tests.web.reviewed import SECTION, reviewed_office, sheet_of, waiting
from tests.web.test_api import API, scripted


@pytest.fixture
def made(make_office: Callable[[], Office]) -> tuple[Office, AccessReview]:
    return reviewed_office(make_office)


def path_of(review: AccessReview) -> str:
    return f"{API}/reviews/{review.review_id}"


def paged(browser, path: str, limit: int, **filters: str):
    """Return the pages of a list to the last."""
    cursor, pages = "", []
    while cursor is not None:
        asked = {"limit": limit, "cursor": cursor, **filters}
        pages.append(browser.get(f"{path}/questions", params=asked).json())
        cursor = pages[-1]["next"]
    return pages


def test_a_review_is_read_with_the_hash_of_its_set(made):
    office, review = made
    browser = scripted(office, "soukatsu")
    listed = browser.get(f"{API}/reviews").json()
    assert [one["review"] for one in listed["items"]] == [review.review_id]
    answer = browser.get(path_of(review))
    told = answer.json()
    assert (told["sha256"], told["questions"]) == (review.sha256, review.questions)
    assert told["counts"]["waiting"] == review.questions
    assert {system["directory"] for system in told["systems"]} == {"mihon"}
    tag = {"If-None-Match": answer.headers["etag"]}
    assert browser.get(path_of(review), headers=tag).status_code == 304
    number = waiting(office, review)[0].question.number
    body = {"numbers": [number], "choice": "needed"}
    browser.post(f"{path_of(review)}/answers", json=body)
    assert browser.get(path_of(review), headers=tag).status_code == 200


def test_an_approver_gets_their_own_sections_only(made):
    office, review = made
    browser = scripted(office, "hosaka")
    told = browser.get(path_of(review)).json()
    assert [section["section"] for section in told["sections"]] == [SECTION]
    assert told["counts"]["questions"] == sheet_of(office, review).questions < review.questions
    listed = browser.get(f"{path_of(review)}/questions", params={"limit": 500}).json()
    assert {line["section"] for line in listed["items"]} == {SECTION}
    assert listed["total"] == sheet_of(office, review).questions
    for foreign in ("30010", "-"):
        params = {"section": foreign}
        other = browser.get(f"{path_of(review)}/questions", params=params).json()
        assert (other["items"], other["total"], other["shown"]) == ([], 0, None)


def test_questions_are_paged_to_the_last_and_narrowed(made):
    office, review = made
    browser = scripted(office, "soukatsu")
    pages = paged(browser, path_of(review), 7)
    seen = [line["number"] for page in pages for line in page["items"]]
    assert seen == list(range(1, review.questions + 1))
    assert {page["total"] for page in pages} == {len(seen)}
    bare = browser.get(f"{path_of(review)}/questions?verdict=stale&limit=500").json()
    assert {line["verdict"] for line in bare["items"]} == {"stale"}
    assert browser.get(f"{path_of(review)}/questions?answered=needed").json()["total"] == 0
    assert browser.get(f"{path_of(review)}/questions?answered=maybe").status_code == 422


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0=", "WyItMSIsIiJd", "WyI5OTk5OTk5OTk5IiwiIl0="])
def test_a_cursor_of_somebody_elses_is_told(made, cursor: str):
    office, review = made
    answer = scripted(office, "soukatsu").get(f"{path_of(review)}/questions?cursor={cursor}")
    assert answer.status_code == 422
    assert "begin without" in answer.json()["detail"]


def test_not_needed_takes_a_reason_and_is_on_record_under_the_account(made):
    office, review = made
    browser, number = scripted(office, "hosaka"), waiting(office, review)[0].question.number
    body = {"numbers": [number], "choice": "not-needed"}
    bare = browser.post(f"{path_of(review)}/answers", json=body)
    assert bare.status_code == 422
    assert waiting(office, review)[0].question.number == number
    done = browser.post(f"{path_of(review)}/answers", json={**body, "reason": "担当を離れた"})
    assert done.json() == {"review": review.review_id, "answered": 1, "refused": []}
    params = {"answered": "not-needed"}
    (line,) = browser.get(f"{path_of(review)}/questions", params=params).json()["items"]
    assert (line["number"], line["answer"], line["answered_by"]) == (number, "not-needed", "hosaka")
    assert (line["because"], line["correct_by"] is None) == ("担当を離れた", False)
    with office.opened.site.store.begin() as unit:
        leaves = [leaf.decode() for leaf in map(_bytes, unit.history(review.review_id))]
    answered = [leaf for leaf in leaves if str(AuditEvent.REVIEW_ANSWERED) in leaf]
    assert len(answered) == 1
    assert "hosaka" in answered[0]


def _bytes(leaf: bytes | str) -> bytes:
    return leaf if isinstance(leaf, bytes) else leaf.encode()


def test_a_question_of_another_section_is_not_there_and_nothing_is_written(made):
    office, review = made
    mine = waiting(office, review)[0].question.number
    (foreign, *_) = waiting(office, review, "30010")
    browser = scripted(office, "hosaka")
    answers = []
    for number in (foreign.question.number, review.questions + 1):
        body = {"numbers": [mine, number], "choice": "needed"}
        answer = browser.post(f"{path_of(review)}/answers", json=body)
        assert answer.status_code == 404
        answers.append(answer.json()["detail"].replace(str(number), "N"))
        to = {"numbers": [number], "section": SECTION}
        assert browser.post(f"{path_of(review)}/assign", json=to).status_code == 404
    assert answers[0] == answers[1]
    rest = {"section": "30010", "shown": "0" * 64}
    assert browser.post(f"{path_of(review)}/answers/rest", json=rest).status_code == 404
    assert waiting(office, review)[0].question.number == mine


def test_all_that_is_left_is_answered_only_as_the_list_showed_it(made):
    office, review = made
    browser, left = scripted(office, "hosaka"), waiting(office, review)
    pages = paged(browser, path_of(review), 2, section=SECTION, answered="waiting")
    assert len(pages) > 1
    assert [page["shown"] for page in pages[:-1]] == [None] * (len(pages) - 1)
    rest = {"section": SECTION, "shown": pages[-1]["shown"]}
    one = {"numbers": [left[0].question.number], "choice": "needed"}
    scripted(office, "soukatsu").post(f"{path_of(review)}/answers", json=one)
    stale = browser.post(f"{path_of(review)}/answers/rest", json=rest)
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:syncd:problem:illegal-move")
    rest["shown"] = paged(browser, path_of(review), 500, section=SECTION)[-1]["shown"]
    done = browser.post(f"{path_of(review)}/answers/rest", json=rest).json()
    assert done["answered"] == len(left) - 1 - len(waiting(office, review))
    again = browser.post(f"{path_of(review)}/answers/rest", json=rest)
    assert again.status_code == 409


def test_a_list_that_changed_between_its_pages_lets_nothing_be_answered_unseen(made):
    office, review = made
    browser, left = scripted(office, "hosaka"), waiting(office, review)
    first = browser.get(f"{path_of(review)}/questions?section={SECTION}&limit=2").json()
    one = {"numbers": [left[-1].question.number], "choice": "needed"}
    scripted(office, "soukatsu").post(f"{path_of(review)}/answers", json=one)
    params = {"section": SECTION, "limit": 500, "cursor": first["next"]}
    last = browser.get(f"{path_of(review)}/questions", params=params).json()
    assert (last["next"], last["shown"]) == (None, None)


@pytest.mark.parametrize("narrowed", ["verdict=justified", "text=a", "directory=mihon"])
def test_a_narrowed_list_shows_not_all_and_does_not_say_so(made, narrowed: str):
    office, review = made
    path = f"{path_of(review)}/questions?section={SECTION}&limit=500"
    browser = scripted(office, "hosaka")
    assert browser.get(path).json()["shown"]
    assert browser.get(f"{path}&{narrowed}").json()["shown"] is None
    assert browser.get(f"{path}&answered=needed").json()["shown"] is None


def test_what_is_not_mine_is_the_chiefs_who_asks_another_section(made):
    office, review = made
    number = waiting(office, review)[0].question.number
    body = {"numbers": [number], "choice": "not-mine", "reason": "ほかの課の人です"}
    approver, chief = scripted(office, "hosaka"), scripted(office, "soukatsu")
    to = {"numbers": [number], "section": "30010"}
    assert approver.post(f"{path_of(review)}/assign", json=to).status_code == 403
    assert approver.post(f"{path_of(review)}/answers", json=body).json()["answered"] == 1
    mine = paged(approver, path_of(review), 500)[-1]["items"]
    assert number not in {line["number"] for line in mine}
    nobody = chief.get(f"{path_of(review)}/questions?section=-").json()["items"]
    assert number in {line["number"] for line in nobody}
    unknown = {**to, "section": "none"}
    assert chief.post(f"{path_of(review)}/assign", json=unknown).status_code == 422
    assert chief.post(f"{path_of(review)}/assign", json=to).json()["answered"] == 1
    assert number in {s.question.number for s in waiting(office, review, "30010")}


def test_who_may_only_read_answers_nothing(made):
    office, review = made
    number = waiting(office, review)[0].question.number
    for account in ("unyo", "kansa", "jinji"):
        browser = scripted(office, account)
        body = {"numbers": [number], "choice": "needed"}
        assert browser.get(path_of(review)).status_code == 200
        assert browser.post(f"{path_of(review)}/answers", json=body).status_code == 403
