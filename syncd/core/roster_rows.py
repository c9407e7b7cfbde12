"""Which roster rows count on a day: the newest roster of each source, and who vanished from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from syncd.core.facts import Roster, RosterEntry
from syncd.core.ids import StaffNumber


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A roster row with the 基準日 of its roster."""

    entry: RosterEntry
    base_on: date
    vanished: bool = False


def rosters_of(rosters: Iterable[Roster], on: date) -> list[Roster]:
    """Return the newest roster of each source that is not dated after the day."""
    newest: dict[str, Roster] = {}
    for roster in rosters:
        if roster.base_on > on:
            continue
        known = newest.get(roster.source)
        if known is None or (known.base_on, known.recorded_at) < (
            roster.base_on,
            roster.recorded_at,
        ):
            newest[roster.source] = roster
    return list(newest.values())


def rows_of(rosters: Iterable[Roster]) -> dict[StaffNumber, tuple[RosterRow, ...]]:
    """Return each person's rows; who is in one source's roster has not vanished from another's."""
    rows: dict[StaffNumber, tuple[RosterRow, ...]] = {}
    gone: dict[StaffNumber, tuple[RosterRow, ...]] = {}
    for roster in rosters:
        for entry in roster.entries:
            row = RosterRow(entry, roster.base_on)
            known = rows.get(entry.staff_number)
            rows[entry.staff_number] = (row,) if known is None else _ranked((*known, row))
        for entry in roster.vanished:
            gone[entry.staff_number] = (RosterRow(entry, roster.base_on, vanished=True),)
    return {**gone, **rows}


def _ranked(rows: tuple[RosterRow, ...]) -> tuple[RosterRow, ...]:
    """Put the row of somebody at work before the row of somebody who left the other authority."""
    return tuple(sorted(rows, key=lambda r: (r.entry.status != "at-work", r.entry.source)))


def hired_on_of(rows: tuple[RosterRow, ...]) -> date | None:
    """Return 採用日 of the first of a person's rows."""
    return rows[0].entry.hired_on if rows else None
