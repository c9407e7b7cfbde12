"""Reads lines of fixed widths, as host systems write them.

A width counts 1 for a half-width character and 2 for a full-width one, which for CP932 is bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from connectors.shared.bilingual import ROW, both, said
from connectors.shared.tables.decoding import Decoded
from connectors.shared.tables.table import Row, Table, is_blank
from syncd.errors import RowFault

_WIDE = 2


class _WidthError(Exception):
    """The line does not fit the widths; the message says how."""


def parse_fixed(decoded: Decoded, widths: tuple[int, ...], *, header: bool) -> Table:
    """Return the rows cut at the widths; trailing spaces of a line may be missing.

    With `header` the first line is passed over: what it says need not fit the widths.
    A last line without line end that is shorter than the widths was cut off, and is a fault.
    """
    rows: list[Row] = []
    faults = list(decoded.faults)
    for number, ended_line in enumerate(io.StringIO(decoded.text, newline=""), 1):
        if header and number == 1:
            continue
        line = ended_line.rstrip("\r\n")
        whole = decoded.closed or line != ended_line
        try:
            cells = list(_cut(line, widths, whole=whole))
        except _WidthError as error:
            faults.append(RowFault(number, ROW, None, said(error)))
            continue
        if not is_blank(cells):
            rows.append(Row(number, cells))
    return Table(tuple(rows), tuple(faults))


def _width(character: str) -> int:
    """Return the bytes of a character in CP932, and 2 for those that it lacks."""
    return len(character.encode("cp932", "ignore")) or _WIDE


def _cut(line: str, widths: tuple[int, ...], *, whole: bool) -> Iterator[str]:
    """Yield the cells of a line; raises _WidthError."""
    characters = iter(line)
    for number, width in enumerate(widths, 1):
        taken, cell = 0, ""
        while taken < width and (character := next(characters, "")):
            taken, cell = taken + _width(character), cell + character
        if taken > width:
            raise _WidthError(_split(number))
        if taken < width and not whole:
            raise _WidthError(_too_short(number))
        yield cell
    if "".join(characters).strip():
        raise _WidthError(_too_long(sum(widths)))


def _split(number: int) -> str:
    ja = f"{number}番目の項目の境目が全角文字の途中にあります。widths を確かめてください"
    return both(ja, f"the end of cell {number} falls inside a full-width character: check widths")


def _too_short(number: int) -> str:
    ja = f"最後の行が{number}番目の項目で切れています。転送し直してください"
    return both(ja, f"the last line breaks off in cell {number}: transfer the file again")


def _too_long(width: int) -> str:
    ja = f"行が {width} 桁より長いです。widths を確かめてください"
    return both(ja, f"the line is longer than {width} columns: check widths")
