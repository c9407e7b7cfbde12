"""The next transfer day: which confirmed orders take effect, and who will lose what by them.

内示 counts nowhere: neither among the orders nor in the decision as of the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from syncd.core.calendar import EVER
from syncd.core.findings import Decision, Finding, Verdict
from syncd.core.ids import OrgUnitCode
from syncd.core.orders import orders_in_force
from syncd.flow.site import Site


@dataclass(frozen=True, slots=True)
class ComingDay:
    """The next day on which orders take effect: how many, for how many people."""

    on: date
    orders: int
    people: int


@dataclass(frozen=True, slots=True)
class SectionLoss:
    """What the people for whose rights one section answers will lose on a day."""

    section: OrgUnitCode | None
    rights: int
    people: int


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """What follows on a day. `by_orders` are the rights of `rights` that an order takes.

    `unknown` counts the verdicts that the facts do not allow as of that day.
    """

    on: date
    rights: int
    people: int
    by_orders: int
    sections: tuple[SectionLoss, ...]
    unknown: int


def coming_day(site: Site, today: date) -> ComingDay | None:
    """Return the next day on which confirmed orders take effect; 内示 counts nowhere."""
    with site.store.begin() as unit:
        orders = unit.orders(EVER)
    in_force, _ = orders_in_force(orders, site.policy.order_kinds)
    # A brought file repeats what the feed gives: an order that two sources state is one order.
    ahead = {
        (o.begins_on, number, o.order.order_number, o.order.kind)
        for number, theirs in in_force.items()
        for o in theirs
        if o.begins_on > today
    }
    if not ahead:
        return None
    first = min(on for on, *_ in ahead)
    people = [number for on, number, *_ in ahead if on == first]
    return ComingDay(first, len(people), len(set(people)))


def losses(decision: Decision, visible: frozenset[OrgUnitCode] | None) -> tuple[Finding, ...]:
    """Return the rights whose ground ends on the very day of a decision, of visible sections.

    What was stale before is not lost on that day, and stands among the cases already.
    """
    return tuple(
        finding
        for finding in decision.findings
        if finding.verdict is Verdict.STALE
        and finding.since == decision.as_of
        and (visible is None or finding.section in visible)
    )


def planned_day(decision: Decision, visible: frozenset[OrgUnitCode] | None) -> PlannedDay:
    """Return in numbers what follows on the day of a decision, for the visible sections."""
    lost = losses(decision, visible)
    unknown = sum(
        finding.verdict is Verdict.UNKNOWN and (visible is None or finding.section in visible)
        for finding in decision.findings
    )
    found = {finding.section for finding in lost}
    sections = [
        SectionLoss(section, len(theirs), _people(theirs))
        for section in sorted(found, key=lambda code: (code is None, code or ""))
        for theirs in [[f for f in lost if f.section == section]]
    ]
    return PlannedDay(
        on=decision.as_of,
        rights=len(lost),
        people=_people(lost),
        by_orders=sum(is_by_order(finding) for finding in lost),
        sections=tuple(sections),
        unknown=unknown,
    )


def is_by_order(finding: Finding) -> bool:
    """Tell whether an order is among what takes a right; else a term or a designation ends it."""
    return any(because.kind == "order" for because in finding.because)


def _people(findings: Iterable[Finding]) -> int:
    return len({finding.staff_number or finding.account for finding in findings})
