"""Whether the clock of a run can be right, beside the last run on record."""

from __future__ import annotations

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.guards import Guarded, Trip, check_clock
from syncd.core.plan import Plan
from syncd.flow.site import Site
from syncd.ports.runs import RunRow
from syncd.ports.store import Unit

ACTOR = "syncd"
CLOCK = "clock"


def clock_trip(unit: Unit, site: Site, row: RunRow) -> Trip | None:
    """Return why a run that starts must remove nothing, and put that on record as an alarm.

    None where the clock may be right. It is asked before the run itself is saved.
    """
    last = next((before.started_at for before in unit.runs(1)), None)
    trip = check_clock(last, row.started_at, site.policy.guards.max_days_between_runs)
    if trip is not None:
        ground = {"why": "long after the last run", "trips": [trip.ground()]}
        record = AuditRecord(row.started_at, AuditEvent.ALARM_RAISED, ACTOR, CLOCK, row.run, ground)
        unit.audit([record])
    return trip


def looking(trip: Trip) -> Guarded:
    """Return what a run that removes nothing is left with: the reason."""
    return Guarded(Plan.of(()), Plan.of(()), (trip,))
