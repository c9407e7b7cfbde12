"""xlsx: what people keep their lists in."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from syncd.errors import SourceRefused
from tests.connectors.file.conftest import ReadRows, RefuseRows

HEADER = ["事務コード", "所属コード", "職員番号", "指定日", "有効期限"]
XlsxOf = Callable[..., bytes]


def _saved(book: openpyxl.Workbook) -> bytes:
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def test_numbers_lose_their_fraction_and_regain_their_zeros(
    read_bytes: ReadRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", 12010.0, 123, date(2025, 4, 1), date(2026, 3, 31)]])
    (record,) = read_bytes("designations", raw, path="in.xlsx").records
    assert (record.org_unit, record.staff_number) == ("12010", "0000123")
    assert (record.designated_on, record.expires_on) == (date(2025, 4, 1), date(2026, 3, 31))


def test_a_serial_in_a_plain_cell_and_a_japanese_era_in_text_are_days(
    read_bytes: ReadRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", 45748, "R8.3.31"]])
    (record,) = read_bytes("designations", raw, path="in.xlsx").records
    assert (record.designated_on, record.expires_on) == (date(2025, 4, 1), date(2026, 3, 31))


def test_a_zero_that_is_formatted_as_a_day_is_none(read_bytes: ReadRows) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["TAX", "12010", "123", 0, 0])
    book.active["D2"].number_format = "yyyy/mm/dd"
    book.active["E2"].number_format = "h:mm"
    (record,) = read_bytes("designations", _saved(book), path="in.xlsx").records
    assert (record.designated_on, record.expires_on) == (None, None)


def test_a_workbook_that_is_called_csv_is_read_by_what_it_is(
    read_bytes: ReadRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", None, None]])
    assert len(read_bytes("designations", raw, path="in.csv").records) == 1


def test_titles_merged_headers_and_blank_rows_are_passed_over(read_bytes: ReadRows) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["事務取扱担当者名簿"])
    sheet.append([])
    sheet.append([*HEADER, "備考", None])
    sheet.merge_cells("F3:G3")
    sheet.append(["TAX", "12010", "123", None, None, "あ", "い"])
    (record,) = read_bytes("designations", _saved(book), path="in.xlsx").records
    assert record.line == 4


def test_the_named_sheet_is_read_and_a_missing_one_refused_with_those_that_are_there(
    read_bytes: ReadRows, refuse_bytes: RefuseRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", None, None]], title="R7")
    assert read_bytes("designations", raw, path="in.xlsx", sheet="R7").rows == 1
    (fault,) = refuse_bytes("designations", raw, path="in.xlsx", sheet="R8")
    assert "R7" in fault.expected


def test_an_error_cell_is_a_fault_where_it_is_needed_and_named_by_its_letter(
    refuse_bytes: RefuseRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "#REF!", "123", None, None]])
    (fault,) = refuse_bytes("designations", raw, path="in.xlsx")
    assert (fault.line, fault.column, fault.value) == (2, "所属コード (B)", "#REF!")


def test_a_formula_without_a_stored_value_is_a_fault_and_never_a_blank(
    refuse_bytes: RefuseRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", None, "=TODAY()"]])
    (fault,) = refuse_bytes("designations", raw, path="in.xlsx")
    assert (fault.line, fault.column, fault.value) == (2, "有効期限 (E)", "=TODAY()")


def test_a_formula_whose_stored_value_is_the_empty_text_is_blank(
    read_bytes: ReadRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", None, '=""']])
    raw = _replaced(raw, "xl/worksheets/sheet1.xml", b'<c r="E2">', b'<c r="E2" t="str">')
    (record,) = read_bytes("designations", raw, path="in.xlsx").records
    assert record.expires_on is None


def _replaced(raw: bytes, member: str, old: bytes, new: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as given, zipfile.ZipFile(made, "w") as out:
        for name in given.namelist():
            content = given.read(name)
            assert name != member or old in content
            out.writestr(name, content.replace(old, new) if name == member else content)
    return made.getvalue()


def _added(raw: bytes, name: str, content: bytes) -> bytes:
    made = io.BytesIO(raw)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def _workbooks_to_refuse(raw: bytes) -> dict[str, bytes]:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "x")
    book = openpyxl.load_workbook(io.BytesIO(raw))
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    return {
        "macros": _added(raw, "xl/vbaProject.bin", b"x"),
        "bomb": _added(raw, "xl/media/x.bin", bytes(64 * 1024 * 1024)),
        "other zip": other.getvalue(),
        "1904": _saved(book),
        "old format": b"\xd0\xcf\x11\xe0" + bytes(512),
        "entities": _replaced(raw, "xl/worksheets/sheet1.xml", b"<worksheet", entity),
        "cut": raw[: len(raw) // 2],
    }


@pytest.mark.parametrize(
    "kind", ["macros", "bomb", "other zip", "1904", "old format", "entities", "cut"]
)
def test_a_workbook_that_cannot_be_trusted_is_refused_with_advice(
    kind: str, refuse_bytes: RefuseRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", None, None]])
    (fault,) = refuse_bytes("designations", _workbooks_to_refuse(raw)[kind], path="in.xlsx")
    assert fault.line == 0
    assert " / " in fault.expected


@pytest.mark.parametrize("start", range(0, 4000, 97))
def test_a_workbook_with_damaged_bytes_is_refused_or_reads_as_before(
    start: int, read_bytes: ReadRows, to_xlsx: XlsxOf
) -> None:
    raw = to_xlsx([HEADER, ["TAX", "12010", "123", None, None]])
    whole = read_bytes("designations", raw, path="in.xlsx").records
    damaged = raw[:start] + b"\x00\xff\x00\xff" + raw[start + 4 :]
    read = None
    with contextlib.suppress(SourceRefused):
        read = read_bytes("designations", damaged, path="in.xlsx").records
    assert read in (None, whole)
