"""Taking inputs in: what is new is added, what is gone is closed, what stays is left alone.

Nothing is overwritten and nothing unchanged is written, so the store grows with changes and not
with days. Reading it back is `facts`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, update

from syncd.bilingual import Bilingual
from syncd.core.facts import Provides
from syncd.errors import RowFault, StoreError
from syncd.ports.source import Fingerprint, SourceReading
from syncd.ports.store import AcceptedInput, RefusedInput
from syncd.store.codec import CODECS, ORDER_CONFIRMED, dumps
from syncd.store.locks import claim
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.places import pack_places, unpack_places
from syncd.store.sentences import pack, unpack
from syncd.store.tables import STILL, facts, inputs, refused
from syncd.store.upsert import upsert

_NOT_TOLD = Bilingual(
    "この人の発令に読めない行があります", en="a row of this person's orders is unclear"
)

CHUNK = 10_000
SUPERSEDED = "superseded"
VANISHED = "vanished"

Content = dict[tuple[str, str], int]
"""(key, payload) of rows, with the line (incoming) or the fact's number (stored)."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What an input changes: rows to add, and numbers to close by why they ended."""

    added: list[tuple[str, str]]
    superseded: list[int]
    vanished: list[int]


def last_accepted(connection: Connection, source: str) -> AcceptedInput | None:
    """Return the last good input of a source."""
    row = _newest_input(connection, source)
    return None if row is None else _accepted(row)


def accept(connection: Connection, reading: SourceReading, at: datetime) -> AcceptedInput:
    """Record an input as good; see the port."""
    if reading.provides is Provides.ROSTER and reading.base_on is None:
        raise StoreError(f"source {reading.source!r}: a roster without its 基準日 cannot be kept.")
    claim(connection, f"accept {reading.source}")
    previous = _newest_input(connection, reading.source)
    incoming = _incoming(reading)
    stored = _in_force(connection, reading)
    change = _change(reading.provides, incoming, stored)
    input_id = _insert_input(connection, reading, at, previous)
    stored |= _add(connection, reading, change.added, input_id)
    _close(connection, reading.source, change.superseded, input_id, SUPERSEDED)
    _close(connection, reading.source, change.vanished, input_id, VANISHED)
    gone = {*change.superseded, *change.vanished}
    _place(connection, input_id, incoming, stored, gone, previous)
    connection.execute(delete(refused).where(refused.c.source == reading.source))
    accepted = last_accepted(connection, reading.source)
    if accepted is None:
        raise StoreError(f"source {reading.source!r}: the input just written cannot be read back.")
    return accepted


def refuse(
    connection: Connection,
    source: str,
    provides: Provides,
    where: str,
    at: datetime,
    faults: Sequence[RowFault],
) -> None:
    """Record that the newest input of a source was refused."""
    rows = [_encode_fault(fault) for fault in faults]
    upsert(
        connection,
        refused,
        {
            "source": source,
            "provides": str(provides),
            "location": where,
            "refused_at": encode_moment(at),
            "faults": dumps(rows),
        },
    )


def refused_inputs(connection: Connection) -> tuple[RefusedInput, ...]:
    """Return the sources whose latest input was refused, by name."""
    rows = connection.execute(select(refused).order_by(refused.c.source)).mappings()
    return tuple(
        RefusedInput(
            row["source"],
            Provides(row["provides"]),
            row["location"],
            decode_moment(row["refused_at"]),
            tuple(_decode_fault(fault) for fault in json.loads(row["faults"])),
        )
        for row in rows
    )


def _encode_fault(fault: RowFault) -> list[Any]:
    told = {"column": pack(fault.column), "expected": pack(fault.expected)}
    return [told.get(field.name, getattr(fault, field.name)) for field in fields(fault)]


def _decode_fault(kept: list[Any]) -> RowFault:
    line, column, value, expected, *rest = kept
    return RowFault(line, unpack(column), value, unpack(expected), *rest)


def _newest_input(connection: Connection, source: str) -> RowMapping | None:
    query = select(inputs).where(inputs.c.source == source).order_by(inputs.c.id.desc()).limit(1)
    return connection.execute(query).mappings().first()


def _accepted(row: RowMapping) -> AcceptedInput:
    return AcceptedInput(
        source=row["source"],
        provides=Provides(row["provides"]),
        fingerprint=Fingerprint(row["sha256"], decode_moment(row["modified_at"]), row["location"]),
        base_on=row["base_on"],
        rows=row["rows"],
        sections=json.loads(row["sections"]),
        sequence=row["sequence"],
        recorded_at=decode_moment(row["recorded_at"]),
    )


def _incoming(reading: SourceReading) -> Content:
    codec = CODECS[reading.provides]
    rows: Content = {}
    for record in reading.records:
        rows.setdefault((codec.key(record), dumps(codec.encode(record))), record.line)
    return rows


def _in_force(connection: Connection, reading: SourceReading) -> Content:
    query = select(facts.c.key, facts.c.payload, facts.c.number).where(
        facts.c.source == reading.source,
        facts.c.provides == str(reading.provides),
        facts.c.until_input == STILL,
    )
    return {(key, payload): number for key, payload, number in connection.execute(query)}


def _change(provides: Provides, incoming: Content, stored: Content) -> _Change:
    if provides is Provides.ORDERS:
        _drop_notices_of_confirmed(incoming, stored)
    named = {key for key, _ in incoming}
    leaving = [
        (key, number) for (key, text), number in stored.items() if (key, text) not in incoming
    ]
    accumulates = CODECS[provides].accumulates
    return _Change(
        added=[row for row in incoming if row not in stored],
        superseded=[number for key, number in leaving if key in named],
        vanished=[] if accumulates else [n for key, n in leaving if key not in named],
    )


def _drop_notices_of_confirmed(incoming: Content, stored: Content) -> None:
    # 内示 that arrives after the confirmed order must not undo it, so that the order in which
    # files arrive makes no difference.
    notices = {key for key, _ in incoming} - _confirmed_keys(incoming)
    settled = _confirmed_keys(row for row in stored if row[0] in notices)
    for row in [row for row in incoming if row[0] in settled]:
        del incoming[row]


def _confirmed_keys(rows: Iterable[tuple[str, str]]) -> set[str]:
    return {key for key, payload in rows if json.loads(payload)[ORDER_CONFIRMED]}


def _insert_input(
    connection: Connection, reading: SourceReading, at: datetime, previous: RowMapping | None
) -> int:
    # A clock that went back must not slip an input under moments that were already answered.
    recorded_at = max(encode_moment(at), previous["recorded_at"] if previous else "")
    statement = (
        insert(inputs)
        .values(
            source=reading.source,
            provides=str(reading.provides),
            recorded_at=recorded_at,
            sha256=reading.fingerprint.sha256,
            modified_at=encode_moment(reading.fingerprint.modified_at),
            location=reading.fingerprint.where,
            base_on=reading.base_on,
            rows=reading.rows,
            sections=dumps(_sections(reading)),
            sequence=reading.sequence,
            held=dumps(_held(reading, previous)),
            places=b"",
        )
        .returning(inputs.c.id)
    )
    return int(connection.execute(statement).scalar_one())


def _sections(reading: SourceReading) -> dict[str, int]:
    section = CODECS[reading.provides].section
    counts: dict[str, int] = {}
    for code in filter(None, map(section, reading.records)):
        counts[code] = counts.get(code, 0) + 1
    return counts


def _held(reading: SourceReading, previous: RowMapping | None) -> list[list[Any]]:
    # 内示 decides nothing: that such a row was set aside must not show in anybody's rights either.
    # A row of a roster that names nobody may be about anybody whom no roster names.
    nameless = reading.provides is Provides.ROSTER
    counting = [
        f for f in reading.held if f.may_be_confirmed and (nameless or f.staff_number is not None)
    ]
    held = [
        [f.line, f.staff_number or "", pack(_NOT_TOLD if f.is_advance_notice else f.told)]
        for f in counting
    ]
    if previous is None or not CODECS[reading.provides].accumulates:
        return held
    # What accumulates is not repeated by the next file: a row set aside stays unknown until a
    # later input says something good, or something new to set aside, about the same person.
    heard = {getattr(r, "staff_number", None) for r in reading.records} | {h[1] for h in held}
    return [h for h in json.loads(previous["held"]) if h[1] not in heard] + held


def _add(
    connection: Connection,
    reading: SourceReading,
    added: Sequence[tuple[str, str]],
    input_id: int,
) -> Content:
    highest = select(func.max(facts.c.number)).where(facts.c.source == reading.source)
    first = (connection.scalar(highest) or 0) + 1
    numbered = {row: first + i for i, row in enumerate(added)}
    common: dict[str, Any] = {"source": reading.source, "provides": str(reading.provides)}
    common |= {"from_input": input_id, "until_input": STILL}
    rows = [common | {"key": k, "payload": p, "number": n} for (k, p), n in numbered.items()]
    for start in range(0, len(rows), CHUNK):
        connection.execute(insert(facts), rows[start : start + CHUNK])
    return numbered


def _close(
    connection: Connection, source: str, numbers: Sequence[int], input_id: int, why: str
) -> None:
    if not numbers:
        return
    statement = update(facts).where(
        facts.c.source == source, facts.c.number == bindparam("closed_number")
    )
    rows = [
        {"closed_number": number, "until_input": input_id, "ended_by": why} for number in numbers
    ]
    connection.execute(statement, rows)


def _place(
    connection: Connection,
    input_id: int,
    incoming: Content,
    stored: Content,
    gone: set[int],
    previous: RowMapping | None,
) -> None:
    before = unpack_places(previous["places"]) if previous else {}
    kept = {number: row for row, number in stored.items() if number not in gone}
    lines = {n: before.get(n, 0) for n, row in sorted(kept.items()) if row not in incoming}
    lines |= {stored[row]: line for row, line in incoming.items()}
    connection.execute(
        update(inputs).where(inputs.c.id == input_id).values(places=pack_places(lines))
    )
