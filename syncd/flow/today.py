"""One look at whether the promise holds (design, section 1): what the console opens with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.core.calendar import JST
from syncd.core.cases import CaseState
from syncd.core.ids import OrgUnitCode
from syncd.core.orders import orders_in_force
from syncd.core.residue import DayResidue, residue
from syncd.flow.site import Site
from syncd.ports.listing import Waiting
from syncd.ports.runs import RunRow
from syncd.ports.store import PlanState, RefusedInput, StoredPlan

_CHART_DAYS = 60
_EVER = datetime(9999, 1, 1, tzinfo=JST)


@dataclass(frozen=True, slots=True)
class ComingDay:
    """The next day on which orders take effect: how many, for how many people.

    `planned` is the plan that stands ready for it, if any.
    """

    on: date
    orders: int
    people: int


@dataclass(frozen=True, slots=True)
class Today:
    """What the first page shows. `counts` are cases by state among the visible sections."""

    counts: Mapping[CaseState, int]
    waiting: tuple[Waiting, ...]
    last_run: RunRow | None
    last_complete: RunRow | None
    refused: tuple[RefusedInput, ...]
    held: tuple[StoredPlan, ...]
    proposed: StoredPlan | None
    coming: ComingDay | None
    residue: tuple[DayResidue, ...]


def look_at_today(
    site: Site, today: date, visible: frozenset[OrgUnitCode] | None, coming: ComingDay | None
) -> Today:
    """Return how things stand; what rests on 内示 is in no number of it. Raises StoreError."""
    from_on = today - timedelta(days=_CHART_DAYS - 1)
    with site.store.begin() as unit:
        proposed = unit.plans(PlanState.PROPOSED)
        return Today(
            counts=unit.case_counts(visible),
            waiting=unit.waiting(visible),
            last_run=unit.last_run(),
            last_complete=unit.last_complete_run(),
            refused=unit.refused_inputs(),
            held=unit.plans(PlanState.HELD),
            proposed=proposed[0] if proposed else None,
            coming=coming,
            residue=residue(unit.case_spans(from_on, visible), from_on, today),
        )


def coming_day(site: Site, today: date) -> ComingDay | None:
    """Return the next day on which confirmed orders take effect; 内示 counts nowhere."""
    with site.store.begin() as unit:
        orders = unit.orders(_EVER)
    in_force, _ = orders_in_force(orders, site.policy.order_kinds)
    ahead = [(o.begins_on, n) for n, theirs in in_force.items() for o in theirs]
    ahead = [(on, number) for on, number in ahead if on > today]
    if not ahead:
        return None
    first = min(on for on, _ in ahead)
    people = [number for on, number in ahead if on == first]
    return ComingDay(first, len(people), len(set(people)))
