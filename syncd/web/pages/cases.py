"""案件: find, understand and decide; one screen is enough for one decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.bilingual import japanese
from syncd.core.access import Permission
from syncd.core.acting import Delegation
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.findings import Reason
from syncd.core.ids import CaseId, OrgUnitCode
from syncd.core.votes import Choice, Vote, may_decide
from syncd.errors import IllegalMove, NoSuchCase, NotPermitted, UsageError
from syncd.flow.access.deputies import name_deputy
from syncd.flow.grounds import grounds_of
from syncd.flow.restore import restore_case
from syncd.flow.vote import approve_selected, refuse_case
from syncd.ports.listing import NO_SECTION, CaseLine, CaseOrder, CaseQuery
from syncd.ports.store import Unit
from syncd.reports.explain import because_word
from syncd.web.desk import Desk
from syncd.web.forms import AccountName, Day, parse_day
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.trail_words import tell
from syncd.web.visitor import Visitor
from syncd.web.words import phrase

router = APIRouter()
_SEE_OTHER = 303
_WAITS = (CaseState.OPEN, CaseState.REFUSED)
_MOST_AT_ONCE = 10_000
_DEFAULT_EXCEPTION = timedelta(days=14)
_TOLD_ABOVE = frozenset({"because", "reasons"})


def query_of(  # noqa: PLR0913, PLR0917 - one parameter for each filter of the page
    state: Annotated[list[str] | None, Query()] = None,
    section: Annotated[list[str] | None, Query()] = None,
    directory: str = "",
    entitlement: str = "",
    reason: str = "",
    due_before: str = "",
    order: str = "",
    text: Annotated[str, Query(max_length=200)] = "",
    sort: CaseOrder = CaseOrder.DEADLINE,
    after: Annotated[list[str] | None, Query()] = None,
) -> CaseQuery:
    """Return the filters of an address; raises UsageError for words that nobody knows."""
    return CaseQuery(
        states=frozenset(_state(word) for word in state or () if word),
        sections=frozenset(OrgUnitCode(code) for code in section or () if code),
        directory=directory,
        entitlement=entitlement,
        reason=_reason(reason),
        due_before=_end_of_day(due_before),
        order_number=order,
        text=text,
        sort=sort,
        after=tuple(after or ()),
    )


def _state(text: str) -> CaseState:
    try:
        return CaseState(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no state; choose one of the list.",
            ja=f"{text} という状態はありません。一覧から選んでください。",
        ) from None


def _reason(text: str) -> Reason | None:
    if not text:
        return None
    try:
        return Reason(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no reason; choose one of the list.",
            ja=f"{text} という理由はありません。一覧から選んでください。",
        ) from None


def _end_of_day(text: str) -> datetime | None:
    day = parse_day(text)
    return None if day is None else midnight(day + timedelta(days=1)) + timedelta(seconds=1)


Filters = Annotated[CaseQuery, Depends(query_of)]


@router.get("/cases")
def list_cases(
    request: Request, visitor: Annotated[Visitor, door(Permission.READ)], query: Filters
) -> Response:
    """Show one page of the cases that match, sorted; the filters stand in the address."""
    desk = desk_of(request)
    seen = replace(query, visible=visitor.visible)
    only_rows = request.headers.get("HX-Target") == "found"
    with desk.opened.site.store.begin() as unit:
        found = unit.case_page(seen)
        choices = {} if only_rows else _choices(desk, visitor, unit)
    context = {
        **choices,
        "found": found,
        "query": query,
        "due_before": request.query_params.get("due_before", ""),
        "next_page": _next_page(request, found.after),
        "decidable": {line.case.case_id for line in found.lines if _can(visitor, line.case)},
        "most": _MOST_AT_ONCE,
        "group_of": lambda line, sort: _group(line, sort, visitor),
    }
    return page(request, "cases_found.html" if only_rows else "cases.html", visitor, context)


def _choices(desk: Desk, visitor: Visitor, unit: Unit) -> dict[str, Any]:
    """Return what the filters offer: everything that some visible case has, shown here or not."""
    sections = unit.sections()
    return {
        "sections": [s for s in sections if visitor.visible is None or s.code in visitor.visible],
        "sees_all": visitor.visible is None,
        "no_section": NO_SECTION,
        "directories": [d.name for d in desk.opened.settings.model.directories],
        "entitlements": unit.case_entitlements(visitor.visible),
        "reasons": list(Reason),
        "states": list(CaseState),
        "sorts": list(CaseOrder),
    }


def _group(line: CaseLine, sort: CaseOrder, visitor: Visitor) -> str:
    """Return what stands above the cases of one person, one order or one section."""
    say = phrase(visitor.lang)
    if sort is CaseOrder.SECTION:
        return line.section_name or say("所属なし", "no section")
    if sort is CaseOrder.TRANSFER:
        order = next((b for b in line.case.because if b.kind == "order"), None)
        none = say("発令によらないもの", "not moved by an order")
        return none if order is None else because_word(order, visitor.lang)
    name = line.card.name if line.card is not None and line.card.name else line.case.account
    return f"{name} {line.case.staff_number or ''}".strip()


def _next_page(request: Request, after: tuple[str, ...]) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    return "/cases?" + urlencode([*kept, *(("after", value) for value in after)]) if after else ""


def _can(visitor: Visitor, case: Case) -> bool:
    return case.state in _WAITS and any(may_decide(actor, case) for actor in visitor.actors)


@router.post("/cases/approve")
def approve_chosen(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    query: Filters,
    case: Annotated[list[str] | None, Form()] = None,
    everything: Annotated[bool, Form()] = False,  # noqa: FBT002 - a checkbox
    told: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Approve the chosen cases, or all that match the filters of the address.

    `told` is how many the page said that these are: nobody approves what came after they looked.
    """
    site = desk_of(request).opened.site
    chosen = [CaseId(one) for one in case or ()]
    if everything:
        wanted = replace(query, visible=visitor.visible, after=(), limit=_MOST_AT_ONCE)
        chosen = _all_that_match(request, wanted, told)
    if not chosen:
        raise UsageError("choose at least one case.", ja="案件を一つ以上選んでください。")
    _check_visible(request, visitor, chosen)
    result = approve_selected(site, visitor.actors, chosen)
    return page(request, "cases_approved.html", visitor, {"result": result})


def _all_that_match(request: Request, wanted: CaseQuery, told: int) -> list[CaseId]:
    """Return every case that matches; raises IllegalMove where they are more than people saw."""
    with desk_of(request).opened.site.store.begin() as unit:
        found = unit.case_page(wanted)
    if found.total > told:
        raise IllegalMove(
            f"{found.total} cases match now, and the page said {told}; look at the list again.",
            ja=f"条件に合う案件は、表示した時の {told} 件から {found.total} 件に増えています。"
            "一覧をもう一度見てください。",
        )
    return [line.case.case_id for line in found.lines]


def _check_visible(request: Request, visitor: Visitor, chosen: list[CaseId]) -> None:
    """Raise NoSuchCase for a case of a section that the visitor may not see."""
    if visitor.visible is None:
        return
    with desk_of(request).opened.site.store.begin() as unit:
        for case in unit.cases_of(chosen):
            if case.section not in visitor.visible:
                raise NoSuchCase.case(case.case_id)


@router.get("/cases/{case_id}")
def show_case(
    request: Request, case_id: str, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Show everything that a decision about one case needs."""
    return page(request, "case.html", visitor, _case_context(request, visitor, CaseId(case_id)))


def _case_context(request: Request, visitor: Visitor, case_id: CaseId) -> dict[str, Any]:
    desk = desk_of(request)
    opened = desk.opened
    titles = opened.settings.model.organization.role_labels
    with opened.site.store.begin() as unit:
        case = unit.case(case_id)
        if visitor.visible is not None and case.section not in visitor.visible:
            raise NoSuchCase.case(case_id)
        numbers = [case.staff_number] if case.staff_number else []
        card = unit.cards(numbers).get(case.staff_number) if case.staff_number else None
        history = unit.history(case_id)
        votes = unit.votes(case_id=case_id)
        sections = {section.code: section.name for section in unit.sections()}
        grounds = grounds_of(unit, case)
        handed = unit.delegations_by(visitor.account)
        tasks = unit.tasks_of(case_id)
        residual = unit.residual_of(case_id)
    return {
        "case": case,
        "grounds": grounds,
        "tasks": tasks,
        "residual": residual,
        "handed": [d for d in handed if _stands(d, case, opened.today())],
        "card": card,
        "gave": _given(visitor, case, votes),
        "history": [tell(json.loads(leaf), visitor.lang, titles, _TOLD_ABOVE) for leaf in history],
        "section_names": sections,
        "sees_all": visitor.visible is None,
        "can_decide": _can(visitor, case),
        "can_restore": _restorable(visitor, case),
        "until": opened.today() + _DEFAULT_EXCEPTION,
        "approval": opened.site.policy.approval,
    }


def _stands(handed: Delegation, case: Case, today: date) -> bool:
    """Tell whether a case stands handed to a deputy by itself."""
    chosen = handed.case_ids is not None and case.case_id in handed.case_ids
    return chosen and handed.ended_at is None and handed.until_on >= today


def _given(visitor: Visitor, case: Case, votes: Sequence[Vote]) -> set[Choice]:
    """Return what the visitor said already; to keep the right until another day counts for none."""
    own = [v for v in votes if (v.voter, v.round) == (visitor.account, case.round)]
    return {v.choice for v in own if v.choice is not Choice.KEEP or v.until == case.exception_until}


def _restorable(visitor: Visitor, case: Case) -> bool:
    removed = case.state is CaseState.VERIFIED and case.restored_at is None
    return removed and any(may_decide(actor, case) for actor in visitor.actors)


@router.post("/cases/{case_id}/approve")
def approve_case(
    request: Request,
    case_id: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Approve one case."""
    _check_visible(request, visitor, [CaseId(case_id)])
    site = desk_of(request).opened.site
    result = approve_selected(site, visitor.actors, [CaseId(case_id)], reason)
    for _, told in result.left:
        with site.store.begin() as unit:
            waits = unit.case(CaseId(case_id)).state in _WAITS
        raise (NotPermitted if waits else IllegalMove)(told, ja=japanese(told))
    return RedirectResponse(f"/cases/{case_id}", _SEE_OTHER)


@router.post("/cases/{case_id}/refuse")
def keep_right(
    request: Request,
    case_id: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    until: Annotated[Day, Form()],
    reason: Annotated[str, Form(max_length=500)],
) -> Response:
    """Keep the right until a day, with a reason; a second person grants it."""
    _check_visible(request, visitor, [CaseId(case_id)])
    site = desk_of(request).opened.site
    refuse_case(site, visitor.actors, CaseId(case_id), until, reason)
    return RedirectResponse(f"/cases/{case_id}", _SEE_OTHER)


@router.post("/cases/{case_id}/restore")
def put_back(
    request: Request,
    case_id: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    reason: Annotated[str, Form(max_length=500)],
) -> Response:
    """Ask that a removed right be put back; the second person's word does it."""
    _check_visible(request, visitor, [CaseId(case_id)])
    restore_case(desk_of(request).opened.site, visitor.actors, CaseId(case_id), reason)
    return RedirectResponse(f"/cases/{case_id}", _SEE_OTHER)


@router.post("/cases/{case_id}/deputy")
def hand_over(
    request: Request,
    case_id: str,
    visitor: Annotated[Visitor, posting(Permission.DELEGATE)],
    deputy: AccountName,
    until: Annotated[Day, Form()],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Hand one case to a deputy until a day."""
    opened = desk_of(request).opened
    _check_visible(request, visitor, [CaseId(case_id)])
    with opened.site.store.begin() as unit:
        unit.case(CaseId(case_id))  # who sees every section could hand over what is not there
    days = (opened.today(), until)
    name_deputy(opened.site, visitor.own, deputy.strip(), days, [CaseId(case_id)], reason)
    return RedirectResponse(f"/cases/{case_id}", _SEE_OTHER)
