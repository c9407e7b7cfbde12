"""Written-out orders as they stand in the store: read for whoever asks for them, and listed.

The texts may name people: they are shown to whoever may look at orders, and go into no log, trail
or message. Those of 内示 are shown to whom 内示 may be shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from syncd.core.calendar import EVER
from syncd.core.facts import Order
from syncd.core.ids import StaffNumber
from syncd.core.ordertexts.reading import TextReader
from syncd.core.policy import Policy
from syncd.flow.site import Site
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class UnreadText:
    """A text that is not understood, why, and how often it stands in orders of how many people."""

    text: str
    why: str
    orders: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class TextsSeen:
    """What became of all texts: how often each pattern understood one, and what none did."""

    understood: Mapping[str, int]
    unread: tuple[UnreadText, ...]


def orders_read(unit: Unit, policy: Policy) -> tuple[Order, ...]:
    """Return every order ever stated, those that are written out in words."""
    orders = unit.orders(EVER)
    if not any(order.text for order in orders):
        return orders
    return tuple(_reader(unit, policy).read_all(orders))


def texts_seen(site: Site, *, with_notices: bool) -> TextsSeen:
    """Return what the table makes of every text on record; raises StoreError."""
    with site.store.begin() as unit:
        orders = [o for o in unit.orders(EVER) if o.confirmed or with_notices]
        reader = _reader(unit, site.policy)
    understood: Counter[str] = Counter()
    unread: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in orders:
        if not reader.is_written(order):
            continue
        read = reader.read(order)
        if read.why:
            unread[order.text, read.why].append(order)
        understood.update(read.patterns)
    listed = [_unread(text, why, theirs) for (text, why), theirs in unread.items()]
    return TextsSeen(
        dict(sorted(understood.items())),
        tuple(sorted(listed, key=lambda one: (-one.people, one.text))),
    )


def _unread(text: str, why: str, orders: list[Order]) -> UnreadText:
    people: set[StaffNumber] = {order.staff_number for order in orders}
    return UnreadText(text, why, tuple(sorted({o.order_number for o in orders})), len(people))


def _reader(unit: Unit, policy: Policy) -> TextReader:
    sections = unit.facts_about([], EVER).org_units
    return TextReader(policy.order_texts, policy.order_kinds, sections)
