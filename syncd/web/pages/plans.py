"""計画: exactly what will be removed, what holds it back, who approved it, under its hash."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.cases import CaseState
from syncd.core.ids import CaseId, PlanHash
from syncd.errors import NoSuchCase
from syncd.flow.vote import approve_part, approve_plan
from syncd.ports.store import PlanState
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_RECENT = 20


@router.get("/plans")
def list_plans(request: Request, visitor: Annotated[Visitor, door(Permission.READ)]) -> Response:
    """Show the plans that wait and those that passed lately."""
    with desk_of(request).opened.site.store.begin() as unit:
        plans = [plan for state in PlanState for plan in unit.plans(state)[:_RECENT]]
    plans = [p for p in plans if _seen_lines(visitor, p.plan.lines, request)]
    plans.sort(key=lambda stored: stored.frozen_at, reverse=True)
    return page(request, "plans.html", visitor, {"plans": plans})


def _seen_lines(visitor: Visitor, lines: tuple[object, ...], request: Request) -> bool:
    """Tell whether a plan concerns a section that the visitor sees."""
    if visitor.visible is None:
        return bool(lines)
    ids = [line.case_id for line in lines]  # type: ignore[attr-defined]
    with desk_of(request).opened.site.store.begin() as unit:
        return any(case.section in visitor.visible for case in unit.cases_of(ids))


@router.get("/plans/{plan_hash}")
def show_plan(
    request: Request, plan_hash: str, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Show one plan; approvers see the lines of their sections, and how many others there are."""
    with desk_of(request).opened.site.store.begin() as unit:
        stored = unit.plan(PlanHash(plan_hash))
        cases = {case.case_id: case for case in unit.cases_of(stored.plan.case_ids)}
        cards = unit.cards(c.staff_number for c in cases.values() if c.staff_number)
        votes = unit.votes(plan_hash=stored.plan.hash)
        sections = {section.code: section.name for section in unit.sections()}
    seen = visitor.visible
    lines = [x for x in stored.plan.lines if seen is None or cases[x.case_id].section in seen]
    if not lines:
        raise NoSuchCase.plan(plan_hash)
    waiting = {c.case_id for c in cases.values() if c.state in (CaseState.OPEN, CaseState.REFUSED)}
    context = {
        "stored": stored,
        "lines": lines,
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
