"""CSV as people open it: UTF-8 with BOM, CRLF, and no cell that a spreadsheet would calculate.

A cell that begins with `= + - @` (or with what spreadsheets skip before one) gets an apostrophe
before it (domain page, section 6; OWASP, CSV injection). What is no character to read becomes `?`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

_ROWS_A_PART = 2_000
_CALCULATED = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as the bytes of a file."""
    return b"".join(csv_parts(header, rows))


def csv_parts(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield a table as the bytes of a file, part by part: half a million lines need little."""
    yield codecs.BOM_UTF8
    for part in _parts(chain([header], rows)):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerows([harmless(cell) for cell in row] for row in part)
        yield text.getvalue().encode()


def _parts(rows: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    left = iter(rows)
    while part := list(islice(left, _ROWS_A_PART)):
        yield part


def harmless(cell: str) -> str:
    """Return a cell that is only read, whatever it begins with."""
    plain = "".join(c if c.isprintable() or c == "\u3000" else "?" for c in cell)
    return f"'{plain}" if plain.lstrip().startswith(_CALCULATED) else plain
