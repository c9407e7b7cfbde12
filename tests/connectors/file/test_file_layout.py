"""Which cell is which column: any order, other names, positions, no header."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from syncd.errors import ConfigurationError
from tests.connectors.file.conftest import BuildSource, ReadRows, RefuseRows

HEADER = ["職員番号", "研修名", "受講日"]
ROW = ["1", "研修", "R7.4.1"]


def test_columns_stand_in_any_order_and_further_ones_are_ignored(read_rows: ReadRows) -> None:
    rows = [["備考", "受講日", "所属", "職員番号"], ["x", "R7.4.1", "y", "1"]]
    (record,) = read_rows("training", rows).records
    assert (record.staff_number, record.attended_on, record.course) == (
        "0000001",
        date(2025, 4, 1),
        "",
    )


def test_headers_are_found_whatever_their_width_spaces_and_line_breaks(
    read_rows: ReadRows,
) -> None:
    rows = [[" 職員\n番号　", "ﾌﾘｶﾞﾅ", "研 修 名", "受講日 "], ["1", "", "研修", "R7.4.1"]]
    assert read_rows("training", rows).records[0].course == "研修"


def test_a_map_renames_columns(read_rows: ReadRows) -> None:
    rows = [["社員コード", "研修名", "受講年月日"], ROW]
    columns = {"職員番号": "社員コード", "受講日": "受講年月日"}
    assert len(read_rows("training", rows, columns=columns).records) == 1


def test_a_missing_column_is_named_with_the_columns_that_are_there(
    refuse_rows: RefuseRows,
) -> None:
    faults = refuse_rows("training", [["社員コード", "研修名", "受講日"], ROW])
    assert [fault.column for fault in faults] == ["職員番号"]
    assert "社員コード、研修名、受講日" in faults[0].expected


def test_a_first_row_of_values_is_never_shown_as_if_it_were_a_header(
    refuse_rows: RefuseRows,
) -> None:
    faults = refuse_rows("training", [["1", "山田花子", "R7.4.1"]])
    assert len(faults) == 2
    assert not any("山田" in str(fault) for fault in faults)


def test_two_columns_of_one_name_are_a_fault(refuse_rows: RefuseRows) -> None:
    (fault,) = refuse_rows("training", [[*HEADER, "受講日"], [*ROW, "R7.4.2"]])
    assert fault.column == "受講日"


def test_without_a_header_the_canonical_order_counts(read_rows: ReadRows) -> None:
    (record,) = read_rows("training", [ROW], header=False).records
    assert (record.line, record.course) == (1, "研修")


def test_without_a_header_columns_are_positions(read_rows: ReadRows) -> None:
    columns = {"職員番号": 4, "受講日": 2}
    (record,) = read_rows(
        "training", [["x", "R7.4.1", "y", "1"]], header=False, columns=columns
    ).records
    assert record.staff_number == "0000001"


def test_without_a_header_a_row_too_narrow_for_a_required_column_is_refused(
    refuse_rows: RefuseRows,
) -> None:
    (fault,) = refuse_rows("training", [["1", "研修"]], header=False)
    assert fault.column == "受講日"


def test_a_title_in_one_cell_above_the_header_is_passed_over(read_rows: ReadRows) -> None:
    rows = [["研修受講記録", "", ""], HEADER, ROW]
    assert read_rows("training", rows).records[0].line == 3


def test_a_header_that_a_shuffle_moved_down_refuses_the_file(refuse_rows: RefuseRows) -> None:
    assert refuse_rows("training", [ROW, HEADER, ROW])


def test_short_rows_are_read_as_blank_with_a_note(read_bytes: ReadRows) -> None:
    raw = "職員番号,受講日,研修名\r\n1,R7.4.1\r\n2,R7.4.1,研修\r\n".encode()
    reading = read_bytes("training", raw)
    assert [record.course for record in reading.records] == ["", "研修"]
    assert "1 行" in reading.warnings[0]


def test_a_row_with_more_values_than_columns_is_a_fault(refuse_bytes: RefuseRows) -> None:
    raw = "職員番号,研修名,受講日\r\n1,研修,R7.4.1,,\r\n2,研,修,R7.4.1\r\n".encode()
    faults = refuse_bytes("training", raw)
    assert {fault.line for fault in faults} == {3}
    assert any("4 個" in fault.expected for fault in faults)


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {"給与": "x"}},
        {"widths": [["給与", 3]]},
        {"base_on": "R7.4.1"},
    ],
)
def test_options_that_the_kind_of_input_does_not_know_are_refused_when_built(
    options: dict[str, object], build_source: BuildSource
) -> None:
    with pytest.raises(ConfigurationError):
        build_source("training", **options)


@pytest.mark.parametrize(
    "options",
    [
        {"colour": "red"},
        {"path": "in/**.csv"},
        {"encoding": "klingon"},
        {"base_on": "2025-02-30"},
        {"base_on": "なし"},
        {"header": False, "columns": {"職員番号": "a"}},
        {"columns": {"職員番号": 0}},
        {"widths": [["職員番号", 7]], "columns": {"職員番号": 1}},
        {"on_error": "ignore"},
    ],
)
def test_options_that_mean_nothing_are_refused(
    options: dict[str, object], build_source: BuildSource
) -> None:
    with pytest.raises(ValidationError):
        build_source("training", **options)
