"""Reading facts as they were known at a moment: the content of an input is rebuilt from intervals.

A row belongs to an input when `from_input <= input < until_input`. Which of the facts matter on a
day is decided by the core; only what is known is decided here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, and_, exists, not_, select

from syncd.core.facts import (
    Designation,
    Facts,
    HeldRow,
    Order,
    Provides,
    Roster,
    RosterEntry,
    VanishedDesignation,
)
from syncd.core.ids import StaffNumber
from syncd.store.codec import CODECS
from syncd.store.inputs import VANISHED
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.places import unpack_places
from syncd.store.tables import facts, inputs


@dataclass(frozen=True, slots=True)
class _Input:
    """An accepted input, without its content."""

    id: int
    source: str
    provides: Provides
    base_on: date | None
    recorded_at: datetime


def load_facts(connection: Connection, known_at: datetime, as_of: date | None) -> Facts:
    """Return everything known at a moment; see the port."""
    series = _known_inputs(connection, known_at)
    newest = [known[-1] for known in series]
    return Facts(
        known_at=known_at,
        rosters=tuple(_rosters(connection, series, as_of)),
        orders=_orders(connection, newest),
        designations=_contents(connection, newest, Provides.DESIGNATIONS),
        vanished_designations=tuple(_vanished_designations(connection, series)),
        entitlements=_contents(connection, newest, Provides.ENTITLEMENTS),
        training=_contents(connection, newest, Provides.TRAINING),
        org_units=_contents(connection, newest, Provides.ORG_UNITS),
        accounts=_contents(connection, newest, Provides.ACCOUNTS),
        held=tuple(_held(connection, newest)),
    )


def _known_inputs(connection: Connection, known_at: datetime) -> list[list[_Input]]:
    """Return the inputs of each (source, kind) as they were accepted, oldest first."""
    columns = inputs.c.id, inputs.c.source, inputs.c.provides, inputs.c.base_on
    query = select(*columns, inputs.c.recorded_at).order_by(inputs.c.source, inputs.c.id)
    series: dict[tuple[str, str], list[_Input]] = {}
    for id_, source, provides, base_on, recorded_at in connection.execute(
        query.where(inputs.c.recorded_at <= encode_moment(known_at))
    ):
        known = _Input(id_, source, Provides(provides), base_on, decode_moment(recorded_at))
        series.setdefault((source, provides), []).append(known)
    return list(series.values())


def _contents(connection: Connection, newest: Iterable[_Input], kind: Provides) -> tuple[Any, ...]:
    found = (_content(connection, known) for known in newest if known.provides is kind)
    return tuple(record for content in found for record in content)


def _content(connection: Connection, known: _Input) -> tuple[Any, ...]:
    """Return the records of one input, in the order of its file."""
    query = select(facts.c.number, facts.c.payload).where(
        facts.c.source == known.source,
        facts.c.provides == str(known.provides),
        facts.c.until_input > known.id,
        facts.c.from_input <= known.id,
    )
    payloads = {number: payload for number, payload in connection.execute(query)}  # noqa: C416 - rows are not pairs to dict()
    places = _places(connection, known.id)
    decode = CODECS[known.provides].decode
    rows = _load_many([payloads[number] for number in places])
    lines = places.values()
    return tuple(decode(row, known.source, n) for row, n in zip(rows, lines, strict=True))


def _load_many(payloads: Sequence[str]) -> list[list[Any]]:
    # One text for the parser instead of a call a row: twice as fast on a city.
    return cast("list[list[Any]]", json.loads(f"[{','.join(payloads)}]"))


def _places(connection: Connection, input_id: int) -> dict[int, int]:
    packed = connection.scalar(select(inputs.c.places).where(inputs.c.id == input_id))
    return unpack_places(packed or b"")


def _orders(connection: Connection, newest: Iterable[_Input]) -> tuple[Order, ...]:
    orders: tuple[Order, ...] = _contents(connection, newest, Provides.ORDERS)
    confirmed = {(o.order_number, o.staff_number): o.source for o in orders if o.confirmed}
    return tuple(
        order
        for order in orders
        if order.confirmed
        or confirmed.get((order.order_number, order.staff_number), order.source) == order.source
    )


def _rosters(
    connection: Connection, series: Iterable[Sequence[_Input]], as_of: date | None
) -> Iterable[Roster]:
    for known in series:
        if known[0].provides is Provides.ROSTER:
            days = _by_base_day(known)
            for day in _days_asked(days, as_of):
                earlier = [i for i in known if i.base_on is not None and i.base_on < day]
                yield _roster(connection, days[day], day, earlier)


def _by_base_day(known: Iterable[_Input]) -> Mapping[date, _Input]:
    """Return for each 基準日 the roster that was accepted last."""
    return {i.base_on: i for i in known if i.base_on is not None}


def _days_asked(days: Iterable[date], as_of: date | None) -> list[date]:
    ordered = sorted(days)
    if as_of is None:
        return ordered
    return [day for day in ordered if day <= as_of][-1:]


def _roster(
    connection: Connection, known: _Input, base_on: date, earlier: Sequence[_Input]
) -> Roster:
    return Roster(
        source=known.source,
        base_on=base_on,
        recorded_at=known.recorded_at,
        entries=_content(connection, known),
        vanished=tuple(_vanished_people(connection, known, earlier)),
    )


def _vanished_people(
    connection: Connection, known: _Input, earlier: Sequence[_Input]
) -> Iterable[RosterEntry]:
    """Yield the last entries of people whom an earlier roster has and this one has not."""
    newest_first = sorted(earlier, key=lambda i: (i.base_on or date.min, i.id), reverse=True)
    last: dict[str, tuple[int, int, str]] = {}
    for number, key, payload, first, until in _absent_rows(connection, known):
        holders = (rank for rank, i in enumerate(newest_first) if first <= i.id < until)
        rank = next(holders, None)
        if rank is not None and (key not in last or rank < last[key][0]):
            last[key] = (rank, number, payload)
    decode = CODECS[Provides.ROSTER].decode
    places = {r: _places(connection, newest_first[r].id) for r in {v[0] for v in last.values()}}
    for _, (rank, number, payload) in sorted(last.items()):
        yield decode(json.loads(payload), known.source, places[rank].get(number, 0))


def _absent_rows(connection: Connection, known: _Input) -> Iterable[Any]:
    """Return the rows of people who do not stand in this input, ended or not yet begun."""
    there = facts.alias()
    present = exists().where(
        there.c.source == facts.c.source,
        there.c.provides == facts.c.provides,
        there.c.key == facts.c.key,
        there.c.from_input <= known.id,
        there.c.until_input > known.id,
    )
    held_by_input = and_(facts.c.from_input <= known.id, facts.c.until_input > known.id)
    columns = facts.c.number, facts.c.key, facts.c.payload
    return connection.execute(
        select(*columns, facts.c.from_input, facts.c.until_input).where(
            facts.c.source == known.source,
            facts.c.provides == str(Provides.ROSTER),
            not_(held_by_input),
            not_(present),
        )
    )


def _vanished_designations(
    connection: Connection, series: Iterable[Sequence[_Input]]
) -> Iterable[VanishedDesignation]:
    lists = [known for known in series if known[0].provides is Provides.DESIGNATIONS]
    listed = set[str]()
    for known in lists:
        listed |= _keys(connection, known[-1])
    for known in lists:
        yield from _vanished_from(connection, known, listed)


def _keys(connection: Connection, known: _Input) -> set[str]:
    query = select(facts.c.key).where(
        facts.c.source == known.source,
        facts.c.provides == str(known.provides),
        facts.c.until_input > known.id,
        facts.c.from_input <= known.id,
    )
    return set(connection.scalars(query))


def _vanished_from(
    connection: Connection, known: Sequence[_Input], listed: set[str]
) -> Iterable[VanishedDesignation]:
    by_id = {i.id: position for position, i in enumerate(known)}
    query = (
        select(facts.c.number, facts.c.key, facts.c.payload, facts.c.until_input)
        .where(
            facts.c.source == known[0].source,
            facts.c.provides == str(Provides.DESIGNATIONS),
            facts.c.until_input <= known[-1].id,
            facts.c.ended_by == VANISHED,
        )
        .order_by(facts.c.until_input, facts.c.number)
    )
    last = {row[1]: row for row in connection.execute(query) if row[1] not in listed}
    places: dict[int, dict[int, int]] = {}
    for number, _, payload, until in last.values():
        holder = known[by_id[until] - 1]
        lines = places.setdefault(holder.id, {}) or _places(connection, holder.id)
        places[holder.id] = lines
        yield VanishedDesignation(
            _designation(payload, holder.source, lines.get(number, 0)), holder.recorded_at
        )


def _designation(payload: str, source: str, line: int) -> Designation:
    decode = CODECS[Provides.DESIGNATIONS].decode
    return cast("Designation", decode(json.loads(payload), source, line))


def _held(connection: Connection, newest: Iterable[_Input]) -> Iterable[HeldRow]:
    for known in newest:
        text = connection.scalar(select(inputs.c.held).where(inputs.c.id == known.id))
        for line, staff_number, why in json.loads(text or "[]"):
            yield HeldRow(known.provides, known.source, line, StaffNumber(staff_number), why, None)
