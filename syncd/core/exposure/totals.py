"""The ledger in numbers: how long in all, the middle, the long end, and how much fell on each day.

Pure. Percentiles are by nearest rank: each is the time of a right that exists. The minutes of all
days together are exactly the minutes of the spans.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.core.calendar import day_of, midnight
from syncd.core.exposure.spans import Exposure

_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class ExposureTotals:
    """Some exposures in numbers. `standing` still stand; times count up to the moment asked of."""

    rights: int
    standing: int
    retroactive: int
    whole: timedelta
    median: timedelta
    p95: timedelta
    longest: timedelta


def totals(spans: Iterable[Exposure], now: datetime) -> ExposureTotals:
    """Return exposures in numbers as of a moment."""
    spans = tuple(spans)
    times = sorted(span.stood(now) for span in spans)
    return ExposureTotals(
        rights=len(spans),
        standing=sum(span.ended_at is None for span in spans),
        retroactive=sum(span.is_retroactive for span in spans),
        whole=sum(times, _NOTHING),
        median=percentile(times, 50),
        p95=percentile(times, 95),
        longest=times[-1] if times else _NOTHING,
    )


def percentile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    """Return the smallest time that so many percent do not exceed; nothing of nothing."""
    if not ordered:
        return _NOTHING
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


@dataclass(frozen=True, slots=True)
class DayExposure:
    """One day: how many rights stood without ground at some moment of it, and for how long."""

    on: date
    rights: int
    stood: timedelta

    @property
    def minutes(self) -> float:
        """Return the time in minutes."""
        return self.stood / _MINUTE


def by_day(
    spans: Iterable[Exposure], from_on: date, until_on: date, now: datetime
) -> tuple[DayExposure, ...]:
    """Return a line for each day of a stretch, both ends included."""
    length = (until_on - from_on).days + 1
    rights, stood = [0] * length, [_NOTHING] * length
    for span in spans:
        begins, ends = span.lost_at, max(span.lost_at, span.ended_at or now)
        first = max(0, (day_of(begins) - from_on).days)
        last = min(length - 1, (day_of(ends) - from_on).days)
        for n in range(first, last + 1):
            day = midnight(from_on + timedelta(days=n))
            part = min(ends, day + timedelta(days=1)) - max(begins, day)
            rights[n] += part > _NOTHING
            stood[n] += part
    return tuple(
        DayExposure(from_on + timedelta(days=n), rights[n], stood[n]) for n in range(length)
    )
