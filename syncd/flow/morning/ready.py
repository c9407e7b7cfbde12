"""Saying, once a day, that the report for the morning lies ready: counts only, and on record.

After the first complete run of a day that leaves anything to tell; a quiet day says nothing. Who
holds the right to run asks, so that several nodes say it once. The notifiers tell of the record.
"""

from __future__ import annotations

from datetime import date

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.morning.lines import Outcome
from syncd.core.morning.report import MorningReport
from syncd.flow.morning.report import morning_report
from syncd.flow.report import RunReport
from syncd.flow.site import Site

ACTOR = "syncd"


def announce_report(site: Site, done: RunReport) -> None:
    """Put on record that the report of today is ready, unless that was said; raises StoreError."""
    on = done.as_of
    if not done.complete or day_of(done.started_at) != on or _is_said(site, on):
        return
    report = morning_report(site, on)
    if not report.has_news:
        return
    record = AuditRecord(
        report.made_at,
        AuditEvent.REPORT_READIED,
        ACTOR,
        _subject(on),
        done.run,
        _ground(report),
    )
    with site.store.begin() as unit:
        unit.audit([record])
        unit.checkpoint(report.made_at)


def _is_said(site: Site, on: date) -> bool:
    with site.store.begin() as unit:
        return bool(unit.history(_subject(on)))


def _subject(on: date) -> str:
    return f"report {on.isoformat()}"


def _ground(report: MorningReport) -> dict[str, object]:
    """Return the counts; nothing of it is about a person."""
    return {
        "day": report.on.isoformat(),
        "removed": report.removed,
        "verified": report.counts[Outcome.VERIFIED],
        "waiting": report.counts[Outcome.WAITING],
        "failed": report.counts[Outcome.FAILED],
        "unknown": report.unknown or 0,
    }
