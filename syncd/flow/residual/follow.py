"""What a run does about residual reports: opens them, ends their windows, moves or withdraws them.

Level-based: what stands in the store is looked at, not what this run did, so that a run that was
killed after its removals leaves nothing unreported to the next. A report and its audit record are
one unit. Whether a window still stands is asked of the facts anew each time: a cancelled order
withdraws it, a corrected one moves it, also where the right is long gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import EVER, day_of
from syncd.core.cases import Case, CaseState
from syncd.core.facts import Entitlement, Facts
from syncd.core.ground import Ground, Judgement
from syncd.core.ids import CaseId
from syncd.core.people import account_key
from syncd.core.residual.reports import (
    ResidualEvent,
    ResidualReport,
    ResidualState,
    ended_on,
    moved,
    window_moved,
)
from syncd.core.residual.window import Window, is_residue, window_of
from syncd.flow.site import Site
from syncd.ports.runs import RunRow
from syncd.ports.store import Unit

ACTOR = "syncd"
GROUND_STOOD = "the right had its ground after all"
_TICK = timedelta(microseconds=1)
_GONE = (CaseState.VERIFIED, CaseState.GONE)


def follow_residue(site: Site, row: RunRow) -> None:
    """Bring the residual reports up to what the cases and facts now say; raises StoreError."""
    with site.store.begin() as unit:
        now = site.clock()
        standing = unit.residuals()
        for before, after, event in _changes(site, unit, standing, now):
            unit.update_residual(before, after)
            unit.audit([record_of(event, after, now, row)])
        made = tuple(_new(site, unit, now))
        unit.add_residuals(made)
        unit.audit(record_of(AuditEvent.RESIDUAL_OPENED, each, now, row) for each in made)


def record_of(
    event: AuditEvent,
    report: ResidualReport,
    at: datetime,
    row: RunRow | None = None,
    more: Mapping[str, object] | None = None,
) -> AuditRecord:
    """Return the record of what a run did with a report."""
    until = report.until_at
    ground: dict[str, object] = {
        "case": report.case_id,
        "directory": report.directory,
        "entitlement": report.entitlement,
        "account": report.account,
        "staff_number": report.staff_number,
        "window_from": report.from_at.isoformat(),
        "window_until": None if until is None else until.isoformat(),
        "residual_days": report.window.days(at),
        "why": report.withdrawn_because,
        **(more or {}),
    }
    run = None if row is None else row.run
    return AuditRecord(at, event, ACTOR, report.report_id, run, ground)


def _new(site: Site, unit: Unit, now: datetime) -> Iterator[ResidualReport]:
    """Yield a report for each right that stood too long and has none."""
    last = unit.last_complete_run()
    bound = site.policy.residual.longer_than
    cases = unit.unreported_residue(bound, now, None if last is None else last.started_at)
    came_back = _came_back_from(unit, cases)
    for case in cases:
        window = window_of(case, came_back.get(case.case_id))
        if window is not None and is_residue(window, bound, now):
            yield _opened(case, window, site.new_id(), now)


def _came_back_from(unit: Unit, cases: Iterable[Case]) -> Mapping[CaseId, Case]:
    """Return for each case of a right that came back the one that had ended it."""
    again = {case.case_id: case.regrant_of for case in cases if case.regrant_of is not None}
    found = {case.case_id: case for case in unit.cases_of(again.values())} if again else {}
    return {case_id: found[former] for case_id, former in again.items()}


def _opened(case: Case, window: Window, report_id: str, now: datetime) -> ResidualReport:
    return ResidualReport(
        report_id=report_id,
        case_id=case.case_id,
        directory=case.directory,
        entitlement=case.entitlement,
        account=case.account,
        staff_number=case.staff_number,
        section=case.section,
        reasons=tuple(str(reason) for reason in case.reasons),
        because=tuple(str(because) for because in case.because),
        from_at=window.from_at,
        until_at=window.until_at,
        state=ResidualState.OPENED,
        opened_at=now,
    )


def _changes(
    site: Site, unit: Unit, standing: tuple[ResidualReport, ...], now: datetime
) -> Iterator[tuple[ResidualReport, ResidualReport, AuditEvent]]:
    """Yield each step of each report: (before, after, what goes on record)."""
    if not standing:
        return
    cases = {case.case_id: case for case in unit.cases_of(one.case_id for one in standing)}
    came_back = _came_back_from(unit, cases.values())
    told = _Anew(site, unit, standing)
    for report in standing:
        case = cases[report.case_id]
        current = report
        if case.state in _GONE and current.until_at is None:
            current = ended_on(current, case.updated_at)
            yield report, current, AuditEvent.RESIDUAL_WINDOW_ENDED
        window = told.window(current, case, came_back.get(case.case_id))
        if window is None:
            gone = moved(current, ResidualEvent.WITHDRAW, now, withdrawn_because=GROUND_STOOD)
            yield current, gone, AuditEvent.RESIDUAL_WITHDRAWN
        elif window.from_at != current.from_at:
            after = window_moved(current, window, now)
            yield current, after, AuditEvent.RESIDUAL_WINDOW_MOVED


class _Anew:
    """What the facts now say of the windows of some reports."""

    def __init__(self, site: Site, unit: Unit, reports: Iterable[ResidualReport]) -> None:
        self._policy = site.policy
        self._unit = unit
        self._people = {r.staff_number for r in reports if r.staff_number is not None}
        self._grounds: dict[date, Ground] = {}

    @cached_property
    def _facts(self) -> Facts:
        """Return what is known of these people; nothing is read where every right still stands."""
        return self._unit.facts_about(self._people, EVER)

    @cached_property
    def _rights(self) -> Mapping[tuple[str, str], Entitlement]:
        return {(e.directory, e.entitlement): e for e in self._facts.entitlements}

    def window(self, report: ResidualReport, case: Case, before: Case | None) -> Window | None:
        """Return the window as it now is; None: the right had its ground all the time."""
        if report.until_at is None:  # the case itself follows the facts while the right stands
            return window_of(case, before) if _is_known(case) else report.window
        since = self._since(report, case)
        if since is None:
            return None
        ended = replace(case, since=since, state=CaseState.VERIFIED, updated_at=report.until_at)
        return window_of(ended, before)

    def _since(self, report: ResidualReport, case: Case) -> date | None:
        """Return the first day without ground; None: there was none. What is unknown stays."""
        first, last = day_of(report.from_at), day_of((report.until_at or report.from_at) - _TICK)
        at_end = self._judged(report, max(first, last))
        at_start = self._judged(report, first)
        if at_end is None or at_start is None:
            return case.since
        days = [f.since for f in at_end.faults if f.since is not None]
        if at_start.faults or at_end.faults:
            return min(days, default=case.since)
        return None

    def _judged(self, report: ResidualReport, day: date) -> Judgement | None:
        """Return what holds of the right on a day; None where that cannot be told."""
        right = self._rights.get((report.directory, report.entitlement))
        if right is None or report.staff_number is None:
            return None
        if day not in self._grounds:
            self._grounds[day] = Ground(self._facts, self._policy, day)
        ground = self._grounds[day]
        ended = ground.ended(right).get(account_key(report.account))
        judged = ground.judge(report.staff_number, right, ended)
        return None if judged.unknown_because else judged


def _is_known(case: Case) -> bool:
    """Tell whether a case says since when, or that there was nothing."""
    return case.since is not None or case.state is CaseState.WITHDRAWN
