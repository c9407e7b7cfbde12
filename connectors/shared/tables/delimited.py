"""Reads comma- and tab-separated text (RFC 4180), with the lines that an editor would show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from connectors.shared.bilingual import ROW, both
from connectors.shared.tables.decoding import Decoded
from connectors.shared.tables.table import Row, Table, is_blank
from syncd.errors import RowFault

AUTO = "auto"


def parse_delimited(decoded: Decoded, delimiter: str) -> Table:
    """Return the rows of the text; a quote that is never closed is a fault of the file.

    With `auto` the delimiter is a tab where the first line that is not blank has one, else a comma.
    """
    text = decoded.text
    rows: list[Row] = []
    faults = tuple(_collect(text, _delimiter(text) if delimiter == AUTO else delimiter, rows))
    last = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    open_end = not decoded.closed and not is_blank([last])
    closed = open_end and text.rstrip(" ").endswith('"')
    return Table(tuple(rows), decoded.faults + faults, open_end, closed)


def _delimiter(text: str) -> str:
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    return "\t" if "\t" in first.strip() else ","


def _collect(text: str, delimiter: str, rows: list[Row]) -> Iterator[RowFault]:
    """Append the rows that are not blank; yield the fault at which reading had to stop."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if not is_blank(cells):
                rows.append(Row(line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        ja = 'この行から始まる項目の引用符(")が正しく閉じていません。以降は読めません'
        en = f"the quotes of a cell that begins on this line are not closed rightly ({error})"
        yield RowFault(line, ROW, None, both(ja, en))
