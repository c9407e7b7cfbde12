"""The questions of access reviews, and every answer that was ever given to them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from syncd.core.cards import Card
from syncd.core.findings import Verdict
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.reviews.questions import Answer, Choice, Question, Standing
from syncd.core.reviews.review import ReviewState
from syncd.ports.reviews import Answered, QuestionLine, QuestionPage, QuestionQuery
from syncd.store.codec import dumps
from syncd.store.console_tables import cards, sections
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.review_tables import review_answered, review_answers, review_questions, reviews

_Q, _A = review_questions.c, review_answers.c
_NUMBERS_A_QUERY = 500
_ROWS_A_FETCH = 5_000
_FIELDS = tuple(field.name for field in fields(Question))
_NOT_NEEDED = _Q.choice == str(Choice.NOT_NEEDED)
_STILL_THERE = (_Q.correct_by.is_not(None), _Q.corrected_at.is_(None))
_WAITING = (_Q.choice.is_(None), _Q.silent.is_(False))
_NARROWED: Mapping[Answered, tuple[ColumnElement[bool], ...]] = {
    Answered.WAITING: _WAITING,
    Answered.NEEDED: (_Q.choice == str(Choice.NEEDED),),
    Answered.NOT_NEEDED: (_NOT_NEEDED,),
    Answered.SILENT: (_Q.silent.is_(True),),
    Answered.CORRECTING: _STILL_THERE,
}


class QuestionUnitQueries:
    """The questions and answers, for the unit."""

    _connection: Connection

    def question_page(self, query: QuestionQuery) -> QuestionPage:
        """Return one page of the questions that match."""
        wanted = _conditions(query)
        counted = select(func.count()).select_from(_WITH_CARDS).where(*wanted)
        total = int(self._connection.scalar(counted) or 0)
        listed = (
            _standing_columns(
                *(column.label(f"card_{column.name}") for column in cards.c),
                sections.c.name.label("unit_name"),
            )
            .select_from(_WITH_CARDS.outerjoin(sections, sections.c.code == _Q.unit))
            .outerjoin(review_answers, _A.answer_id == _Q.answer_id)
            .where(*wanted, _Q.number > query.after)
            .order_by(_Q.number)
            .limit(query.limit + 1)
        )
        rows = self._connection.execute(listed).mappings().all()
        shown = tuple(_line(row) for row in rows[: query.limit])
        more = len(rows) > query.limit
        return QuestionPage(shown, total, shown[-1].standing.question.number if more else 0)

    def questions_standing(self, review_id: str, numbers: Collection[int]) -> tuple[Standing, ...]:
        """Return these questions as they stand, by number; of those that are not there, none."""
        found: list[Standing] = []
        wanted = sorted(set(numbers))
        for start in range(0, len(wanted), _NUMBERS_A_QUERY):
            part = wanted[start : start + _NUMBERS_A_QUERY]
            found += self._standings(_Q.review_id == review_id, _Q.number.in_(part))
        return tuple(found)

    def questions_waiting(
        self, review_id: str, sections: Collection[OrgUnitCode | None] | None = None
    ) -> tuple[Standing, ...]:
        """Return what waits for an answer, by number (of these sections; None: of all)."""
        asked: list[ColumnElement[bool]] = [_Q.review_id == review_id, *_WAITING]
        if sections is not None:
            asked.append(_Q.asked.in_(sorted(section or "" for section in sections)))
        return tuple(self._standings(*asked))

    def numbers_waiting(self, review_id: str, section: OrgUnitCode | None) -> tuple[int, ...]:
        """Return the numbers that wait for the answer of a section (None: of the chief)."""
        wanted = select(_Q.number).where(
            _Q.review_id == review_id, _Q.asked == (section or ""), *_WAITING
        )
        return tuple(self._connection.scalars(wanted.order_by(_Q.number)))

    def count_waiting(self, review_id: str, visible: Collection[OrgUnitCode] | None) -> int:
        """Return how many questions wait for an answer (of these sections; None: in all)."""
        counted = select(func.count()).where(_Q.review_id == review_id, *_WAITING)
        if visible is not None:
            counted = counted.where(_Q.asked.in_(sorted(visible)))
        return int(self._connection.scalar(counted) or 0)

    def frozen_questions(
        self,
        review_id: str,
        visible: Collection[OrgUnitCode] | None = None,
        after: int = 0,
    ) -> Iterator[Standing]:
        """Yield every question of a review after a number, as it stands."""
        wanted: list[ColumnElement[bool]] = [_Q.review_id == review_id, _Q.number > after]
        if visible is not None:
            wanted.append(_Q.asked.in_(sorted(visible)))
        return self._standings(*wanted)

    def _standings(self, *conditions: ColumnElement[bool]) -> Iterator[Standing]:
        wanted = (
            _standing_columns()
            .select_from(review_questions)
            .outerjoin(review_answers, _A.answer_id == _Q.answer_id)
            .where(*conditions)
            .order_by(_Q.review_id, _Q.number)
            .execution_options(yield_per=_ROWS_A_FETCH)
        )
        for row in self._connection.execute(wanted).mappings():
            yield _standing(row)

    def add_answer(
        self,
        answer: Answer,
        *,
        asked: OrgUnitCode | None,
        correct_by: datetime | None = None,
    ) -> None:
        """Keep an answer and let its questions stand by it, asked of `asked` from now on."""
        self._connection.execute(insert(review_answers).values(_answer_values(answer)))
        rows = [{"answer_id": answer.answer_id, "number": number} for number in answer.numbers]
        self._connection.execute(insert(review_answered), rows)
        kept = answer.choice in (Choice.NEEDED, Choice.NOT_NEEDED)
        self._change(
            answer.review_id,
            answer.numbers,
            choice=str(answer.choice) if kept else None,
            answer_id=answer.answer_id,
            asked=asked or "",
            correct_by=encode_maybe(correct_by),
        )

    def silence_questions(
        self, review_id: str, numbers: Collection[int], correct_by: datetime | None
    ) -> None:
        """Mark questions that nobody answered in time; with `correct_by`, as not needed."""
        self._change(review_id, numbers, silent=True, correct_by=encode_maybe(correct_by))

    def note_corrected(self, review_id: str, numbers: Collection[int], at: datetime) -> None:
        """Keep that these rights are gone (是正日)."""
        self._change(review_id, numbers, corrected_at=encode_moment(at))

    def _change(self, review_id: str, numbers: Collection[int], **values: Any) -> None:  # noqa: ANN401 - columns
        if not numbers:
            return
        one = update(review_questions).where(
            _Q.review_id == bindparam("of"), _Q.number == bindparam("this")
        )
        rows = [{"of": review_id, "this": number} for number in numbers]
        self._connection.execute(one.values(**values), rows)

    def review_answers(self, review_id: str, number: int | None = None) -> tuple[Answer, ...]:
        """Return the answers of a review, or those about one question, oldest first."""
        about = select(review_answered.c.answer_id, review_answered.c.number)
        about = about.join(review_answers, _A.answer_id == review_answered.c.answer_id)
        about = about.where(_A.review_id == review_id)
        if number is not None:
            about = about.where(review_answered.c.number == number)
        numbers: dict[str, list[int]] = defaultdict(list)
        for answer_id, one in self._connection.execute(about.order_by(review_answered.c.number)):
            numbers[answer_id].append(one)
        wanted = select(review_answers).where(_A.review_id == review_id)
        found = self._connection.execute(wanted.order_by(_A.at, _A.answer_id)).mappings()
        return tuple(
            _answer(row, numbers[row["answer_id"]]) for row in found if row["answer_id"] in numbers
        )

    def answerers(self, review_id: str) -> frozenset[tuple[str, StaffNumber | None]]:
        """Return (account, staff number) of everybody who answered, and whom they stood in for."""
        wanted = select(_A.by, _A.by_number, _A.deputy_for).where(_A.review_id == review_id)
        found: set[tuple[str, StaffNumber | None]] = set()
        for by, by_number, deputy_for in self._connection.execute(wanted.distinct()):
            found.add((by, by_number))
            if deputy_for:
                found.add((deputy_for, None))
        return frozenset(found)

    def corrections(self) -> Mapping[str, tuple[Standing, ...]]:
        """Return by review what is not needed and still there, of reviews that were not dropped."""
        kept = select(reviews.c.review_id).where(reviews.c.state != str(ReviewState.DROPPED))
        found: dict[str, list[Standing]] = defaultdict(list)
        for review_id in self._connection.scalars(kept.order_by(reviews.c.review_id)).all():
            found[review_id] += self._standings(_Q.review_id == review_id, *_STILL_THERE)
        return {review_id: tuple(theirs) for review_id, theirs in found.items() if theirs}


_WITH_CARDS = review_questions.outerjoin(cards, cards.c.staff_number == _Q.staff_number)


def _standing_columns(*more: ColumnElement[Any]) -> Select[Any]:
    """Return a query of a question with the newest answer about it (None: there is none)."""
    return select(review_questions, _A.by, _A.deputy_for, _A.at, _A.reason, *more)


def _conditions(query: QuestionQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_Q.review_id == query.review_id]
    if query.visible is not None:
        found.append(_Q.asked.in_(sorted(query.visible)))
    if query.asked is not None or query.of_nobody:
        found.append(_Q.asked == (query.asked or ""))
    if query.answered is not None:
        found += _NARROWED[query.answered]
    if query.verdict is not None:
        found.append(_Q.verdict == str(query.verdict))
    if query.directory:
        found.append(_Q.directory == query.directory)
    if query.text:
        found.append(_holds(query.text))
    return found


def _holds(text: str) -> ColumnElement[bool]:
    looked = (
        _Q.account,
        _Q.staff_number,
        _Q.entitlement,
        _Q.right_name,
        cards.c.name,
        cards.c.kana,
    )
    return or_(*(column.icontains(text, autoescape=True) for column in looked))


def question_values(review_id: str, question: Question) -> dict[str, Any]:
    """Return the row of a question that was just frozen."""
    values = {name: getattr(question, name) for name in _FIELDS}
    return {
        **values,
        "verdict": str(question.verdict),
        "reasons": dumps(list(question.reasons)),
        "review_id": review_id,
        "asked": question.section or "",
        "choice": None,
        "answer_id": "",
        "silent": False,
        "correct_by": None,
        "corrected_at": None,
    }


def _question(row: RowMapping) -> Question:
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    values["verdict"] = Verdict(values["verdict"])
    values["reasons"] = tuple(json.loads(values["reasons"]))
    return Question(**values)


def _standing(row: RowMapping) -> Standing:
    choice = row["choice"]
    return Standing(
        question=_question(row),
        asked=OrgUnitCode(row["asked"]) or None,
        choice=None if choice is None else Choice(choice),
        answer_id=row["answer_id"],
        answered_by=row["by"] or "",
        answered_for=row["deputy_for"] or "",
        answered_at=decode_maybe(row["at"]),
        reason=row["reason"] or "",
        silent=row["silent"],
        correct_by=decode_maybe(row["correct_by"]),
        corrected_at=decode_maybe(row["corrected_at"]),
    )


def _line(row: RowMapping) -> QuestionLine:
    card = None
    if row["card_staff_number"] is not None:
        card = Card(*(row[f"card_{column.name}"] for column in cards.c))
    standing = _standing(row)
    return QuestionLine(standing, card, row["unit_name"] or standing.question.unit or "")


def _answer_values(answer: Answer) -> dict[str, Any]:
    return {
        "answer_id": answer.answer_id,
        "review_id": answer.review_id,
        "choice": None if answer.choice is None else str(answer.choice),
        "reason": answer.reason,
        "by": answer.by,
        "by_number": answer.by_number,
        "deputy_for": answer.deputy_for,
        "at": encode_moment(answer.at),
        "sheet": answer.sheet,
        "assigned_to": answer.assigned_to,
    }


def _answer(row: RowMapping, numbers: Iterable[int]) -> Answer:
    return Answer(
        answer_id=row["answer_id"],
        review_id=row["review_id"],
        choice=None if row["choice"] is None else Choice(row["choice"]),
        reason=row["reason"],
        by=row["by"],
        by_number=row["by_number"],
        deputy_for=row["deputy_for"],
        at=decode_moment(row["at"]),
        numbers=tuple(numbers),
        sheet=row["sheet"],
        assigned_to=row["assigned_to"],
    )
