"""What a file must look like to provide one kind of fact, and how its rows become records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import Column
from syncd.core.facts import Record


class Built(NamedTuple):
    """A record with what makes it one of its kind in a file (None: rows may repeat that).

    `base_on` is the 基準日 of a roster's row.
    """

    record: Record
    identity: tuple[str, ...] | None = None
    base_on: date | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one kind of input.

    `build` reads a row; where the cells have faults its result means nothing. `merge` joins two
    records of one identity where several rows make one record; without it they must not differ.
    """

    columns: tuple[Column, ...]
    build: Callable[[RowCells], Built]
    may_be_empty: bool = False
    merge: Callable[[Record, Record], Record] | None = None
