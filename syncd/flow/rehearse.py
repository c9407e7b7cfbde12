"""A dry run: everything up to the decision on what is true now, and nothing kept of it.

Facts are recorded in one transaction that is then undone, so that a rehearsal decides on exactly
what a run would decide on. No case moves, no plan is frozen, no writer is ever asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncd.core.cases import Case, exceptions_on
from syncd.core.decide import decide
from syncd.core.doubts import with_doubts
from syncd.core.facts import Facts
from syncd.core.ids import RunId
from syncd.core.memberships import Reading, Unread
from syncd.core.plan import Plan
from syncd.flow.collect import (
    Intake,
    known_facts,
    notes_of,
    read_sources,
    record_directories,
    record_intake,
)
from syncd.flow.directories import read_directories
from syncd.flow.report import RunReport
from syncd.flow.site import RunRequest, Site


@dataclass(frozen=True, slots=True)
class _Known:
    """What a run would know once it had recorded what was read."""

    facts: Facts
    readings: tuple[Reading, ...]
    cases: dict[tuple[str, str, str], Case]


class _UndoError(Exception):
    """Ends the transaction of a rehearsal; never leaves this module."""


def rehearse(site: Site, request: RunRequest) -> RunReport:
    """Return what a run of that day would find, without recording anything; raises StoreError."""
    started_at = site.clock()
    run = RunId(site.new_id())
    intake = read_sources(site, started_at, request.brought)
    readings = read_directories(site, started_at)
    known = _learn(site, request, run, intake, readings)
    standing = exceptions_on(known.cases.values(), request.as_of)
    decision = decide(known.facts, known.readings, site.policy, request.as_of, exceptions=standing)
    decision = with_doubts(decision, intake.refused_kinds)
    unread = tuple(r for r in known.readings if isinstance(r, Unread))
    return RunReport(
        run=run,
        as_of=request.as_of,
        started_at=started_at,
        finished_at=site.clock(),
        complete=not intake.refused and not unread,
        decision=decision,
        counts=decision.counts,
        refused=tuple(refusal for _, refusal in intake.refused),
        unread=unread,
        cases=known.cases,
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
) -> _Known:
    """Record what was read, take what a run would then know, and undo the recording."""
    now = site.clock()
    known: list[_Known] = []
    try:
        with site.store.begin() as unit:
            record_intake(unit, intake, run, now)
            facts = known_facts(unit, site, request.as_of)
            kept = record_directories(unit, readings, facts, run, now)
            known.append(_Known(facts, kept, {case.key: case for case in unit.cases()}))
            raise _UndoError  # noqa: TRY301 - the raise is what undoes the block
    except _UndoError:
        return known[0]
