"""棚卸: what people do — begin, answer, ask elsewhere, close, confirm, drop — one form each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.ids import OrgUnitCode, normalise_code
from syncd.core.reviews.questions import Choice
from syncd.errors import UsageError
from syncd.flow.reviews.answering import AnswerResult, answer, answer_rest, assign
from syncd.flow.reviews.beginning import freeze_now, start_review
from syncd.flow.reviews.ending import close_review, confirm_review, drop_review
from syncd.ports.listing import NO_SECTION
from syncd.ports.reviews import QuestionQuery
from syncd.web.forms import Day
from syncd.web.gate import desk_of, posting
from syncd.web.pages.reviews import query_of, seen_sheet, sheet_context
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_MOST_AT_ONCE = 500

Holder = Annotated[Visitor, posting(Permission.HOLD_REVIEWS)]
Answerer = Annotated[Visitor, posting(Permission.DECIDE)]
Asked = Annotated[QuestionQuery, Depends(query_of)]
Text = Annotated[str, Form(max_length=500)]


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

    numbers: list[int]
    reason: str


def _chosen(
    number: Annotated[list[int] | None, Form(max_length=_MOST_AT_ONCE)] = None, reason: Text = ""
) -> _Chosen:
    if not number:
        raise UsageError("choose at least one line.", ja="行を一つ以上選んでください。")
    return _Chosen(number, reason)


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
    query = _seen(request, visitor, review_id, query)
    site, numbers = desk_of(request).opened.site, chosen.numbers
    result = answer(site, visitor.actors, review_id, numbers, choice, chosen.reason)
    return _answered(request, visitor, query, result)


@router.post("/reviews/{review_id}/answer-rest")
def say_rest(
    request: Request,
    review_id: str,
    visitor: Answerer,
    query: Asked,
    shown: Annotated[str, Form(max_length=64)],
) -> Response:
    """Answer "needed" for all that is left of a sheet, as it was shown."""
    query = _seen(request, visitor, review_id, query)
    site = desk_of(request).opened.site
    result = answer_rest(site, visitor.actors, review_id, query.asked, shown)
    return _answered(request, visitor, query, result)


@router.post("/reviews/{review_id}/assign")
def ask_elsewhere(
    request: Request,
    review_id: str,
    visitor: Answerer,
    query: Asked,
    to: Annotated[str, Form(max_length=100)],
    chosen: Chosen,
) -> Response:
    """Ask another section: the chief's."""
    query = _seen(request, visitor, review_id, query)
    site, section = desk_of(request).opened.site, OrgUnitCode(normalise_code(to))
    result = assign(site, visitor.own, review_id, chosen.numbers, section, chosen.reason)
    return _answered(request, visitor, query, result)


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
    request: Request, visitor: Visitor, review_id: str, query: QuestionQuery
) -> QuestionQuery:
    """Return what is asked of this review; raises NoSuchCase for a sheet that may not be seen."""
    with desk_of(request).opened.site.store.begin() as unit:
        seen_sheet(unit, visitor, review_id, query.asked)
    return replace(query, review_id=review_id)


def _answered(
    request: Request, visitor: Visitor, query: QuestionQuery, result: AnswerResult
) -> Response:
    """Go back to the sheet; where something was not answered, say why there and then."""
    if result.refused:
        context = sheet_context(request, visitor, query)
        context |= {"done": result.answered, "refused": result.refused}
        return page(request, "review_sheet.html", visitor, context)
    words = f"section={query.asked or NO_SECTION}&done={result.answered}"
    if query.answered is not None:
        words += f"&answered={query.answered}"
    return RedirectResponse(f"/reviews/{query.review_id}/sheet?{words}", _SEE_OTHER)


def _to(review_id: str) -> Response:
    return RedirectResponse(f"/reviews/{review_id}", _SEE_OTHER)
