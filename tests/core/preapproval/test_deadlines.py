"""Until when people approve ahead: open days counted back from the day."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.calendar import midnight
from syncd.core.policy import PreApprovalPolicy
from syncd.core.preapproval.deadlines import deadlines_of, open_day_before, opens_on

APRIL = date(2027, 4, 1)  # a Thursday


@pytest.mark.parametrize(
    ("count", "day"),
    [
        (0, date(2027, 3, 31)),
        (1, date(2027, 3, 31)),
        (3, date(2027, 3, 29)),
        (4, date(2027, 3, 26)),  # over a weekend
        (9, date(2027, 3, 18)),  # over a weekend and the equinox, which the body's list names
    ],
)
def test_open_days_are_counted_back_over_closed_ones(count: int, day: date):
    assert open_day_before(APRIL, count, {date(2027, 3, 22)}) == day


def test_a_day_after_a_closed_stretch_is_approved_before_it():
    monday = date(2029, 4, 2)
    assert open_day_before(monday, 1, ()) == date(2029, 3, 30)
    assert open_day_before(monday, 0, ()) == date(2029, 4, 1)


def test_the_first_of_two_votes_is_due_before_the_last():
    found = deadlines_of(APRIL, PreApprovalPolicy(), ())
    assert found.first == midnight(date(2027, 3, 30))
    assert found.last == midnight(APRIL)
    assert opens_on(APRIL, PreApprovalPolicy(), ()) == date(2027, 3, 18)
