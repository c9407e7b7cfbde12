"""Access reviews are kept alike on SQLite and PostgreSQL: what is frozen stays, answers pile up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from syncd.core.findings import Verdict
from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Answer, Choice, Question, ReviewedSystem, Sheet
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.errors import IllegalMove, NoSuchCase
from syncd.ports.reviews import Answered, QuestionQuery
from syncd.ports.store import Store
from tests.fakes.readings import at

TAX, CARE = OrgUnitCode("12010"), OrgUnitCode("20010")
DAY = date(2027, 4, 1)
REVIEW = AccessReview(
    review_id="r1",
    name="令和9年度 第1回",
    as_of=DAY,
    state=ReviewState.OPEN,
    started_by="unyo",
    started_at=at(1),
    on_silence=OnSilence.REVOKE,
    correct_open_days=5,
    frozen_at=at(1),
    sha256="0" * 64,
    questions=6,
    answer_by=at(5),
    silence_at=at(6),
)
ASKED: tuple[OrgUnitCode | None, ...] = (TAX, TAX, TAX, CARE, CARE, None)


def question(number: int) -> Question:
    section = ASKED[number - 1]
    return Question(
        number=number,
        directory="ad",
        entitlement=EntitlementId("TAX-EDIT"),
        right_name="住民税 更新",
        account=AccountId(f"u{number}"),
        staff_number=StaffNumber(f"000000{number}") if section else None,
        section=section,
        unit=section,
        title="主査",
        kind="",
        designation=f"TAX/{section}" if section else "",
        verdict=Verdict.JUSTIFIED if section else Verdict.STALE,
        reasons=() if section else ("unknown-account",),
        path="direct",
    )


@pytest.fixture
def frozen(store: Store) -> Store:
    with store.begin() as unit:
        unit.add_review(REVIEW)
        systems = [ReviewedSystem("ad", at(1), "paged", "f" * 64, 6), ReviewedSystem("gw", None)]
        sheets = [Sheet(TAX, "税務課", 0), Sheet(CARE, "介護課", 0), Sheet(None, "", 0)]
        unit.freeze_review("r1", systems, map(question, range(1, 7)), sheets)
    return store


def say(
    store: Store, name: str, choice: Choice | None, *numbers: int, asked: OrgUnitCode | None = TAX
) -> None:
    reason = "" if choice is Choice.NEEDED else "担当を外れた"
    given = Answer(name, "r1", choice, reason, "sato", StaffNumber("900"), "", at(2), numbers)
    with store.begin() as unit:
        due = at(9) if choice is Choice.NOT_NEEDED else None
        unit.add_answer(given, asked=asked, correct_by=due)


def numbers(store: Store, **narrow: object) -> list[int]:
    with store.begin() as unit:
        found = unit.question_page(QuestionQuery("r1", **narrow))  # type: ignore[arg-type]
    assert found.total == len(found.lines)
    return [line.standing.question.number for line in found.lines]


def test_what_was_frozen_comes_back_as_it_was(frozen: Store):
    with frozen.begin() as unit:
        assert unit.review("r1") == REVIEW
        assert [s.question for s in unit.frozen_questions("r1")] == [*map(question, range(1, 7))]
        assert [(s.directory, s.read_at) for s in unit.reviewed_systems("r1")] == [
            ("ad", at(1)),
            ("gw", None),
        ]
        counts = {s.section: s.questions for s in unit.review_sheets("r1")}
    assert counts == {TAX: 3, CARE: 2, None: 1}


def test_questions_are_yielded_for_some_sections_and_from_a_number_on(frozen: Store):
    with frozen.begin() as unit:
        theirs = [s.question.number for s in unit.frozen_questions("r1", frozenset({CARE}))]
        later = [s.question.number for s in unit.frozen_questions("r1", None, 3)]
        none = list(unit.frozen_questions("r1", frozenset()))
    assert (theirs, later, none) == ([4, 5], [4, 5, 6], [])


def test_what_waits_is_counted_and_numbered_by_section(frozen: Store):
    say(frozen, "a1", Choice.NEEDED, 1)
    with frozen.begin() as unit:
        assert unit.numbers_waiting("r1", TAX) == (2, 3)
        assert unit.numbers_waiting("r1", None) == (6,)
        assert [s.question.number for s in unit.questions_waiting("r1", [TAX])] == [2, 3]
        assert unit.count_waiting("r1", frozenset({TAX})) == 2
        assert unit.count_waiting("r1", None) == 5


def test_the_newest_answer_stands_and_every_answer_is_kept(frozen: Store):
    say(frozen, "a1", Choice.NOT_NEEDED, 1, 2)
    say(frozen, "a2", Choice.NEEDED, 1)
    with frozen.begin() as unit:
        first, second = unit.questions_standing("r1", [1, 2])
        given = unit.review_answers("r1", 1)
        everybody = unit.answerers("r1")
    assert (first.choice, first.correct_by, first.answered_by) == (Choice.NEEDED, None, "sato")
    assert (second.choice, second.correct_by) == (Choice.NOT_NEEDED, at(9))
    assert {a.answer_id for a in given} == {"a1", "a2"}
    assert everybody == {("sato", StaffNumber("900"))}


def test_a_question_that_is_not_theirs_waits_for_whom_it_is_asked_of_now(frozen: Store):
    say(frozen, "a1", Choice.NOT_MINE, 1, asked=None)
    with frozen.begin() as unit:
        assert unit.numbers_waiting("r1", None) == (1, 6)
        assert {s.section: s.questions for s in unit.review_sheets("r1")} == {
            TAX: 2,
            CARE: 2,
            None: 2,
        }


def test_lists_are_narrowed_by_answer_verdict_text_and_section(frozen: Store):
    say(frozen, "a1", Choice.NEEDED, 1)
    say(frozen, "a2", Choice.NOT_NEEDED, 2)
    with frozen.begin() as unit:
        unit.silence_questions("r1", [4], None)
        unit.silence_questions("r1", [5], at(9))
    assert numbers(frozen, answered=Answered.WAITING) == [3, 6]
    assert numbers(frozen, answered=Answered.NEEDED) == [1]
    assert numbers(frozen, answered=Answered.NOT_NEEDED) == [2]
    assert numbers(frozen, answered=Answered.SILENT) == [4, 5]
    assert numbers(frozen, answered=Answered.CORRECTING) == [2, 5]
    assert numbers(frozen, verdict=Verdict.STALE) == [6]
    assert numbers(frozen, asked=CARE) == [4, 5]
    assert numbers(frozen, of_nobody=True) == [6]
    assert numbers(frozen, visible=frozenset({TAX}), of_nobody=True) == []
    assert numbers(frozen, text="U3") == [3]
    assert numbers(frozen, text="%") == []


def test_a_correction_is_found_until_it_is_made(frozen: Store):
    say(frozen, "a1", Choice.NOT_NEEDED, 1, 2)
    with frozen.begin() as unit:
        assert [s.question.number for s in unit.corrections()["r1"]] == [1, 2]
        unit.note_corrected("r1", [1], at(3))
    with frozen.begin() as unit:
        assert [s.question.number for s in unit.corrections()["r1"]] == [2]
        (gone,) = unit.questions_standing("r1", [1])
        sheet = next(s for s in unit.review_sheets("r1") if s.section == TAX)
    assert gone.corrected_at == at(3)
    assert (sheet.not_needed, sheet.corrected, sheet.waiting) == (2, 1, 1)


def test_a_review_that_changed_meanwhile_is_not_overwritten(frozen: Store):
    closed = replace(REVIEW, state=ReviewState.CLOSED, version=REVIEW.version + 1)
    with frozen.begin() as unit:
        unit.update_review(REVIEW, closed)
    with pytest.raises(IllegalMove), frozen.begin() as unit:
        unit.update_review(REVIEW, replace(closed, note="x"))
    with pytest.raises(NoSuchCase), frozen.begin() as unit:
        unit.review("r2")
