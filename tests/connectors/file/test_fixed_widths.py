"""Lines of fixed widths from host systems."""

from __future__ import annotations

from datetime import date

import pytest

from tests.connectors.file.conftest import ReadRows, RefuseRows

WIDTHS = [["職員番号", 7], ["研修名", 10], ["-", 1], ["受講日", 8]]
LINES = "0000001研修ｱ      20250401\r\n0000002研修       R7.4.1\r\n"


def test_full_width_counts_two_and_half_width_one(read_bytes: ReadRows) -> None:
    reading = read_bytes("training", LINES.encode("cp932"), widths=WIDTHS)
    assert [(r.staff_number, r.course, r.attended_on) for r in reading.records] == [
        ("0000001", "研修ｱ", date(2025, 4, 1)),
        ("0000002", "研修", date(2025, 4, 1)),
    ]


def test_the_same_lines_in_utf8_give_the_same_records(read_bytes: ReadRows) -> None:
    cp932 = read_bytes("training", LINES.encode("cp932"), widths=WIDTHS)
    assert read_bytes("training", LINES.encode(), widths=WIDTHS).records == cp932.records


def test_a_first_line_of_names_is_passed_over_where_the_setting_says_so(
    read_bytes: ReadRows,
) -> None:
    raw = ("職員番号  研修名\r\n" + LINES).encode("cp932")
    with_header = read_bytes("training", raw, widths=[*WIDTHS], header=True)
    assert [record.line for record in with_header.records] == [2, 3]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("000001研修ABCDEFGH 20250401", "全角文字の途中"),
        ("0000001研修ABCDEF 20250401X", "より長い"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(line: str, why: str, refuse_bytes: RefuseRows) -> None:
    (fault, *_) = refuse_bytes("training", (LINES + line + "\r\n").encode("cp932"), widths=WIDTHS)
    assert fault.line == 3
    assert why in fault.expected


def test_a_last_line_that_breaks_off_is_refused(refuse_bytes: RefuseRows) -> None:
    raw = LINES.encode("cp932")
    (fault,) = refuse_bytes("training", raw[:-4], widths=WIDTHS, on_error="quarantine")
    assert "切れています" in fault.expected
