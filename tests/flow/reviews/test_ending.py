"""What a review leads to: cases that somebody else approves, silence that removes no mass."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.cases import CaseState
from syncd.core.facts import AccountKind, ListedAccount, Provides
from syncd.core.findings import Reason
from syncd.core.guards import Guard
from syncd.core.ids import AccountId
from syncd.core.reviews.questions import Choice
from syncd.core.reviews.review import ReviewState
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.delta import has_work
from syncd.flow.reviews.answering import answer, answer_rest, shown_sha256
from syncd.flow.reviews.beginning import start_review
from syncd.flow.reviews.ending import close_review, confirm_review, drop_review
from syncd.flow.vote import approve_cases
from tests.fakes.directory import dn
from tests.fakes.source import FakeSource
from tests.flow.reviews.reviewing import (
    AUDITOR,
    CHIEF,
    HOLDING,
    OPERATOR,
    POLICY,
    SATO,
    SECTION,
    asked,
    at,
    reviewed,
)
from tests.flow.town import TAX, account, staff, town_in

SECOND = Actor("kato", staff(902), frozenset({Role.APPROVER}), frozenset({SECTION}))


def cases(town, states=None):
    with town.store.begin() as unit:
        return unit.cases(states)


def the_review(town):
    with town.store.begin() as unit:
        return unit.reviews()[0]


def corrections(town):
    with town.store.begin() as unit:
        return [s.question.number for found in unit.corrections().values() for s in found]


def records(town, event):
    with town.store.begin() as unit:
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [record for record in leaves if record["event"] == event]


def silent(town, review, policy_day=9):
    town.now = at(policy_day, 0)
    return town.sync(date(2027, 4, policy_day))


# --- what an answer leads to ---------------------------------------------------------------------


def test_a_right_that_is_not_needed_goes_the_way_of_every_case(town):
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "担当を外れた")
    assert has_work(town.site())
    town.sync(date(2027, 4, 2))
    (case,) = cases(town)
    assert (case.account, case.reasons) == (account(3), (Reason.DESIGNATION_ENDED,))
    assert [str(b) for b in case.because] == [
        f"review {review.review_id}",
        "designation TAX/12010",
    ]
    assert (case.since, case.requested_by) == (date(2027, 4, 1), "sato")
    assert dn(account(3)) in town.members()
    with pytest.raises(NotPermitted, match="asked for"):
        approve_cases(town.site(), [SATO], [case.case_id])
    approve_cases(town.site(), [SECOND], [case.case_id])
    town.sync(date(2027, 4, 3))
    assert dn(account(3)) not in town.members()
    assert cases(town, [CaseState.VERIFIED])[0].case_id == case.case_id
    assert corrections(town) == []


def test_the_correction_is_made_on_the_day_on_which_the_right_is_gone(town):
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [3, 4], Choice.NOT_NEEDED, "担当を外れた")
    town.sync(date(2027, 4, 2))
    assert corrections(town) == [3, 4]
    town.directory.groups[TAX].remove(dn(account(4)))  # somebody else's hand
    town.sync(date(2027, 4, 5))
    assert corrections(town) == [3]
    (record,) = records(town, AuditEvent.REVIEW_CORRECTED)
    assert record["ground"] == {"numbers": [4]}


def test_a_directory_that_was_not_read_corrects_nothing(town):
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "担当を外れた")
    town.directory.groups[TAX].remove(dn(account(3)))
    town.directory.unreadable = "down"
    town.sync(date(2027, 4, 2))
    assert corrections(town) == [3]


def test_an_answer_taken_back_withdraws_the_case(town):
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "担当を外れた")
    town.sync(date(2027, 4, 2))
    answer(town.site(), [SATO], review.review_id, [3], Choice.NEEDED)
    town.sync(date(2027, 4, 3))
    assert cases(town) == ()
    assert corrections(town) == []
    assert dn(account(3)) in town.members()


def test_a_designation_that_begins_later_justifies_again(town):
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "担当を外れた")
    town.sync(date(2027, 4, 2))
    again = replace(town.designations.records[2], designated_on=date(2027, 4, 5))
    town.designations.records = (*town.designations.records, again)
    town.sync(date(2027, 4, 5))
    assert cases(town) == ()


def test_a_service_account_loses_what_its_listing_gave_it(town):
    service = ListedAccount("ad", AccountId(account(10)), None, AccountKind.SERVICE, None, None)
    listed = town_source(town, service)
    review = reviewed(town)
    answer(town.site(), [CHIEF], review.review_id, [10], Choice.NOT_NEEDED, "使っていない")
    town.sync(date(2027, 4, 2))
    (case,) = cases(town)
    assert (case.account, case.reasons) == (account(10), (Reason.UNKNOWN_ACCOUNT,))
    assert [b.kind for b in case.because] == ["review"]
    assert listed.records


def town_source(town, listed):
    source = FakeSource("accounts", Provides.ACCOUNTS, town.now, (listed,))
    town.directory.accounts[account(10)] = None
    town.more_sources = (source,)
    return source


def in_the_next_review(town):
    """Say of a right that it is not needed, close, and ask again while its case still waits."""
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "担当を外れた")
    answer(town.site(), [SATO], review.review_id, [1, 2, 4, 5, 6, 7, 8, 9, 10], Choice.NEEDED)
    close_review(town.site(), OPERATOR, review.review_id)
    town.sync(date(2027, 4, 5))
    town.now = at(5)
    return start_review(town.site(), OPERATOR, "第2回", date(2027, 4, 5))


def test_needed_in_the_next_review_takes_back_what_the_last_one_ended(town):
    review = in_the_next_review(town)
    answer(town.site(), [SECOND], review.review_id, [3], Choice.NEEDED)
    town.sync(date(2027, 4, 6))
    assert cases(town) == ()


def test_all_that_is_left_is_needed_takes_nothing_back(town):
    review = in_the_next_review(town)
    with town.store.begin() as unit:
        shown = shown_sha256(unit, review, SECTION)
    answer_rest(town.site(), [SECOND], review.review_id, SECTION, shown)
    town.sync(date(2027, 4, 6))
    assert [case.account for case in cases(town)] == [account(3)]


# --- silence -------------------------------------------------------------------------------------


def test_silence_opens_cases_and_removes_nothing_by_itself(town):
    review = reviewed(town)
    answer(town.site(), [SATO], review.review_id, [1, 2, 3, 4, 5, 6, 7, 8], Choice.NEEDED)
    silent(town, review)
    assert {case.account for case in cases(town)} == {account(9), account(10)}
    assert {case.state for case in cases(town)} == {CaseState.OPEN}
    assert {case.requested_by for case in cases(town)} == {""}
    assert len(town.members()) == 10
    closed = the_review(town)
    assert (closed.state, closed.closed_by) == (ReviewState.CLOSED, "syncd")
    (record,) = records(town, AuditEvent.REVIEW_SILENT)
    assert record["ground"]["ended"] == 2
    assert record["ground"]["policy"] == "on_silence = revoke"


def test_a_mass_that_nobody_answered_for_is_held_by_the_guard_and_stays(town_of_30):
    town = town_of_30
    review = reviewed(town)
    with town.store.begin() as unit:
        asked(unit, review)
    silent(town, review)
    assert len(cases(town)) == 30
    for day in (12, 13, 14, 15, 16, 19, 20):
        town.now = at(day, 0)
        report = town.sync(date(2027, 4, day))
    assert {case.state for case in cases(town)} == {CaseState.APPROVED}
    assert Guard.DIRECTORY_LIMIT in {trip.guard for trip in report.trips}
    assert len(town.members()) == 30


@pytest.fixture
def town_of_30(tmp_path):
    return town_in(tmp_path, people=30)


def test_silence_of_who_was_never_asked_is_no_silence(town):
    review = reviewed(town)
    silent(town, review)
    assert cases(town) == ()
    (record,) = records(town, AuditEvent.REVIEW_SILENT)
    assert (record["ground"]["ended"], record["ground"]["kept"]) == (0, 10)
    assert record["ground"]["never_asked"] == [SECTION]


def test_with_hold_what_nobody_answered_stays_and_is_on_record(town):
    review = reviewed(town, HOLDING)
    with town.store.begin() as unit:
        asked(unit, review)
    silent(town, review)
    assert cases(town) == ()
    with town.store.begin() as unit:
        (sheet,) = unit.review_sheets(review.review_id)
    assert sheet.silent == 10


def test_the_policy_is_the_one_under_which_the_questions_were_asked(town):
    review = reviewed(town, HOLDING)
    with town.store.begin() as unit:
        asked(unit, review)
    town.policy = POLICY
    silent(town, review)
    assert cases(town) == ()


def test_an_answer_that_was_given_counts_before_silence(town):
    review = reviewed(town)
    with town.store.begin() as unit:
        asked(unit, review)
        shown = shown_sha256(unit, review, SECTION)
    answer_rest(town.site(), [SATO], review.review_id, SECTION, shown)
    silent(town, review)
    assert cases(town) == ()
    assert records(town, AuditEvent.REVIEW_SILENT) == []


# --- closing, confirming, dropping ---------------------------------------------------------------


def answered(town):
    review = reviewed(town)
    with town.store.begin() as unit:
        shown = shown_sha256(unit, review, SECTION)
    answer_rest(town.site(), [SATO], review.review_id, SECTION, shown)
    return review


def test_it_closes_by_hand_when_everything_is_answered(town):
    review = answered(town)
    closed = close_review(town.site(), OPERATOR, review.review_id)
    assert (closed.state, closed.closed_by) == (ReviewState.CLOSED, "unyo")


def test_it_does_not_close_by_hand_while_somebody_may_still_answer(town):
    review = reviewed(town)
    with pytest.raises(IllegalMove, match="10 questions wait"):
        close_review(town.site(), OPERATOR, review.review_id)


@pytest.mark.parametrize("actor", [CHIEF, AUDITOR])
def test_who_answered_nothing_confirms_the_record(town, actor):
    review = answered(town)
    close_review(town.site(), OPERATOR, review.review_id)
    confirmed = confirm_review(town.site(), actor, review.review_id, "確認した")
    assert (confirmed.state, confirmed.confirmed_by) == (ReviewState.CONFIRMED, actor.account)
    assert records(town, AuditEvent.REVIEW_CONFIRMED)[0]["ground"]["sha256"] == review.sha256


@pytest.mark.parametrize(
    "actor",
    [
        replace(CHIEF, account="sato"),
        replace(CHIEF, account="other", staff_number=SATO.staff_number),
        replace(CHIEF, account="other", other_accounts=frozenset({"sato"})),
        replace(CHIEF, account="other", other_numbers=frozenset({staff(900)})),
    ],
)
def test_who_answered_does_not_confirm(town, actor):
    review = answered(town)
    close_review(town.site(), OPERATOR, review.review_id)
    with pytest.raises(NotPermitted, match="answered in this review"):
        confirm_review(town.site(), actor, review.review_id)


def test_whoever_somebody_answered_for_does_not_confirm_either(town):
    review = reviewed(town)
    own = Actor("dairi", staff(960))
    deputy = replace(own, roles=CHIEF.roles, deputy_for=CHIEF.account)
    with town.store.begin() as unit:
        shown = shown_sha256(unit, review, SECTION)
    answer_rest(town.site(), [own, deputy], review.review_id, SECTION, shown)
    close_review(town.site(), OPERATOR, review.review_id)
    with pytest.raises(NotPermitted, match="answered in this review"):
        confirm_review(town.site(), CHIEF, review.review_id)


def test_who_has_no_such_role_confirms_nothing(town):
    review = answered(town)
    close_review(town.site(), OPERATOR, review.review_id)
    with pytest.raises(NotPermitted, match="chief, auditor"):
        confirm_review(town.site(), OPERATOR, review.review_id)


def test_an_open_review_is_not_confirmed(town):
    with pytest.raises(IllegalMove):
        confirm_review(town.site(), CHIEF, answered(town).review_id)


def test_one_begun_by_mistake_is_dropped_with_a_reason(town):
    review = reviewed(town)
    with pytest.raises(UsageError, match="reason"):
        drop_review(town.site(), CHIEF, review.review_id, " ")
    drop_review(town.site(), CHIEF, review.review_id, "基準日の誤り")
    assert the_review(town).state is ReviewState.DROPPED
    silent(town, review)
    assert cases(town) == ()


def test_who_holds_no_reviews_ends_none(town):
    review = answered(town)
    for end in (close_review, lambda s, a, r: drop_review(s, a, r, "x")):
        with pytest.raises(NotPermitted):
            end(town.site(), SATO, review.review_id)
