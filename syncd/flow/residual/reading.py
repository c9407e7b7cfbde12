"""Asking access logs about the windows of reports, and keeping what they say with the report.

No transaction is open while a log is read: it may take minutes. What was read of a window that
moved meanwhile is thrown away. All reports of one directory are asked in one pass over its logs.
Nothing here decides anything: rows are rows, and what they mean a person says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.authorities.kinship import everyone
from syncd.core.calendar import EVER, day_of
from syncd.core.cases import CaseState
from syncd.core.ids import AccountId, StaffNumber
from syncd.core.residual.reports import ENDED, Finding, ResidualReport, ResidualState
from syncd.core.residual.use import LogAnswer, Question
from syncd.core.residual.window import Window
from syncd.flow.site import Site
from syncd.ports.access_log import AccessLog
from syncd.ports.residual import LogReading
from syncd.ports.store import Unit

ACTOR = "syncd"
_AGAIN_AFTER = timedelta(hours=20)
_RIGHT = "access-logs"
_ASKABLE = tuple(state for state in ResidualState if state not in ENDED)


def read_due_logs(site: Site, actor: str = ACTOR) -> tuple[LogReading, ...]:
    """Read the logs for every report that waits for them; raises AlreadyRunning and StoreError.

    A report waits where a log of its directory has not been read for its window, or was read and
    did not cover it, which a day later it may.
    """
    if not site.access_logs:
        return ()
    with site.store.begin() as unit:
        due = _due(site, unit, site.clock())
    return read_logs(site, due, actor)


def read_logs(site: Site, report_ids: Collection[str], actor: str) -> tuple[LogReading, ...]:
    """Read every log of the directories of some reports, and keep what it says with each.

    Raises AlreadyRunning where another process reads, NoSuchCase and StoreError.
    """
    if not report_ids:
        return ()
    with site.store.exclusive(_RIGHT):
        with site.store.begin() as unit:
            reports = [unit.residual(report_id) for report_id in dict.fromkeys(report_ids)]
            asked = _questions(site, unit, reports, site.clock())
        kept: list[LogReading] = []
        for log in site.access_logs:
            questions = asked.get(log.directory, ())
            if questions and not site.stopping():
                kept += _read(site, log, questions, actor)
        return tuple(kept)


def logs_of(site: Site, directory: str) -> tuple[AccessLog, ...]:
    """Return the configured logs of a directory."""
    return tuple(log for log in site.access_logs if log.directory == directory)


def current_readings(
    report: ResidualReport, readings: Iterable[LogReading]
) -> dict[str, LogReading]:
    """Return the newest reading of each log that is of the report's window as it now stands."""
    found: dict[str, LogReading] = {}
    for reading in readings:
        window = reading.answer.window
        is_of_it = window.from_at == report.from_at and (
            report.until_at is None or window.until_at == report.until_at
        )
        if reading.report_id == report.report_id and is_of_it:
            found[reading.answer.log] = reading
    return found


def what_logs_say(
    report: ResidualReport, readings: Iterable[LogReading], logs: Iterable[str]
) -> Finding | None:
    """Return what all logs together say of the window; None where there is none to ask.

    One that shows a use is enough for "found"; "none" needs every log, each read whole.
    """
    current = current_readings(report, readings)
    wanted = {*logs, *current}
    if not wanted:
        return None
    said = {reading.answer.finding for reading in current.values()}
    if Finding.FOUND in said:
        return Finding.FOUND
    is_complete = wanted <= current.keys() and report.until_at is not None
    return Finding.NONE if is_complete and said == {Finding.NONE} else Finding.NOT_KNOWN


def shown_use(
    report: ResidualReport, readings: Sequence[LogReading], logs: Iterable[str]
) -> Finding | None:
    """Return what is shown of use: by the logs, else by who checked; None: nobody looked yet."""
    if not current_readings(report, readings):
        return report.finding
    return what_logs_say(report, readings, logs)


def first_use_attached_at(
    report: ResidualReport, readings: Iterable[LogReading]
) -> datetime | None:
    """Return when rows that show a use were first kept with the report; None: there are none.

    What was read of a window that was longer than it now is says nothing of this one.
    """
    return min(
        (r.read_at for r in readings if r.answer.uses and _lies_in(r.answer.window, report)),
        default=None,
    )


def knowing_day(report: ResidualReport, readings: Iterable[LogReading]) -> date | None:
    """Return the day of knowing: as a person set it, else that on which use was first shown.

    That is when rows were kept with the report, or somebody wrote down that they found use. None
    where no use was found.
    """
    attached = first_use_attached_at(report, readings)
    found_by_hand = report.checked_at if report.finding is Finding.FOUND else None
    moments = [moment for moment in (attached, found_by_hand) if moment is not None]
    return (report.known_on or day_of(min(moments))) if moments else None


def readings_by_report(
    unit: Unit, reports: Iterable[ResidualReport]
) -> Mapping[str, list[LogReading]]:
    """Return what logs said of each of some reports, oldest first, without the rows."""
    found: dict[str, list[LogReading]] = defaultdict(list)
    for reading in unit.log_readings([r.report_id for r in reports], with_rows=False):
        found[reading.report_id].append(reading)
    return found


def _lies_in(window: Window, report: ResidualReport) -> bool:
    ends = window.until_at is not None and (
        report.until_at is None or window.until_at <= report.until_at
    )
    return ends and window.from_at >= report.from_at


def _due(site: Site, unit: Unit, now: datetime) -> tuple[str, ...]:
    reports = [r for r in unit.residuals(_ASKABLE) if logs_of(site, r.directory)]
    readings = readings_by_report(unit, reports)
    return tuple(
        report.report_id
        for report in reports
        if report.outcome is None and _waits(site, report, readings.get(report.report_id, ()), now)
    )


def _waits(
    site: Site, report: ResidualReport, readings: Iterable[LogReading], now: datetime
) -> bool:
    current = current_readings(report, readings)
    for log in logs_of(site, report.directory):
        reading = current.get(log.name)
        if reading is None:
            return True
        is_final = reading.answer.is_whole and report.until_at is not None
        if not is_final and reading.read_at <= now - _AGAIN_AFTER:
            return True
    return False


def _questions(
    site: Site, unit: Unit, reports: Iterable[ResidualReport], now: datetime
) -> Mapping[str, tuple[Question, ...]]:
    """Return what is asked of the logs of each directory; what was withdrawn is not asked."""
    asked: dict[str, list[ResidualReport]] = defaultdict(list)
    for report in reports:
        if report.state is not ResidualState.WITHDRAWN and logs_of(site, report.directory):
            asked[report.directory].append(report)
    questions = {}
    for directory, about in asked.items():
        accounts = _accounts(site, unit, directory, about)
        questions[directory] = tuple(
            Question(
                report.report_id,
                report.window.as_of(now),
                frozenset({report.account, *accounts.get(report.staff_number, ())}),
                report.entitlement,
            )
            for report in about
        )
    return questions


def _accounts(
    site: Site, unit: Unit, directory: str, reports: Iterable[ResidualReport]
) -> Mapping[StaffNumber | None, set[AccountId]]:
    """Return every account of these people in a directory: as last read, as listed, as in cases.

    An account under any number that a person link may make theirs is theirs.
    """
    people = {r.staff_number for r in reports if r.staff_number is not None}
    links, authorities = unit.person_links(), site.policy.authorities
    whose = {number: each for each in people for number in everyone(links, each)}
    found: dict[StaffNumber | None, set[AccountId]] = defaultdict(set)
    snapshot = unit.last_snapshot(directory)
    for account in snapshot.accounts.values() if snapshot is not None else ():
        number = account.staff_number
        known = None if number is None else authorities.key_in_directory(directory, number)
        if known in whose:
            found[whose[known]].add(account.account)
    for listed in unit.facts_about(people, EVER).accounts:
        if listed.directory == directory and listed.staff_number in whose:
            found[whose[listed.staff_number]].add(listed.account)
    for case in unit.cases(list(CaseState)):
        if case.directory == directory and case.staff_number in whose:
            found[whose[case.staff_number]].add(case.account)
    return found


def _read(
    site: Site, log: AccessLog, questions: tuple[Question, ...], actor: str
) -> Iterable[LogReading]:
    answers = log.read(questions)
    with site.store.begin() as unit:
        now = site.clock()
        kept = [
            LogReading(site.new_id(), answer.key, now, actor, answer)
            for answer in answers
            if _still(unit.residual(answer.key), answer.window)
        ]
        unit.add_log_readings(kept)
        unit.audit(_record(reading) for reading in kept)
        unit.checkpoint(now)  # people are told of what is numbered, and no run may come by
    return kept


def _still(report: ResidualReport, window: Window) -> bool:
    """Tell whether a report still has the window that its logs were asked about."""
    return report.from_at == window.from_at and report.until_at in (None, window.until_at)


def _record(reading: LogReading) -> AuditRecord:
    answer: LogAnswer = reading.answer
    ground: dict[str, object] = {
        "log": answer.log,
        "window_from": answer.window.from_at.isoformat(),
        "window_until": None
        if answer.window.until_at is None
        else answer.window.until_at.isoformat(),
        "finding": str(answer.finding),
        "uses": answer.uses,
        "attempts_failed": answer.failed,
        "about_other_rights": answer.elsewhere,
        "lines_unreadable": answer.unreadable,
        "holes": len(answer.holes),
        "files": [f"{file.sha256} {file.name}" for file in answer.files],
    }
    event = AuditEvent.RESIDUAL_LOG_READ
    return AuditRecord(reading.read_at, event, reading.read_by, reading.report_id, None, ground)
