"""Access reviews for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.core.calendar import last_day_before
from syncd.core.reviews.questions import Answer, ReviewedSystem, Sheet, Standing, set_head
from syncd.core.reviews.review import AccessReview
from syncd.flow.reviews.record import RecordLine, ReviewRecord
from syncd.ports.reviews import QuestionPage
from syncd.reports.review_words import answer_word, review_state_word, silence_word
from syncd.reports.words import Lang, day_word, verdict_word

_COUNTS = ("questions", "needed", "not_needed", "silent", "waiting", "corrected")


def review_json(review: AccessReview) -> dict[str, Any]:
    """Return a review as JSON, without its lines."""
    return {
        "review": review.review_id,
        "name": review.name,
        "as_of": review.as_of.isoformat(),
        "state": str(review.state),
        "started_by": review.started_by,
        "started_at": review.started_at.isoformat(),
        "frozen_at": _moment(review.frozen_at),
        "sha256": review.sha256,
        "questions": review.questions,
        "answer_by": _moment(review.answer_by),
        "silence_at": _moment(review.silence_at),
        "on_silence": str(review.on_silence),
        "closed_by": review.closed_by,
        "closed_at": _moment(review.closed_at),
        "confirmed_by": review.confirmed_by,
        "confirmed_at": _moment(review.confirmed_at),
        "note": review.note,
        "dropped_by": review.dropped_by,
        "dropped_because": review.dropped_because,
    }


def record_json(record: ReviewRecord) -> dict[str, Any]:
    """Return a review with its systems and sections as JSON."""
    return {
        **review_json(record.review),
        "counts": {name: record.count(name) for name in _COUNTS},
        "systems": [_system_json(system) for system in record.systems],
        "sections": [_sheet_json(sheet) for sheet in record.sheets],
    }


def standing_json(standing: Standing) -> dict[str, Any]:
    """Return a question with its answer as JSON."""
    asked = standing.question
    return {
        "number": asked.number,
        "directory": asked.directory,
        "entitlement": asked.entitlement,
        "account": asked.account,
        "staff_number": asked.staff_number,
        "section": standing.asked,
        "unit": asked.unit,
        "designation": asked.designation,
        "verdict": str(asked.verdict),
        "reasons": list(asked.reasons),
        "answer": None if standing.choice is None else str(standing.choice),
        "silent": standing.silent,
        "answered_by": standing.answered_by,
        "answered_for": standing.answered_for,
        "answered_at": _moment(standing.answered_at),
        "because": standing.reason,
        "correct_by": _moment(standing.correct_by),
        "corrected_at": _moment(standing.corrected_at),
    }


def frozen_json(
    record: ReviewRecord,
    lines: Callable[[], Iterator[RecordLine]],
    answers: Iterable[Answer],
) -> dict[str, Any]:
    """Return a whole record as JSON: what its SHA-256 is taken over, and every answer.

    The hash is that of the lines of `frozen`, each as compact JSON in UTF-8 with a line feed. What
    is long is an iterator, over `lines` each time: a city has half a million.
    """
    head: list[list[object]] = [set_head(record.review.as_of, record.systems)]
    return {
        **record_json(record),
        "frozen": chain(head, (line.standing.question.line() for line in lines())),
        "lines": (standing_json(line.standing) for line in lines()),
        "answers": (_answer_json(answer) for answer in answers),
    }


def render_reviews(reviews: Sequence[AccessReview], lang: Lang = Lang.JA) -> RenderableType:
    """Return the reviews as a table."""
    titles = (
        ("棚卸", "名前", "基準日", "状態", "対象", "回答期限")
        if lang is Lang.JA
        else ("review", "name", "as of", "state", "rights", "answers due")
    )
    table = Table(*titles, box=box.SIMPLE_HEAD)
    for review in reviews:
        table.add_row(
            review.review_id,
            review.name,
            day_word(review.as_of, lang),
            review_state_word(review.state, lang),
            str(review.questions) if review.frozen_at else "-",
            _last_day(review.answer_by, lang),
        )
    return table


def render_record(
    record: ReviewRecord, page: QuestionPage | None = None, lang: Lang = Lang.JA
) -> RenderableType:
    """Return a review with its sections, and the questions of a page where one is shown."""
    parts: list[RenderableType] = [*map(Text, _head(record, lang)), _sheets(record.sheets, lang)]
    if page is not None:
        parts.append(_questions(page, lang))
    return Group(*parts)


def _head(record: ReviewRecord, lang: Lang) -> Iterator[str]:
    review, ja = record.review, lang is Lang.JA
    state = review_state_word(review.state, lang)
    yield f"{review.review_id}  {review.name}  {day_word(review.as_of, lang)}  {state}"
    if review.frozen_at is None:
        yield (
            "基準日以後の最初の完全な突合で対象を固定します"
            if ja
            else "the first complete run on or after its day freezes the set"
        )
        return
    due, silent = _last_day(review.answer_by, lang), _last_day(review.silence_at, lang)
    does = silence_word(review.on_silence, lang)
    yield (
        f"対象 {review.questions} 件  回答期限 {due}  無回答は {silent} のあと{does}"
        if ja
        else f"{review.questions} rights  answers by {due}  after {silent} silence is {does}"
    )
    yield f"SHA-256 {review.sha256}"
    for system in record.systems:
        read = system.read_at
        missing = (
            "読めていない（対象に入っていません）" if ja else "not read: none of it is in here"
        )
        seen = missing if read is None else f"{read:%Y-%m-%d %H:%M}  {system.memberships}"
        yield f"  {system.directory}  {seen}"


def _sheets(sheets: Iterable[Sheet], lang: Lang) -> Table:
    titles = (
        ("所属", "対象", "要", "不要", "未回答", "無回答", "督促", "是正済み", "知らせた人")
        if lang is Lang.JA
        else (
            *("section", "rights", "needed", "not needed", "waiting", "no answer", "reminders"),
            *("corrected", "told"),
        )
    )
    table = Table(*titles, box=box.SIMPLE_HEAD)
    nobody = ("（所属なし）", "(no section)")[lang is Lang.EN]
    for sheet in sheets:
        counts = (sheet.questions, sheet.needed, sheet.not_needed, sheet.waiting, sheet.silent)
        table.add_row(
            f"{sheet.section} {sheet.name}" if sheet.section else nobody,
            *map(str, (*counts, sheet.reminded, sheet.corrected)),
            ", ".join(sheet.asked_of) or "-",
        )
    return table


def _questions(page: QuestionPage, lang: Lang) -> Table:
    titles = (
        ("番号", "権限", "利用者ID", "職員番号", "判定", "回答")
        if lang is Lang.JA
        else ("no.", "right", "account", "staff number", "verdict", "answer")
    )
    table = Table(*titles, box=box.SIMPLE_HEAD)
    for line in page.lines:
        asked = line.standing.question
        table.add_row(
            str(asked.number),
            f"{asked.entitlement} ({asked.directory})",
            asked.account,
            asked.staff_number or "-",
            verdict_word(asked.verdict, lang),
            answer_word(line.standing, lang),
        )
    return table


def _system_json(system: ReviewedSystem) -> dict[str, Any]:
    return {
        "directory": system.directory,
        "read_at": _moment(system.read_at),
        "method": system.method,
        "sha256": system.sha256,
        "memberships": system.memberships,
    }


def _sheet_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "section": sheet.section,
        "name": sheet.name,
        **{name: getattr(sheet, name) for name in _COUNTS},
        "asked_at": _moment(sheet.asked_at),
        "asked_of": list(sheet.asked_of),
        "reminded": sheet.reminded,
        "reminded_on": None if sheet.reminded_on is None else sheet.reminded_on.isoformat(),
        "escalated_at": _moment(sheet.escalated_at),
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    return {
        "numbers": list(answer.numbers),
        "answer": None if answer.choice is None else str(answer.choice),
        "because": answer.reason,
        "by": answer.by,
        "for": answer.deputy_for,
        "at": answer.at.isoformat(),
        "shown": answer.sheet,
        "assigned_to": answer.assigned_to,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _last_day(end: datetime | None, lang: Lang) -> str:
    return "-" if end is None else day_word(last_day_before(end), lang)
