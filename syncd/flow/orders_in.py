"""Orders that a personnel system pushes: checked whole, recorded, decided on by the next run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.facts import Order, Provides
from syncd.core.votes import Actor
from syncd.errors import RowFault, SourceRefused
from syncd.flow.collect import BROUGHT
from syncd.flow.site import Site
from syncd.ports.source import Fingerprint, SourceReading

_WHERE = "POST /api/v1/orders"


def take_orders(site: Site, actor: Actor, orders: Sequence[Order], expected: int) -> int:
    """Record pushed orders as facts; return how many. Raises SourceRefused with every fault.

    They accumulate: what an earlier push or the configured feed stated stands. Nothing of a
    refused push is kept.
    """
    faults = [*_count_fault(len(orders), expected), *_row_faults(orders)]
    if faults:
        raise SourceRefused(BROUGHT, _WHERE, tuple(faults))
    now = site.clock()
    kept = tuple(replace(o, source=BROUGHT, line=n) for n, o in enumerate(orders, 1))
    digest = hashlib.sha256(json.dumps([str(order) for order in kept]).encode()).hexdigest()
    place = Fingerprint(digest, now, _WHERE)
    reading = SourceReading(BROUGHT, Provides.ORDERS, place, None, len(kept), kept)
    ground = {"sha256": digest, "rows": len(kept), "held": 0, "accumulates": True}
    event = AuditEvent.INPUT_ACCEPTED
    with site.store.begin() as unit:
        unit.accept(reading, now)
        unit.audit([AuditRecord(now, event, actor.account, BROUGHT, None, ground)])
    return len(kept)


def _count_fault(found: int, expected: int) -> list[RowFault]:
    if found == expected:
        return []
    return [RowFault(0, "expected", str(found), f"{expected} orders were stated")]


def _row_faults(orders: Sequence[Order]) -> list[RowFault]:
    faults = []
    seen: dict[tuple[str, str], int] = {}
    for number, order in enumerate(orders, 1):
        first = seen.setdefault((order.order_number, order.staff_number), number)
        if first != number:
            why = f"the same order for the same person stands at {first}"
            faults.append(RowFault(number, "order_number", order.order_number, why))
        if order.effective_on is None and order.target is None:
            why = "a date; only a correction may leave it out"
            faults.append(RowFault(number, "effective_on", None, why))
        ends, begins = order.ends_on, order.effective_on
        if ends is not None and begins is not None and ends < begins:
            why = "not before effective_on"
            faults.append(RowFault(number, "ends_on", ends.isoformat(), why))
    return faults
