"""What is otherwise than in the last preview of the same day, and what made it so.

Lines are found again by their keys. Why one came, went or changed is told by the orders of the
people whom it names, as both previews saw them; where no order explains it, by which inputs said
something else. Two previews are compared only within one series: with 内示 or without.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from syncd.core.foresight.lines import (
    Amendment,
    ArrivalLine,
    GroupLine,
    Key,
    LimitLine,
    Line,
    ListLine,
    OrderSeen,
    Part,
)
from syncd.core.foresight.preview import Preview


class Turn(StrEnum):
    """What became of a line since the last preview."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"


class Cause(StrEnum):
    """What made a difference; permanent names.

    ORDER_DROPPED: the feed gives the order no more, and nothing cancels it. ORDERS: for what
    concerns no single person, that some orders of the day differ. OTHER: neither orders nor inputs
    differ, so it is the configuration, a case, or the day on which the preview was made.
    """

    ORDER_CAME = "order-came"
    ORDER_CANCELLED = "order-cancelled"
    ORDER_CORRECTED = "order-corrected"
    ORDER_CONFIRMED = "order-confirmed"
    ORDER_DROPPED = "order-dropped"
    ORDERS = "orders"
    INPUT = "input"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class Why:
    """One cause. `ref` names the order or the input, `by` the order that amends it."""

    cause: Cause
    ref: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line that is otherwise than it was. `notice` tells that either side rests on 内示."""

    part: Part
    turn: Turn
    before: Line | None
    after: Line | None
    why: tuple[Why, ...]

    @property
    def line(self) -> Line:
        """Return the line as it is now, or as it was before it went."""
        line = self.after or self.before
        if line is None:
            raise ValueError("a change without a line")
        return line

    @property
    def key(self) -> Key:
        """Return under what the line is found in both."""
        return self.line.key

    @property
    def section(self) -> str | None:
        """Return the section that is shown it."""
        return self.line.section

    @property
    def notice(self) -> bool:
        """Tell whether it rests on 内示."""
        return any(line.notice for line in (self.before, self.after) if line is not None)


def compare(before: Preview, after: Preview) -> tuple[Change, ...]:
    """Return every line that differs, part by part; raises ValueError for another day or series."""
    if (before.on, before.with_notices) != (after.on, after.with_notices):
        raise ValueError("previews of different days, or of which one rests on 内示")
    causes = _Causes(before, after)
    return tuple(change for part in Part for change in _changes(part, before, after, causes))


def _changes(part: Part, before: Preview, after: Preview, causes: _Causes) -> Iterator[Change]:
    old = {line.key: line for line in before.part(part)}
    new = {line.key: line for line in after.part(part)}
    for key, line in new.items():
        was = old.get(key)
        if was is None:
            yield Change(part, Turn.ADDED, None, line, causes.of(line))
        elif _gist(was) != _gist(line):
            yield Change(part, Turn.CHANGED, was, line, causes.of(was, line))
    for key, line in old.items():
        if key not in new:
            yield Change(part, Turn.GONE, line, None, causes.of(line))


def _gist(line: Line) -> Line:
    """Return what of a line counts as a difference.

    When something became known is not settled before a run recorded it: until then each preview
    that reads it says its own moment.
    """
    if not isinstance(line, ListLine):
        return line
    lines = tuple(replace(each, known_at=None) for each in line.lines)
    return replace(line, lines=lines, known_at=None, changed_at=None)


class _Causes:
    """What differs between two previews besides their lines."""

    def __init__(self, before: Preview, after: Preview) -> None:
        self._by_person = _differing_orders(before, after)
        seen = {(x.name, x.provides): x.sha256 for x in before.inputs}
        now = {(x.name, x.provides): x.sha256 for x in after.inputs}
        differing = (k for k in sorted(seen.keys() | now.keys()) if seen.get(k) != now.get(k))
        self._inputs = tuple(Why(Cause.INPUT, name) for name, kind in differing if kind != "orders")

    def of(self, *lines: Line) -> tuple[Why, ...]:
        people = dict.fromkeys(number for line in lines for number in _people(line))
        found = dict.fromkeys(why for n in people for why in self._by_person.get(n, ()))
        if isinstance(lines[0], GroupLine | LimitLine) and self._by_person:
            found = {Why(Cause.ORDERS): None}
            return (*found, *self._inputs)
        return tuple(found) or self._inputs or (Why(Cause.OTHER),)


def _people(line: Line) -> Iterator[str]:
    if isinstance(line, ListLine):
        yield from (each.staff_number for each in line.lines)
    if isinstance(line, ArrivalLine):
        yield from (number for number, _ in line.replaces)
    number: str | None = getattr(line, "staff_number", None)
    if number is not None:
        yield number


def _differing_orders(before: Preview, after: Preview) -> Mapping[str, tuple[Why, ...]]:
    old, new = _by_order(before.orders), _by_order(after.orders)
    came = _by_target(set(after.amendments) - set(before.amendments))
    went = _by_target(set(before.amendments) - set(after.amendments))
    found: dict[str, list[Why]] = defaultdict(list)
    for key in dict.fromkeys((*old, *new)):
        why = _why(key, old.get(key), new.get(key), came, went)
        if why is not None:
            found[key[0]].append(why)
    return {number: tuple(sorted(whys)) for number, whys in found.items()}


_OrderKey = tuple[str, str]
"""(staff number, order number)."""


def _by_order(orders: Iterable[OrderSeen]) -> dict[_OrderKey, frozenset[OrderSeen]]:
    found: dict[_OrderKey, set[OrderSeen]] = defaultdict(set)
    for order in orders:
        found[order.staff_number, order.order_number].add(order)
    return {key: frozenset(theirs) for key, theirs in found.items()}


def _by_target(amendments: Iterable[Amendment]) -> dict[_OrderKey, Amendment]:
    return {
        (a.staff_number, a.target): a
        for a in sorted(amendments, key=lambda a: (a.order_number, a.notice))
    }


def _why(
    key: _OrderKey,
    old: frozenset[OrderSeen] | None,
    new: frozenset[OrderSeen] | None,
    came: Mapping[_OrderKey, Amendment],
    went: Mapping[_OrderKey, Amendment],
) -> Why | None:
    if old == new:
        return None
    ref, by = key[1], came.get(key) or went.get(key)
    if by is not None:
        cancelled = by.cancels and new is None
        corrected = not by.cancels
        if cancelled or corrected:
            cause = Cause.ORDER_CANCELLED if cancelled else Cause.ORDER_CORRECTED
            return Why(cause, ref, by.order_number)
    if old is None:
        return Why(Cause.ORDER_CAME, ref)
    if new is None:
        return Why(Cause.ORDER_DROPPED, ref)
    if {replace(o, notice=False) for o in old} == {replace(o, notice=False) for o in new}:
        return Why(Cause.ORDER_CONFIRMED, ref)
    return Why(Cause.ORDER_CORRECTED, ref)
