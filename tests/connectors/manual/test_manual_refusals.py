"""A list that is broken, partial, old or of a day to come is unknown: never empty, never believed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.manual.listing import FaultyListError, parse_list
from syncd.bilingual import english, japanese
from syncd.core.my_number import has_right_check_digit
from syncd.errors import DirectoryUnreadable
from tests.connectors.manual.conftest import ROWS, ReadList, RefuseList, text_of
from tests.connectors.manual.test_manual_lists import options

WHOLE = text_of(*ROWS, "件数,3").encode("cp932")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        (text_of(), "nobody is listed"),
        (text_of("R09.04.01,,JK001,101,,"), "a value is needed"),
        (text_of("R09.04.01,鍵,,,,"), "account or a staff number"),
        (text_of("R09.04.99,鍵,JK001,101,,"), "no such day"),
        (text_of("R09.04.01,鍵,JK001,壱,,"), "letters and digits"),
        (text_of("鍵,A,1", header="部屋,利用者ID,職員番号"), "missing"),
        (text_of("鍵,A,1", header="グループ,利用者ID,職員番号"), "nothing tells the day"),
        (text_of("R09.04.01,鍵,A,1,,", "R09.04.02,鍵,B,2,,"), "more than one day"),
        (text_of("R09.04.01,鍵,A,1,,", "R09.04.01,扉,A,2,,"), "another staff number"),
        (text_of(*ROWS, "件数,4"), "has 3 rows and should have 4"),
        (text_of(*ROWS).rstrip() + ',"open', "not closed rightly"),
        (text_of(*ROWS)[:-9], "breaks off"),
        (text_of("R09.04.11,鍵,A,1,,"), "yet to come"),
        (text_of("R09.02.28,鍵,A,1,,"), "older than 40 days"),
    ],
)
def test_what_is_not_whole_is_refused_in_both_languages(
    refuse_list: RefuseList, content: str, told: str
):
    refusal = refuse_list(content)
    assert told in english(refusal.why)
    assert japanese(refusal.why) != english(refusal.why)


def test_my_numbers_refuse_the_list_and_none_is_shown(refuse_list: RefuseList):
    bodies = ("12345678901", "23456789012", "34567890123", "45678901234", "56789012345")
    whole = [
        next(body + digit for digit in "0123456789" if has_right_check_digit(body + digit))
        for body in bodies
    ]
    rows = [f"R09.04.01,鍵,A{i},{i},,{n}" for i, n in enumerate(whole)]
    refusal = refuse_list(text_of(*rows))
    assert "My Numbers" in refusal.why
    assert not any(n in str(refusal) for n in whole)


def test_no_value_of_a_cell_goes_into_the_message(refuse_list: RefuseList):
    refusal = refuse_list(text_of("R09.04.01,鍵,A,山田 太郎,,"))
    assert "山田" not in str(refusal)
    assert "line 2" in english(refusal.why)


def test_a_file_that_is_missing_is_unknown(reader):
    with pytest.raises(DirectoryUnreadable, match="no file matches"):
        reader().read(lambda *_: None)


def test_a_checksum_that_is_there_must_match(
    read_list: ReadList, refuse_list: RefuseList, tmp_path: Path
):
    raw = text_of(*ROWS).encode("cp932")
    (tmp_path / "list.csv.sha256").write_text(f"{hashlib.sha256(raw).hexdigest()}  list.csv\n")
    assert read_list(raw, integrity="required").proof.entries == 3
    assert "SHA-256" in refuse_list(raw + b"R09.04.01,x,y,1,,\r\n").why
    (tmp_path / "list.csv.sha256").unlink()
    assert "missing" in refuse_list(raw, integrity="required").why


def test_a_count_that_is_asked_for_must_be_there(refuse_list: RefuseList):
    assert "was the list cut off" in refuse_list(text_of(*ROWS), control_total="required").why
    assert "should have 4" in refuse_list(text_of(*ROWS), expected_rows=4).why


def test_a_system_that_nothing_is_of_is_no_empty_system(refuse_list: RefuseList):
    header = "システム,グループ,利用者ID"
    given = {"system": "住基", "exported_on": "2027-04-01"}
    assert "no row is of" in refuse_list(text_of("介護,照会,B", header=header), **given).why
    without = text_of("照会,B", header="グループ,利用者ID")
    assert "no row is of" in refuse_list(without, **given).why


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_wherever_a_list_with_its_count_is_cut_it_is_refused(cut: int):
    asked = options(control_total="required")
    whole = parse_list(WHOLE, "list.csv", asked, 7)
    try:
        listed = parse_list(WHOLE[:cut], "list.csv", asked, 7)
    except FaultyListError:
        return
    assert (listed.rows, listed.holders) == (whole.rows, whole.holders)


@settings(max_examples=200)
@given(st.permutations(ROWS))
def test_the_order_of_the_rows_means_nothing(rows: list[str]):
    listed = parse_list(text_of(*rows).encode("cp932"), "list.csv", options(), 7)
    straight = parse_list(text_of(*ROWS).encode("cp932"), "list.csv", options(), 7)
    assert {k: set(v) for k, v in listed.holders.items()} == {
        k: set(v) for k, v in straight.holders.items()
    }


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(raw: bytes):
    try:
        listed = parse_list(raw, "list.csv", options(), 7)
    except FaultyListError:
        return
    assert listed.rows
