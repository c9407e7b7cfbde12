"""Deadlines of reports: the day of knowing is day 1, closed days count, a last day rolls."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.calendar import is_open
from syncd.core.reporting import ReportingRule, ResidualPolicy, deadlines_from, rule_on

LAW = ReportingRule(date(2022, 4, 1), (3, 5), 30, 60)
LATER = ReportingRule(date(2028, 4, 1), (2, 3), 20, 40)
POLICY = ResidualPolicy(
    rules=(LAW, LATER), holidays=frozenset({date(2027, 4, 29), date(2027, 5, 3)})
)


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("known", "first_from", "first_by", "final_by", "wrongful_by"),
    [
        # A Thursday: days 3 and 5 fall on Saturday and Monday; day 30 on Friday.
        ("2027-04-01", "2027-04-05", "2027-04-05", "2027-04-30", "2027-05-31"),
        # Day 3 is a holiday (29 April), day 5 a Saturday before two days off.
        ("2027-04-27", "2027-04-30", "2027-05-04", "2027-05-26", "2027-06-25"),
        # The turn of the year: day 3 is 29 December, day 5 is 31 December.
        ("2027-12-27", "2028-01-04", "2028-01-04", "2028-01-25", "2028-02-24"),
    ],
)
def test_the_last_days_are_counted_and_rolled(known, first_from, first_by, final_by, wrongful_by):
    found = deadlines_from(on(known), POLICY)
    assert found is not None
    assert found.first_from == on(first_from)
    assert found.first_by == on(first_by)
    assert found.final_by == on(final_by)
    assert found.wrongful_by == on(wrongful_by)


@given(st.dates(min_value=date(2022, 4, 1), max_value=date(2030, 1, 1)))
def test_a_last_day_is_open_and_never_before_the_day_that_was_counted(known):
    found = deadlines_from(known, POLICY)
    assert found is not None
    days = (*found.rule.first_days, found.rule.final_days, found.rule.wrongful_days)
    last = (found.first_from, found.first_by, found.final_by, found.wrongful_by)
    for asked, day in zip(days, last, strict=True):
        counted = known + timedelta(days=asked - 1)
        assert day >= counted
        assert is_open(day, POLICY.holidays)
        between = (counted + timedelta(days=n) for n in range((day - counted).days))
        assert not any(is_open(each, POLICY.holidays) for each in between)


def test_the_rule_of_the_day_of_knowing_counts_and_before_all_of_them_there_is_none():
    assert rule_on(POLICY, date(2028, 3, 31)) is LAW
    assert rule_on(POLICY, date(2028, 4, 1)) is LATER
    assert deadlines_from(date(2022, 3, 31), POLICY) is None
