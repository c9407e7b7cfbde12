"""発令内容 in files of orders: beside 発令区分 or instead of it, and never in the way of other columns."""

from __future__ import annotations

import pytest

from connectors.file.options import FileOptions
from connectors.shared.records.reading import FaultyFileError, parse_file
from syncd.core.facts import Order, Provides
from syncd.ports.source import SourceContext


def orders(content: str, **options: object) -> list[Order]:
    context = SourceContext("orders", Provides.ORDERS, None, 7, {})  # type: ignore[arg-type]
    given = FileOptions.model_validate({"path": "orders.csv", **options})
    parsed = parse_file(content.encode(), "orders.csv", given, context)
    return [record for record in parsed.records if isinstance(record, Order)]


def test_a_file_may_have_the_text_and_no_kind_at_all():
    (order,) = orders(
        "発令番号,発令日,職員番号,発令内容\r\nR9-1,2027-04-01,1,税務課勤務を命ずる\r\n"
    )
    assert (order.kind, order.text) == ("", "税務課勤務を命ずる")


def test_a_file_with_neither_column_is_refused_by_name():
    with pytest.raises(FaultyFileError) as refused:
        orders("発令番号,発令日,職員番号\r\nR9-1,2027-04-01,1\r\n")
    assert [fault.column for fault in refused.value.faults] == ["発令区分"]


def test_a_row_with_neither_is_refused_with_its_line():
    with pytest.raises(FaultyFileError) as refused:
        orders("発令番号,発令日,職員番号,発令内容\r\nR9-1,2027-04-01,1,\r\n")
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(2, "発令区分")]


def test_a_file_without_a_header_is_read_by_the_places_it_always_had():
    row = "R9-1,2027-04-01,配置換,1,見本,12010,主事,,,確定\r\n"
    (order,) = orders(row, header=False)
    assert (order.staff_number, order.org_unit, order.confirmed) == ("0000001", "12010", True)
    (written,) = orders(row.replace("確定", "確定,税務課勤務を命ずる"), header=False)
    assert written.text == "税務課勤務を命ずる"
