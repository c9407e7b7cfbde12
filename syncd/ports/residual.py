"""The part of a store's unit that keeps residual reports and what access logs said of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from syncd.core.cards import Card
from syncd.core.cases import Case
from syncd.core.ids import OrgUnitCode
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.core.residual.use import LogAnswer


@dataclass(frozen=True, slots=True)
class LogReading:
    """What one log said of one report's window, when it was read, by whom (`syncd`: by itself)."""

    reading_id: str
    report_id: str
    read_at: datetime
    read_by: str
    answer: LogAnswer


@dataclass(frozen=True, slots=True)
class ResidualQuery:
    """Which reports are wanted; None and empty narrow nothing. `visible` are sections seen."""

    states: frozenset[ResidualState] = frozenset()
    visible: frozenset[OrgUnitCode] | None = None
    section: OrgUnitCode | None = None
    directory: str = ""
    after: tuple[str, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True)
class ResidualLine:
    """A report with the person it concerns and the name of the section."""

    report: ResidualReport
    card: Card | None
    section_name: str


@dataclass(frozen=True, slots=True)
class ResidualPage:
    """A page of reports, the newest first; `after` is the cursor of the next one."""

    lines: tuple[ResidualLine, ...]
    total: int
    after: tuple[str, ...] = ()


class ResidualUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def unreported_residue(
        self, longer_than: timedelta, now: datetime, ended_since: datetime | None
    ) -> tuple[Case, ...]:
        """Return the cases without a report whose right may have stood that long, oldest first.

        Those that have not ended and stand under no exception; and those that ended since a moment
        (None: ever) by a removal. What stands under a dated exception waits until that ends.
        """
        ...

    def add_residuals(self, reports: Collection[ResidualReport]) -> None:
        """Keep new reports; at most one for a case."""
        ...

    def residual(self, report_id: str) -> ResidualReport:
        """Return one report; raises NoSuchCase."""
        ...

    def residuals(self, states: Collection[ResidualState] = ()) -> tuple[ResidualReport, ...]:
        """Return the reports in these states (none given: that have not ended), oldest first."""
        ...

    def update_residual(self, before: ResidualReport, after: ResidualReport) -> None:
        """Replace a report; raises IllegalMove when the stored one is no longer `before`."""
        ...

    def residual_page(self, query: ResidualQuery) -> ResidualPage:
        """Return one page of the reports that match."""
        ...

    def residual_of(self, case_id: str) -> ResidualReport | None:
        """Return the report of a case, if there is one."""
        ...

    def add_log_readings(self, readings: Collection[LogReading]) -> None:
        """Keep what logs said, with the rows."""
        ...

    def log_readings(
        self, report_ids: Collection[str], *, with_rows: bool = True
    ) -> tuple[LogReading, ...]:
        """Return what logs said of these reports, oldest first; without rows it is cheap."""
        ...
