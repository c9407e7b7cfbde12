"""The report for the morning of a day, as one value from which every form of it is made.

Pure. Whoever sees some sections only is given a report of those; what is about no person (inputs,
directories, overrides, runs) is in everybody's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.calendar import day_of
from syncd.core.exposure.spans import Exposure
from syncd.core.exposure.totals import ExposureTotals, totals
from syncd.core.ids import OrgUnitCode
from syncd.core.morning.lines import ApprovedBy, MorningLine, Outcome, WaitsFor
from syncd.core.morning.outages import Outage

REMOVED = frozenset({Outcome.VERIFIED, Outcome.REMOVED})


@dataclass(frozen=True, slots=True)
class Override:
    """A guard's hold that two persons released, and that a run used."""

    at: datetime
    plan: str
    voters: tuple[str, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who approved rights of the day: how many before it, and how many on it."""

    account: str
    ahead: int
    on_the_day: int


@dataclass(frozen=True, slots=True)
class Place:
    """One section in one directory: how many of its rights came to what."""

    section: OrgUnitCode | None
    directory: str
    counts: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class MorningReport:
    """What became of every right that a day concerned, as of `made_at`.

    `complete_at` is when the first complete run of the day ended: from then on the report is
    ready (None: not yet). `run_at` is when the last run began. `unknown` counts the verdicts of
    the last run that the facts do not allow; None where only some sections are told of.
    """

    on: date
    made_at: datetime
    complete_at: datetime | None
    run_at: datetime | None
    lines: tuple[MorningLine, ...]
    outages: tuple[Outage, ...]
    overrides: tuple[Override, ...]
    approvers: tuple[Approver, ...]
    unknown: int | None

    @property
    def is_ready(self) -> bool:
        """Tell whether a complete run of the day stands behind it."""
        return self.complete_at is not None

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """Return how many rights came to what; every outcome is there."""
        counted = Counter(line.outcome for line in self.lines)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def removed(self) -> int:
        """Return how many rights syncd or its doers removed, read back or not yet."""
        return sum(self.counts[outcome] for outcome in REMOVED)

    @property
    def waiting(self) -> Mapping[WaitsFor, int]:
        """Return how many rights wait for what."""
        counted = Counter(line.waits_for for line in self.lines if line.waits_for is not None)
        return {each: counted[each] for each in WaitsFor if counted[each]}

    @property
    def approved(self) -> Mapping[ApprovedBy, int]:
        """Return on whose word the rights of the day were removed or are to be."""
        counted = Counter(line.approved_by for line in self.lines)
        return {each: counted[each] for each in ApprovedBy}

    @property
    def approved_ahead(self) -> int:
        """Return how many rights people had approved before the day began."""
        return sum(line.approved_ahead for line in self.lines)

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """Return the exposure of each right, but of those that the facts made right again."""
        return tuple(line.exposure for line in self.lines if line.exposure is not None)

    @property
    def exposed(self) -> ExposureTotals:
        """Return the exposures in numbers, those that stand up to the moment of the report."""
        return totals(self.exposures, self.made_at)

    @property
    def places(self) -> tuple[Place, ...]:
        """Return the counts for each section and directory, by their codes."""
        counted: dict[tuple[OrgUnitCode | None, str], Counter[Outcome]] = {}
        for line in self.lines:
            key = (line.case.section, line.case.directory)
            counted.setdefault(key, Counter())[line.outcome] += 1
        ordered = sorted(counted, key=lambda key: (key[0] is None, key[0] or "", key[1]))
        return tuple(Place(*key, dict(counted[key])) for key in ordered)

    @property
    def has_news(self) -> bool:
        """Tell whether the day itself gives somebody a reason to read this.

        What stands from before and only goes on waiting is told of by its own deadlines.
        """
        news = any(_is_of(line, self.on) for line in self.lines)
        return bool(news or self.outages or self.overrides)


def _is_of(line: MorningLine, on: date) -> bool:
    """Tell whether a right was lost, found or over on a day, or its removal failed."""
    case, span = line.case, line.exposure
    days = {day_of(case.opened_at)}
    if case.is_ended or line.outcome is Outcome.FAILED:
        days.add(day_of(case.updated_at))
    if span is not None:
        days.add(day_of(span.lost_at))
    return on in days
