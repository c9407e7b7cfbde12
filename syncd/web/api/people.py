"""`/people` and `/findings`: what holds on what the last runs learned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from syncd.core.access import Permission
from syncd.core.findings import Reason, Verdict
from syncd.core.ids import normalise_staff_number
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.explain import explain
from syncd.flow.report import Explanation
from syncd.flow.timeline import timeline_of
from syncd.web.api.answers import tagged
from syncd.web.api.cursors import decode_cursor, encode_cursor
from syncd.web.api.models import FindingOut, FindingsOut, PersonOut, PostOut, RightOut
from syncd.web.forms import Day
from syncd.web.gate import api_door, desk_of
from syncd.web.visitor import Visitor, sees_person

router = APIRouter(tags=["people"])
_MOST = 1000


@router.get("/people/{staff_number}", response_model=PersonOut)
def show_person(
    request: Request,
    staff_number: str,
    visitor: Annotated[Visitor, api_door(Permission.READ)],
    as_of: Day | None = None,
) -> Response:
    """Show why each right of a person stands or falls on a day."""
    opened = desk_of(request).opened
    width = opened.settings.model.organization.staff_number_width
    number = normalise_staff_number(staff_number, width)
    told = explain(opened.site, number, as_of or opened.today())
    if told.person is None or not sees_person(visitor, told):
        raise NoSuchCase(
            f"nobody with the staff number {staff_number} is known here.",
            ja=f"職員番号 {staff_number} の人は、ここでは知られていません。",
        )
    notices = None
    if visitor.sees_advance_notices:
        years = timeline_of(opened.site, number, opened.today())
        notices = [str(order.order_number) for order in years.advance_notices]
    return tagged(request, _person(told, notices))


def _person(told: Explanation, notices: list[str] | None) -> PersonOut:
    person = told.person
    posts = [] if person is None else [p for s in person.readings[:1] for p in s.posts]
    return PersonOut(
        staff_number=told.staff_number,
        other_numbers=[] if person is None else list(person.other_numbers),
        as_of=told.as_of,
        posts=[
            PostOut(org_unit=p.org_unit, title=p.title, kind=p.kind, since=p.since) for p in posts
        ],
        rights=[
            RightOut(
                directory=r.directory,
                entitlement=r.entitlement.entitlement,
                account=r.account,
                verdict=str(r.verdict),
                reasons=[str(fault.reason) for fault in r.faults],
                because=[str(b) for fault in r.faults for b in fault.because],
                justified_by=[str(b) for b in r.justified_by],
                case=None if r.case is None else r.case.case_id,
            )
            for r in told.rights
        ],
        advance_notices=notices,
    )


@router.get("/findings", response_model=FindingsOut)
def list_findings(
    request: Request,
    visitor: Annotated[Visitor, api_door(Permission.READ)],
    verdict: Verdict | None = None,
    reason: Reason | None = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> FindingsOut:
    """List everything that is not simply justified today."""
    decision = desk_of(request).decision()
    seen = visitor.visible
    wanted = [
        finding
        for finding in decision.findings
        if (seen is None or finding.section in seen)
        and (verdict is None or finding.verdict is verdict)
        and (reason is None or reason in finding.reasons)
    ]
    after = decode_cursor(cursor)
    if after and len(after) != len(("directory", "entitlement", "account")):
        raise UsageError(
            "the cursor is none of ours; begin without one.",
            ja="このカーソルはここで渡したものではありません。カーソルなしで始めてください。",
        )
    left = [finding for finding in wanted if not after or finding.key > after]
    shown = left[:limit]
    last = tuple(shown[-1].key) if len(left) > limit else ()
    return FindingsOut(
        as_of=decision.as_of,
        items=[FindingOut.of(finding) for finding in shown],
        total=len(wanted),
        next=encode_cursor(last),
    )
