"""All that is known of one residual report, for its page, its papers and a first report's draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.calendar import EVER
from syncd.core.cards import Card
from syncd.core.cases import Case
from syncd.core.reporting import ReportDeadlines, deadlines_from
from syncd.core.residual.reports import Finding, ResidualReport
from syncd.core.votes import Choice, Vote
from syncd.flow.collect import facts_about
from syncd.flow.residual.reading import (
    current_readings,
    knowing_day,
    logs_of,
    shown_use,
    what_logs_say,
)
from syncd.flow.site import Site
from syncd.ports.residual import LogReading
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class Dossier:
    """A report with its case, what logs said, and the days that run.

    `readings` are those of the window as it stands, the newest of each log; `earlier` are all
    others. `said` is what the logs together say (None: there is none to ask). `known_on` None: no
    use was found, and no deadline runs. `exceptions` are the votes that kept the right for a time.
    """

    report: ResidualReport
    case: Case
    card: Card | None
    right_name: str
    affairs: tuple[str, ...]
    logs: tuple[str, ...]
    readings: tuple[LogReading, ...]
    earlier: tuple[LogReading, ...]
    said: Finding | None
    known_on: date | None
    deadlines: ReportDeadlines | None
    exceptions: tuple[Vote, ...]
    as_of: datetime

    @property
    def days(self) -> int:
        """Return the residual days (残存日数)."""
        return self.report.window.days(self.as_of)

    @property
    def shown(self) -> Finding | None:
        """Return what is shown of use; None: nobody looked yet."""
        return shown_use(self.report, self.readings, self.logs)

    @property
    def uses(self) -> int:
        """Return how many rows show a use in the window, over all logs."""
        return sum(reading.answer.uses for reading in self.readings)


def dossier_of(site: Site, unit: Unit, report_id: str) -> Dossier:
    """Return everything about a report; raises NoSuchCase. 内示 is in none of it."""
    report = unit.residual(report_id)
    case = unit.case(report.case_id)
    readings = unit.log_readings([report_id])
    current = tuple(current_readings(report, readings).values())
    logs = tuple(log.name for log in logs_of(site, report.directory))
    known = knowing_day(report, readings)
    number = report.staff_number
    facts = facts_about(unit, site, number) if number else unit.facts_about([], EVER)
    key = (report.directory, report.entitlement)
    right = next((e for e in facts.entitlements if (e.directory, e.entitlement) == key), None)
    names = {line.affair: line.affair_name for line in facts.designations if line.affair_name}
    cards = unit.cards([number]) if number else {}
    return Dossier(
        report=report,
        case=case,
        card=next(iter(cards.values()), None),
        right_name="" if right is None else right.name,
        affairs=()
        if right is None
        else tuple(names.get(affair, str(affair)) for affair in sorted(right.affairs)),
        logs=logs,
        readings=current,
        earlier=tuple(reading for reading in readings if reading not in current),
        said=what_logs_say(report, readings, logs),
        known_on=known,
        deadlines=None if known is None else deadlines_from(known, site.policy.residual),
        exceptions=tuple(
            vote
            for vote in unit.votes(case_id=case.case_id)
            if vote.choice is Choice.KEEP and vote.until is not None
        ),
        as_of=site.clock(),
    )
