"""Every way that personnel files write a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.dates import DayError, may_be_cut, parse_day


@pytest.mark.parametrize(
    "text",
    [
        "R07.04.01",
        "R7.4.1",
        "r7/4/1",
        "R7-4-1",
        "Ｒ７．４．１",
        "令和7年4月1日",
        "令和 7年 4月 1日",
        "令和７年４月１日",
        "㋿7年4月1日",
        "R070401",
        "5070401",
        "20250401",
        "2025-04-01",
        "2025/4/1",
        "2025.4.1",
        "２０２５／０４／０１",
        "2025年4月1日",
        "2025-04-01T00:00:00",
        "2025-04-01T00:00:00+09:00",
        "2025/04/01 0:00",
        "2025-04-01 00:00:00",
        "2025/4/1 0:00:00",
        "45748",
    ],
)
def test_the_first_of_april_2025_is_read_however_it_is_written(text: str) -> None:
    assert parse_day(text).day == date(2025, 4, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("4010108", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("3400401", date(1965, 4, 1)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("T15.12.24", date(1926, 12, 24)),
        ("M45.7.29", date(1912, 7, 29)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_eras_begin_and_end_on_their_days(text: str, day: date) -> None:
    assert parse_day(text) == (day, "")


@pytest.mark.parametrize(
    "text",
    [
        *" 　0-－",
        "",
        "00000000",
        "0000000",
        "99999999",
        "9999/12/31",
        "9999-12-31",
        "99991231",
        "なし",
        "９９９９９９９９",
    ],
)
def test_a_sentinel_is_no_day(text: str) -> None:
    assert parse_day(text).day is None


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "R7.2.29",
        "2025-13-01",
        "R1.4.30",
        "令和元年4月1日",
        "S1.12.24",
        "R0.5.1",
        "7/4/1",
        "070401",
        "202504",
        "2025-04",
        "25.4.1",
        "2025-04-01T09:00",
        "2025-03-31T15:00Z",
        "四月一日",
        "12345",
        "90000",
        "1850-01-01",
        "2500-01-01",
        "6070401",
        "#REF!",
        "R7.4",
        "20250431",
    ],
)
def test_what_is_no_day_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(DayError):
        parse_day(text)


def test_a_day_after_the_end_of_its_era_is_that_day_with_a_note() -> None:
    day, note = parse_day("平成31年5月1日")
    assert day == date(2019, 5, 1)
    assert "2019-04-30" in note


@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)))
def test_every_way_of_writing_a_day_gives_the_same_day(day: date) -> None:
    year = day.year - 2018
    ways = (
        f"R{year:02}.{day:%m.%d}",
        f"令和{year}年{day.month}月{day.day}日",
        f"5{year:02}{day:%m%d}",
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
        day.isoformat(),
        str((day - date(1899, 12, 30)).days),
    )
    assert {parse_day(way) for way in ways} == {(day, "")}


@given(
    st.dates(date(1868, 10, 23), date(2099, 12, 31)),
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y/{m}/{d}", "R{y}.{m}.{d}", "5{y:02}%m%d"]),
    st.integers(1, 12),
)
def test_a_cut_day_that_reads_as_another_day_is_known_as_one_that_may_be_cut(
    day: date, way: str, length: int
) -> None:
    written = day.strftime(way.format(y=max(1, day.year - 2018), m=day.month, d=day.day))
    cut = written[:length]
    try:
        whole, part = parse_day(written).day, parse_day(cut).day
    except DayError:
        return
    assert part in (None, whole) or may_be_cut(cut)


def test_days_are_read_from_serials_as_excel_counts_them() -> None:
    assert parse_day("45748").day == date(1899, 12, 30) + timedelta(days=45748)
