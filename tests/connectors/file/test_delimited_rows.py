"""Comma- and tab-separated text: rows with the lines that an editor shows."""

from __future__ import annotations

import pytest

from connectors.shared.tables.decoding import Decoded
from connectors.shared.tables.delimited import parse_delimited


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_end_as_any_system_ends_them(end: str) -> None:
    table = parse_delimited(Decoded(end.join(["a,b", "1,2", ""])), "auto")
    assert [tuple(row) for row in table.rows] == [(1, ["a", "b"]), (2, ["1", "2"])]
    assert not table.open_end


def test_a_quoted_line_break_stays_in_its_cell_and_counts_as_a_line() -> None:
    table = parse_delimited(Decoded('a,b\r\n"x\r\ny",2\r\n3,4\r\n'), "auto")
    assert [tuple(row) for row in table.rows] == [
        (1, ["a", "b"]),
        (2, ["x\r\ny", "2"]),
        (4, ["3", "4"]),
    ]


def test_blank_lines_and_rows_of_empty_cells_are_passed_over() -> None:
    table = parse_delimited(Decoded("\na,b\n\n1,2\n,\n　,\n\n"), "auto")
    assert [row.line for row in table.rows] == [2, 4]


def test_a_tab_in_the_first_line_makes_the_tab_the_delimiter() -> None:
    table = parse_delimited(Decoded("a\tb\n1,5\t2\n"), "auto")
    assert table.rows[1].cells == ["1,5", "2"]


def test_a_named_delimiter_is_used() -> None:
    assert parse_delimited(Decoded("a;b\n1;2\n"), ";").rows[1].cells == ["1", "2"]


@pytest.mark.parametrize("text", ['a,b\n1,"2\n3,4\n', 'a,b\n1,"2"x\n3,4\n'])
def test_a_quote_that_is_not_closed_rightly_is_a_fault_at_its_line(text: str) -> None:
    table = parse_delimited(Decoded(text), "auto")
    assert [fault.line for fault in table.faults] == [2]


def test_a_last_line_without_line_end_is_noticed() -> None:
    assert parse_delimited(Decoded("a,b\n1,2"), "auto").open_end
    assert not parse_delimited(Decoded("a,b\n1,2", closed=True), "auto").open_end
    assert parse_delimited(Decoded('a,b\n1,"2"'), "auto").last_cell_closed
