"""When a row is set aside, when a file is refused, and what the operator is told."""

from __future__ import annotations

from datetime import date

import pytest

from tests.connectors.file.conftest import ReadRows, RefuseRows

ROSTER = ["基準日", "職員番号", "所属コード", "氏名", "退職日"]
TRAINING = ["職員番号", "研修名", "受講日"]


def _person(number: str, unit: str = "12010", base: str = "R7.4.1", left: str = "") -> list[str]:
    return [base, number, unit, "山田", left]


def test_all_faults_of_a_file_are_told_at_once(refuse_rows: RefuseRows) -> None:
    rows = [_person("", "12010"), _person("2", ""), _person("3", left="2025-02-30"), _person("4")]
    faults = refuse_rows("roster", [ROSTER, *rows])
    assert [(f.line, f.column, f.value, f.staff_number) for f in faults] == [
        (2, "職員番号", None, None),
        (3, "所属コード", None, "0000002"),
        (4, "退職日", "2025-02-30", "0000003"),
    ]


def test_more_than_a_hundred_faults_are_all_told(refuse_rows: RefuseRows) -> None:
    rows = [_person(str(i), "") for i in range(1, 301)]
    assert len(refuse_rows("roster", [ROSTER, *rows])) == 300


def test_quarantine_sets_the_row_aside_and_uses_the_rest(read_rows: ReadRows) -> None:
    rows = [_person("1"), _person("2", left="いつか"), _person("3")]
    reading = read_rows("roster", [ROSTER, *rows], on_error="quarantine")
    assert [entry.staff_number for entry in reading.records] == ["0000001", "0000003"]
    assert [(f.line, f.staff_number) for f in reading.held] == [(3, "0000002")]
    assert reading.rows == 3


def test_a_row_that_does_not_say_whom_it_is_about_cannot_be_set_aside(
    refuse_rows: RefuseRows,
) -> None:
    rows = [_person("1"), _person("")]
    (fault,) = refuse_rows("roster", [ROSTER, *rows], on_error="quarantine")
    assert (fault.line, fault.column) == (3, "職員番号")


def test_a_roster_of_which_no_row_can_be_used_is_refused(refuse_rows: RefuseRows) -> None:
    faults = refuse_rows("roster", [ROSTER, _person("1", "")], on_error="quarantine")
    assert any("使える行" in fault.expected for fault in faults)


@pytest.mark.parametrize("on_error", ["refuse", "quarantine"])
def test_one_person_described_twice_differently_refuses_the_roster_naming_both_lines(
    on_error: str, refuse_rows: RefuseRows
) -> None:
    rows = [_person("1"), _person("2"), _person("１", "13010")]
    (fault,) = refuse_rows("roster", [ROSTER, *rows], on_error=on_error)
    assert (fault.line, fault.value, fault.staff_number) == (4, "0000001", "0000001")
    assert "2行目" in fault.expected


def test_rows_that_say_the_same_twice_are_one_with_a_note(read_rows: ReadRows) -> None:
    reading = read_rows("roster", [ROSTER, _person("1"), _person("0000001")])
    assert len(reading.records) == 1
    assert "line 3 repeats line 2" in reading.warnings[0]


@pytest.mark.parametrize(
    ("provides", "header", "rows"),
    [
        (
            "org_units",
            ["所属コード", "開始日", "所属名"],
            [["1", "R7.4.1", "a"], ["1", "20250401", "b"]],
        ),
        ("accounts", ["システム", "利用者ID", "種別"], [["ad", "U1", ""], ["ad", "u1", "特権"]]),
    ],
)
def test_one_section_or_account_described_twice_differently_is_refused(
    provides: str, header: list[str], rows: list[list[str]], refuse_rows: RefuseRows
) -> None:
    (fault,) = refuse_rows(provides, [header, *rows])
    assert fault.line == 3


def test_a_section_may_stand_once_for_each_beginning(read_rows: ReadRows) -> None:
    rows = [["所属コード", "開始日"], ["1", "R6.4.1"], ["1", "R7.4.1"]]
    assert len(read_rows("org_units", rows).records) == 2


def test_two_base_days_in_one_roster_are_refused_naming_the_lines(
    refuse_rows: RefuseRows,
) -> None:
    rows = [_person("1"), _person("2"), _person("3", base="R7.4.2")]
    faults = refuse_rows("roster", [ROSTER, *rows], on_error="quarantine")
    assert [(fault.line, fault.value) for fault in faults] == [(2, "2025-04-01"), (4, "2025-04-02")]
    assert "2, 3" in faults[0].expected


def test_the_base_day_may_come_from_the_configuration_or_the_name_of_the_file(
    read_bytes: ReadRows,
) -> None:
    raw = "職員番号,所属コード\r\n1,12010\r\n".encode()
    assert read_bytes("roster", raw, base_on="R7.4.1").base_on == date(2025, 4, 1)
    for name in (
        "名簿20250401.csv",
        "R070401.csv",
        "職員名簿(令和7年4月1日).csv",
        "r_2025-04-01.csv",
    ):
        assert read_bytes("roster", raw, path=name, base_on="filename").base_on == date(2025, 4, 1)


def test_a_base_day_that_is_given_nowhere_or_twice_differently_is_refused(
    refuse_rows: RefuseRows,
) -> None:
    bare = [["職員番号", "所属コード"], ["1", "12010"]]
    assert refuse_rows("roster", bare)[0].column == "基準日"
    assert refuse_rows("roster", bare, base_on="filename")[0].column == "基準日"
    assert refuse_rows("roster", [ROSTER, _person("1")], base_on="R7.4.2")[0].value == "2025-04-01"


def test_gaiji_stay_in_a_name_with_a_note_and_are_refused_in_a_key(
    read_bytes: ReadRows, refuse_bytes: RefuseRows
) -> None:
    head = "職員番号,氏名,所属コード,基準日\r\n".encode("cp932")
    reading = read_bytes("roster", head + b"1,\x8eR\xf0\x40,12010,R7.4.1\r\n")
    assert reading.records[0].name == "山\ue000"
    assert "line 2, 氏名" in reading.warnings[0]
    assert "U+E000 (F040)" in reading.warnings[0]
    (fault,) = refuse_bytes("roster", head + b"1,\x8eR,12\xf0\x40,R7.4.1\r\n")
    assert (fault.column, fault.value) == ("所属コード", "U+E000 (F040)")


@pytest.mark.parametrize("number", ["山田", "1.2E+05", "12 / 34", "U+E000"])
def test_a_staff_number_is_letters_and_digits(number: str, refuse_rows: RefuseRows) -> None:
    (fault,) = refuse_rows("training", [TRAINING, [number, "", "R7.4.1"]])
    assert fault.column == "職員番号"


def test_a_day_after_the_end_of_its_era_is_read_with_a_note(read_rows: ReadRows) -> None:
    reading = read_rows("training", [TRAINING, ["1", "", "H31.5.1"]])
    assert reading.records[0].attended_on == date(2019, 5, 1)
    assert "line 2, 受講日" in reading.warnings[0]


@pytest.mark.parametrize("on_error", ["refuse", "quarantine"])
@pytest.mark.parametrize(
    "tail", ["0000002,研修", "0000002,研修,2025/4/1", "0000002,研修,", "0000002,研修,45748", "00"]
)
def test_a_last_line_that_is_or_may_be_cut_refuses_the_file(
    tail: str, on_error: str, refuse_bytes: RefuseRows
) -> None:
    raw = f"職員番号,研修名,受講日\r\n0000001,研修,2025/04/01\r\n{tail}".encode()
    faults = refuse_bytes("training", raw, on_error=on_error)
    assert any(fault.line == 3 for fault in faults)


@pytest.mark.parametrize(
    "tail", ["0000002,研修,2025/04/01", '0000002,研修,"2025/4/1"', "0000002,研修,R7.4.1\x1a"]
)
def test_a_last_line_without_line_end_that_is_surely_whole_is_read(
    tail: str, read_bytes: ReadRows
) -> None:
    raw = f"職員番号,研修名,受講日\r\n0000001,研修,2025/04/01\r\n{tail}".encode()
    assert len(read_bytes("training", raw).records) == 2


def test_a_blank_last_cell_that_takes_no_right_away_is_read_with_a_note(
    read_bytes: ReadRows,
) -> None:
    raw = "基準日,職員番号,所属コード,退職日\r\nR7.4.1,1,12010,R8.3.31\r\nR7.4.1,2,12010,".encode()
    reading = read_bytes("roster", raw)
    assert reading.records[1].separated_on is None
    assert "改行がありません" in reading.warnings[0]


def test_an_empty_file_is_refused(refuse_bytes: RefuseRows) -> None:
    for raw in (b"", b"\r\n\r\n", b"\xef\xbb\xbf"):
        assert "空" in refuse_bytes("orders", raw)[0].expected


@pytest.mark.parametrize("last", ["", "確", "12010"])
def test_a_last_cell_that_may_be_cut_and_could_take_a_right_away_refuses_the_file(
    last: str, refuse_bytes: RefuseRows
) -> None:
    column = "所属コード" if last == "12010" else "発令確定"
    raw = f"発令番号,発令日,発令区分,職員番号,{column}\r\n1,R7.4.1,配置換,1,{last}".encode()
    (fault,) = refuse_bytes("orders", raw)
    assert (fault.line, fault.column) == (2, column)
