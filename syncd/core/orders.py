"""From orders as received to orders in force: cancelled, corrected, confirmed, understood.

Which orders count is decided here, and in what sequence; what they do to a person is `career`.
The result depends on the set of orders, never on the sequence in which they arrived
(decision record 0004, 9 to 12).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from syncd.bilingual import Bilingual
from syncd.core.facts import Order
from syncd.core.findings import Because
from syncd.core.ids import OrderNumber, OrgUnitCode, StaffNumber, natural_key
from syncd.core.policy import OrderEffect, OrderKind

_ONE_DAY = timedelta(days=1)
_NEEDS_UNIT = frozenset({OrderEffect.OPENS_FURTHER, OrderEffect.RENAMES_UNIT})


@dataclass(frozen=True, slots=True)
class OrderInForce:
    """A confirmed order after cancellations and corrections, with the meaning of its word.

    `begins_on` is the first day of its effect: 発令日, or the day after for the end of employment.
    """

    order: Order
    kind: OrderKind
    effective_on: date
    begins_on: date

    @property
    def because(self) -> Because:
        """Return how the order is cited."""
        return cite(self.order, self.effective_on)


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order that cannot be understood, and why. `on` None: it changes nothing by itself."""

    order: Order
    why: str
    on: date | None


def cite(order: Order, on: date | None = None) -> Because:
    """Return how an order is cited in reasons and evidence."""
    day = on or order.effective_on
    return Because("order", order.order_number, day, order.source, order.line)


def orders_in_force(
    orders: Iterable[Order], kinds: Mapping[str, OrderKind]
) -> tuple[dict[StaffNumber, list[OrderInForce]], list[HeldOrder]]:
    """Return each person's orders in force, in the sequence of their effect, and the held ones."""
    by_person: dict[StaffNumber, list[Order]] = defaultdict(list)
    for order in orders:
        if order.confirmed:
            by_person[order.staff_number].append(order)
    in_force: dict[StaffNumber, list[OrderInForce]] = {}
    held: list[HeldOrder] = []
    for staff_number, theirs in by_person.items():
        good, bad = _of_one_person(theirs, kinds)
        held.extend(bad)
        if good:
            in_force[staff_number] = sorted(good, key=_sequence)
    return in_force, held


def _of_one_person(
    orders: list[Order], kinds: Mapping[str, OrderKind]
) -> tuple[list[OrderInForce], list[HeldOrder]]:
    held = [
        HeldOrder(
            o,
            o.unread
            or Bilingual(
                f"発令区分「{o.kind}」は表にありません", en=f"the kind 「{o.kind}」 is in no table"
            ),
            o.effective_on,
        )
        for o in orders
        if o.kind not in kinds
    ]
    known = [o for o in orders if o.kind in kinds]
    numbers = {o.order_number for o in orders}
    amending = [o for o in known if _effect(o, kinds) in _AMENDS]
    held += [
        HeldOrder(
            o,
            Bilingual(
                f"対象の発令 {o.target} が見つかりません",
                en=f"the order {o.target} that it is about is not known",
            ),
            None,
        )
        for o in amending
        if o.target not in numbers
    ]
    void = _voided(amending, kinds)
    good: list[OrderInForce] = []
    for order in known:
        if order.order_number in void or _effect(order, kinds) in _AMENDS:
            continue
        corrected = _corrected(order, amending, kinds, void)
        why = _unplaceable(corrected, kinds[order.kind])
        if why:
            held.append(HeldOrder(corrected, why, corrected.effective_on))
        else:
            good.append(_put_in_force(corrected, kinds[order.kind]))
    return good, held


_AMENDS = frozenset({OrderEffect.CANCELS, OrderEffect.CORRECTS})


def _effect(order: Order, kinds: Mapping[str, OrderKind]) -> OrderEffect:
    return kinds[order.kind].effect


def _voided(amending: list[Order], kinds: Mapping[str, OrderKind]) -> set[OrderNumber]:
    """Return the numbers of voided orders; a cancelled cancellation voids nothing."""
    cancels: dict[OrderNumber, list[OrderNumber]] = defaultdict(list)
    for order in amending:
        if _effect(order, kinds) is OrderEffect.CANCELS and order.target is not None:
            cancels[order.target].append(order.order_number)

    def is_void(number: OrderNumber, asking: frozenset[OrderNumber]) -> bool:
        return number not in asking and any(
            not is_void(by, asking | {number}) for by in cancels.get(number, ())
        )

    return {number for number in cancels if is_void(number, frozenset())}


def _corrected(
    order: Order,
    amending: list[Order],
    kinds: Mapping[str, OrderKind],
    void: set[OrderNumber],
    asking: frozenset[OrderNumber] = frozenset(),
) -> Order:
    """Return the order with every correction that stands, in the sequence of their numbers."""
    corrections = sorted(
        (
            o
            for o in amending
            if o.target == order.order_number
            and _effect(o, kinds) is OrderEffect.CORRECTS
            and o.order_number not in void
            and o.order_number not in asking
        ),
        key=lambda o: (natural_key(o.order_number), o.line),
    )
    for correction in corrections:
        given = _corrected(correction, amending, kinds, void, asking | {order.order_number})
        order = replace(
            order,
            effective_on=given.effective_on or order.effective_on,
            org_unit=given.org_unit or order.org_unit,
            title=given.title or order.title,
            ends_on=given.ends_on or order.ends_on,
        )
    return order


def _unplaceable(order: Order, kind: OrderKind) -> str:
    if order.effective_on is None:
        return Bilingual("発令日がありません", en="it has no day of effect")
    if kind.effect in _NEEDS_UNIT and not order.org_unit:
        return Bilingual(
            f"発令区分「{order.kind}」に所属コードがありません",
            en=f"an order of the kind 「{order.kind}」 needs a section, and it has none",
        )
    return ""


def _put_in_force(order: Order, kind: OrderKind) -> OrderInForce:
    effective_on = order.effective_on or date.max
    ends = kind.effect is OrderEffect.ENDS_EMPLOYMENT
    begins_on = effective_on + _ONE_DAY if ends and effective_on < date.max else effective_on
    return OrderInForce(order, kind, effective_on, begins_on)


def _sequence(order: OrderInForce) -> tuple[object, ...]:
    """Order by the day of effect, endings first, then by order number (0004, 2)."""
    is_end = order.kind.effect is OrderEffect.ENDS_EMPLOYMENT
    o = order.order
    return (order.begins_on, not is_end, natural_key(o.order_number), o.kind, o.org_unit or "")


def contradictory(orders: Iterable[OrderInForce]) -> bool:
    """Tell whether two orders of one day and number open primary posts in different sections."""
    seen: dict[tuple[date, OrderNumber], OrgUnitCode | None] = {}
    for order in orders:
        if order.kind.effect is OrderEffect.OPENS_PRIMARY:
            key = (order.begins_on, order.order.order_number)
            if seen.setdefault(key, order.order.org_unit) != order.order.org_unit:
                return True
    return False
