"""The plan of a coming day on what is known now, and where each of its lines stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from syncd.core.calendar import EVER
from syncd.core.cases import CaseState, exceptions_on
from syncd.core.decide import decide
from syncd.core.facts import Facts
from syncd.core.findings import Decision
from syncd.core.foresight.losses import as_if_confirmed, coming_losses
from syncd.core.preapproval.line import AheadPlan, ahead_lines
from syncd.core.preapproval.standing import KeptLine, Standings, compare
from syncd.flow.collect import known_facts
from syncd.flow.site import Mode, Site
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class Ahead:
    """A coming day as its plan stands now."""

    plan: AheadPlan
    standings: Standings


def plan_ahead(site: Site, on: date, *, with_notices: bool) -> AheadPlan:
    """Return what a coming day would take; `with_notices` takes 内示 for orders.

    Only directories in which cases are opened count. Raises StoreError.
    """
    with site.store.begin() as unit:
        facts = known_facts(unit, site, on)
        found = (unit.last_snapshot(name) for name in _proposing(site))
        snapshots = tuple(snapshot for snapshot in found if snapshot is not None)
        standing = exceptions_on(unit.cases([CaseState.EXCEPTED]), on)

    def judged(known: Facts) -> Decision:
        return decide(known, snapshots, site.policy, on, exceptions=standing)

    told = as_if_confirmed(facts) if with_notices else facts
    openly = judged(facts)
    losses = coming_losses(openly) if told is facts else coming_losses(judged(told), openly)
    return AheadPlan.of(on, ahead_lines(losses, on, site.policy), with_notices=with_notices)


def _proposing(site: Site) -> list[str]:
    return [seat.name for seat in site.directories.values() if seat.mode is not Mode.OBSERVE]


def look_ahead(site: Site, plan: AheadPlan) -> Ahead:
    """Return a plan with where each line stands; raises StoreError."""
    with site.store.begin() as unit:
        return Ahead(plan, standings_in(unit, plan))


def standings_in(unit: Unit, plan: AheadPlan) -> Standings:
    """Return where each line stands; what rests on 内示 is told only where the plan tells of it."""
    kept = unit.kept_lines(plan.on)
    votes = unit.all_votes(line.line_id for line in kept)
    found = compare(plan.lines, kept, votes)
    if plan.with_notices:
        return found
    return Standings(found.standings, found.votes, _openly_gone(unit, found.gone))


def _openly_gone(unit: Unit, gone: tuple[KeptLine, ...]) -> tuple[KeptLine, ...]:
    """Return those that anybody may know of: what rested on 内示 only once it was confirmed."""
    if not any(line.rests_on_notice for line in gone):
        return gone
    confirmed = {
        (order.staff_number, f"order {order.order_number}")
        for order in unit.orders(EVER)
        if order.confirmed
    }
    return tuple(
        line
        for line in gone
        if not line.rests_on_notice
        or (line.orders and all((line.staff_number, o) in confirmed for o in line.orders))
    )
