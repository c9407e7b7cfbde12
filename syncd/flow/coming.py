"""The next transfer day: which confirmed orders take effect, and who will lose what by them.

内示 counts nowhere: neither among the orders nor in the decision as of the day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.foresight.lines import LossLine
from syncd.core.foresight.preview import Preview
from syncd.core.ids import OrderNumber, OrgUnitCode, StaffNumber
from syncd.core.orders import orders_in_force
from syncd.core.policy import OrderKind
from syncd.flow.order_texts import orders_read
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

    section: str | None
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


def coming_day(site: Site, today: date, *, with_notices: bool = False) -> ComingDay | None:
    """Return the next day on which confirmed orders take effect.

    内示 counts nowhere, but `with_notices`: then for nobody but those who may see it.
    """
    ahead = _orders_ahead(site, today, with_notices=with_notices)
    if not ahead:
        return None
    first = min(on for on, *_ in ahead)
    people = [number for on, number, *_ in ahead if on == first]
    return ComingDay(first, len(people), len(set(people)))


def days_ahead(site: Site, today: date) -> tuple[date, ...]:
    """Return the coming days on which confirmed orders take effect, the next one first."""
    return tuple(sorted({on for on, *_ in _orders_ahead(site, today, with_notices=False)}))


def _orders_ahead(
    site: Site, today: date, *, with_notices: bool
) -> set[tuple[date, StaffNumber, OrderNumber, OrderKind]]:
    """Return the orders that take effect after today: a day, whose, which."""
    with site.store.begin() as unit:
        orders = orders_read(unit, site.policy)
    if with_notices:
        orders = tuple(replace(order, confirmed=True) for order in orders)
    in_force, _ = orders_in_force(orders, site.policy.order_kinds)
    # A brought file repeats what the feed gives: an order that two sources state is one order.
    return {
        (o.begins_on, number, o.order.order_number, o.kind)
        for number, theirs in in_force.items()
        for o in theirs
        if o.begins_on > today
    }


def planned_day(preview: Preview, visible: frozenset[OrgUnitCode] | None) -> PlannedDay:
    """Return in numbers what follows on the day of a preview, for the visible sections."""
    seen = preview.for_sections(visible)
    theirs: dict[str | None, list[LossLine]] = defaultdict(list)
    for line in seen.losses:
        theirs[line.section].append(line)
    sections = [
        SectionLoss(section, len(lines), len({x.staff_number or x.account for x in lines}))
        for section, lines in theirs.items()
    ]
    return PlannedDay(
        on=preview.on,
        rights=len(seen.losses),
        people=seen.people_losing,
        by_orders=seen.lost_by_orders,
        sections=tuple(sections),
        unknown=sum(number for _, number in seen.unknown_by_doubt),
    )
