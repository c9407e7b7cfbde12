"""`/reviews`: look at access reviews (棚卸), and answer in them by the rules of the console."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from syncd.core.access import Permission
from syncd.core.findings import Verdict
from syncd.core.ids import OrgUnitCode, normalise_code
from syncd.flow.reviews.answering import answer, answer_rest, assign, shown_sha256
from syncd.flow.reviews.record import record_of
from syncd.ports.listing import NO_SECTION
from syncd.ports.reviews import Answered, QuestionQuery
from syncd.ports.store import Unit
from syncd.web.api.answers import tagged
from syncd.web.api.cursors import cursor_of_none_of_ours, decode_cursor, encode_cursor
from syncd.web.api.review_models import (
    AnsweredOut,
    AnswerIn,
    AnswerRestIn,
    AssignIn,
    QuestionOut,
    QuestionsOut,
    ReviewOut,
    ReviewRecordOut,
    ReviewsOut,
)
from syncd.web.gate import api_door, desk_of
from syncd.web.pages.reviews import MOST_NUMBER, check_seen, seen_sheet
from syncd.web.visitor import Visitor

router = APIRouter(tags=["reviews"])
_MOST = 500

Reader = Annotated[Visitor, api_door(Permission.READ)]
Answerer = Annotated[Visitor, api_door(Permission.DECIDE)]


@router.get("/reviews", response_model=ReviewsOut)
def list_reviews(request: Request, visitor: Reader) -> ReviewsOut:  # noqa: ARG001 - the door
    """List every review, the newest first."""
    with desk_of(request).opened.site.store.begin() as unit:
        items = [ReviewOut.of(review) for review in unit.reviews()]
    return ReviewsOut(items=items, total=len(items))


@router.get("/reviews/{review_id}", response_model=ReviewRecordOut)
def show_review(request: Request, review_id: str, visitor: Reader) -> Response:
    """Show a review with its systems and the caller's sections, with its ETag."""
    with desk_of(request).opened.site.store.begin() as unit:
        record = record_of(unit, review_id, visitor.visible)
    return tagged(request, ReviewRecordOut.of_record(record))


@router.get("/reviews/{review_id}/questions", response_model=QuestionsOut)
def list_questions(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    request: Request,
    review_id: str,
    visitor: Reader,
    section: Annotated[str, Query(max_length=100)] = "",
    answered: Answered | None = None,
    verdict: Verdict | None = None,
    directory: str = "",
    text: Annotated[str, Query(max_length=200)] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> QuestionsOut:
    """List the questions that match, of the sections that the caller may see."""
    after, first = _begun(cursor)
    asked = _section(section)
    query = QuestionQuery(
        review_id,
        visible=visitor.visible,
        asked=asked,
        of_nobody=section == NO_SECTION,
        answered=answered,
        verdict=verdict,
        directory=directory,
        text=text,
        after=after,
        limit=limit,
    )
    with desk_of(request).opened.site.store.begin() as unit:
        unit.review(review_id)
        found = unit.question_page(query)
        left = _left(unit, query) if section else ""
    same = left if first in (None, left) else ""
    return QuestionsOut(
        items=[QuestionOut.of(line.standing) for line in found.lines],
        total=found.total,
        next=encode_cursor((str(found.after), same) if found.after else ()),
        shown=None if found.after else same or None,
    )


def _left(unit: Unit, query: QuestionQuery) -> str:
    """Return the SHA-256 of what is left of a section; empty where a list may not show all of it.

    Empty also where nothing is left, and where the caller may not see the section.
    """
    narrowed = query.verdict or query.directory or query.text
    hides = narrowed or query.answered not in (None, Answered.WAITING)
    seen = query.visible is None or query.asked in query.visible
    if hides or not seen or not unit.numbers_waiting(query.review_id, query.asked):
        return ""
    return shown_sha256(unit, unit.review(query.review_id), query.asked)


def _begun(cursor: str) -> tuple[int, str | None]:
    """Return after which number a page begins, and what was left when the first one was shown."""
    parts = decode_cursor(cursor)
    if not parts:
        return 0, None
    number, *rest = parts
    is_number = number.isascii() and number.isdigit() and len(number) <= len(str(MOST_NUMBER))
    if len(rest) != 1 or not is_number or int(number) > MOST_NUMBER:
        raise cursor_of_none_of_ours()
    return int(number), rest[0]


def _section(given: str) -> OrgUnitCode | None:
    """Return a section as it was named; `-` is what no section answers for."""
    return None if given in ("", NO_SECTION) else OrgUnitCode(normalise_code(given))


@router.post("/reviews/{review_id}/answers", response_model=AnsweredOut)
def say(request: Request, review_id: str, wanted: AnswerIn, visitor: Answerer) -> AnsweredOut:
    """Answer single questions; what may not be answered is told in `refused`."""
    _check_seen(request, visitor, review_id, wanted.numbers)
    site, numbers = desk_of(request).opened.site, wanted.numbers
    result = answer(site, visitor.actors, review_id, numbers, wanted.choice, wanted.reason)
    return AnsweredOut.of(review_id, result)


@router.post("/reviews/{review_id}/answers/rest", response_model=AnsweredOut)
def say_rest(
    request: Request, review_id: str, wanted: AnswerRestIn, visitor: Answerer
) -> AnsweredOut:
    """Answer "needed" for all that is left of a section, exactly as the list showed it."""
    section, site = _section(wanted.section), desk_of(request).opened.site
    with site.store.begin() as unit:
        seen_sheet(unit, visitor, review_id, section)
    result = answer_rest(site, visitor.actors, review_id, section, wanted.shown)
    return AnsweredOut.of(review_id, result)


@router.post("/reviews/{review_id}/assign", response_model=AnsweredOut)
def ask_elsewhere(
    request: Request, review_id: str, wanted: AssignIn, visitor: Answerer
) -> AnsweredOut:
    """Ask another section: the chief's, of questions that wait for an answer."""
    _check_seen(request, visitor, review_id, wanted.numbers)
    site, section = desk_of(request).opened.site, OrgUnitCode(normalise_code(wanted.section))
    result = assign(site, visitor.own, review_id, wanted.numbers, section, wanted.reason)
    return AnsweredOut.of(review_id, result)


def _check_seen(
    request: Request, visitor: Visitor, review_id: str, numbers: Collection[int]
) -> None:
    """Raise NoSuchCase for a review that is not there, and for questions that are not seen."""
    with desk_of(request).opened.site.store.begin() as unit:
        unit.review(review_id)
        check_seen(unit, visitor, review_id, numbers)
