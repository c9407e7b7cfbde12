"""Telling people of rights that outlived their ground: the log to be checked, a deadline near.

Whoever may decide the case is asked (the 保護責任者 of the section; the chief where nobody else
may). A report is `asked` only when a message was written that reaches somebody; else it says that
nobody was told. Of a use that a log shows those hear at once, and every day until a person decided
about the first report: its days count from the day on which any section knew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.cases import Case
from syncd.core.ids import CaseId
from syncd.core.messages import MessageKind, Recipient, shares
from syncd.core.reporting import deadlines_from
from syncd.core.residual.reports import (
    Outcome,
    ResidualEvent,
    ResidualReport,
    ResidualState,
    moved,
)
from syncd.flow.residual.reading import knowing_day, readings_by_report
from syncd.flow.site import Site
from syncd.flow.telling.letter import Letter
from syncd.flow.telling.news import News
from syncd.ports.store import Unit

ACTOR = "syncd"
Reaches = Callable[[MessageKind, Recipient], bool]
"""Tells whether a message of a kind can reach somebody."""

_SETTLED = frozenset({Outcome.NO_USE, Outcome.WORK_USE, Outcome.NOT_KNOWN})


@dataclass(frozen=True, slots=True)
class ResidualTopic:
    """Reports that are told of together; `last_day` is that of the first report, where one runs."""

    kind: MessageKind
    object: str
    reports: tuple[ResidualReport, ...]
    last_day: date | None = None


def about_residuals(unit: Unit, site: Site, news: News, now: datetime) -> Iterator[ResidualTopic]:
    """Yield what there is to tell of residual reports."""
    if news.is_first or news.residuals or news.reminds:
        opened = unit.residuals([ResidualState.OPENED])
        if opened:
            yield ResidualTopic(MessageKind.RESIDUAL_ASKED, f"trail:{news.number}", opened)
    if news.reminds or news.uses_shown:
        yield from _running(unit, site, news, day_of(now))


def _running(unit: Unit, site: Site, news: News, today: date) -> Iterator[ResidualTopic]:
    """Yield the reports of which nobody decided whether the commission hears, by their last day."""
    due: dict[date, list[ResidualReport]] = {}
    undecided = [
        report
        for report in unit.residuals()
        if report.filing is None
        and report.outcome not in _SETTLED
        and (news.reminds or report.report_id in news.uses_shown)
    ]
    readings = readings_by_report(unit, undecided)
    for report in undecided:
        known = knowing_day(report, readings.get(report.report_id, ()))
        last = None if known is None else deadlines_from(known, site.policy.residual)
        if last is not None:
            due.setdefault(last.first_by, []).append(report)
    about = f"day:{today.isoformat()}" if news.reminds else f"trail:{news.number}"
    for last_day, reports in sorted(due.items()):
        name = f"{about}:{last_day.isoformat()}"
        yield ResidualTopic(MessageKind.RESIDUAL_DEADLINE, name, tuple(reports), last_day)


def residual_letters(
    unit: Unit,
    site: Site,
    topics: Iterable[ResidualTopic],
    recipients: tuple[Recipient, ...],
    reaches: Reaches,
) -> Iterator[Letter]:
    """Yield a letter for each topic and each who may decide; what was asked for is on record."""
    for topic in topics:
        of_case = {report.case_id: report for report in topic.reports}
        cases = unit.cases_of(of_case)
        is_urgent = topic.kind is MessageKind.RESIDUAL_DEADLINE
        told: dict[CaseId, list[str]] = {}
        for share in shares(recipients, cases, chief_too=is_urgent):
            if not reaches(topic.kind, share.recipient):
                continue
            for case in share.cases:
                told.setdefault(case.case_id, []).append(share.recipient.account)
            yield _letter(topic, share.recipient, share.cases, share.deputy_for, of_case)
        if topic.kind is MessageKind.RESIDUAL_ASKED:
            _ask(unit, site, [(of_case[case_id], names) for case_id, names in told.items()])


def _letter(
    topic: ResidualTopic,
    recipient: Recipient,
    cases: tuple[Case, ...],
    deputy_for: str,
    of_case: dict[CaseId, ResidualReport],
) -> Letter:
    return Letter(
        topic.kind,
        "/".join(filter(None, (topic.object, deputy_for))),
        recipient,
        cases,
        deputy_for,
        topic.last_day,
        residuals=tuple(of_case[case.case_id] for case in cases),
    )


def _ask(unit: Unit, site: Site, asked: Iterable[tuple[ResidualReport, list[str]]]) -> None:
    now = site.clock()
    for report, accounts in asked:
        names = tuple(sorted(set(accounts)))
        after = moved(report, ResidualEvent.ASK, now, asked_at=now, asked_of=names)
        unit.update_residual(report, after)
        ground: dict[str, object] = {"asked_of": list(names)}
        event = AuditEvent.RESIDUAL_ASKED
        unit.audit([AuditRecord(now, event, ACTOR, report.report_id, None, ground)])
