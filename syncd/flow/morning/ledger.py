"""The exposure ledger of a stretch of days: every right that stood without ground in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from syncd.core.calendar import midnight
from syncd.core.exposure.spans import Exposure
from syncd.core.exposure.totals import DayExposure, ExposureTotals, by_day, totals
from syncd.core.ids import OrgUnitCode
from syncd.flow.morning.report import exposures_of
from syncd.flow.site import Site


@dataclass(frozen=True, slots=True)
class Ledger:
    """The exposures of a stretch, as of `made_at`, and how much of them fell on each day of it."""

    from_on: date
    until_on: date
    made_at: datetime
    spans: tuple[Exposure, ...]
    days: tuple[DayExposure, ...]

    @property
    def totals(self) -> ExposureTotals:
        """Return the exposures in numbers: whole spans, also where they reach beyond."""
        return totals(self.spans, self.made_at)


def exposure_ledger(
    site: Site, from_on: date, until_on: date, visible: frozenset[OrgUnitCode] | None = None
) -> Ledger:
    """Return the ledger of a stretch of days, both ends included; raises StoreError."""
    now = site.clock()
    ends = midnight(until_on + timedelta(days=1))
    with site.store.begin() as unit:
        spans = exposures_of(unit, unit.cases_standing(midnight(from_on), ends, visible))
    stood = tuple(span for span in spans if span.lost_at < ends)
    return Ledger(from_on, until_on, now, stood, by_day(stood, from_on, until_on, now))
