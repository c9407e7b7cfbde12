"""Days in Japan: midnight as a moment, and open days for human deadlines.

Applying runs on closed days too; only what people must do rolls to open days (domain page,
section 3). 閉庁日 are Saturdays, Sundays, 12/29-1/3, and the days of the body's own list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Between these lies every day that anybody can mean; a day more or less is a day, too."""
EVER = datetime(9999, 1, 1, tzinfo=JST)
"""Later than all that is ever recorded: who reads until then leaves nothing out."""

_SATURDAY = 5
_YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


def midnight(day: date) -> datetime:
    """Return 00:00 JST of a day, when a transfer of that day takes effect."""
    return datetime.combine(day, time(), JST)


def day_of(moment: datetime) -> date:
    """Return the day in Japan on which an aware moment lies."""
    return moment.astimezone(JST).date()


def is_open(day: date, closed_days: Collection[date]) -> bool:
    """Tell whether the offices are open."""
    return not (
        day.weekday() >= _SATURDAY or (day.month, day.day) in _YEAR_END or day in closed_days
    )


def end_of_open_day(start: date, open_days: int, closed_days: Collection[date]) -> datetime:
    """Return the end (24:00 JST) of the n-th open day after `start`."""
    day = start
    left = open_days
    while left > 0:
        day += timedelta(days=1)
        left -= is_open(day, closed_days)
    return midnight(day + timedelta(days=1))


def last_day_before(end: datetime) -> date:
    """Return the last day that lies before a moment: of the end of a day, that day."""
    return day_of(end - timedelta(microseconds=1))
