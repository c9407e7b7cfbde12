"""Orders that a personnel system pushes: recorded as facts, all or none, as many as were stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.facts import Order
from syncd.core.votes import Actor
from syncd.errors import RowFault, SourceRefused
from syncd.flow.orders_in import read_orders
from syncd.flow.sealing import seal
from syncd.flow.site import Site
from syncd.ports.source import SourceReading
from syncd.ports.store import Unit


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
    event = AuditEvent.INPUT_ACCEPTED
    with site.store.begin() as unit:
        unit.accept(reading, now)
        ground = {**_digest(site, unit, reading), "accumulates": True}
        unit.audit([AuditRecord(now, event, actor.account, reading.source, None, ground)])
    return reading.rows


def _digest(site: Site, unit: Unit, reading: SourceReading) -> dict[str, object]:
    """Return what the trail says of the content: its digest, under a seal where 内示 is in it.

    One pushed order is little enough to be guessed from its digest by whoever reads the trail.
    """
    sha256 = reading.fingerprint.sha256
    orders = [record for record in reading.records if isinstance(record, Order)]
    if all(order.confirmed for order in orders):
        return {"sha256": sha256}
    today = day_of(reading.fingerprint.modified_at)
    last = max((o.effective_on for o in orders if o.effective_on is not None), default=today)
    return {"sealed": seal(unit, [sha256], last, site.new_id)}


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
