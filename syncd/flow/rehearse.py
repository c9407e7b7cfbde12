"""A dry run: everything up to the decision on what is true now, and nothing kept of it.

Facts are recorded in one transaction that is then undone, so that a rehearsal decides on exactly
what a run would decide on. No case moves, no plan is frozen, no writer is ever asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.cases import Case, exceptions_on
from syncd.core.decide import decide
from syncd.core.doubts import with_doubts
from syncd.core.facts import Facts
from syncd.core.findings import Decision
from syncd.core.foresight.losses import as_if_confirmed
from syncd.core.ids import RunId
from syncd.core.memberships import Reading, Unread
from syncd.core.plan import Plan
from syncd.errors import StoreError
from syncd.flow.collect import (
    Intake,
    known_facts,
    notes_of,
    read_sources,
    record_directories,
    record_intake,
)
from syncd.flow.directories import read_directories
from syncd.flow.foresight.foreseeing import Asked, Foreseen, foresee_day
from syncd.flow.foresight.gathering import Gathered, gather
from syncd.flow.plausible import as_plausible
from syncd.flow.report import RunReport
from syncd.flow.site import RunRequest, Site
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class _Known:
    """What a run would know once it had recorded what was read."""

    facts: Facts
    readings: tuple[Reading, ...]
    cases: dict[tuple[str, str, str], Case]
    gathered: Gathered | None = None


class _UndoError(Exception):
    """Ends the transaction of a rehearsal; never leaves this module."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a run of a day would find, and the preview of that day."""

    report: RunReport
    foreseen: Foreseen


def rehearse(site: Site, request: RunRequest) -> RunReport:
    """Return what a run of that day would find, without recording anything; raises StoreError."""
    started_at = site.clock()
    run = RunId(site.new_id())
    intake = read_sources(site, started_at, request.brought, request.as_of)
    known = _learn(site, request, run, intake, read_directories(site, started_at))
    decision = _decide(site, known, known.facts, request.as_of)
    return _report(site, request, _Read(run, started_at, intake, known), decision)


def rehearse_ahead(site: Site, request: RunRequest, asked: Asked) -> Rehearsed:
    """Return what a run of a coming day would find, and its preview; raises StoreError.

    With 内示 both are for nobody but those who may see it.
    """
    started_at = site.clock()
    run = RunId(site.new_id())
    intake = read_sources(site, started_at, request.brought, request.as_of)
    known = _learn(site, request, run, intake, read_directories(site, started_at), asked)
    if known.gathered is None:
        raise StoreError("a rehearsal of a coming day gathered nothing to foresee it by")
    foreseen = foresee_day(site, asked, known.gathered)
    decision = foreseen.openly if foreseen.noticed is None else foreseen.noticed
    if any(isinstance(reading, Unread) for reading in known.readings):
        # A preview goes by what was read last; what a run would say now is another matter.
        facts = known.facts if foreseen.noticed is None else as_if_confirmed(known.facts)
        decision = _decide(site, known, facts, request.as_of)
    read = _Read(run, started_at, intake, known)
    return Rehearsed(_report(site, request, read, decision), foreseen)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, when, and what followed from it."""

    run: RunId
    started_at: datetime
    intake: Intake
    known: _Known


def _decide(site: Site, known: _Known, facts: Facts, on: date) -> Decision:
    standing = exceptions_on(known.cases.values(), on)
    return decide(facts, known.readings, site.policy, on, exceptions=standing)


def _report(site: Site, request: RunRequest, read: _Read, decision: Decision) -> RunReport:
    intake = read.intake
    decision = with_doubts(decision, intake.refused_kinds)
    unread = tuple(r for r in read.known.readings if isinstance(r, Unread))
    return RunReport(
        run=read.run,
        as_of=request.as_of,
        started_at=read.started_at,
        finished_at=site.clock(),
        complete=not intake.refused and not unread,
        decision=decision,
        counts=decision.counts,
        refused=tuple(refusal for _, refusal in intake.refused),
        unread=unread,
        cases=read.known.cases,
        proposed=Plan.of(()),
        held=Plan.of(()),
        trips=(),
        blocked=(),
        removals=(),
        notes=notes_of(intake),
    )


def _learn(
    site: Site,
    request: RunRequest,
    run: RunId,
    intake: Intake,
    readings: tuple[Reading, ...],
    asked: Asked | None = None,
) -> _Known:
    """Record what was read, take what a run would then know, and undo the recording."""
    now = site.clock()
    known: list[_Known] = []
    try:
        with site.store.begin() as unit:
            record_intake(unit, intake, run, now)
            facts = known_facts(unit, site, request.as_of)
            plausible = as_plausible(unit, site, readings)
            kept = record_directories(unit, plausible, facts, run, now)
            cases = {case.key: case for case in unit.cases()}
            gathered = None if asked is None else _gather(unit, site, facts, kept, intake, asked)
            known.append(_Known(facts, kept, cases, gathered))
            raise _UndoError  # noqa: TRY301 - the raise is what undoes the block
    except _UndoError:
        return known[0]


def _gather(
    unit: Unit,
    site: Site,
    facts: Facts,
    readings: tuple[Reading, ...],
    intake: Intake,
    asked: Asked,
) -> Gathered:
    refused = {refusal.source for _, refusal in intake.refused}
    return gather(unit, site, facts, readings, refused=refused, with_notices=asked.with_notices)
