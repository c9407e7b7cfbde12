"""Answering: who may, how often, and what of it becomes a fact."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.calendar import EVER
from syncd.core.cards import Section
from syncd.core.ids import OrgUnitCode
from syncd.core.reviews.questions import Choice
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NoSuchCase, NotPermitted, UsageError
from syncd.flow.reviews.answering import answer, answer_rest, assign, shown_sha256
from tests.flow.reviews.reviewing import (
    CHIEF,
    OPERATOR,
    OTHER,
    SATO,
    SECTION,
    at,
    reviewed,
)
from tests.flow.town import account, staff

OTHER_SECTION = OrgUnitCode("20010")


@pytest.fixture
def review(town):
    return reviewed(town)


def standing(town, review, number):
    with town.store.begin() as unit:
        (found,) = unit.questions_standing(review.review_id, [number])
    return found


def sheet(town, review, section=SECTION):
    with town.store.begin() as unit:
        return next(s for s in unit.review_sheets(review.review_id) if s.section == section)


def outcomes(town):
    with town.store.begin() as unit:
        return unit.facts(EVER).review_outcomes


def records(town, event):
    with town.store.begin() as unit:
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [record for record in leaves if record["event"] == event]


def shown(town, review, section=SECTION):
    with town.store.begin() as unit:
        return shown_sha256(unit, review, section)


def test_needed_is_kept_with_who_said_it_and_changes_nothing(town, review):
    answer(town.site(), [SATO], review.review_id, [1, 2], Choice.NEEDED)
    kept = standing(town, review, 1)
    assert (kept.choice, kept.answered_by, kept.correct_by) == (Choice.NEEDED, "sato", None)
    assert outcomes(town) == ()
    (record,) = records(town, AuditEvent.REVIEW_ANSWERED)
    assert (record["actor"], record["ground"]["numbers"]) == ("sato", [1, 2])


def test_not_needed_becomes_a_fact_from_that_day_and_is_to_be_corrected(town, review):
    town.now = at(5)
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "担当を外れた")
    (stated,) = outcomes(town)
    assert (stated.account, stated.entitlement) == (account(3), "TAX-EDIT")
    assert (stated.ends_on, stated.stated_by) == (date(2027, 4, 5), "sato")
    assert standing(town, review, 3).correct_by == at(10, 0)  # 24:00 of Friday the 9th


def test_an_answer_that_is_changed_takes_its_fact_back_and_both_stay_on_record(town, review):
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "違った")
    answer(town.site(), [SATO], review.review_id, [3], Choice.NEEDED)
    (stated,) = outcomes(town)
    assert stated.ends_on is None
    with town.store.begin() as unit:
        given = unit.review_answers(review.review_id, 3)
    assert [a.choice for a in given] == [Choice.NOT_NEEDED, Choice.NEEDED]
    assert standing(town, review, 3).correct_by is None


@pytest.mark.parametrize("choice", [Choice.NOT_NEEDED, Choice.NOT_MINE])
def test_everything_but_needed_takes_a_reason(town, review, choice):
    with pytest.raises(UsageError, match="reason"):
        answer(town.site(), [SATO], review.review_id, [3], choice, "  ")
    assert standing(town, review, 3).waits


def test_a_section_answers_its_own_questions_and_no_others(town, review):
    with pytest.raises(NotPermitted, match="asked of section 12010"):
        answer(town.site(), [OTHER], review.review_id, [1], Choice.NEEDED)
    (record,) = records(town, AuditEvent.REVIEW_REFUSED)
    assert record["actor"] == "mori"


@pytest.mark.parametrize("actor", [OPERATOR, Actor("kansa", roles=frozenset({Role.AUDITOR}))])
def test_who_decides_no_cases_answers_nothing(town, review, actor):
    with pytest.raises(NotPermitted, match="approver, chief"):
        answer(town.site(), [actor], review.review_id, [1], Choice.NEEDED)


@pytest.mark.parametrize(
    "themself",
    [
        replace(SATO, staff_number=staff(1)),
        replace(SATO, account=account(1)),
        replace(SATO, other_accounts=frozenset({account(1)})),
        replace(SATO, other_numbers=frozenset({staff(1)})),
        replace(SATO, deputy_for="kacho", deputy_for_number=staff(1)),
        replace(CHIEF, staff_number=staff(1)),
    ],
)
def test_nobody_answers_about_their_own_right(town, review, themself):
    with pytest.raises(NotPermitted, match="own right"):
        answer(town.site(), [themself], review.review_id, [1], Choice.NEEDED)


def test_who_was_handed_single_cases_answers_in_no_review(town, review):
    deputy = replace(SATO, deputy_for="sato", deputy_cases=frozenset())
    with pytest.raises(NotPermitted):
        answer(town.site(), [deputy], review.review_id, [1], Choice.NEEDED)


def test_a_deputy_is_on_record_as_one(town, review):
    own = Actor("dairi", staff(960))
    deputy = replace(own, roles=SATO.roles, sections=SATO.sections, deputy_for="sato")
    answer(town.site(), [own, deputy], review.review_id, [1], Choice.NEEDED)
    with town.store.begin() as unit:
        (given,) = unit.review_answers(review.review_id, 1)
    assert (given.by, given.deputy_for) == ("dairi", "sato")


def test_all_that_is_left_is_answered_as_it_was_shown(town, review):
    answer(town.site(), [SATO], review.review_id, [3], Choice.NOT_NEEDED, "異動")
    seen = shown(town, review)
    assert answer_rest(town.site(), [SATO], review.review_id, SECTION, seen).answered == 9
    counted = sheet(town, review)
    assert (counted.needed, counted.not_needed, counted.waiting) == (9, 1, 0)
    assert records(town, AuditEvent.REVIEW_ANSWERED)[-1]["ground"]["sheet"] == seen


def test_a_sheet_that_changed_since_it_was_shown_is_not_answered_at_once(town, review):
    seen = shown(town, review)
    answer(town.site(), [CHIEF], review.review_id, [3], Choice.NOT_NEEDED, "異動")
    with pytest.raises(IllegalMove, match="not as it was shown"):
        answer_rest(town.site(), [SATO], review.review_id, SECTION, seen)
    assert sheet(town, review).waiting == 9


def test_all_that_is_left_leaves_out_ones_own_right(town, review):
    actor = replace(SATO, staff_number=staff(4))
    done = answer_rest(town.site(), [actor], review.review_id, SECTION, shown(town, review))
    assert done.answered == 9
    assert len(done.refused) == 1
    assert standing(town, review, 4).waits


def test_all_that_is_left_of_another_section_is_not_theirs(town, review):
    with pytest.raises(NotPermitted):
        answer_rest(town.site(), [OTHER], review.review_id, SECTION, shown(town, review))


def test_what_a_section_does_not_take_for_its_own_is_asked_of_the_chief(town, review):
    answer(town.site(), [SATO], review.review_id, [5], Choice.NOT_MINE, "税務課の人です")
    moved = standing(town, review, 5)
    assert moved.waits
    assert moved.asked is None
    with pytest.raises(NotPermitted):
        answer(town.site(), [SATO], review.review_id, [5], Choice.NEEDED)
    answer(town.site(), [CHIEF], review.review_id, [5], Choice.NEEDED)
    assert standing(town, review, 5).choice is Choice.NEEDED


def test_the_chief_asks_another_section(town, review):
    section(town, "20010")
    answer(town.site(), [SATO], review.review_id, [5], Choice.NOT_MINE, "税務課の人です")
    assign(town.site(), CHIEF, review.review_id, [5], OTHER_SECTION, "税務課へ")
    assert sheet(town, review, OTHER_SECTION).waiting == 1
    assert sheet(town, review).questions == 9
    answer(town.site(), [OTHER], review.review_id, [5], Choice.NEEDED)
    with town.store.begin() as unit:
        given = unit.review_answers(review.review_id, 5)
    assert [(a.by, a.choice, a.assigned_to) for a in given] == [
        ("sato", Choice.NOT_MINE, None),
        ("kacho", None, OTHER_SECTION),
        ("mori", Choice.NEEDED, None),
    ]


def section(town, code):
    """Let the section table of the last run know one more section."""
    with town.store.begin() as unit:
        unit.save_sections([*unit.sections(), Section(OrgUnitCode(code), "税務課", None, 1)])


def test_only_the_chief_says_which_section_answers(town, review):
    section(town, "20010")
    with pytest.raises(NotPermitted, match="not the chief"):
        assign(town.site(), SATO, review.review_id, [5], OTHER_SECTION)


def test_a_section_that_nobody_knows_is_asked_nothing(town, review):
    with pytest.raises(UsageError, match="no section"):
        assign(town.site(), CHIEF, review.review_id, [5], OrgUnitCode("99999"))


def test_the_chief_passes_nothing_on_to_themself(town, review):
    answer(town.site(), [SATO], review.review_id, [5], Choice.NOT_MINE, "違う")
    with pytest.raises(UsageError, match="assign a section"):
        answer(town.site(), [CHIEF], review.review_id, [5], Choice.NOT_MINE, "違う")


def test_a_question_that_is_not_there_is_not_answered(town, review):
    with pytest.raises(NoSuchCase):
        answer(town.site(), [SATO], review.review_id, [1, 11], Choice.NEEDED)
    assert standing(town, review, 1).waits


def test_after_the_time_is_over_nobody_answers_whether_a_run_came_or_not(town, review):
    town.now = at(9, 0)
    with pytest.raises(IllegalMove, match="no answers any more"):
        answer(town.site(), [SATO], review.review_id, [1], Choice.NEEDED)


def test_between_the_deadline_and_silence_people_may_still_answer(town, review):
    town.now = at(8, 23)
    answer(town.site(), [SATO], review.review_id, [1], Choice.NEEDED)
    assert standing(town, review, 1).choice is Choice.NEEDED


def test_a_reason_has_a_length(town, review):
    with pytest.raises(UsageError, match="500"):
        answer(town.site(), [SATO], review.review_id, [1], Choice.NOT_NEEDED, "あ" * 501)
