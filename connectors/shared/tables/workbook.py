"""Reads a sheet of an xlsx workbook as text, values only, within bounds.

Numbers become the text that a person meant (12010.0 is `12010`), date cells ISO dates. Macros,
1904 calendars and archives that unpack to too much are refused; cells that hold an error or a
formula without a stored value are named, and are faults where they are needed.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from connectors.shared.bilingual import both, said
from connectors.shared.tables.cell_text import cell_text
from connectors.shared.tables.table import Row, Table, is_blank
from syncd.core.my_number import candidates
from syncd.errors import RowFault

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_MOST_BYTES = 512 * 1024 * 1024
_MOST_RATIO = 200
_RATIO_MATTERS_FROM = 16 * 1024 * 1024
_MOST_ROWS = 1_048_576
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!|GETTING_DATA)")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_PARTS = ("[Content_Types].xml", "xl/workbook.xml")
# What zipfile, the XML parser and openpyxl raise on a damaged archive; found by cutting and
# overwriting workbooks at random. Each is a fault of the file, never of syncd.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class _WorkbookError(Exception):
    """The workbook cannot be used; the message says why and what to do."""


def parse_workbook(raw: bytes, sheet: str | None) -> Table:
    """Return the rows of the named sheet, or of the first one."""
    try:
        _check_archive(raw)
        return _read_sheet(raw, sheet)
    except _WorkbookError as error:
        why = said(error)
    except _DAMAGE as error:
        ja = "xlsx として読めません。壊れているか、途中で切れています。保存し直してください"
        why = both(ja, f"not a readable xlsx workbook ({type(error).__name__}): save it again")
    return Table((), (RowFault(0, "", None, why),), lettered=True)


def _check_archive(raw: bytes) -> None:
    """Refuse, before anything is unpacked, what is no plain xlsx; raises _WorkbookError."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
    size = sum(member.file_size for member in members)
    if not names.issuperset(_PARTS):
        raise _WorkbookError(
            both("xlsx ではない zip です", "a zip archive that is no xlsx workbook")
        )
    if any(name.endswith("vbaProject.bin") for name in names):
        ja = "マクロを含むブックは受け取りません。.xlsx で保存し直してください"
        raise _WorkbookError(both(ja, "workbooks with macros are not accepted: save it as .xlsx"))
    packed = size > _RATIO_MATTERS_FROM and size > _MOST_RATIO * len(raw)
    if size > _MOST_BYTES or packed:
        ja, en = "展開すると大きすぎるブックです", f"the workbook unpacks to {size} bytes: too much"
        raise _WorkbookError(both(ja, en))


def _read_sheet(raw: bytes, sheet: str | None) -> Table:
    """Read the values; where there are formulas, also look for those without a value."""
    with warnings.catch_warnings():
        # openpyxl warns of styles and extensions that it drops; only values are read here, and a
        # date cell out of bounds, of which it warns too, comes back as an error and is a fault.
        warnings.simplefilter("ignore")
        with _opened(raw, values=True) as book:
            found = _sheet(book, sheet)
            values = {line: cells for line, cells in _rows(found) if not is_blank(cells)}
            elsewhere = _numbers_elsewhere(book, found.title)
        broken = dict(_errors(values))
        if _has_formulas(raw):
            broken |= _without_value(raw, sheet, values)
    # A row of nothing but formulas without a value is no blank row.
    values |= {line: [] for line, _ in broken if line not in values}
    width = max(map(len, values.values()), default=0)
    rows = (
        Row(line, cells + [""] * (width - len(cells))) for line, cells in sorted(values.items())
    )
    return Table(tuple(rows), broken=broken, lettered=True, elsewhere=elsewhere)


def _errors(values: dict[int, list[str]]) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the cells that hold an error such as #REF!."""
    for line, cells in values.items():
        for index, text in enumerate(cells):
            if text.startswith("#") and _ERROR.fullmatch(text):
                yield (line, index), text


def _has_formulas(raw: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_FORMULA.search(archive.read(name)) for name in sheets)


def _without_value(
    raw: bytes, sheet: str | None, values: dict[int, list[str]]
) -> dict[tuple[int, int], str]:
    """Return the cells that hold a formula and no stored value, not even an empty text."""
    with _opened(raw, values=False) as book:
        formulas = {
            (line, index): text
            for line, cells in _rows(_sheet(book, sheet))
            for index, text in enumerate(cells)
            if text.startswith("=") and not (line in values and values[line][index])
        }
    if not formulas:
        return {}
    with _opened(raw, values=True) as book:
        # openpyxl leaves the type `str` on the cell of a formula that gave an empty text.
        empty = {
            (line, index)
            for line, cells in enumerate(_sheet(book, sheet).iter_rows(), 1)
            for index, cell in enumerate(cells)
            if cell.value is None and cell.data_type == "str"
        }
    return {place: text for place, text in formulas.items() if place not in empty}


def _numbers_elsewhere(book: Workbook, read: str) -> tuple[str, ...]:
    """Return the runs of 12 digits in the sheets that are not read: they may be My Numbers."""
    others = [sheet.title for sheet in book.worksheets if sheet.title != read]
    rows = (row for name in others for row in _rows(_sheet(book, name)))
    return tuple(run for row in rows for cell in row.cells for run in candidates(cell))


@contextmanager
def _opened(raw: bytes, *, values: bool) -> Iterator[Workbook]:
    """Open the workbook for reading; raises _WorkbookError."""
    book = openpyxl.load_workbook(
        io.BytesIO(raw), read_only=True, data_only=values, keep_links=False
    )
    try:
        if book.epoch == CALENDAR_MAC_1904:
            ja = "1904年から数えるブックです。日付の設定を 1900年方式にして保存し直してください"
            raise _WorkbookError(both(ja, "the workbook counts days from 1904: save it with 1900"))
        yield book
    finally:
        book.close()


def _sheet(book: Workbook, name: str | None) -> Worksheet:
    """Return the named or the first sheet; raises _WorkbookError."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    found = sheets.get(name) if name is not None else next(iter(sheets.values()), None)
    if found is None:
        names = "、".join(sheets)
        ja = f"シート「{name}」がありません(あるシート: {names})"
        raise _WorkbookError(both(ja, f"there is no sheet {name!r}; there are: {names}"))
    if isinstance(found, ReadOnlyWorksheet):
        # What the sheet itself says of its size is often wrong.
        found.reset_dimensions()
    return found


def _rows(sheet: Worksheet) -> Iterator[Row]:
    """Yield each row as text."""
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if line > _MOST_ROWS:
            raise _WorkbookError(both("行が多すぎます", "the sheet has too many rows"))
        yield Row(line, [cell_text(cell) for cell in cells])
