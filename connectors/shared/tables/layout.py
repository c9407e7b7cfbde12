"""Finds which cell of a row holds which canonical column.

Columns stand in any order; further ones are ignored. A row above the header is passed over only
where it cannot be a row of values (a title in one cell), so that a shuffled file loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.shared.bilingual import both
from connectors.shared.tables.columns import Column
from connectors.shared.tables.options import FILLER, TableOptions
from connectors.shared.tables.table import Row, Table
from syncd.core.ids import normalise_code
from syncd.core.my_number import may_be_my_number
from syncd.errors import RowFault

_TITLES_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows of values, the place of each canonical column, and how a person finds it.

    `width` is the number of cells a row may have; with any `faults` nothing else is meant.
    """

    rows: tuple[Row, ...] = ()
    index: Mapping[str, int] | None = None
    width: int = 0
    faults: tuple[RowFault, ...] = ()
    lettered: bool = False

    @property
    def places(self) -> Mapping[str, int]:
        """The cell of each column that the file has."""
        return self.index or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """What messages call each column; in a workbook with its letter."""
        if not self.lettered:
            return {}
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - only workbooks have letters

        return {n: f"{n} ({get_column_letter(i + 1)})" for n, i in self.places.items()}


def find_layout(
    table: Table, columns: tuple[Column, ...], options: TableOptions, given: frozenset[str]
) -> Layout:
    """Return the layout; columns in `given` are known otherwise and need not be in the file."""
    required = tuple(c.name for c in columns if c.required and c.name not in given)
    if options.has_header and not options.widths:
        return _by_header(table, columns, options, required)
    return _by_position(table, columns, options, required)


def _by_position(
    table: Table, columns: tuple[Column, ...], options: TableOptions, required: tuple[str, ...]
) -> Layout:
    """Return the layout that the configuration tells, or else the canonical order.

    Beside columns that `columns` names others may stand; beside the canonical ones none.
    """
    names = [name for name, _ in options.widths] or [column.name for column in columns]
    index = {name: place for place, name in enumerate(names) if name != FILLER}
    if options.columns:
        index = {name: int(place) - 1 for name, place in options.columns.items()}
    longest = max(len(row.cells) for row in table.rows)
    width = longest if options.columns else min(longest, len(names))
    found = {name: place for name, place in index.items() if place < width}
    missing = [_unplaced(name) for name in _lacking(required, columns, found)]
    return Layout(table.rows, found, width, tuple(missing), table.lettered)


def _lacking(
    required: tuple[str, ...], columns: tuple[Column, ...], found: Mapping[str, int]
) -> list[str]:
    """Return the required columns that are not there, nor what may stand instead of them."""
    return [c.name for c in columns if c.name in required and c.is_missed(found)]


def _unplaced(name: str) -> RowFault:
    ja = "必須の列がファイルにありません。設定の columns か widths を確かめてください"
    return RowFault(0, name, None, both(ja, "the file lacks this column: check columns, widths"))


def _by_header(
    table: Table, columns: tuple[Column, ...], options: TableOptions, required: tuple[str, ...]
) -> Layout:
    """Return the layout that the header row tells."""
    wanted = {column.name: options.columns.get(column.name, column.name) for column in columns}
    at = _header_row(table.rows, [wanted[name] for name in required])
    header = table.rows[at]
    names = [_name(cell) for cell in header.cells]
    index = {name: i for name, sought in wanted.items() if (i := _place(sought, names)) is not None}
    missing = _lacking(required, columns, index)
    repeated = [name for name in index if names.count(_name(str(wanted[name]))) > 1]
    faults = [_missing(header, name, wanted[name], known=bool(index)) for name in missing]
    faults += [_repeated(header.line, name) for name in repeated]
    rows = table.rows[at + 1 :]
    return Layout(rows, index, len(header.cells), tuple(faults), table.lettered)


def _header_row(rows: tuple[Row, ...], required: list[str | int]) -> int:
    """Return the index of the header: the first row that is no title."""
    if len(required) == 1:
        return 0
    for at, row in enumerate(rows[:_TITLES_AT_MOST]):
        if sum(1 for cell in row.cells if cell.strip()) > 1:
            return at
    return 0


def _name(cell: str) -> str:
    """Return a header as a key: width, spaces, line breaks and a byte order mark do not count."""
    return normalise_code(cell.replace("\ufeff", ""))


def _place(sought: str | int, names: list[str]) -> int | None:
    """Return the index of a column that is sought by header or by position from 1."""
    if isinstance(sought, int):
        return sought - 1 if sought <= len(names) else None
    key = _name(sought)
    return names.index(key) if key in names else None


def _missing(header: Row, name: str, sought: str | int, *, known: bool) -> RowFault:
    """Return the fault of a column that is not there, with what is there instead.

    Where no header is known the row may be one of values, and is not shown.
    """
    if not known:
        ja = f"必須の列「{sought}」も他の列名もこの行にありません(header と encoding を確かめる)"
        en = f"column {sought!r} is missing; this row holds no known name: check header, encoding"
        return RowFault(header.line, name, None, both(ja, en))
    found = "、".join(_shown_names(header))
    ja, en = f"必須の列「{sought}」がありません(ある列: {found})", f"column {sought!r} is missing"
    return RowFault(header.line, name, None, both(ja, en))


def _shown_names(header: Row) -> Iterator[str]:
    names = (cell.strip() for cell in header.cells)
    return (name for name in names if name and not may_be_my_number(name))


def _repeated(line: int, name: str) -> RowFault:
    ja, en = "同じ名前の列が二つ以上あります", "more than one column has this name"
    return RowFault(line, name, None, both(ja, en))
