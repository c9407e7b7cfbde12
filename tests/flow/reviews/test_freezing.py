"""The frozen set: everything that was held on the day, with what the facts said of it then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.findings import Verdict
from syncd.core.reviews.questions import set_sha256
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.reviews.beginning import start_review
from tests.fakes.directory import dn
from tests.flow.reviews.reviewing import CHIEF, DAY, OPERATOR, SATO, SECTION, at, reviewed
from tests.flow.town import TAX, Town, account, staff, transfer


def questions(town: Town, review: AccessReview):
    with town.store.begin() as unit:
        return [s.question for s in unit.frozen_questions(review.review_id)]


def test_every_right_is_asked_about_the_justified_ones_too(town):
    town.orders.records = (transfer(3, "20010"),)
    review = reviewed(town)
    asked = questions(town, review)
    assert review.state is ReviewState.OPEN
    assert [q.account for q in asked] == [account(n) for n in range(1, 11)]
    assert [q.number for q in asked] == list(range(1, 11))
    assert {q.account for q in asked if q.verdict is Verdict.STALE} == {account(3)}
    assert {q.section for q in asked} == {SECTION}


def test_a_question_says_what_the_facts_said_on_the_day(town):
    town.orders.records = (transfer(3, "20010"),)
    moved = questions(town, reviewed(town))[2]
    stays = questions(town, town_review(town))[0]
    assert (moved.staff_number, moved.unit, moved.designation) == (staff(3), "20010", "TAX/12010")
    assert (moved.verdict, moved.reasons) == (Verdict.STALE, ("transferred",))
    assert (stays.unit, stays.designation, stays.reasons) == ("12010", "TAX/12010", ())


def town_review(town: Town) -> AccessReview:
    with town.store.begin() as unit:
        return unit.reviews()[0]


def test_the_set_does_not_follow_what_happens_afterwards(town):
    review = reviewed(town)
    before = questions(town, review)
    town.directory.groups[TAX].remove(dn(account(1)))
    town.orders.records = (transfer(2, "20010", date(2027, 4, 5)),)
    town.sync(date(2027, 4, 5))
    assert questions(town, review) == before


def test_its_hash_is_of_all_that_is_in_it_and_stands_in_the_trail(town):
    review = reviewed(town)
    with town.store.begin() as unit:
        systems = unit.reviewed_systems(review.review_id)
        trail = b"".join(leaf for _, leaf, _ in unit.audit_leaves())
    assert review.sha256 == set_sha256(DAY, systems, questions(town, review))
    assert f'"{AuditEvent.REVIEW_FROZEN}"'.encode() in trail
    assert review.sha256.encode() in trail


def test_the_systems_say_when_they_were_read(town):
    review = reviewed(town)
    with town.store.begin() as unit:
        (system,) = unit.reviewed_systems(review.review_id)
    assert (system.directory, system.memberships) == ("ad", 10)
    assert system.read_at is not None
    assert system.read_at < at(1)


def test_a_day_to_come_is_frozen_by_its_first_complete_run(town):
    town.sync(date(2027, 3, 31))
    town.now = at(1)
    review = start_review(town.site(), OPERATOR, "6月", date(2027, 4, 7))
    assert review.state is ReviewState.PLANNED
    town.directory.groups[TAX].remove(dn(account(9)))
    town.sync(date(2027, 4, 6))
    assert town_review(town).state is ReviewState.PLANNED
    town.sync(date(2027, 4, 7))
    assert town_review(town).state is ReviewState.OPEN
    assert account(9) not in {q.account for q in questions(town, review)}


def test_a_day_on_which_a_directory_was_down_waits_for_a_complete_run(town):
    town.sync(date(2027, 3, 31))
    town.now = at(1)
    start_review(town.site(), OPERATOR, "4月", date(2027, 4, 2))
    town.directory.unreadable = "down"
    town.sync(date(2027, 4, 2))
    assert town_review(town).state is ReviewState.PLANNED
    town.directory.unreadable = ""
    town.sync(date(2027, 4, 3))
    assert town_review(town).state is ReviewState.OPEN


def test_what_was_never_read_is_missing_and_not_empty(town):
    town.directory.unreadable = "down"
    town.sync(DAY)
    town.now = at(1)
    review = start_review(town.site(), OPERATOR, "4月", DAY, at_once=True)
    with town.store.begin() as unit:
        (system,) = unit.reviewed_systems(review.review_id)
    assert (system.read_at, review.questions) == (None, 0)


def test_a_past_day_is_frozen_as_it_was_read_then(town):
    town.sync(date(2027, 3, 31))
    town.directory.groups[TAX].remove(dn(account(9)))
    town.sync(date(2027, 4, 2))
    review = start_review(town.site(), OPERATOR, "年度末", date(2027, 3, 31))
    assert account(9) in {q.account for q in questions(town, review)}


def test_nobody_knows_what_was_held_before_the_first_read(town):
    town.sync(DAY)
    with pytest.raises(UsageError, match="nobody knows"):
        start_review(town.site(), OPERATOR, "昔", date(2026, 4, 1))


def test_the_deadlines_count_open_days_from_the_day_of_the_questions(town):
    review = reviewed(town)
    assert review.answer_by == at(7, 0)  # Thursday the 1st; Fri, Mon, Tue: 24:00 of the 6th
    assert review.silence_at == at(9, 0)


def test_only_one_goes_on_at_a_time(town):
    reviewed(town)
    with pytest.raises(IllegalMove, match="goes on"):
        start_review(town.site(), CHIEF, "もう一つ", DAY)


def test_who_may_not_hold_reviews_begins_none(town):
    town.sync(DAY)
    with pytest.raises(NotPermitted):
        start_review(town.site(), SATO, "勝手に", DAY)
    with town.store.begin() as unit:
        assert unit.reviews() == ()


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_name_is_one_short_line(town, name):
    with pytest.raises(UsageError):
        start_review(town.site(), OPERATOR, name, DAY + timedelta(days=30))
