"""The window of a residual right: half-open, exact, counted in days of Japan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.calendar import JST, midnight
from syncd.core.cases import CaseState
from syncd.core.residual.window import Window, is_residue, window_of
from tests.fakes.readings import case

APRIL = date(2027, 4, 1)
TICK = timedelta(microseconds=1)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(moments, moments, moments)
def test_the_window_holds_its_first_moment_and_not_its_last(a, b, moment):
    window = Window(min(a, b), max(a, b))
    assert window.holds(moment) == (window.from_at <= moment < max(a, b))
    assert window.holds(window.from_at) == (a != b)
    assert not window.holds(max(a, b))
    assert not window.holds(window.from_at - TICK)
    assert a == b or window.holds(max(a, b) - TICK)


def test_an_open_window_holds_everything_after_its_beginning():
    window = Window(midnight(APRIL))
    assert window.holds(midnight(APRIL))
    assert window.holds(midnight(date(2099, 1, 1)))
    assert not window.holds(midnight(APRIL) - TICK)


@pytest.mark.parametrize(
    ("until", "days"),
    [
        (datetime(2027, 4, 1, 0, 5, tzinfo=JST), 0),
        (datetime(2027, 4, 1, 23, 59, 59, tzinfo=JST), 0),
        (datetime(2027, 4, 2, 0, 0, tzinfo=JST), 1),
        (datetime(2027, 4, 11, 8, 0, tzinfo=JST), 10),
        (datetime(2027, 4, 1, 15, 0, tzinfo=UTC), 1),  # 00:00 of 2 April in Japan
    ],
)
def test_residual_days_are_the_days_of_japan_between_the_end_and_the_removal(until, days):
    assert Window(midnight(APRIL), until).days(until) == days
    assert Window(midnight(APRIL)).days(until) == days


def test_a_right_removed_within_the_bound_is_no_residue_and_one_at_the_bound_is():
    day = timedelta(days=1)
    begins = midnight(APRIL)
    assert not is_residue(Window(begins, begins + day - TICK), day, begins + 9 * day)
    assert is_residue(Window(begins, begins + day), day, begins + 9 * day)
    assert not is_residue(Window(begins), day, begins + day - TICK)
    assert is_residue(Window(begins), day, begins + day)
    assert not is_residue(Window(begins, begins), timedelta(0), begins + day)


def test_the_window_begins_at_midnight_and_ends_where_the_removal_was_confirmed():
    stale = replace(case(), since=APRIL)
    assert window_of(stale) == Window(midnight(APRIL))
    ended = replace(stale, state=CaseState.VERIFIED)
    assert window_of(ended) == Window(midnight(APRIL), ended.updated_at)
    gone = replace(stale, state=CaseState.GONE)
    assert window_of(gone) == Window(midnight(APRIL), gone.updated_at)


def test_what_was_confirmed_gone_stood_no_more_until_it_came_back():
    before = replace(
        case(), since=APRIL, state=CaseState.VERIFIED, updated_at=midnight(date(2027, 4, 3))
    )
    again = replace(case(), since=APRIL)
    assert window_of(again, before) == Window(midnight(date(2027, 4, 3)))


def test_nobody_knows_since_when_or_the_facts_made_it_right():
    assert window_of(replace(case(), since=None)) is None
    assert window_of(replace(case(), since=APRIL, state=CaseState.WITHDRAWN)) is None
