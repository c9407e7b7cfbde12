"""One look at whether the promise holds (design, section 1): what the console opens with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.core.cases import CaseState
from syncd.core.guards import Trip
from syncd.core.ids import OrgUnitCode, PlanHash
from syncd.core.residue import DayResidue, residue
from syncd.flow.coming import ComingDay
from syncd.flow.site import Site
from syncd.flow.uncertain import Uncertain
from syncd.ports.listing import Waiting
from syncd.ports.runs import RunRow
from syncd.ports.store import PlanState, StoredPlan, Unit

_CHART_DAYS = 60
_MOST_HELD = 20
_MOST_PROPOSED = 10
_A_PART = 200
_A_GUARD_HELD = 4  # the exit code of such a run (design, section 7)
_FOR_PEOPLE = (CaseState.OPEN, CaseState.REFUSED)
_UNDER_WAY = (CaseState.APPROVED, CaseState.APPLYING, CaseState.REMOVED, CaseState.EXCEPTED)


@dataclass(frozen=True, slots=True)
class PlanSeen:
    """A plan as one visitor sees it: `lines` are those of their sections."""

    plan_hash: PlanHash
    lines: int
    trips: tuple[Trip, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """What the first page shows. `counts` are cases by state among the visible sections.

    `due_at` is the newest moment at which the schedule promised a whole run.
    """

    counts: Mapping[CaseState, int]
    waiting: tuple[Waiting, ...]
    last_run: RunRow | None
    last_complete: RunRow | None
    due_at: datetime | None
    uncertain: Uncertain
    held: tuple[PlanSeen, ...]
    proposed: PlanSeen | None
    coming: ComingDay | None
    residue: tuple[DayResidue, ...]

    @property
    def stale(self) -> int:
        """Return how many rights without ground wait for people."""
        return self.counts[CaseState.OPEN] + self.counts[CaseState.REFUSED]

    @property
    def under_way(self) -> int:
        """Return how many rights without ground are decided on: being removed, or excepted."""
        return sum(self.counts[state] for state in _UNDER_WAY)

    @property
    def is_running(self) -> bool:
        """Tell whether a run goes on now."""
        return self.last_run is not None and self.last_run.finished_at is None

    @property
    def is_late(self) -> bool:
        """Tell whether the last complete run is older than the schedule promises.

        A run that began in time and still goes on is not late; nothing is fine before it ends.
        """
        if self.due_at is None or (self.last_run is None and self.last_complete is None):
            return False
        if self.last_complete is not None and self.last_complete.started_at >= self.due_at:
            return False
        begun = self.last_run is not None and self.last_run.started_at >= self.due_at
        return not (begun and self.is_running)

    @property
    def is_held_without_a_plan(self) -> bool:
        """Tell whether a guard held the last run with nothing to release: orders are missing, say.

        What they would have taken is found by nobody, and the numbers show none of it.
        """
        run = self.last_run
        return run is not None and run.exit_code == _A_GUARD_HELD and not self.held

    @property
    def is_established(self) -> bool:
        """Tell whether the numbers are of a complete run in time, and nothing is unknown."""
        run = self.last_run
        complete = run is not None and run.complete is True
        is_sure = not self.uncertain and not self.is_held_without_a_plan
        return complete and not self.is_late and is_sure

    @property
    def is_fine(self) -> bool:
        """Tell whether it is established that no right without ground waits for anybody."""
        waits = self.held or self.stale or self.counts[CaseState.FAILED]
        return self.is_established and not waits


def look_at_today(
    site: Site,
    today: date,
    visible: frozenset[OrgUnitCode] | None,
    uncertain: Uncertain,
    coming: ComingDay | None,
    due_at: datetime | None,
) -> Today:
    """Return how things stand; what rests on 内示 is in no number of it. Raises StoreError."""
    from_on = today - timedelta(days=_CHART_DAYS - 1)
    with site.store.begin() as unit:
        return Today(
            counts=unit.case_counts(visible),
            waiting=unit.waiting(visible),
            last_run=unit.last_run(),
            last_complete=unit.last_complete_run(),
            due_at=due_at,
            uncertain=uncertain,
            held=_seen(unit, PlanState.HELD, visible, _MOST_HELD),
            proposed=_proposed(unit, visible),
            coming=coming,
            residue=residue(unit.case_spans(from_on, visible), from_on, today),
        )


def _proposed(unit: Unit, visible: frozenset[OrgUnitCode] | None) -> PlanSeen | None:
    """Return the newest plan that waits for somebody; what was approved of it is a newer one."""
    for most in (1, _MOST_PROPOSED):  # the newest is nearly always the one: a plan can be long
        for stored in unit.plans(PlanState.PROPOSED, most):
            if _waits(unit, stored, visible):
                return PlanSeen(stored.plan.hash, _lines(unit, stored, visible), stored.trips)
    return None


def _waits(unit: Unit, stored: StoredPlan, visible: frozenset[OrgUnitCode] | None) -> bool:
    ids = stored.plan.case_ids
    parts = (unit.cases_of(ids[at : at + _A_PART]) for at in range(0, len(ids), _A_PART))
    return any(
        case.state in _FOR_PEOPLE and (visible is None or case.section in visible)
        for part in parts
        for case in part
    )


def _seen(
    unit: Unit, state: PlanState, visible: frozenset[OrgUnitCode] | None, most: int
) -> tuple[PlanSeen, ...]:
    """Return the plans in a state that concern visible sections, newest first."""
    counted = ((stored, _lines(unit, stored, visible)) for stored in unit.plans(state, most))
    return tuple(
        PlanSeen(stored.plan.hash, lines, stored.trips) for stored, lines in counted if lines
    )


def _lines(unit: Unit, stored: StoredPlan, visible: frozenset[OrgUnitCode] | None) -> int:
    if visible is None:
        return len(stored.plan.lines)
    cases = unit.cases_of(stored.plan.case_ids)
    theirs = {case.case_id for case in cases if case.section in visible}
    return sum(line.case_id in theirs for line in stored.plan.lines)
