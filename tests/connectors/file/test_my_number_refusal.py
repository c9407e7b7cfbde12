"""A file that holds My Numbers is refused whole, and nothing that may be one is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from syncd.core.my_number import (
    candidates,
    has_right_check_digit,
    hold_my_numbers,
    may_be_my_number,
)
from tests.connectors.file.conftest import ReadRows, RefuseRows

HEADER = ["職員番号", "研修名", "受講日", "備考"]


def _with_check_digit(eleven: str) -> str:
    (number,) = (n for n in (eleven + str(d) for d in range(10)) if has_right_check_digit(n))
    return number


def _scattered(count: int, digits: int, seed: int = 7) -> list[str]:
    """Numbers without order, the same ones in every run."""
    hashes = (sha256(f"{seed}/{i}".encode()).hexdigest() for i in range(count))
    return [f"{int(found, 16) % 10**digits:0{digits}}" for found in hashes]


def _numbers(count: int) -> list[str]:
    return [_with_check_digit(eleven) for eleven in _scattered(count, 11)]


def _rows(remarks: list[str]) -> list[list[str]]:
    return [HEADER, *([str(i), "研修", "R7.4.1", r] for i, r in enumerate(remarks, 1))]


def test_the_check_digit_is_that_of_the_ordinance() -> None:
    # 1234 5678 901: the weighted sum is 212, which leaves 3, and 11 - 3 is 8.
    assert has_right_check_digit("123456789018")
    assert not has_right_check_digit("123456789012")


@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda n: f"{n[:4]}-{n[4:8]}-{n[8:]}",
        lambda n: f"{n[:4]} {n[4:8]} {n[8:]}",
        lambda n: n.translate({48 + d: 0xFF10 + d for d in range(10)}),
        lambda n: f"番号は{n}です",
    ],
)
@pytest.mark.parametrize("count", [3, 10, 500])
def test_my_numbers_in_any_column_refuse_the_file_and_none_is_shown(
    count: int, written: Callable[[str], str], refuse_rows: RefuseRows
) -> None:
    numbers = [written(number) for number in _numbers(count)]
    (fault,) = refuse_rows("training", _rows(numbers), on_error="quarantine")
    assert "個人番号" in fault.expected
    assert fault.value is None
    assert not any(number in str(fault) for number in numbers)


def test_my_numbers_in_the_key_column_refuse_the_file_without_showing_them(
    refuse_rows: RefuseRows,
) -> None:
    numbers = _numbers(20)
    faults = refuse_rows("training", [HEADER, *([n, "", "bad", ""] for n in numbers)])
    assert len(faults) == 1
    assert not any(number in str(fault) for fault in faults for number in numbers)


def test_a_few_real_ones_among_many_blank_remarks_are_found(refuse_rows: RefuseRows) -> None:
    assert len(refuse_rows("training", _rows([""] * 500 + _numbers(3)))) == 1


def test_my_numbers_in_another_sheet_of_the_workbook_refuse_it(
    refuse_bytes: RefuseRows, to_xlsx: Callable[..., bytes]
) -> None:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(_rows([""]))))
    other = book.create_sheet("控え")
    for number in _numbers(5):
        other.append([int(number)])
    raw = io.BytesIO()
    book.save(raw)
    (fault,) = refuse_bytes("training", raw.getvalue(), path="in.xlsx")
    assert "個人番号" in fault.expected


@pytest.mark.parametrize("first", [202500000001, 100000000000, 1])
def test_a_column_of_ordinary_twelve_digit_numbers_is_no_reason_to_refuse(
    first: int, read_rows: ReadRows
) -> None:
    rows = _rows([f"{first + i:012}" for i in range(2000)])
    assert read_rows("training", rows).rows == 2000


def test_random_twelve_digit_numbers_are_taken_for_my_numbers_hardly_ever() -> None:
    columns = (_scattered(size, 12, seed) for size in (5, 20, 100, 1000) for seed in range(200))
    assert sum(map(hold_my_numbers, columns)) <= 1


def test_a_column_that_is_only_called_so_is_judged_by_its_values(read_rows: ReadRows) -> None:
    rows = [["個人番号", "受講日"], *([f"{i:07}", "R7.4.1"] for i in range(1, 50))]
    reading = read_rows("training", rows, columns={"職員番号": "個人番号"})
    assert reading.rows == 49


def test_one_number_alone_is_no_proof_but_is_never_shown(refuse_rows: RefuseRows) -> None:
    (number,) = _numbers(1)
    (fault,) = refuse_rows("training", [HEADER, ["1", "研修", number, ""]])
    assert (fault.column, fault.value) == ("受講日", None)


def test_a_staff_number_that_may_be_a_my_number_is_not_named_in_a_fault(
    refuse_rows: RefuseRows,
) -> None:
    (number,) = _numbers(1)
    (fault,) = refuse_rows("training", [HEADER, [number, "研修", "2025-02-30", ""]])
    assert fault.staff_number is None
    assert number not in str(fault)


@pytest.mark.parametrize("text", ["123456789012", "１２３４-５６７８-９０１２", "x1234567890123"])
def test_twelve_digits_or_more_may_be_a_my_number(text: str) -> None:
    assert may_be_my_number(text)


def test_thirteen_digits_are_no_candidate_but_twelve_are() -> None:
    assert candidates("1234567890123") == []
    assert candidates("1234 5678 9018 ほか") == ["123456789018"]
