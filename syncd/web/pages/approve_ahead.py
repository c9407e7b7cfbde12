"""事前の承認: what a coming day takes, approved days before it, and after that only what differs.

Whoever may see 内示 is shown, and approves, what rests on one; nobody else is shown that there is
any. The form carries the hash of the plan that was looked at: what changed meanwhile is looked at
again before anybody votes on it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.preapproval.line import AheadLine, AheadPlan
from syncd.core.preapproval.standing import WAITING, Standing, Standings
from syncd.errors import IllegalMove
from syncd.flow.preapproval.plan import look_ahead
from syncd.flow.preapproval.vote import approve_ahead
from syncd.web.gate import desk_of, door, posting
from syncd.web.pages.ahead import coming_or
from syncd.web.pages.cuts import MOST_ROWS, cut
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_AT = "/transfer-day/approve"


@router.get(_AT)
def show_ahead(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    on: date | None = None,
    start: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    everything: bool = False,  # noqa: FBT001, FBT002 - a link's flag
    whole: bool = False,  # noqa: FBT001, FBT002 - a link's flag
) -> Response:
    """Show what waits for approval on a coming day; `whole` shows what is approved as well."""
    desk, sees = desk_of(request), visitor.sees_advance_notices
    day = coming_or(desk, on, with_notices=sees)
    plan = desk.ahead(day, with_notices=sees)
    standings = look_ahead(desk.opened.site, plan).standings
    mine = _visible(plan, visitor)
    lines = [line for line in mine if whole or standings.waits(line)]
    shown = cut(lines, request, start=start, everything=everything)
    gone = [g for g in standings.gone if visitor.visible is None or g.section in visitor.visible]
    numbers = {x.staff_number for x in (*shown.rows, *gone) if x.staff_number}
    roll = desk.roll()
    with desk.opened.site.store.begin() as unit:
        sections = {section.code: section.name for section in unit.sections()}
    is_coming = day > desk.opened.today()
    context = {
        "on": day,
        "plan": plan,
        "shown": shown,
        "whole": whole,
        "standings": standings,
        "counts": {each: sum(standings.of(line) is each for line in mine) for each in Standing},
        "waiting": sum(standings.waits(line) for line in mine),
        "deadlines": mine[0].deadlines if mine else None,
        "needs_two": any(line.needed > 1 and standings.waits(line) for line in mine),
        "rests_on_notice": any(line.rests_on_notice for line in mine),
        "gone": gone,
        "given": {line.digest: _given(standings, line) for line in shown.rows},
        "cards": {number: roll[number].card for number in numbers if number in roll},
        "section_names": sections,
        "is_coming": is_coming,
        "can_approve": is_coming and visitor.may("decide"),
        "waits": WAITING,
    }
    return page(request, "approve_ahead.html", visitor, context)


def _visible(plan: AheadPlan, visitor: Visitor) -> list[AheadLine]:
    visible = visitor.visible
    return [line for line in plan.lines if visible is None or line.section in visible]


def _given(standings: Standings, line: AheadLine) -> list[str]:
    """Return who approved a line so far."""
    return [vote.voter for vote in standings.votes.get(line.digest, ())]


@router.post(_AT)
def approve(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    on: Annotated[date, Form()],
    plan: Annotated[str, Form(max_length=64)],
    line: Annotated[list[str] | None, Form()] = None,
    part: Annotated[bool, Form()] = False,  # noqa: FBT002 - a button's value
) -> Response:
    """Approve what waits on a coming day, or the chosen lines."""
    desk = desk_of(request)
    day = coming_or(desk, on, with_notices=visitor.sees_advance_notices)
    found = desk.ahead(day, with_notices=visitor.sees_advance_notices)
    if found.hash != plan:
        raise IllegalMove(
            "the plan of this day has changed since you looked at it. Look at it again.",
            ja="ご覧になったあとで、この日の計画が変わりました。もう一度開いて確かめてください。",
        )
    chosen = (line or []) if part else None
    approve_ahead(desk.opened.site, visitor.actors, found, chosen=chosen)
    return RedirectResponse(f"{_AT}?on={day.isoformat()}", _SEE_OTHER)
