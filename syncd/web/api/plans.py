"""`/plans`: look at exactly what would be removed, approve it, release it where it is held."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from syncd.core.access import Permission
from syncd.core.ids import PlanHash
from syncd.errors import IllegalMove, NoSuchCase
from syncd.flow.report import PlanVoteResult
from syncd.flow.vote import approve_plan
from syncd.ports.store import PlanState
from syncd.web.api.answers import check_match, tagged
from syncd.web.api.models import ApproveIn, PlanLineOut, PlanOut, PlanVoteOut, ReleaseIn
from syncd.web.gate import api_door, desk_of
from syncd.web.visitor import Visitor

router = APIRouter(tags=["plans"])


def seen_plan(request: Request, visitor: Visitor, plan_hash: str) -> PlanOut:
    """Return a plan as far as the visitor may see it; raises NoSuchCase for none of it."""
    with desk_of(request).opened.site.store.begin() as unit:
        stored = unit.plan(PlanHash(plan_hash))
        cases = {case.case_id: case for case in unit.cases_of(stored.plan.case_ids)}
    seen = visitor.visible
    lines = [
        PlanLineOut(
            directory=x.directory,
            group=x.group,
            member=x.member,
            entitlement=x.entitlement,
            case=x.case_id,
            account=x.account,
            staff_number=x.staff_number,
            reasons=[str(reason) for reason in x.reasons],
            others=0 if x.cut is None else len(x.cut.others(x.account)),
        )
        for x in stored.plan.lines
        if seen is None or cases[x.case_id].section in seen
    ]
    if not lines:
        raise NoSuchCase.plan(plan_hash)
    return PlanOut.of(stored, lines)


@router.get("/plans/{plan_hash}", response_model=PlanOut)
def show_plan(
    request: Request, plan_hash: str, visitor: Annotated[Visitor, api_door(Permission.READ)]
) -> Response:
    """Show one plan, by its hash or the first eight digits of it or more."""
    return tagged(request, seen_plan(request, visitor, plan_hash))


@router.post("/plans/{plan_hash}/approve", response_model=PlanVoteOut)
def approve(
    request: Request,
    plan_hash: str,
    wanted: ApproveIn,
    visitor: Annotated[Visitor, api_door(Permission.DECIDE)],
) -> PlanVoteOut:
    """Approve exactly this plan; cases that the caller may not decide are named in `refused`."""
    return _vote(request, visitor, plan_hash, wanted.reason, PlanState.PROPOSED)


@router.post("/plans/{plan_hash}/release", response_model=PlanVoteOut)
def release(
    request: Request,
    plan_hash: str,
    wanted: ReleaseIn,
    visitor: Annotated[Visitor, api_door(Permission.DECIDE)],
) -> PlanVoteOut:
    """Vote to let a held plan go on once; two persons are needed."""
    return _vote(request, visitor, plan_hash, wanted.reason, PlanState.HELD)


def _vote(
    request: Request, visitor: Visitor, plan_hash: str, reason: str, asked: PlanState
) -> PlanVoteOut:
    plan = seen_plan(request, visitor, plan_hash)
    check_match(request, plan)
    if plan.state != asked:
        raise IllegalMove(
            f"plan {plan.hash[:12]} is {plan.state}, not {asked}.",
            ja=f"計画 {plan.hash[:12]} の状態は {plan.state} で、{asked} ではありません。",
        )
    site = desk_of(request).opened.site
    return _told(approve_plan(site, visitor.actors, plan.hash, reason))


def _told(result: PlanVoteResult) -> PlanVoteOut:
    return PlanVoteOut(
        plan=result.plan_hash,
        held=result.held,
        given=result.given,
        needed=result.needed,
        released=result.released,
        refused=list(result.refused),
    )
