"""The section table: who stands above whom on a day, and what became of old codes."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.ids import OrgUnitCode
from syncd.core.org import OrgChart
from tests import builders as b

YESTERDAY = b.APRIL - b.DAY
U = OrgUnitCode


def _chart(*rows: object, on: date = b.APRIL) -> OrgChart:
    return OrgChart(rows, on)  # type: ignore[arg-type]


def test_without_a_table_every_code_stands_for_itself_alone() -> None:
    chart = _chart()
    assert chart.covers(U("12010"), U("12010"))
    assert not chart.covers(U("12000"), U("12010"))
    assert chart.lists(U("whatever"))


def test_a_section_covers_everything_below_it_and_nothing_above() -> None:
    chart = _chart(b.org_unit("1"), b.org_unit("12", "1"), b.org_unit("121", "12"))
    assert chart.covers(U("1"), U("121"))
    assert not chart.covers(U("121"), U("12"))
    assert not chart.lists(U("13"))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "holds"),
    [
        (None, None, True),
        (b.APRIL, None, True),
        (b.APRIL + b.DAY, None, False),
        (None, b.APRIL, True),
        (None, YESTERDAY, False),
    ],
)
def test_a_row_holds_from_its_first_through_its_last_day(
    starts_on: date | None, ends_on: date | None, holds: bool
) -> None:
    chart = _chart(b.org_unit("1"), b.org_unit("12", "1", starts_on=starts_on, ends_on=ends_on))
    assert chart.lists(U("12")) is holds
    assert chart.covers(U("1"), U("12")) is holds


def test_a_dated_row_moves_a_section_under_another() -> None:
    rows = [
        b.org_unit("1"),
        b.org_unit("2"),
        b.org_unit("12", "1", ends_on=YESTERDAY),
        b.org_unit("12", "2", starts_on=b.APRIL),
    ]
    assert _chart(*rows, on=YESTERDAY).covers(U("1"), U("12"))
    assert not _chart(*rows).covers(U("1"), U("12"))
    assert _chart(*rows).covers(U("2"), U("12"))


OLD = b.org_unit("old", "1", ends_on=YESTERDAY, successors=["new"])
NEW = b.org_unit("new", "1", starts_on=b.APRIL)


@pytest.mark.parametrize(
    ("designated", "post"), [("old", "new"), ("new", "old"), ("old", "old"), ("new", "new")]
)
def test_a_code_and_its_successor_are_one_section(designated: str, post: str) -> None:
    assert _chart(b.org_unit("1"), OLD, NEW).covers(U(designated), U(post))


def test_a_successor_follows_only_from_the_day_after_the_end() -> None:
    assert _chart(OLD, NEW, on=YESTERDAY).current(U("old")) == {"old"}
    assert _chart(OLD, NEW).current(U("old")) == {"new"}


def test_a_split_section_stands_for_each_part_and_the_parts_not_for_one_another() -> None:
    chart = _chart(
        b.org_unit("old", ends_on=YESTERDAY, successors=["a", "b"]),
        b.org_unit("a"),
        b.org_unit("b"),
    )
    assert chart.current(U("old")) == {"a", "b"}
    assert chart.covers(U("old"), U("a"))
    assert not chart.covers(U("a"), U("b"))


def test_successors_are_followed_through_several_reorganisations() -> None:
    chart = _chart(
        b.org_unit("x", ends_on=date(2020, 3, 31), successors=["y"]),
        b.org_unit("y", ends_on=YESTERDAY, successors=["z"]),
        b.org_unit("z"),
    )
    assert chart.covers(U("x"), U("z"))


def test_sections_that_stand_above_one_another_end() -> None:
    chart = _chart(b.org_unit("1", "2"), b.org_unit("2", "1"))
    assert chart.lineage(U("1")) == {"1", "2"}


def test_codes_that_succeed_one_another_end() -> None:
    chart = _chart(
        b.org_unit("1", ends_on=YESTERDAY, successors=["2"]),
        b.org_unit("2", ends_on=YESTERDAY, successors=["1"]),
    )
    assert chart.current(U("1")) == {"1"}
    assert chart.covers(U("1"), U("1"))


def test_a_section_that_ended_without_a_successor_is_abolished() -> None:
    chart = _chart(b.org_unit("1", ends_on=YESTERDAY), OLD, NEW)
    assert chart.is_abolished(U("1"))
    assert not chart.is_abolished(U("old"))
    assert not chart.is_abolished(U("new"))
