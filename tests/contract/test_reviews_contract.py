"""Access reviews, kept alike on SQLite and PostgreSQL: the set once, every answer for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from syncd.core.calendar import EVER, midnight
from syncd.core.cards import Card, Section
from syncd.core.facts import ReviewOutcome
from syncd.core.findings import Verdict
from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Answer, Choice, Question, ReviewedSystem, Sheet
from syncd.core.reviews.review import AccessReview, ReviewEvent, ReviewState, moved
from syncd.errors import IllegalMove, NoSuchCase
from syncd.flow.reviews.outcomes import state_outcomes
from syncd.ports.reviews import Answered, QuestionQuery
from syncd.ports.store import Store

DAY = date(2027, 6, 1)
TAX, OTHER = OrgUnitCode("12010"), OrgUnitCode("20010")


def at(hour: int) -> datetime:
    return midnight(DAY) + timedelta(hours=hour)


def review(number: int = 1, **changes: object) -> AccessReview:
    made = AccessReview(
        review_id=f"tana-{number}",
        name=f"第{number}回",
        as_of=DAY,
        state=ReviewState.OPEN,
        started_by="unyo",
        started_at=at(number),
        on_silence=OnSilence.REVOKE,
        correct_open_days=10,
        frozen_at=at(1),
        sha256="ab" * 32,
        questions=4,
        answer_by=at(48),
        silence_at=at(96),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def question(number: int, section: OrgUnitCode | None = TAX, **changes: object) -> Question:
    made = Question(
        number=number,
        directory="ad",
        entitlement=EntitlementId("TAX-EDIT"),
        right_name="住民税 更新",
        account=AccountId(f"u{number:04}"),
        staff_number=StaffNumber(f"{number:07}"),
        section=section,
        unit=TAX,
        title="主事",
        kind="",
        designation="TAX/12010",
        verdict=Verdict.JUSTIFIED,
        reasons=(),
        path="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


STALE = question(3, OTHER, verdict=Verdict.STALE, reasons=("transferred", "suspended"), path="直接")
NOBODYS = question(4, None, staff_number=None, unit=None, title="", kind="service", designation="")
SYSTEMS = (ReviewedSystem("ad", at(0), "paged", "cd" * 32, 4), ReviewedSystem("sql", None))


@pytest.fixture
def kept(store: Store) -> Store:
    """A review of four questions, of two sections and of nobody."""
    asked = (question(1), question(2), STALE, NOBODYS)
    sheets = (Sheet(None, "", 0), Sheet(TAX, "税務課", 0), Sheet(OTHER, "市民課", 0))
    with store.begin() as unit:
        unit.add_review(review())
        unit.freeze_review("tana-1", SYSTEMS, iter(asked), sheets)
        unit.save_sections([Section(OTHER, "市民課", None, 1), Section(TAX, "税務課", None, 2)])
        unit.save_cards([Card(StaffNumber("0000001"), "見本 一郎", "ミホン イチロウ", TAX, "主事")])
    return store


def said(number: str, choice: Choice | None, *numbers: int, **changes: object) -> Answer:
    made = Answer(number, "tana-1", choice, "", "sato", StaffNumber("0000900"), "", at(9), numbers)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_review_is_kept_whole(store: Store):
    full = review(
        state=ReviewState.CONFIRMED,
        closed_by="syncd",
        closed_at=at(96),
        confirmed_by="kansa",
        confirmed_by_number=StaffNumber("0000950"),
        confirmed_at=at(97),
        note="確認した",
        dropped_by="",
        version=4,
    )
    with store.begin() as unit:
        unit.add_review(full)
    with store.begin() as unit:
        assert unit.review("tana-1") == full


def test_reviews_come_newest_first_and_by_state(store: Store):
    with store.begin() as unit:
        for number in (1, 2, 3):
            unit.add_review(review(number))
        unit.update_review(review(2), moved(review(2), ReviewEvent.DROP, dropped_by="kacho"))
        assert [r.review_id for r in unit.reviews()] == ["tana-3", "tana-2", "tana-1"]
        assert [r.review_id for r in unit.reviews([ReviewState.DROPPED])] == ["tana-2"]


def test_one_that_changed_meanwhile_is_not_replaced(store: Store):
    first = review()
    with store.begin() as unit:
        unit.add_review(first)
        unit.update_review(first, moved(first, ReviewEvent.CLOSE, closed_by="syncd"))
    with pytest.raises(IllegalMove), store.begin() as unit:
        unit.update_review(first, moved(first, ReviewEvent.DROP, dropped_by="kacho"))


def test_what_is_not_there_is_told(store: Store):
    with store.begin() as unit, pytest.raises(NoSuchCase):
        unit.review("nope")


def test_the_set_is_kept_whole_and_in_its_order(kept: Store):
    with kept.begin() as unit:
        found = [s.question for s in unit.frozen_questions("tana-1")]
        assert found == [question(1), question(2), STALE, NOBODYS]
        assert unit.reviewed_systems("tana-1") == SYSTEMS


def test_a_part_of_the_set_is_found_by_sections_and_from_a_number_on(kept: Store):
    with kept.begin() as unit:
        ours = [s.question.number for s in unit.frozen_questions("tana-1", {TAX, OTHER})]
        rest = [s.question.number for s in unit.frozen_questions("tana-1", None, 2)]
        assert unit.numbers_waiting("tana-1", TAX) == (1, 2)
        assert unit.numbers_waiting("tana-1", None) == (4,)
    assert (ours, rest) == ([1, 2, 3], [3, 4])


def test_sheets_stand_in_the_order_of_the_organisation_and_count(kept: Store):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NEEDED, 1), asked=TAX)
        unit.add_answer(said("a2", Choice.NOT_NEEDED, 2), asked=TAX, correct_by=at(200))
        unit.silence_questions("tana-1", [3], None)
        unit.note_corrected("tana-1", [2], at(100))
        sheets = unit.review_sheets("tana-1")
    assert [sheet.section for sheet in sheets] == [OTHER, TAX, None]
    counts = [
        (s.questions, s.needed, s.not_needed, s.silent, s.corrected, s.waiting) for s in sheets
    ]
    assert counts == [(1, 0, 0, 1, 0, 0), (2, 1, 1, 0, 1, 0), (1, 0, 0, 0, 0, 1)]


def test_what_was_told_to_a_section_is_kept_beside_its_counts(kept: Store):
    told = Sheet(TAX, "税務課", 0, at(9), ("sato", "abe"), 2, DAY, at(50))
    with kept.begin() as unit:
        unit.note_sheet("tana-1", told)
        found = next(s for s in unit.review_sheets("tana-1") if s.section == TAX)
    assert replace(found, questions=0) == told
    assert found.questions == 2


def test_every_answer_stays_and_the_newest_stands(kept: Store):
    first = said("a1", Choice.NOT_NEEDED, 1, 2, reason="異動", deputy_for="kacho", sheet="ef" * 32)
    second = said("a2", Choice.NEEDED, 1, at=at(10), by="abe", by_number=None)
    with kept.begin() as unit:
        unit.add_answer(first, asked=TAX, correct_by=at(200))
        unit.add_answer(second, asked=TAX)
        assert unit.review_answers("tana-1", 1) == (
            replace(first, numbers=(1,)),
            second,
        )
        assert unit.review_answers("tana-1") == (first, second)
        one, two = unit.questions_standing("tana-1", [1, 2, 99])
    assert (one.choice, one.answered_by, one.reason, one.correct_by) == (
        *(Choice.NEEDED, "abe", ""),
        None,
    )
    assert (two.choice, two.answered_for, two.correct_by) == (Choice.NOT_NEEDED, "kacho", at(200))


def test_who_answered_and_whom_they_stood_in_for_is_known(kept: Store):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NEEDED, 1, deputy_for="kacho"), asked=TAX)
        unit.add_answer(said("a2", Choice.NEEDED, 2, by="abe", by_number=None), asked=TAX)
        assert unit.answerers("tana-1") == {
            ("sato", StaffNumber("0000900")),
            ("kacho", None),
            ("abe", None),
        }


def test_an_answer_without_a_choice_lets_the_question_wait_elsewhere(kept: Store):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NOT_MINE, 1, reason="違う"), asked=None)
        unit.add_answer(said("a2", None, 1, at=at(10), assigned_to=OTHER), asked=OTHER)
        (moved_to,) = unit.questions_standing("tana-1", [1])
        assert (moved_to.asked, moved_to.waits) == (OTHER, True)
        assert [s.question.number for s in unit.questions_waiting("tana-1", [OTHER])] == [1, 3]
        assert [s.question.number for s in unit.questions_waiting("tana-1", [None])] == [4]
        assert unit.count_waiting("tana-1", [OTHER]) == 2
        assert unit.count_waiting("tana-1", None) == 4


@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"visible": frozenset({TAX})}, [1, 2]),
        ({"asked": OTHER}, [3]),
        ({"of_nobody": True}, [4]),
        ({"visible": frozenset({TAX}), "of_nobody": True}, []),
        ({"answered": Answered.WAITING}, [3, 4]),
        ({"answered": Answered.NEEDED}, [1]),
        ({"answered": Answered.NOT_NEEDED}, [2]),
        ({"answered": Answered.CORRECTING}, [2]),
        ({"answered": Answered.SILENT}, []),
        ({"verdict": Verdict.STALE}, [3]),
        ({"directory": "sql"}, []),
        ({"text": "一郎"}, [1]),
        ({"text": "U0002"}, [2]),
        ({"text": "0000003"}, [3]),
        ({"text": "%"}, []),
        ({"after": 2}, [3, 4]),
    ],
)
def test_questions_are_found_by_what_is_asked(kept: Store, changes, numbers):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NEEDED, 1), asked=TAX)
        unit.add_answer(said("a2", Choice.NOT_NEEDED, 2), asked=TAX, correct_by=at(200))
        page = unit.question_page(QuestionQuery("tana-1", **changes))
    assert [line.standing.question.number for line in page.lines] == numbers


def test_pages_follow_one_another_by_number(kept: Store):
    with kept.begin() as unit:
        first = unit.question_page(QuestionQuery("tana-1", limit=3))
        rest = unit.question_page(QuestionQuery("tana-1", limit=3, after=first.after))
    assert (first.total, first.after, len(first.lines)) == (4, 3, 3)
    assert [line.standing.question.number for line in rest.lines] == [4]
    assert rest.after == 0
    assert first.lines[0].card is not None
    assert first.lines[0].card.name == "見本 一郎"
    assert first.lines[0].unit_name == "税務課"


def test_what_is_to_be_gone_is_known_until_it_is(kept: Store):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NOT_NEEDED, 1, 2), asked=TAX, correct_by=at(200))
        unit.silence_questions("tana-1", [3], at(300))
        unit.silence_questions("tana-1", [4], None)
        assert [s.question.number for s in unit.corrections()["tana-1"]] == [1, 2, 3]
        unit.note_corrected("tana-1", [1, 3], at(250))
        assert [s.question.number for s in unit.corrections()["tana-1"]] == [2]
        unit.add_answer(said("a2", Choice.NEEDED, 2, at=at(10)), asked=TAX)
        assert unit.corrections() == {}


def test_the_day_on_which_a_right_went_stays_whatever_is_answered_later(kept: Store):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NOT_NEEDED, 1), asked=TAX, correct_by=at(200))
        unit.note_corrected("tana-1", [1], at(150))
        unit.add_answer(said("a2", Choice.NEEDED, 1, at=at(160)), asked=TAX)
        (found,) = unit.questions_standing("tana-1", [1])
    assert (found.choice, found.corrected_at) == (Choice.NEEDED, at(150))


def test_nothing_is_to_be_gone_of_a_review_that_was_dropped(kept: Store):
    with kept.begin() as unit:
        unit.add_answer(said("a1", Choice.NOT_NEEDED, 1), asked=TAX, correct_by=at(200))
        unit.update_review(review(), moved(review(), ReviewEvent.DROP, dropped_by="kacho"))
        assert unit.corrections() == {}


def answer_and_break_off(store: Store) -> None:
    with store.begin() as unit:
        unit.add_answer(said("a1", Choice.NEEDED, 1), asked=TAX)
        raise RuntimeError("the plug")


def test_what_a_broken_unit_wrote_is_not_there(kept: Store):
    with pytest.raises(RuntimeError):
        answer_and_break_off(kept)
    with kept.begin() as unit:
        assert unit.review_answers("tana-1") == ()
        assert unit.count_waiting("tana-1", None) == 4


def test_the_newest_statement_about_a_right_counts_and_the_earlier_one_is_still_known(store: Store):
    first = ReviewOutcome(
        "ad", EntitlementId("TAX-EDIT"), AccountId("u0001"), DAY, "tana-1", "sato"
    )
    other = replace(first, account=AccountId("u0002"), stated_by="")
    with store.begin() as unit:
        state_outcomes(unit, [first, other], at(9))
    with store.begin() as unit:
        state_outcomes(unit, [replace(first, ends_on=None)], at(10))
        now, then = unit.facts(EVER), unit.facts(at(9))
        before = unit.facts(at(8))
    assert {(o.account, o.ends_on) for o in now.review_outcomes} == {
        ("u0001", None),
        ("u0002", DAY),
    }
    assert {o.ends_on for o in then.review_outcomes} == {DAY}
    assert before.review_outcomes == ()
    assert {o.stated_by for o in now.review_outcomes} == {"sato", ""}
