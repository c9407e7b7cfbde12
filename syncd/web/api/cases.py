"""`/cases`: list, look, approve, refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from syncd.core.access import Permission
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.findings import Reason
from syncd.core.ids import CaseId, OrgUnitCode
from syncd.errors import NoSuchCase
from syncd.flow.vote import approve_cases, refuse_case
from syncd.ports.listing import CaseOrder, CaseQuery
from syncd.web.api.answers import check_match, tagged
from syncd.web.api.cursors import decode_cursor, encode_cursor
from syncd.web.api.models import ApproveIn, CaseOut, CasesOut, DecisionOut, RefuseIn
from syncd.web.forms import Day
from syncd.web.gate import api_door, desk_of
from syncd.web.visitor import Visitor

router = APIRouter(tags=["cases"])
_MOST = 500


@router.get("/cases", response_model=CasesOut)
def list_cases(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    request: Request,
    visitor: Annotated[Visitor, api_door(Permission.READ)],
    state: Annotated[list[CaseState] | None, Query()] = None,
    section: Annotated[list[str] | None, Query()] = None,
    directory: str = "",
    entitlement: str = "",
    reason: Reason | None = None,
    due_before: Day | None = None,
    order: str = "",
    text: Annotated[str, Query(max_length=200)] = "",
    sort: CaseOrder = CaseOrder.DEADLINE,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> CasesOut:
    """List the cases that match; without `state`, all that have not ended."""
    query = CaseQuery(
        states=frozenset(state or ()),
        visible=visitor.visible,
        sections=frozenset(OrgUnitCode(code) for code in section or ()),
        directory=directory,
        entitlement=entitlement,
        reason=reason,
        due_before=None if due_before is None else midnight(due_before + timedelta(days=1)),
        order_number=order,
        text=text,
        sort=sort,
        after=decode_cursor(cursor),
        limit=limit,
    )
    with desk_of(request).opened.site.store.begin() as unit:
        found = unit.case_page(query)
    return CasesOut.of(found.lines, found.total, encode_cursor(found.after))


def seen_case(request: Request, visitor: Visitor, case_id: str) -> Case:
    """Return a case that the visitor may see; raises NoSuchCase for every other."""
    with desk_of(request).opened.site.store.begin() as unit:
        case = unit.case(CaseId(case_id))
    if visitor.visible is not None and case.section not in visitor.visible:
        raise NoSuchCase.case(case_id)
    return case


@router.get("/cases/{case_id}", response_model=CaseOut)
def show_case(
    request: Request, case_id: str, visitor: Annotated[Visitor, api_door(Permission.READ)]
) -> Response:
    """Show one case, with its ETag."""
    return tagged(request, CaseOut.of(seen_case(request, visitor, case_id)))


@router.post("/cases/{case_id}/approve", response_model=DecisionOut)
def approve(
    request: Request,
    case_id: str,
    wanted: ApproveIn,
    visitor: Annotated[Visitor, api_door(Permission.DECIDE)],
) -> DecisionOut:
    """Approve the removal; with `If-Match`, only of the case as it was seen."""
    check_match(request, CaseOut.of(seen_case(request, visitor, case_id)))
    site = desk_of(request).opened.site
    (result,) = approve_cases(site, visitor.actors, [CaseId(case_id)], wanted.reason)
    return DecisionOut(case=CaseOut.of(result.case), given=result.given, needed=result.needed)


@router.post("/cases/{case_id}/refuse", response_model=DecisionOut)
def refuse(
    request: Request,
    case_id: str,
    wanted: RefuseIn,
    visitor: Annotated[Visitor, api_door(Permission.DECIDE)],
) -> DecisionOut:
    """Keep the right until a day; a second person's same answer grants it."""
    check_match(request, CaseOut.of(seen_case(request, visitor, case_id)))
    site = desk_of(request).opened.site
    result = refuse_case(site, visitor.actors, CaseId(case_id), wanted.until, wanted.reason)
    return DecisionOut(case=CaseOut.of(result.case), given=result.given, needed=result.needed)
