"""権限残存報告: the list, one report with what the logs show, its papers, and people's steps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.calendar import day_of
from syncd.core.ids import OrgUnitCode
from syncd.core.residual.persons import may_check, may_close, may_decide_report
from syncd.core.residual.reports import (
    ENDED,
    OUTCOMES,
    Check,
    Filing,
    Finding,
    Method,
    Outcome,
    ResidualReport,
    ResidualState,
)
from syncd.core.votes import may_decide
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.residual.dossier import Dossier, dossier_of
from syncd.flow.residual.reading import (
    logs_of,
    read_logs,
    readings_by_report,
    shown_use,
)
from syncd.flow.residual.steps import (
    check_log,
    close,
    decide,
    decide_filing,
    send_back,
    set_known_on,
)
from syncd.flow.site import Site
from syncd.ports.residual import ResidualPage, ResidualQuery
from syncd.ports.store import Unit
from syncd.reports.first_report import fields_of, filing_line, render_first_report, undecided
from syncd.reports.residual_tables import report_table, rows_table
from syncd.web.forms import parse_day
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.residual_words import ResidualSay
from syncd.web.trail_words import tell
from syncd.web.visitor import Visitor

router = APIRouter()
_SEE_OTHER = 303
_TEXT = 2000
_ALL = 5_000
_STANDING = frozenset(ResidualState) - ENDED
_APRIL = 4

Text = Annotated[str, Form(max_length=_TEXT)]


def query_of(
    state: Annotated[str, Query(max_length=20)] = "",
    section: str = "",
    directory: str = "",
    after: Annotated[list[str] | None, Query()] = None,
) -> ResidualQuery:
    """Return the filters of an address; raises UsageError for a state that nobody knows."""
    known = {"": _STANDING, "ended": ENDED, **{str(s): frozenset({s}) for s in ResidualState}}
    if state not in known:
        raise UsageError(
            f"{state!r} is no state; choose one of the list.",
            ja=f"{state} という状態はありません。一覧から選んでください。",
        )
    return ResidualQuery(
        states=known[state],
        section=OrgUnitCode(section) if section else None,
        directory=directory,
        after=tuple(after or ()),
    )


Asked = Annotated[ResidualQuery, Depends(query_of)]
Reader = Annotated[Visitor, door(Permission.READ)]


def _narrowed(query: ResidualQuery, visitor: Visitor, **changes: Any) -> ResidualQuery:  # noqa: ANN401 - fields of the query
    fields = {name: getattr(query, name) for name in ResidualQuery.__slots__}
    return ResidualQuery(**{**fields, "visible": visitor.visible, **changes})


@router.get("/residuals")
def list_residuals(request: Request, visitor: Reader, query: Asked) -> Response:
    """Show one page of the reports that match, the newest first."""
    opened = desk_of(request).opened
    site = opened.site
    with site.store.begin() as unit:
        found = unit.residual_page(_narrowed(query, visitor))
        standing = unit.residual_page(
            _narrowed(ResidualQuery(states=_STANDING), visitor, limit=_ALL)
        )
        said = _said(site, unit, (line.report for line in found.lines))
        sections = unit.sections()
    visible = visitor.visible
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    after = [("after", value) for value in found.after]
    context = {
        "found": found,
        "said": said,
        "counts": _counts(standing),
        "query": query,
        "asked": request.query_params.get("state", ""),
        "states": list(ResidualState),
        "sections": [s for s in sections if visible is None or s.code in visible],
        "directories": list(site.directories),
        "next_page": "/residuals?" + urlencode([*kept, *after]) if after else "",
        "export": "/residuals/export?" + urlencode(kept),
        "say": ResidualSay(visitor.lang),
    }
    return page(request, "residuals.html", visitor, context)


def _counts(standing: ResidualPage) -> dict[str, int]:
    found = {str(state): 0 for state in _STANDING}
    for line in standing.lines:
        found[str(line.report.state)] += 1
    return found


def _said(site: Site, unit: Unit, reports: Iterable[ResidualReport]) -> dict[str, Finding | None]:
    """Return what is said of use in the window of each report: by its logs, else by who checked."""
    listed = tuple(reports)
    readings = readings_by_report(unit, listed)
    return {
        report.report_id: shown_use(
            report,
            readings.get(report.report_id, ()),
            [log.name for log in logs_of(site, report.directory)],
        )
        for report in listed
    }


@router.get("/residuals/export")
def export_residuals(request: Request, visitor: Reader, query: Asked) -> Response:
    """Give the reports that match as CSV."""
    site, now = desk_of(request).opened.site, desk_of(request).opened.clock()
    with site.store.begin() as unit:
        found = unit.residual_page(_narrowed(query, visitor, limit=_ALL, after=()))
        said = _said(site, unit, (line.report for line in found.lines))
    return _csv("residuals", report_table(found.lines, said, now, visitor.lang))


@router.get("/residuals/log-checks")
def show_log_checks(
    request: Request,
    visitor: Reader,
    year: Annotated[int | None, Query(ge=2000, le=2998)] = None,
) -> Response:
    """Show the アクセスログ確認記録簿 of a fiscal year (1 April to 31 March), to be printed."""
    opened = desk_of(request).opened
    today = opened.today()
    shown = year if year is not None else today.year - (today.month < _APRIL)
    first, last = date(shown, _APRIL, 1), date(shown + 1, _APRIL, 1)
    states = frozenset({ResidualState.CHECKED, ResidualState.DECIDED, ResidualState.CLOSED})
    with opened.site.store.begin() as unit:
        found = unit.residual_page(_narrowed(ResidualQuery(states=states), visitor, limit=_ALL))
    lines = [
        line
        for line in found.lines
        if line.report.checked_at is not None and first <= day_of(line.report.checked_at) < last
    ]
    context = {"lines": lines, "year": shown, "say": ResidualSay(visitor.lang)}
    return page(request, "residual_log_checks.html", visitor, context)


def _seen(site: Site, unit: Unit, visitor: Visitor, report_id: str) -> Dossier:
    """Return a report that the visitor may see; raises NoSuchCase for every other."""
    told = dossier_of(site, unit, report_id)
    visible = visitor.visible
    if visible is None or told.report.section in visible:
        return told
    raise NoSuchCase.residual(report_id)


def _about(request: Request, visitor: Visitor, report_id: str) -> dict[str, Any]:
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        told = _seen(opened.site, unit, visitor, report_id)
        sections = {section.code: section.name for section in unit.sections()}
    return {
        "told": told,
        "report": told.report,
        "say": ResidualSay(visitor.lang),
        "section_names": sections,
    }


@router.get("/residuals/{report_id}")
def show_residual(request: Request, report_id: str, visitor: Reader) -> Response:
    """Show the window, what the logs show of it, and what people did."""
    opened = desk_of(request).opened
    context = _about(request, visitor, report_id)
    told, report = context["told"], context["report"]
    titles = opened.settings.model.organization.role_labels
    with opened.site.store.begin() as unit:
        records = [json.loads(leaf) for leaf in unit.history(report_id)]
    state, handles = report.state, visitor.may("handle-tasks")
    checkable = state in (ResidualState.OPENED, ResidualState.ASKED, ResidualState.CHECKED)
    decides = visitor.may("decide") and may_decide_report(visitor.actors, report, told.case)
    closes = state is ResidualState.DECIDED and may_close(visitor.own, report)
    checks = handles and may_check(visitor.own, report)
    own_case = any(may_decide(actor, told.case) for actor in visitor.actors)
    context |= {
        "history": [tell(record, visitor.lang, titles) for record in records],
        "can_read": handles and bool(told.logs) and not report.is_ended,
        "can_check": checks and checkable and report.until_at is not None,
        "can_decide": decides and state is ResidualState.CHECKED,
        "can_close": closes,
        "can_send_back": closes or (decides and state is ResidualState.CHECKED),
        "can_know": checks and told.known_on is not None and not report.is_ended,
        "can_file": visitor.may("decide") and own_case and told.known_on is not None,
        "outcomes": [o for o in Outcome if report.finding and o in OUTCOMES[report.finding]],
        "methods": list(Method),
        "findings": _findings(told),
        "filings": list(Filing),
        "undecided": undecided(visitor.lang),
        "filing": filing_line(told, visitor.lang),
    }
    return page(request, "residual.html", visitor, context)


def _findings(told: Dossier) -> list[Finding]:
    """Return what a check may say, so that the form offers nothing that would be refused."""
    if told.said is Finding.FOUND:
        return [Finding.FOUND]
    if told.said is Finding.NOT_KNOWN:
        return [Finding.NOT_KNOWN, Finding.FOUND]
    return [Finding.NONE, Finding.FOUND, Finding.NOT_KNOWN]


@router.get("/residuals/{report_id}/report")
def show_report(request: Request, report_id: str, visitor: Reader) -> Response:
    """Show the 権限残存報告書, to be printed."""
    return page(request, "residual_report.html", visitor, _about(request, visitor, report_id))


@router.get("/residuals/{report_id}/rows")
def export_rows(request: Request, report_id: str, visitor: Reader) -> Response:
    """Give the rows that were kept with a report as CSV."""
    told: Dossier = _about(request, visitor, report_id)["told"]
    return _csv(f"residual-{report_id}", rows_table(told.readings, visitor.lang))


@router.get("/residuals/{report_id}/first-report")
def show_first_report(request: Request, report_id: str, visitor: Reader) -> Response:
    """Show the draft of a first report, to be printed; NoSuchCase where no use was found."""
    context = _about(request, visitor, report_id)
    _check_has_draft(context["told"])
    context |= {
        "fields": fields_of(context["told"], visitor.lang),
        "undecided": undecided(visitor.lang),
        "filing": filing_line(context["told"], visitor.lang),
    }
    return page(request, "residual_first_report.html", visitor, context)


@router.get("/residuals/{report_id}/first-report/text")
def export_first_report(request: Request, report_id: str, visitor: Reader) -> Response:
    """Give the draft of a first report as plain text, to be saved."""
    told: Dossier = _about(request, visitor, report_id)["told"]
    _check_has_draft(told)
    organization = desk_of(request).opened.settings.model.organization.name
    text = render_first_report(told, organization, visitor.lang)
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/plain; charset=utf-8",
        headers=_saved_as(f"first-report-{report_id}.txt"),
    )


def _check_has_draft(told: Dossier) -> None:
    """Raise NoSuchCase where no use was found: there is nothing to draft."""
    if told.known_on is None:
        raise NoSuchCase(
            f"report {told.report.report_id} shows no use: there is no first report to draft.",
            ja="残存期間の利用が見つかっていないため、速報の案はありません。",
        )


@router.post("/residuals/{report_id}/read")
def read_now(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
) -> Response:
    """Read the logs of the report's directory now, for exactly its window."""
    site = _seen_site(request, visitor, report_id)
    read_logs(site, [report_id], visitor.account)
    return _back(report_id)


def _check_of(
    method: Annotated[Method, Form()],
    finding: Annotated[Finding, Form()],
    focus: Text = "",
    measures: Text = "",
) -> Check:
    """Return what a form says of a check."""
    return Check(method, finding, focus, measures)


@router.post("/residuals/{report_id}/check")
def say_checked(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
    check: Annotated[Check, Depends(_check_of)],
) -> Response:
    """Write down what the access log shows."""
    site = _seen_site(request, visitor, report_id)
    check_log(site, visitor.actors, report_id, check)
    return _back(report_id)


@router.post("/residuals/{report_id}/decide")
def say_decided(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    outcome: Annotated[Outcome, Form()],
    reason: Text = "",
) -> Response:
    """Decide what the check means."""
    decide(_seen_site(request, visitor, report_id), visitor.actors, report_id, outcome, reason)
    return _back(report_id)


@router.post("/residuals/{report_id}/close")
def say_read(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.READ_TRAIL)],
    note: Text = "",
) -> Response:
    """Take the look of the audit manager, which closes the report."""
    close(_seen_site(request, visitor, report_id), visitor.actors, report_id, note)
    return _back(report_id)


@router.post("/residuals/{report_id}/send-back")
def say_sent_back(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.READ)],
    reason: Text = "",
) -> Response:
    """Have the log checked once more."""
    send_back(_seen_site(request, visitor, report_id), visitor.actors, report_id, reason)
    return _back(report_id)


@router.post("/residuals/{report_id}/known")
def say_known(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.HANDLE_TASKS)],
    known_on: Annotated[str, Form(max_length=20)] = "",
    reason: Text = "",
) -> Response:
    """Set the day on which any section knew."""
    day = parse_day(known_on)
    if day is None:
        raise UsageError("give the day of knowing.", ja="知った日を入れてください。")
    site = _seen_site(request, visitor, report_id)
    set_known_on(site, visitor.actors, report_id, day, reason)
    return _back(report_id)


@router.post("/residuals/{report_id}/filing")
def say_filing(
    request: Request,
    report_id: str,
    visitor: Annotated[Visitor, posting(Permission.DECIDE)],
    filing: Annotated[Filing, Form()],
    reason: Text = "",
) -> Response:
    """Decide whether the commission is told; nothing is sent."""
    site = _seen_site(request, visitor, report_id)
    decide_filing(site, visitor.actors, report_id, filing, reason)
    return _back(report_id)


def _seen_site(request: Request, visitor: Visitor, report_id: str) -> Site:
    """Return the site; raises NoSuchCase for a report that the visitor may not see."""
    site = desk_of(request).opened.site
    with site.store.begin() as unit:
        section = unit.residual(report_id).section
    if visitor.visible is not None and section not in visitor.visible:
        raise NoSuchCase.residual(report_id)
    return site


def _back(report_id: str) -> Response:
    return RedirectResponse(f"/residuals/{report_id}", _SEE_OTHER)


def _csv(name: str, content: bytes) -> Response:
    return Response(content, media_type="text/csv; charset=utf-8", headers=_saved_as(f"{name}.csv"))


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
