"""What must not come in, or must be pointed out, whatever column it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connectors.shared.bilingual import ROW, both
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import Column
from connectors.shared.tables.layout import Layout
from connectors.shared.tables.table import Row, Table
from syncd.core.intake import InputGuard
from syncd.core.my_number import candidates, hold_my_numbers
from syncd.errors import RowFault

_LONG = 12
# Private use (外字, EUDC F040-F9FC of CP932) and the character that stands for a lost one.
_GAIJI = re.compile("[\ue000-\uf8ff\ufffd]")


def my_number_faults(table: Table) -> tuple[RowFault, ...]:
    """Return the fault of a file that holds My Numbers, without showing any (番号法).

    Judged column by column, over all columns together, and over the other sheets of a workbook.
    """
    by_place: dict[int, list[str]] = {}
    for row in table.rows:
        for place, cell in enumerate(row.cells):
            if len(cell) >= _LONG:
                by_place.setdefault(place, []).extend(candidates(cell))
    faults = [_held(f"{p + 1}列目", f"column {p + 1}") for p in _tripping(by_place)]
    pools = ([n for found in by_place.values() for n in found], table.elsewhere)
    if not faults and any(map(hold_my_numbers, pools)):
        faults.append(_held("このファイル", "this file"))
    return tuple(faults)


def _tripping(by_place: dict[int, list[str]]) -> Iterable[int]:
    return (place for place, numbers in sorted(by_place.items()) if hold_my_numbers(numbers))


def _held(ja: str, en: str) -> RowFault:
    advice_ja = (
        "に個人番号と思われる値があります。個人番号を除いて作り直し、このファイルは消してください"
    )
    advice_en = " seems to hold My Numbers: export it without them and delete this file"
    told = both(ja + advice_ja, en + advice_en)
    return RowFault(0, "", None, told, guard=InputGuard.MY_NUMBER)


def screen_row(row: Row, layout: Layout, columns: tuple[Column, ...], cells: RowCells) -> None:
    """Note the faults of a row as a whole: too many cells, and gaiji in a key."""
    if len(row.cells) > layout.width and any(c.strip() for c in row.cells[layout.width :]):
        count, most = len(row.cells), layout.width
        ja = f"項目が {count} 個あります({most} 個まで)。引用符や区切りを確かめてください"
        en = f"the row has {count} cells where {most} fit: check quotes"
        cells.fault(ROW, None, both(ja, en))
    if _GAIJI.search("".join(row.cells)):
        for column in columns:
            _screen_gaiji(column, cells)


def _screen_gaiji(column: Column, cells: RowCells) -> None:
    """Report each gaiji of a cell: a fault in a key, a note in a name, which keeps it."""
    for found in _GAIJI.findall(cells.text(column.name)):
        shown = f"U+{ord(found):04X}{_cp932(found)}"
        if column.is_key:
            ja, en = "番号やコードに外字は使えません", "a key must not hold gaiji"
            cells.fault(column.name, shown, both(ja, en))
        else:
            ja, en = f"外字 {shown} をそのまま残しました", f"gaiji {shown} kept as it is"
            cells.notes.append(f"line {cells.line}, {column.name}: {both(ja, en)}")


def _cp932(character: str) -> str:
    """Return the code of a gaiji in CP932, such as F040, where it has one."""
    code = character.encode("cp932", "ignore").hex().upper()
    return f" ({code})" if code else ""
