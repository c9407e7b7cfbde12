"""CSV as people open it: UTF-8 with BOM, CRLF, and no cell that a spreadsheet would calculate.

A cell that begins with `= + - @` (or with what spreadsheets skip before one) gets an apostrophe
before it (domain page, section 6; OWASP, CSV injection). What is no character to read becomes `?`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_CALCULATED = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as the bytes of a file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Return a cell that is only read, whatever it begins with."""
    plain = "".join(c if c.isprintable() or c == "\u3000" else "?" for c in cell)
    return f"'{plain}" if plain.lstrip().startswith(_CALCULATED) else plain
