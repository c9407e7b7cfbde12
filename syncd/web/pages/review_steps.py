"""棚卸: what people do — begin, answer, ask elsewhere, close, confirm, drop — one form each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from syncd.core.access import Permission
from syncd.core.ids import OrgUnitCode, normalise_code
from syncd.core.reviews.questions import Choice
from syncd.errors import IllegalMove, UsageError
from syncd.flow.reviews.answering import AnswerResult, answer, answer_rest, assign
from syncd.flow.reviews.beginning import freeze_now, start_review
from syncd.flow.reviews.ending import close_review, confirm_review, drop_review
from syncd.ports.reviews import QuestionQuery
from syncd.web.forms import Day
from syncd.web.gate import desk_of, posting
from syncd.web.pages.reviews import (
    MOST_NUMBER,
    check_seen,
    query_of,
    seen_sheet,
    sheet_address,
    sheet_context,
)
from syncd.web.render import page
from syncd.web.statuses import status_of
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_MOST_AT_ONCE = 500

Holder = Annotated[Visitor, posting(Permission.HOLD_REVIEWS)]
Answerer = Annotated[Visitor, posting(Permission.DECIDE)]
Asked = Annotated[QuestionQuery, Depends(query_of)]
Text = Annotated[str, Form(max_length=500)]
Number = Annotated[int, Field(ge=1, le=MOST_NUMBER)]


@router.post("/reviews")
def begin(
    request: Request,
    visitor: Holder,
    name: Annotated[str, Form(max_length=100)],
    on: Annotated[Day, Form()],
    at_once: Annotated[bool, Form()] = False,  # noqa: FBT002 - a checkbox
) -> Response:
    """Begin a review as of a day."""
    site = desk_of(request).opened.site
    review = start_review(site, visitor.own, name, on, at_once=at_once)
    return _to(review.review_id)


@router.post("/reviews/{review_id}/freeze")
def freeze(request: Request, review_id: str, visitor: Holder) -> Response:
    """Freeze a planned review now, on what was read last."""
    freeze_now(desk_of(request).opened.site, visitor.own, review_id)
    return _to(review_id)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The lines that were chosen on a sheet, and the reason beside them."""

    numbers: tuple[int, ...] = ()
    reason: str = ""


def _chosen(
    number: Annotated[list[Number] | None, Form(max_length=_MOST_AT_ONCE)] = None,
    reason: Text = "",
) -> _Chosen:
    return _Chosen(tuple(number or ()), reason)


Chosen = Annotated[_Chosen, Depends(_chosen)]


@router.post("/reviews/{review_id}/answer")
def say(
    request: Request,
    review_id: str,
    visitor: Answerer,
    query: Asked,
    choice: Annotated[Choice, Form()],
    chosen: Chosen,
) -> Response:
    """Answer the chosen questions of a sheet."""
    query, site = _seen(request, visitor, review_id, query, chosen), desk_of(request).opened.site

    def work() -> AnswerResult:
        _check_chosen(chosen)
        return answer(site, visitor.actors, review_id, chosen.numbers, choice, chosen.reason)

    return _answered(request, visitor, query, work, chosen)


@router.post("/reviews/{review_id}/answer-rest")
def say_rest(
    request: Request,
    review_id: str,
    visitor: Answerer,
    query: Asked,
    shown: Annotated[str, Form(max_length=64)],
) -> Response:
    """Answer "needed" for all that is left of a sheet, as it was shown."""
    query, site = _seen(request, visitor, review_id, query), desk_of(request).opened.site

    def work() -> AnswerResult:
        return answer_rest(site, visitor.actors, review_id, query.asked, shown)

    return _answered(request, visitor, query, work)


@router.post("/reviews/{review_id}/assign")
def ask_elsewhere(
    request: Request,
    review_id: str,
    visitor: Answerer,
    query: Asked,
    chosen: Chosen,
    to: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Ask another section: the chief's."""
    query, site = _seen(request, visitor, review_id, query, chosen), desk_of(request).opened.site
    section = OrgUnitCode(normalise_code(to))

    def work() -> AnswerResult:
        _check_chosen(chosen)
        if not section:
            raise UsageError("choose the section to ask.", ja="尋ねる所属を選んでください。")
        return assign(site, visitor.own, review_id, chosen.numbers, section, chosen.reason)

    return _answered(request, visitor, query, work, chosen)


@router.post("/reviews/{review_id}/close")
def close(request: Request, review_id: str, visitor: Holder) -> Response:
    """Close a review in which every question is answered."""
    close_review(desk_of(request).opened.site, visitor.own, review_id)
    return _to(review_id)


@router.post("/reviews/{review_id}/drop")
def drop(request: Request, review_id: str, visitor: Holder, reason: Text = "") -> Response:
    """Drop a review that was begun by mistake."""
    drop_review(desk_of(request).opened.site, visitor.own, review_id, reason)
    return _to(review_id)


@router.post("/reviews/{review_id}/confirm")
def confirm(
    request: Request,
    review_id: str,
    visitor: Annotated[Visitor, posting(Permission.READ_TRAIL)],
    note: Text = "",
) -> Response:
    """Confirm the record, as somebody who answered nothing."""
    confirm_review(desk_of(request).opened.site, visitor.own, review_id, note)
    return _to(review_id)


def _seen(
    request: Request,
    visitor: Visitor,
    review_id: str,
    query: QuestionQuery,
    chosen: _Chosen = _Chosen(),
) -> QuestionQuery:
    """Return what is asked of this review.

    Raises NoSuchCase for a sheet that may not be seen, and for questions of another one: whom they
    are asked of is nobody else's.
    """
    with desk_of(request).opened.site.store.begin() as unit:
        seen_sheet(unit, visitor, review_id, query.asked)
        check_seen(unit, visitor, review_id, chosen.numbers)
    return replace(query, review_id=review_id)


def _check_chosen(chosen: _Chosen) -> None:
    if not chosen.numbers:
        raise UsageError("choose at least one line.", ja="行を一つ以上選んでください。")


def _answered(
    request: Request,
    visitor: Visitor,
    query: QuestionQuery,
    work: Callable[[], AnswerResult],
    chosen: _Chosen = _Chosen(),
) -> Response:
    """Answer, and go back to the sheet; what was not answered, and why, is told there.

    Of what somebody chose and wrote nothing is lost where nothing could be written down.
    """
    try:
        result = work()
    except (UsageError, IllegalMove) as why:
        context = sheet_context(request, visitor, query)
        context |= {"why": why.told, "chosen": set(chosen.numbers), "reason": chosen.reason}
        return page(request, "review_sheet.html", visitor, context, status_of(why))
    if result.refused:
        context = sheet_context(request, visitor, query)
        context |= {"done": result.answered, "refused": result.refused}
        return page(request, "review_sheet.html", visitor, context)
    return RedirectResponse(sheet_address(query, done=result.answered), _SEE_OTHER)


def _to(review_id: str) -> Response:
    return RedirectResponse(f"/reviews/{review_id}", _SEE_OTHER)
