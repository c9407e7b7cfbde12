"""Sections whose list of designated handlers still names people who leave by the day.

Whether a section has done anything since it could have known is told by two moments: when the
newest of the orders behind its lines became known, and when any line of it last changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syncd.core.facts import Designation
from syncd.core.findings import Fault
from syncd.core.foresight.lines import ListLine, OutlivedDesignation
from syncd.core.foresight.losses import orders_of
from syncd.core.standing import Footing


@dataclass(frozen=True, slots=True)
class Moments:
    """When things became known here.

    `orders` by (order number, staff number), `lists` by section: when a line of it last changed.
    `listed_at` is when the lists first came, which counts for a section that never changed.
    """

    orders: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    lists: Mapping[str, datetime] = field(default_factory=dict)
    listed_at: datetime | None = None


def outdated_lists(footing: Footing, moments: Moments) -> tuple[ListLine, ...]:
    """Return the sections with lines in force of people who have left by the footing's day."""
    by_section: dict[str, list[tuple[Designation, Fault]]] = defaultdict(list)
    for line, fault in footing.standing.outlived:
        by_section[min(footing.ground.chart.current(line.org_unit))].append((line, fault))
    return tuple(_section(code, theirs, moments) for code, theirs in sorted(by_section.items()))


def _section(code: str, theirs: list[tuple[Designation, Fault]], moments: Moments) -> ListLine:
    lines = sorted(
        (_outlived(line, fault, moments) for line, fault in theirs),
        key=lambda line: (line.staff_number, line.affair),
    )
    codes = {code, *(line.org_unit for line, _ in theirs)}
    changes = [moments.lists[c] for c in codes if c in moments.lists]
    changed_at = max(changes, default=moments.listed_at)
    known_at = max((x.known_at for x in lines if x.known_at is not None), default=None)
    return ListLine(
        section=code,
        lines=tuple(lines),
        since=min((x.since for x in lines if x.since is not None), default=None),
        known_at=known_at,
        changed_at=changed_at,
        untouched=known_at is not None and (changed_at is None or changed_at <= known_at),
    )


def _outlived(line: Designation, fault: Fault, moments: Moments) -> OutlivedDesignation:
    orders = tuple(order.ref for order in orders_of(fault.because))
    known = [moments.orders.get((ref, line.staff_number)) for ref in orders]
    return OutlivedDesignation(
        line.staff_number,
        line.affair,
        fault.since,
        orders,
        max((at for at in known if at is not None), default=None),
    )
