"""発令の件数: personnel state how many orders a day should have, and see what stands and stood.

Only they come in: what is stated of a coming day tells of 内示. The number found is shown beside a
statement and never before it: who reads it off first checks nothing.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.facts import OrderCount
from syncd.core.policy import OrderCounts
from syncd.flow.order_counts import MOST, countable, look_at_counts, state_count
from syncd.web.forms import Day
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_AT = "/transfer-day/counts"
_MOST_PAST = 200


@router.get(_AT)
def show_counts(
    request: Request, visitor: Annotated[Visitor, door(Permission.BRING_ORDERS)]
) -> Response:
    """Show the form, the statements that stand beside what is there, and what was said before."""
    opened = desk_of(request).opened
    seen = look_at_counts(opened.site, opened.today())
    with opened.site.store.begin() as unit:
        standing = {each.said for each in seen}
        past = [each for each in unit.stated_counts() if each not in standing]
    context = {
        "seen": seen,
        "past": past[:_MOST_PAST],
        "more": max(0, len(past) - _MOST_PAST),
        "kinds": countable(opened.site.policy),
        "required": opened.site.policy.guards.order_counts is OrderCounts.REQUIRED,
    }
    return page(request, "counts.html", visitor, context)


@router.post(_AT)
def state(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.BRING_ORDERS)],
    on: Annotated[Day, Form()],
    count: Annotated[int, Form(ge=0, le=MOST)],
    kind: Annotated[str, Form(max_length=100)] = "",
    tolerance: Annotated[int, Form(ge=0, le=MOST)] = 0,
) -> Response:
    """Keep a number; the next run is held to it where the day has come."""
    site = desk_of(request).opened.site
    state_count(site, visitor.own, OrderCount(on, kind, count, tolerance))
    return RedirectResponse(_AT, _SEE_OTHER)


@router.post(f"{_AT}/take-back")
def take_back(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.BRING_ORDERS)],
    on: Annotated[Day, Form()],
    kind: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Let a number that was stated here hold no more; what was said stays on record."""
    state_count(desk_of(request).opened.site, visitor.own, OrderCount(on, kind, None))
    return RedirectResponse(_AT, _SEE_OTHER)
