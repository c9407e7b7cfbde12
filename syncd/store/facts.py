"""Reading facts as they were known at a moment: the content of an input is rebuilt from intervals.

A row belongs to an input when `from_input <= input < until_input`. Which of the facts matter on a
day is decided by the core; only what is known is decided here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, false, or_, select

from syncd.core.authorities.kinship import everyone
from syncd.core.facts import (
    Designation,
    Facts,
    HeldRow,
    Order,
    PersonLink,
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
from syncd.store.sentences import unpack
from syncd.store.tables import facts, inputs

_ROWS_A_TEXT = 200


@dataclass(frozen=True, slots=True)
class _Input:
    """An accepted input, without its content, which never changes."""

    id: int
    source: str
    provides: Provides
    base_on: date | None
    recorded_at: datetime
    about: frozenset[StaffNumber] | None

    def rows(self) -> list[ColumnElement[bool]]:
        """Return the conditions for rows of this source and kind, of some people where asked."""
        asked = [facts.c.source == self.source, facts.c.provides == str(self.provides)]
        if self.about is not None and self.provides in _KEYS_OF_PERSON:
            names = _KEYS_OF_PERSON[self.provides]
            asked.append(or_(false(), *(names(number) for number in self.about)))
        return asked


_KEYS_OF_PERSON: Mapping[Provides, Callable[[str], ColumnElement[bool]]] = {
    Provides.ROSTER: lambda number: facts.c.key == number,
    Provides.ORDERS: lambda number: facts.c.key.endswith(f"\t{number}", autoescape=True),
    Provides.DESIGNATIONS: lambda n: facts.c.key.contains(f"\t{n}\t", autoescape=True),
    Provides.TRAINING: lambda n: facts.c.key.startswith(f"{n}\t", autoescape=True),
}
"""How the keys of a kind (see `codec`) name a person; the other kinds are short and read whole."""


@dataclass(slots=True)
class FactsMemory:
    """The facts last loaded in this process, with all the inputs that they were made from.

    An input is never changed, and which inputs there are is asked in each transaction: so what is
    remembered is what would be loaded. Only committed inputs may be remembered.
    """

    _last: tuple[object, Facts] | None = None

    def recall(self, made_from: object) -> Facts | None:
        """Return the facts that were made from exactly these inputs, if they are the last ones."""
        last = self._last
        return last[1] if last is not None and last[0] == made_from else None

    def keep(self, made_from: object, known: Facts) -> None:
        """Remember facts in place of those before."""
        self._last = (made_from, known)


def load_facts(
    connection: Connection, known_at: datetime, as_of: date | None, memory: FactsMemory
) -> Facts:
    """Return everything known at a moment; see the port."""
    series = _known_inputs(connection, known_at, None)
    rosters = [known for known in series if known[0].provides is Provides.ROSTER]
    chosen = [_days_asked(_by_base_day(known), as_of) for known in rosters]
    made_from = (known_at, series, chosen)
    facts_then = memory.recall(made_from)
    if facts_then is None:
        facts_then = _load(connection, known_at, series, as_of)
        memory.keep(made_from, facts_then)
    return facts_then


def load_facts_about(
    connection: Connection, known_at: datetime, about: frozenset[StaffNumber]
) -> Facts:
    """Return what is known about some people at a moment; see the port."""
    links = load_links(connection, known_at)
    linked = about.union(*(everyone(links, number) for number in about)) if links else about
    return _load(connection, known_at, _known_inputs(connection, known_at, linked), None)


def load_links(connection: Connection, known_at: datetime) -> tuple[PersonLink, ...]:
    """Return the person links known at a moment, and no other facts."""
    kind = Provides.PERSON_LINKS
    series = _known_inputs(connection, known_at, None, of=kind)
    return _contents(connection, [known[-1] for known in series], kind)


def _load(
    connection: Connection,
    known_at: datetime,
    series: list[list[_Input]],
    as_of: date | None,
) -> Facts:
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
        links=_contents(connection, newest, Provides.PERSON_LINKS),
        order_counts=_contents(connection, newest, Provides.ORDER_COUNTS),
        review_outcomes=_contents(connection, newest, Provides.REVIEW_OUTCOMES),
    )


def load_orders(connection: Connection, known_at: datetime) -> tuple[Order, ...]:
    """Return the orders known at a moment, and no other facts."""
    return _orders(connection, [known[-1] for known in _known_inputs(connection, known_at, None)])


def _known_inputs(
    connection: Connection,
    known_at: datetime,
    about: frozenset[StaffNumber] | None,
    of: Provides | None = None,
) -> list[list[_Input]]:
    """Return the inputs of each (source, kind) as they were accepted, oldest first.

    `of`: of that kind only.
    """
    columns = inputs.c.id, inputs.c.source, inputs.c.provides, inputs.c.base_on
    query = select(*columns, inputs.c.recorded_at).order_by(inputs.c.source, inputs.c.id)
    if of is not None:
        query = query.where(inputs.c.provides == str(of))
    series: dict[tuple[str, str], list[_Input]] = {}
    for id_, source, provides, base_on, recorded_at in connection.execute(
        query.where(inputs.c.recorded_at <= encode_moment(known_at))
    ):
        known = _Input(id_, source, Provides(provides), base_on, decode_moment(recorded_at), about)
        series.setdefault((source, provides), []).append(known)
    return list(series.values())


def _contents(connection: Connection, newest: Iterable[_Input], kind: Provides) -> tuple[Any, ...]:
    found = (_content(connection, known) for known in newest if known.provides is kind)
    return tuple(record for content in found for record in content)


def _content(connection: Connection, known: _Input) -> tuple[Any, ...]:
    """Return the records of one input, in the order of its file."""
    query = select(facts.c.number, facts.c.payload).where(
        *known.rows(),
        facts.c.until_input > known.id,
        facts.c.from_input <= known.id,
    )
    payloads = {number: payload for number, payload in connection.execute(query)}  # noqa: C416 - rows are not pairs to dict()
    places = _places(connection, known.id)
    if known.about is not None:
        places = {number: line for number, line in places.items() if number in payloads}
    decode = CODECS[known.provides].decode
    rows = _load_many([payloads[number] for number in places])
    lines = places.values()
    return tuple(decode(row, known.source, n) for row, n in zip(rows, lines, strict=True))


def _load_many(payloads: Sequence[str]) -> Iterator[list[Any]]:
    # A text of many rows spares the parser a call a row; a text of all rows would keep so many
    # lists alive at once that the garbage collector costs more than the parser.
    for start in range(0, len(payloads), _ROWS_A_TEXT):
        yield from json.loads(f"[{','.join(payloads[start : start + _ROWS_A_TEXT])}]")


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
                yield _roster(connection, days[day], day, _earlier(known, days[day], day))


def _earlier(known: Iterable[_Input], newest: _Input, day: date) -> list[_Input]:
    # An earlier roster of the same 基準日 counts: a file sent again that lost rows must not turn
    # the people in them into strangers.
    return [i for i in known if (i.base_on or date.max, i.id) < (day, newest.id)]


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
    entries: tuple[RosterEntry, ...] = _content(connection, known)
    present: set[str] = {entry.staff_number for entry in entries}
    return Roster(
        source=known.source,
        base_on=base_on,
        recorded_at=known.recorded_at,
        entries=entries,
        vanished=tuple(_vanished_people(connection, known, earlier, present)),
    )


def _vanished_people(
    connection: Connection, known: _Input, earlier: Sequence[_Input], present: set[str]
) -> Iterable[RosterEntry]:
    """Yield the last entries of people whom an earlier roster has and this one has not."""
    newest_first = sorted(earlier, key=lambda i: (i.base_on or date.min, i.id), reverse=True)
    last: dict[str, tuple[int, int]] = {}
    for number, key, first, until in _rows_of_others(connection, known, present):
        holders = (rank for rank, i in enumerate(newest_first) if first <= i.id < until)
        rank = next(holders, None)
        if rank is not None and (key not in last or rank < last[key][0]):
            last[key] = (rank, number)
    decode = CODECS[Provides.ROSTER].decode
    places = {r: _places(connection, newest_first[r].id) for r in {v[0] for v in last.values()}}
    for _, (rank, number) in sorted(last.items()):
        query = select(facts.c.payload).where(facts.c.source == known.source)
        payload = connection.scalars(query.where(facts.c.number == number)).one()
        yield decode(json.loads(payload), known.source, places[rank].get(number, 0))


def _rows_of_others(
    connection: Connection, known: _Input, present: set[str]
) -> Iterable[tuple[int, str, int, int]]:
    """Yield the rows about people who do not stand in this input, ended or not yet begun."""
    columns = facts.c.number, facts.c.key, facts.c.from_input, facts.c.until_input
    query = select(*columns).where(
        *known.rows(),
        or_(facts.c.until_input <= known.id, facts.c.from_input > known.id),
    )
    for number, key, first, until in connection.execute(query):
        if key not in present:
            yield number, key, first, until


def _vanished_designations(
    connection: Connection, series: Iterable[Sequence[_Input]]
) -> Iterable[VanishedDesignation]:
    lists = [known for known in series if known[0].provides is Provides.DESIGNATIONS]
    gone = [(known, _vanished_rows(connection, known)) for known in lists]
    if any(rows for _, rows in gone):
        listed = set[str]().union(*(_keys(connection, known[-1]) for known in lists))
        for known, rows in gone:
            absent = [row for key, row in rows.items() if key not in listed]
            yield from _vanished_from(connection, known, absent)


def _keys(connection: Connection, known: _Input) -> set[str]:
    query = select(facts.c.key).where(
        *known.rows(),
        facts.c.until_input > known.id,
        facts.c.from_input <= known.id,
    )
    return set(connection.scalars(query))


def _vanished_rows(connection: Connection, known: Sequence[_Input]) -> dict[str, Any]:
    """Return the row of each key that some list left out, as it stood last."""
    query = (
        select(facts.c.key, facts.c.number, facts.c.payload, facts.c.until_input)
        .where(
            *known[-1].rows(),
            facts.c.until_input <= known[-1].id,
            facts.c.ended_by == VANISHED,
        )
        .order_by(facts.c.until_input, facts.c.number)
    )
    return {row.key: row for row in connection.execute(query)}


def _vanished_from(
    connection: Connection, known: Sequence[_Input], rows: Iterable[Any]
) -> Iterable[VanishedDesignation]:
    before = {after.id: holder for holder, after in pairwise(known)}
    places: dict[int, dict[int, int]] = {}
    for _, number, payload, until in rows:
        holder = before[until]
        if holder.id not in places:
            places[holder.id] = _places(connection, holder.id)
        line = places[holder.id].get(number, 0)
        yield VanishedDesignation(_designation(payload, holder.source, line), holder.recorded_at)


def _designation(payload: str, source: str, line: int) -> Designation:
    decode = CODECS[Provides.DESIGNATIONS].decode
    return cast("Designation", decode(json.loads(payload), source, line))


def _held(connection: Connection, newest: Iterable[_Input]) -> Iterable[HeldRow]:
    for known in newest:
        text = connection.scalar(select(inputs.c.held).where(inputs.c.id == known.id))
        for line, staff_number, why in json.loads(text or "[]"):
            if known.about is None or not staff_number or staff_number in known.about:
                number = StaffNumber(staff_number)
                yield HeldRow(known.provides, known.source, line, number, unpack(why), None)
