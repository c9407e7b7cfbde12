"""Until when people approve ahead: open days counted back from the day on which the plan runs.

What needs two persons needs the first of them earlier. A deadline here takes nobody's vote away:
what nobody approved ahead waits as an ordinary case from the day on, with the deadlines of cases.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.core.calendar import is_open, midnight
from syncd.core.policy import PreApprovalPolicy


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Ends of days (24:00 JST): `first` for the first of two votes, `last` for the last vote."""

    first: datetime
    last: datetime


def deadlines_of(on: date, policy: PreApprovalPolicy, closed_days: Collection[date]) -> Deadlines:
    """Return until when what runs on a day is to be approved."""
    return Deadlines(
        _end_of(open_day_before(on, policy.first_vote_open_days, closed_days)),
        _end_of(open_day_before(on, policy.last_vote_open_days, closed_days)),
    )


def opens_on(on: date, policy: PreApprovalPolicy, closed_days: Collection[date]) -> date:
    """Return the day from which people are reminded of what a coming day will take."""
    return open_day_before(on, policy.opens_open_days, closed_days)


def open_day_before(on: date, count: int, closed_days: Collection[date]) -> date:
    """Return the n-th open day before a day; 0 is the day before, open or not."""
    day = on
    for _ in range(count):
        day -= timedelta(days=1)
        while not is_open(day, closed_days):
            day -= timedelta(days=1)
    return day if count else on - timedelta(days=1)


def _end_of(day: date) -> datetime:
    return midnight(day + timedelta(days=1))
