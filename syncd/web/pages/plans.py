"""計画: exactly what will be removed, what holds it back, who approved it, under its hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.cases import CaseState
from syncd.core.ids import CaseId, PlanHash
from syncd.core.plan import Loss, PlanLine
from syncd.errors import NoSuchCase
from syncd.flow.vote import approve_part, approve_plan
from syncd.ports.store import PlanState, StoredPlan, Unit
from syncd.reports.nested import group_cuts
from syncd.web.gate import desk_of, door, posting
from syncd.web.pages.cuts import MOST_ROWS, cut
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_RECENT = 20
_MOST_LOSSES = 50


@router.get("/plans")
def list_plans(request: Request, visitor: Annotated[Visitor, door(Permission.READ)]) -> Response:
    """Show the plans that wait and those that passed lately."""
    with desk_of(request).opened.site.store.begin() as unit:
        plans = [plan for state in PlanState for plan in unit.plans(state, _RECENT)]
        plans = [plan for plan in plans if _visible_lines(unit, visitor, plan)]
    plans.sort(key=lambda stored: stored.frozen_at, reverse=True)
    return page(request, "plans.html", visitor, {"plans": plans})


@router.get("/plans/{plan_hash}")
def show_plan(
    request: Request,
    plan_hash: str,
    visitor: Annotated[Visitor, door(Permission.READ)],
    start: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    everything: bool = False,  # noqa: FBT001, FBT002 - a link's flag
) -> Response:
    """Show one plan; approvers see the lines of their sections, and how many others there are."""
    with desk_of(request).opened.site.store.begin() as unit:
        stored = unit.plan(PlanHash(plan_hash))
        lines = _visible_lines(unit, visitor, stored)
        if not lines:
            raise NoSuchCase.plan(plan_hash)
        shown = cut(lines, request, start=start, everything=everything)
        cases = {case.case_id: case for case in unit.cases_of(x.case_id for x in shown.rows)}
        cards = unit.cards(c.staff_number for c in cases.values() if c.staff_number)
        votes = unit.votes(plan_hash=stored.plan.hash)
        sections = {section.code: section.name for section in unit.sections()}
    waiting = {c.case_id for c in cases.values() if c.state in (CaseState.OPEN, CaseState.REFUSED)}
    context = {
        "stored": stored,
        "shown": shown,
        "group_cuts": _group_cuts(lines, sees_all=visitor.visible is None),
        "others": len(stored.plan.lines) - len(lines),
        "cases": cases,
        "cards": cards,
        "votes": votes,
        "waiting": waiting,
        "section_names": sections,
        "can_approve": visitor.may("decide") and stored.state is PlanState.PROPOSED,
        "can_release": visitor.may("decide") and stored.state is PlanState.HELD,
    }
    return page(request, "plan.html", visitor, context)


@dataclass(frozen=True, slots=True)
class _SeenCut:
    """An edge of nested groups, as far as the visitor may see who loses by it."""

    directory: str
    names: tuple[str, str]
    losses: tuple[Loss, ...]
    others: int


def _group_cuts(lines: Sequence[PlanLine], *, sees_all: bool) -> list[_SeenCut]:
    """Return the groups that the plan takes out of others, each once, with who loses by it.

    Whoever decides for some sections sees the losses of those, and how many others there are.
    """
    seen = {(line.edge, line.account) for line in lines}
    found = []
    for edge, taken in group_cuts(lines).items():
        losses = [x for x in taken.losses if sees_all or (edge, x.account) in seen]
        shown = tuple(losses[:_MOST_LOSSES])
        found.append(_SeenCut(edge[0], taken.names, shown, len(taken.losses) - len(shown)))
    return found


def _visible_lines(unit: Unit, visitor: Visitor, stored: StoredPlan) -> tuple[PlanLine, ...]:
    """Return the lines of the visitor's sections; a whole plan asks for no case at all."""
    visible, lines = visitor.visible, stored.plan.lines
    if visible is None:
        return lines
    theirs = {c.case_id for c in unit.cases_of(stored.plan.case_ids) if c.section in visible}
    return tuple(line for line in lines if line.case_id in theirs)


@router.post("/plans/{plan_hash}/approve")
def approve(
    request: Request,
    plan_hash: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    case: Annotated[list[str] | None, Form()] = None,
    part: Annotated[bool, Form()] = False,  # noqa: FBT002 - a button's value
) -> Response:
    """Approve the whole plan, or the chosen lines as a new plan."""
    site = desk_of(request).opened.site
    if part:
        chosen = [CaseId(one) for one in case or ()]
        result = approve_part(site, visitor.actors, plan_hash, chosen)
    else:
        result = approve_plan(site, visitor.actors, plan_hash)
    return RedirectResponse(f"/plans/{result.plan_hash}", _SEE_OTHER)


@router.post("/plans/{plan_hash}/release")
def release(
    request: Request,
    plan_hash: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    reason: Annotated[str, Form(max_length=500)],
) -> Response:
    """Vote to let a held plan go on once; two persons are needed."""
    approve_plan(desk_of(request).opened.site, visitor.actors, plan_hash, reason)
    return RedirectResponse(f"/plans/{plan_hash}", _SEE_OTHER)
