"""How many rights stood without ground on each day, and for how long: the chart of the promise.

Pure: what the store knows of cases in, one line a day out. Residual days of a day are the days
that the rights standing at its end had stood by then, added up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from syncd.core.calendar import day_of


class Span(Protocol):
    """A right without ground: from `since` (a day) until `ended_at` (None: it still stands)."""

    @property
    def since(self) -> date:
        """Return the first day without ground."""
        ...

    @property
    def opened_at(self) -> datetime:
        """Return when it was found."""
        ...

    @property
    def ended_at(self) -> datetime | None:
        """Return when it was gone."""
        ...


@dataclass(frozen=True, slots=True)
class DayResidue:
    """One day: `standing` rights at its end, and the `days` they had stood, in all."""

    on: date
    standing: int
    days: int


def residue(spans: Iterable[Span], from_on: date, until_on: date) -> tuple[DayResidue, ...]:
    """Return a line for each day of a stretch, both ends included."""
    length = (until_on - from_on).days + 1
    standing, days = [0] * length, [0] * length
    for span in spans:
        gone_on = until_on + timedelta(days=1) if span.ended_at is None else day_of(span.ended_at)
        first = max(0, (max(span.since, from_on) - from_on).days)
        last = min(length, (gone_on - from_on).days)
        stood = (from_on - span.since).days
        for n in range(first, last):
            standing[n] += 1
            days[n] += max(0, stood + n)
    return tuple(
        DayResidue(from_on + timedelta(days=n), standing[n], days[n]) for n in range(length)
    )
