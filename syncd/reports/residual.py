"""Residual reports for the terminal and as JSON: the window, what logs said, where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.core.calendar import day_of
from syncd.core.findings import Reason
from syncd.core.residual.reports import Finding, ResidualReport
from syncd.flow.residual.reading import knowing_day, shown_use
from syncd.ports.residual import LogReading
from syncd.reports.residual_words import finding_word, hole_word, outcome_word, residual_state_word
from syncd.reports.words import Lang, day_word, reason_word


def residual_json(
    report: ResidualReport, readings: Iterable[LogReading], logs: Sequence[str], now: datetime
) -> dict[str, Any]:
    """Return a report as JSON; `use` is what is known of it: found, none, not-known, or null."""
    readings = tuple(readings)
    said = shown_use(report, readings, logs)
    known = knowing_day(report, readings)
    return {
        "report": report.report_id,
        "case": report.case_id,
        "state": str(report.state),
        "directory": report.directory,
        "entitlement": report.entitlement,
        "account": report.account,
        "staff_number": report.staff_number,
        "reasons": list(report.reasons),
        "because": list(report.because),
        "from": report.from_at.isoformat(),
        "until": None if report.until_at is None else report.until_at.isoformat(),
        "residual_days": report.window.days(now),
        "use": None if said is None else str(said),
        "readings": [_reading_json(reading) for reading in readings],
        "finding": None if report.finding is None else str(report.finding),
        "outcome": None if report.outcome is None else str(report.outcome),
        "known_on": None if known is None else known.isoformat(),
    }


def _reading_json(reading: LogReading) -> dict[str, Any]:
    answer = reading.answer
    until = answer.window.until_at
    return {
        "log": answer.log,
        "read_at": reading.read_at.isoformat(),
        "from": answer.window.from_at.isoformat(),
        "until": None if until is None else until.isoformat(),
        "finding": str(answer.finding),
        "uses": answer.uses,
        "failed": answer.failed,
        "elsewhere": answer.elsewhere,
        "unreadable": answer.unreadable,
        "holes": [
            {"from": h.from_at.isoformat(), "until": h.until_at.isoformat(), "why": h.why}
            for h in answer.holes
        ],
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in answer.files],
    }


def render_residuals(
    reports: Sequence[ResidualReport],
    readings: Mapping[str, Sequence[LogReading]],
    logs: Mapping[str, Sequence[str]],
    now: datetime,
    lang: Lang = Lang.JA,
) -> RenderableType:
    """Return the reports as a table, and below it for what parts of windows nothing is known."""
    ja = lang is Lang.JA
    titles = (
        ("報告", "職員", "権限", "原因", "残存の期間", "残存日数", "利用", "状態")
        if ja
        else ("report", "person", "right", "cause", "window", "days", "use", "state")
    )
    table = Table(*titles, box=box.SIMPLE_HEAD)
    for report in reports:
        use = shown_use(report, readings.get(report.report_id, ()), logs.get(report.directory, ()))
        reasons = ("、" if ja else ", ").join(reason_word(Reason(r), lang) for r in report.reasons)
        state = residual_state_word(report.state, lang)
        if report.outcome is not None:
            state = f"{state}: {outcome_word(report.outcome, lang)}"
        table.add_row(
            report.report_id,
            f"{report.staff_number or '-'} {report.account}",
            f"{report.entitlement} ({report.directory})",
            reasons,
            window_line(report, lang),
            str(report.window.days(now)),
            "-" if use is None else finding_word(use, lang),
            state,
        )
    notes = [
        Text(f"! {report.report_id} {line}", style="yellow")
        for report in reports
        for line in _unknown(readings.get(report.report_id, ()), lang)
    ]
    return Group(table, *notes)


def window_line(report: ResidualReport, lang: Lang = Lang.JA) -> str:
    """Return a window in one line: its first day at 00:00, and the moment of its end."""
    begins = f"{day_word(day_of(report.from_at), lang)} {report.from_at:%H:%M}"
    if report.until_at is None:
        return f"{begins} 〜 継続中" if lang is Lang.JA else f"{begins} - still standing"
    ends = f"{day_word(day_of(report.until_at), lang)} {report.until_at:%H:%M}"
    return f"{begins} 〜 {ends}" if lang is Lang.JA else f"{begins} - {ends}"


def _unknown(readings: Iterable[LogReading], lang: Lang) -> Iterable[str]:
    newest = {reading.answer.log: reading.answer for reading in readings}
    for log, answer in newest.items():
        if answer.finding is Finding.NONE:
            continue
        for hole in answer.holes:
            parts = f"{hole.from_at:%Y-%m-%d %H:%M} - {hole.until_at:%Y-%m-%d %H:%M}"
            yield f"{log}: {parts} {hole_word(hole.why, lang)}"
