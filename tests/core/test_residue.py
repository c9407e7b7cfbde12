"""How many rights stood without ground on each day, and for how long."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.calendar import midnight
from syncd.core.cards import sortable_kana
from syncd.core.cases import CaseState
from syncd.core.residue import residue
from syncd.ports.listing import CaseSpan

FIRST, LAST = date(2027, 4, 1), date(2027, 4, 5)


def span(since: date, ended: date | None = None) -> CaseSpan:
    at: datetime | None = None if ended is None else midnight(ended)
    return CaseSpan(since, midnight(since), at, CaseState.OPEN)


def test_a_right_counts_from_its_first_day_to_the_day_before_it_was_gone():
    days = residue([span(date(2027, 4, 2), date(2027, 4, 4))], FIRST, LAST)
    assert [d.standing for d in days] == [0, 1, 1, 0, 0]
    assert [d.days for d in days] == [0, 0, 1, 0, 0]


def test_what_stood_before_the_first_day_brings_its_days_along():
    days = residue([span(date(2027, 3, 22))], FIRST, LAST)
    assert [d.days for d in days] == [10, 11, 12, 13, 14]


@given(st.lists(st.tuples(st.integers(-20, 6), st.integers(0, 30))))
def test_each_day_counts_exactly_the_rights_that_stood(found: list[tuple[int, int]]):
    spans = [
        span(date.fromordinal(FIRST.toordinal() + a), date.fromordinal(FIRST.toordinal() + a + n))
        for a, n in found
    ]
    for day in residue(spans, FIRST, LAST):
        standing = [s for s in spans if s.since <= day.on < s.ended_at.date()]  # type: ignore[union-attr]
        assert day.standing == len(standing)
        assert day.days == sum((day.on - s.since).days for s in standing)


def test_kana_sort_alike_however_they_were_written():
    written = ["ﾀｶｻｷ ｲﾁｺ", "たかさき　いちこ", "タカサキ イチコ"]
    assert {sortable_kana(text) for text in written} == {"タカサキ イチコ"}
