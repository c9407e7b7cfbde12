"""Rows that say the same thing twice, or two things about one person."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import date

from connectors.shared.bilingual import ROW, both
from connectors.shared.records.form import Built, Form
from syncd.core.facts import Order, Record
from syncd.core.my_number import shown
from syncd.errors import RowFault

_LINES_SHOWN = 5


@dataclass(slots=True)
class Distinct:
    """The records of a file, each once, with what was found on the way."""

    records: tuple[Record, ...] = ()
    faults: list[RowFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    advance_notes: list[str] = field(default_factory=list)


def distinct_records(rows: list[Built], form: Form) -> Distinct:
    """Return the records in the file's order: equal rows netted, mergeable ones merged.

    Two rows that describe one thing differently are a fault that names both lines.
    """
    found = Distinct()
    kept: dict[Hashable, Record] = {}
    for row in rows:
        key = row.identity if row.identity is not None else replace(row.record, line=0)
        first = kept.setdefault(key, row.record)
        if first is row.record:
            continue
        if replace(first, line=0) == replace(row.record, line=0):
            is_open = not isinstance(first, Order) or first.confirmed
            notes = found.notes if is_open else found.advance_notes
            notes.append(_netted(first.line, row.record.line))
        elif form.merge:
            kept[key] = form.merge(first, row.record)
        else:
            found.faults.append(_contradiction(first.line, row))
    found.records = tuple(kept.values())
    return found


def base_on_faults(rows: list[Built]) -> tuple[RowFault, ...]:
    """Return a fault for each 基準日 of a roster that has more than one."""
    lines: dict[date, list[int]] = {}
    for row in rows:
        if row.base_on:
            lines.setdefault(row.base_on, []).append(row.record.line)
    if len(lines) <= 1:
        return ()
    return tuple(_mixed(day, at) for day, at in lines.items())


def _mixed(day: date, lines: list[int]) -> RowFault:
    more = "…" if len(lines) > _LINES_SHOWN else ""
    first = ", ".join(map(str, lines[:_LINES_SHOWN])) + more
    ja = f"一つの名簿に基準日が二つ以上あります(この日付は {len(lines)} 行: {first})"
    en = f"a roster has one base day; {len(lines)} rows have this one: lines {first}"
    return RowFault(lines[0], "基準日", day.isoformat(), both(ja, en))


def _netted(first: int, again: int) -> str:
    ja, en = (
        f"{again}行目は{first}行目と同じため一つにしました",
        f"line {again} repeats line {first}",
    )
    return both(ja, en)


def _contradiction(first: int, row: Built) -> RowFault:
    key = " ".join(row.identity or ())
    who = getattr(row.record, "staff_number", None)
    ja = f"{first}行目と同じ対象について内容が違います。どちらかを直してください"
    en = f"says something else than line {first} about the same: correct one of the two"
    shown_who = who if who and shown(who) else None
    return RowFault(row.record.line, ROW, shown(key), both(ja, en), shown_who)
