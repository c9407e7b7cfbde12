"""A table as read from a file, before anybody knows what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from syncd.errors import RowFault


class Row(NamedTuple):
    """One row: its cells as received, and its first line as an editor or a spreadsheet counts."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that are not blank, and whatever could not be understood.

    With any `faults` the rows are not the whole. `open_end` is set where the last line has no line
    end and so may have been cut off; `last_cell_closed` where its last cell still shows its end (a
    quote). `broken` names cells of a workbook, by line and index, that hold no value, with why.
    `lettered` is set where a person finds columns by letter. `elsewhere` are the runs of 12 digits
    that stand in other sheets of the workbook.
    """

    rows: tuple[Row, ...]
    faults: tuple[RowFault, ...] = ()
    open_end: bool = False
    last_cell_closed: bool = False
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)
    lettered: bool = False
    elsewhere: tuple[str, ...] = ()


def is_blank(cells: list[str]) -> bool:
    """Return whether no cell of a row holds anything but white space."""
    return not "".join(cells).strip()
