"""Judges whether the last line of a text was cut off.

A line without line end may be whole (many programs write none) or cut. It is taken as whole only
where a cut could not have made another valid row of it, or one that takes no right away.
"""

from __future__ import annotations

from connectors.shared.bilingual import ROW, both
from connectors.shared.dates import may_be_cut
from connectors.shared.tables.cells import RowCells, Site
from connectors.shared.tables.columns import Column, Cut, Kind
from connectors.shared.tables.layout import Layout
from connectors.shared.tables.table import Table
from syncd.core.ids import normalise_code, normalise_staff_number
from syncd.errors import RowFault

UNENDED = both(
    "最後の行に改行がありません。途中で切れていないか確かめてください",
    "the last line has no line end: check that nothing is missing after it",
)


def end_faults(
    table: Table, layout: Layout, columns: tuple[Column, ...], cells: RowCells
) -> tuple[RowFault, ...]:
    """Return the fault of a last line that is, or may be, cut off."""
    if not table.open_end or not layout.rows:
        return ()
    last = layout.rows[-1]
    cells.take(last)
    if len(last.cells) < layout.width:
        cells_found = f"{len(last.cells)}/{layout.width} 項目"
        ja = f"最後の行が途中で切れています({cells_found})。転送し直してください"
        en = "the last line breaks off: transfer the file again"
        return (_cut(ROW, both(ja, en), cells),)
    place = len(last.cells) - 1
    column = next((c for c in columns if layout.places.get(c.name) == place), None)
    cell = last.cells[place].strip()
    if table.last_cell_closed or column is None or _is_safe(column, cell, cells.site):
        return ()
    ja = "最後の行に改行がなく、この値が切れているかもしれません。改行を付けて作り直してください"
    en = "the last line has no line end and this value may be cut: end the line and send it again"
    return (_cut(column.name, both(ja, en), cells),)


def _cut(column: str, expected: str, cells: RowCells) -> RowFault:
    advance = cells.is_advance_notice
    return RowFault(cells.line, column, None, expected, is_advance_notice=advance)


def _is_safe(column: Column, cell: str, site: Site) -> bool:
    """Return whether the cell is surely whole, or does no harm if it is not."""
    if column.cut is Cut.HARMLESS:
        return True
    if not cell:
        return column.cut is Cut.HARMLESS_IF_BLANK
    match column.kind:
        case Kind.DAY:
            return not may_be_cut(cell)
        case Kind.STAFF:
            return len(normalise_staff_number(cell, 0)) >= site.staff_number_width
        case Kind.WORD:
            key = normalise_code(cell)
            return not any(word != key and word.startswith(key) for word in site.status_words)
        case _:
            return False
