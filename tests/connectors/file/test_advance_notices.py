"""Whatever is said of a row of 内示 says that it is one, so that others can be spared it."""

from __future__ import annotations

import pytest

from tests.connectors.file.conftest import ReadRows, RefuseRows

HEADER = ["発令番号", "発令日", "発令区分", "職員番号", "氏名", "発令確定"]


def row(number: str, confirmed: str, *, day: str = "R9.4.1", name: str = "見本") -> list[str]:
    return [number, day, "配置換", "1", name, confirmed]


@pytest.mark.parametrize(
    ("confirmed", "marked"),
    [("確定", False), ("", False), (" 確　定 ", False), ("内示", True), ("内　示", True)],
)
def test_a_fault_of_an_advance_notice_is_marked(
    refuse_rows: RefuseRows, confirmed: str, marked: bool
) -> None:
    (fault,) = refuse_rows("orders", [HEADER, row("1", confirmed, day="R9.13.1")])
    assert fault.is_advance_notice is marked
    assert fault.may_be_confirmed is not marked


def test_a_row_that_may_be_an_advance_notice_is_taken_for_one(refuse_rows: RefuseRows) -> None:
    (fault,) = refuse_rows("orders", [HEADER, row("1", "内定")])
    assert fault.is_advance_notice
    assert fault.may_be_confirmed


def test_rows_that_were_set_aside_keep_their_mark(read_rows: ReadRows) -> None:
    rows = [HEADER, row("1", "確定"), row("2", "内示", day="R9.13.1"), row("3", "", day="x")]
    reading = read_rows("orders", rows, on_error="quarantine")
    assert [fault.is_advance_notice for fault in reading.held] == [True, False]


def test_notes_on_advance_notices_stand_apart(read_rows: ReadRows) -> None:
    notice, confirmed = row("1", "内示", name="\ue000"), row("2", "確定", name="\ue000")
    reading = read_rows("orders", [HEADER, notice, notice, confirmed, confirmed])
    assert [note.split(",")[0] for note in reading.warnings[:1]] == ["line 4"]
    assert not any("line 2" in note or "line 3" in note for note in reading.warnings)
    assert any("line 3 repeats line 2" in note for note in reading.advance_warnings)


def test_files_without_that_column_hold_no_advance_notice(refuse_rows: RefuseRows) -> None:
    (fault,) = refuse_rows("training", [["職員番号", "研修名", "受講日"], ["1", "研修", "R9.13.1"]])
    assert not fault.is_advance_notice
