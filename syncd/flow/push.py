"""Orders that a personnel system pushes: recorded as facts, all or none, as many as were stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.facts import Order
from syncd.core.votes import Actor
from syncd.errors import RowFault, SourceRefused
from syncd.flow.orders_in import read_orders
from syncd.flow.site import Site
from syncd.ports.source import SourceReading


def push_orders(
    site: Site, actor: Actor, orders: Sequence[object], expected: int, staff_number_width: int
) -> int:
    """Record pushed orders; return how many. Raises SourceRefused with every fault.

    They accumulate: what an earlier push or the configured feed stated stands. Nothing of a
    refused push is kept. The next run decides on them.
    """
    now = site.clock()
    reading = read_orders(orders, staff_number_width, now)
    faults = tuple(_faults(reading, expected))
    if faults:
        raise SourceRefused(reading.source, reading.fingerprint.where, faults)
    ground = {"sha256": reading.fingerprint.sha256, "accumulates": True}
    event = AuditEvent.INPUT_ACCEPTED
    with site.store.begin() as unit:
        unit.accept(reading, now)
        unit.audit([AuditRecord(now, event, actor.account, reading.source, None, ground)])
    return reading.rows


def _faults(reading: SourceReading, expected: int) -> Iterator[RowFault]:
    if reading.rows != expected:
        why = f"{expected} 件あるはずと申告されました。すべて送ったか確かめてください"
        yield RowFault(0, "expected", str(reading.rows), why)
    seen: dict[tuple[str, str], Order] = {}
    for order in (record for record in reading.records if isinstance(record, Order)):
        first = seen.setdefault((order.order_number, order.staff_number), order)
        if first is not order:
            why = f"{first.line} 件目と同じ発令番号で、内容が違います"
            yield RowFault(order.line, "order_number", order.order_number, why)
        ends, begins = order.ends_on, order.effective_on
        if ends is not None and begins is not None and ends < begins:
            why = "effective_on より後の日にしてください"
            yield RowFault(order.line, "ends_on", ends.isoformat(), why)
