"""Orders pushed as JSON: every fault at once with its index, or the whole list."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from syncd.core.facts import Order, Provides
from syncd.core.my_number import has_right_check_digit
from syncd.errors import RowFault, SourceRefused
from syncd.flow.orders_in import FIELDS, canonical, decode_orders, read_orders

NOW = datetime(2027, 4, 1, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
WHOLE = {
    "order_number": "Ｒ9-0123",
    "effective_on": "2027-04-01",
    "kind": "配置換",
    "staff_number": "123",
    "name": " 髙﨑　一子 ",
    "org_unit": "0012",
    "title": "主事",
    "ends_on": "2028-03-31",
    "target": None,
    "confirmed": False,
}
LEAST = {
    "order_number": "1",
    "effective_on": "2027-04-01",
    "kind": "退職",
    "staff_number": "1",
}


def my_numbers(count: int) -> list[str]:
    elevens = [f"{7 * n + 10_000_000_019:011}" for n in range(count)]
    return [
        eleven + next(str(d) for d in range(10) if has_right_check_digit(eleven + str(d)))
        for eleven in elevens
    ]


def refusal(*orders: object) -> tuple[RowFault, ...]:
    with pytest.raises(SourceRefused) as refused:
        read_orders(orders, 7, NOW)
    assert refused.value.source == "api"
    return refused.value.faults


def test_an_order_is_read_with_every_field():
    reading = read_orders([WHOLE], 7, NOW)
    assert reading.records == (
        Order(
            "R9-0123", date(2027, 4, 1), "配置換", "0000123", "髙﨑　一子", "0012", "主事",
            date(2028, 3, 31), None, confirmed=False, source="api", line=1,
        ),  # type: ignore[arg-type]
    )  # fmt: skip
    assert (reading.source, reading.provides, reading.rows) == ("api", Provides.ORDERS, 1)
    assert reading.fingerprint.modified_at == NOW


def test_what_is_not_given_is_blank_and_confirmed():
    (order,) = read_orders([LEAST], 7, NOW).records
    assert isinstance(order, Order)
    assert order.confirmed
    assert (order.name, order.org_unit, order.ends_on, order.target) == ("", None, None, None)


def test_an_empty_list_is_a_reading_without_orders():
    assert read_orders([], 7, NOW).records == ()


def test_the_same_list_gives_equal_readings_and_another_another_hash():
    assert read_orders([LEAST], 7, NOW) == read_orders([dict(reversed(LEAST.items()))], 7, NOW)
    other = read_orders([{**LEAST, "order_number": "2"}], 7, NOW)
    assert read_orders([LEAST], 7, NOW).fingerprint.sha256 != other.fingerprint.sha256


def test_equal_orders_count_once_as_records_and_each_as_rows():
    reading = read_orders([LEAST, WHOLE, LEAST], 7, NOW)
    assert reading.rows == 3
    assert [record.line for record in reading.records] == [1, 2]


def test_every_fault_of_every_order_is_told_at_once_with_its_index():
    faults = refusal(
        {**LEAST, "order_number": "", "effective_on": "R9.4.1"},
        LEAST,
        {**LEAST, "staff_number": "a b!", "ends_on": "2027-02-30", "colour": "red"},
        "R9-1",
    )
    assert [(f.line, f.column) for f in faults] == [
        (1, "order_number"), (1, "effective_on"), (3, ""), (3, "staff_number"), (3, "ends_on"),
        (4, ""),
    ]  # fmt: skip


def test_a_fault_says_whom_the_row_is_about():
    (fault,) = refusal({**LEAST, "kind": None})
    assert fault.staff_number == "0000001"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"staff_number": 123}, "staff_number"),
        ({"org_unit": 12}, "org_unit"),
        ({"effective_on": "20270401"}, "effective_on"),
        ({"effective_on": "2027-04-01T00:00:00"}, "effective_on"),
        ({"effective_on": None}, "effective_on"),
        ({"effective_on": "9999-12-31"}, "effective_on"),
        ({"effective_on": "0001-01-01"}, "effective_on"),
        ({"ends_on": "9999-12-30"}, "ends_on"),
        ({"confirmed": "内示"}, "confirmed"),
        ({"confirmed": None}, "confirmed"),
        ({"kind": "取消"}, "target"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"staff_number": "12\ue000"}, "staff_number"),
        ({"org_unit": ["1", ["2"]]}, "org_unit"),
    ],
)
def test_a_value_of_the_wrong_shape_is_a_fault(changes: dict[str, object], column: str):
    (fault,) = refusal({**LEAST, **changes})
    assert fault.column == column
    str(fault).encode()


@pytest.mark.parametrize("kind", ["取消", "訂正"])
def test_an_order_about_another_needs_its_target_and_no_day(kind: str):
    about = {**LEAST, "kind": kind, "effective_on": None, "target": "R9-1"}
    (order,) = read_orders([about], 7, NOW).records
    assert isinstance(order, Order)
    assert (order.effective_on, order.target) == (None, "R9-1")


def test_a_gaiji_stays_in_a_name():
    (order,) = read_orders([{**LEAST, "name": "\ue000田"}], 7, NOW).records
    assert isinstance(order, Order)
    assert order.name == "\ue000田"


@pytest.mark.parametrize("field", [*FIELDS, "個人番号"])
def test_my_numbers_in_any_field_refuse_the_list_and_none_is_shown(field: str):
    numbers = my_numbers(3)
    faults = refusal(*({**LEAST, field: number} for number in numbers))
    assert all(fault.line == 0 and fault.value is None for fault in faults)
    assert not any(number in str(faults) for number in numbers)


def test_my_numbers_strewn_over_fields_and_depths_are_found():
    one, two, three, four = my_numbers(4)
    strewn = {**LEAST, "name": one, "title": f"{two[:4]} {two[4:8]} {two[8:]}"}
    (fault,) = refusal(strewn, {**LEAST, "x": [{three: int(four)}]})
    assert (fault.line, fault.column) == (0, "")


def test_a_single_value_that_may_be_a_my_number_is_not_shown():
    (fault,) = refusal({**LEAST, "staff_number": f"{my_numbers(1)[0]}!"})
    assert fault.value is None
    assert fault.staff_number is None


@pytest.mark.parametrize("confirmed", [False, "内示", None])
def test_a_fault_of_a_row_that_may_be_an_advance_notice_says_so(confirmed: object):
    faults = refusal({**LEAST, "confirmed": confirmed, "kind": ""})
    assert all(fault.is_advance_notice for fault in faults)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff[]", b"[" * 100_000, b"[1" * 5000])
def test_bytes_that_are_no_list_are_refused(content: bytes):
    with pytest.raises(SourceRefused):
        decode_orders(content)


def test_a_number_without_end_is_refused_and_breaks_nothing():
    with pytest.raises(SourceRefused):
        decode_orders(b"[" + b"1" * 5000 + b"]")


def test_nesting_without_end_is_a_fault_and_breaks_nothing():
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert refusal({**LEAST, "name": deep, "confirmed": deep, "x": deep})


def test_the_kept_bytes_of_a_list_read_back_as_the_list():
    assert decode_orders(canonical([WHOLE])) == [WHOLE]


def test_an_end_that_never_comes_is_no_end():
    (order,) = read_orders([{**LEAST, "ends_on": "9999-12-31"}], 7, NOW).records
    assert isinstance(order, Order)
    assert order.ends_on is None
