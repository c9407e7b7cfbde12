"""A dry run: everything up to the decision on what is true now, and nothing kept of it.

Facts are recorded in one transaction that is then undone, so that a rehearsal decides on exactly
what a run would decide on. No case moves, no plan is frozen, no writer is ever asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syncd.core.cases import CaseState
from syncd.core.decide import decide
from syncd.core.doubts import with_doubts
from syncd.core.ids import RunId
from syncd.core.memberships import Reading, Unread
from syncd.core.plan import Plan
from syncd.flow.collect import (
    Intake,
    notes_of,
    read_directories,
    read_sources,
    record_directories,
    record_intake,
)
from syncd.flow.report import RunReport
from syncd.flow.site import RunRequest, Site
from syncd.ports.store import Unit


class _UndoError(Exception):
    """Ends the transaction of a rehearsal; never leaves this module."""


def rehearse(site: Site, request: RunRequest) -> RunReport:
    """Return what a run of that day would find, without recording anything; raises StoreError."""
    started_at = site.clock()
    run = RunId(site.new_id())
    intake = read_sources(site, started_at)
    readings = read_directories(site, started_at)
    reports: list[RunReport] = []
    try:
        with site.store.begin() as unit:
            report = _decide(site, request, unit, run, intake, readings, started_at)
            reports.append(report)
            raise _UndoError  # noqa: TRY301 - the raise is what undoes the block
    except _UndoError:
        return replace(reports[0], finished_at=site.clock())


def _decide(  # noqa: PLR0913, PLR0917 - what was read, and into what it goes
    site: Site,
    request: RunRequest,
    unit: Unit,
    run: RunId,
    intake: Intake,
    readings: tuple[Reading, ...],
    now: datetime,
) -> RunReport:
    record_intake(unit, intake, run, now)
    facts = unit.facts(now, as_of=request.as_of)
    readings = record_directories(unit, readings, facts, run, now)
    cases = {case.key: case for case in unit.cases()}
    standing = {
        key
        for key, case in cases.items()
        if case.state is CaseState.EXCEPTED
        and case.exception_until is not None
        and case.exception_until >= request.as_of
    }
    decision = decide(facts, readings, site.policy, request.as_of, exceptions=standing)
    decision = with_doubts(decision, intake.refused_kinds)
    unread = tuple(r for r in readings if isinstance(r, Unread))
    empty = Plan.of(())
    return RunReport(
        run=run,
        as_of=request.as_of,
        started_at=now,
        finished_at=now,
        complete=not intake.refused and not unread,
        decision=decision,
        counts=decision.counts,
        refused=tuple(refusal for _, refusal in intake.refused),
        unread=unread,
        cases=cases,
        proposed=empty,
        held=empty,
        trips=(),
        blocked=(),
        removals=(),
        notes=notes_of(intake),
    )
