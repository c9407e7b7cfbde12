"""The morning report as JSON, for the terminal, and as the ledger (アクセス権限管理台帳) in CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.core.calendar import day_of
from syncd.core.exposure.spans import Exposure
from syncd.core.exposure.totals import DayExposure, ExposureTotals
from syncd.core.morning.lines import MorningLine, Outcome, WaitsFor
from syncd.core.morning.report import MorningReport
from syncd.reports.csv_text import csv_bytes
from syncd.reports.morning_words import (
    failing_word,
    outcome_word,
    time_word,
    waits_word,
)
from syncd.reports.words import Lang, day_word, reason_word

_MOST_ROWS = 40
_MINUTE = timedelta(minutes=1)
_LOUD = (Outcome.FAILED, Outcome.WAITING, Outcome.REMOVED)


def exit_code_of(report: MorningReport) -> int:
    """Return what the command returns (design, section 7); the gravest that holds."""
    outage = any(each.until_at is None for each in report.outages)
    if not report.is_ready or outage or report.unknown or WaitsFor.UNKNOWN in report.waiting:
        return 5
    if WaitsFor.HELD in report.waiting:
        return 4
    counts = report.counts
    return 3 if any(counts[outcome] for outcome in _LOUD) else 0


def report_json(report: MorningReport) -> dict[str, Any]:
    """Return the report as one JSON object."""
    return {
        "on": report.on.isoformat(),
        "made_at": report.made_at.isoformat(),
        "ready": report.is_ready,
        "complete_at": _moment(report.complete_at),
        "run_at": _moment(report.run_at),
        "removed": report.removed,
        "counts": {str(outcome): count for outcome, count in report.counts.items()},
        "waiting": {str(waits): count for waits, count in report.waiting.items()},
        "approved": {
            **{str(by): count for by, count in report.approved.items()},
            "ahead": report.approved_ahead,
        },
        "unknown": report.unknown,
        "exposure": totals_json(report.exposed),
        "outages": [
            {
                "failing": str(each.failing),
                "name": each.name,
                "from": each.from_at.isoformat(),
                "until": _moment(each.until_at),
                "times": each.times,
                "why": each.why,
            }
            for each in report.outages
        ],
        "overrides": [
            {
                "at": each.at.isoformat(),
                "plan": each.plan,
                "voters": list(each.voters),
                "lines": each.lines,
            }
            for each in report.overrides
        ],
        "approvers": [
            {"account": each.account, "ahead": each.ahead, "on_the_day": each.on_the_day}
            for each in report.approvers
        ],
        "places": [
            {
                "section": place.section,
                "directory": place.directory,
                "counts": {str(outcome): count for outcome, count in place.counts.items()},
            }
            for place in report.places
        ],
        "rights": [line_json(line, report.made_at) for line in report.lines],
    }


def totals_json(exposed: ExposureTotals) -> dict[str, Any]:
    """Return exposures in numbers; times in minutes."""
    return {
        "rights": exposed.rights,
        "standing": exposed.standing,
        "retroactive": exposed.retroactive,
        "minutes": _minutes(exposed.whole),
        "median_minutes": _minutes(exposed.median),
        "p95_minutes": _minutes(exposed.p95),
        "longest_minutes": _minutes(exposed.longest),
    }


def line_json(line: MorningLine, now: datetime) -> dict[str, Any]:
    """Return one right as JSON; nobody's name is in it."""
    case, span = line.case, line.exposure
    return {
        "case": case.case_id,
        "outcome": str(line.outcome),
        "waits_for": None if line.waits_for is None else str(line.waits_for),
        "directory": case.directory,
        "entitlement": case.entitlement,
        "account": case.account,
        "staff_number": case.staff_number,
        "section": case.section,
        "reasons": [str(reason) for reason in case.reasons],
        "because": [str(because) for because in case.because],
        "attempts": case.attempts,
        "error": case.last_error,
        "approved_by": str(line.approved_by),
        "voters": list(line.voters),
        "approved_ahead": line.approved_ahead,
        "done_by": line.done_by,
        "exposure": None if span is None else exposure_json(span, now),
    }


def exposure_json(span: Exposure, now: datetime) -> dict[str, Any]:
    """Return one exposure as JSON."""
    return {
        "lost_at": span.lost_at.isoformat(),
        "known_at": _moment(span.known_at),
        "found_at": span.found_at.isoformat(),
        "ended_at": _moment(span.ended_at),
        "minutes": _minutes(span.stood(now)),
        "told_late_minutes": _minutes(span.told_late),
        "detection_minutes": _minutes(span.detection),
        "handling_minutes": _minutes(span.handling(now)),
        "days": span.days(now),
        "retroactive": span.is_retroactive,
        "regranted": span.is_regranted,
    }


def _minutes(time: timedelta) -> float:
    return round(time / _MINUTE, 3)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def headline(report: MorningReport, lang: Lang = Lang.JA) -> str:
    """Return the report in one line."""
    c = report.counts
    verified, waiting, failed = c[Outcome.VERIFIED], c[Outcome.WAITING], c[Outcome.FAILED]
    if lang is Lang.EN:
        ready = "ready" if report.is_ready else "NOT READY: no complete run yet"
        return (
            f"{report.on}: {ready}. {report.removed} removed, {verified} of them verified; "
            f"{waiting} waiting, {failed} failed, {c[Outcome.WITHDRAWN]} withdrawn"
        )
    ready = "確定" if report.is_ready else "未確定（完全な突合がまだありません）"
    return (
        f"{day_word(report.on)} の報告: {ready}。失効 {report.removed} 件"
        f"（うち確認済み {verified}）、待ち {waiting}、失敗 {failed}、取下げ {c[Outcome.WITHDRAWN]}"
    )


def exposure_line(exposed: ExposureTotals, lang: Lang = Lang.JA) -> str:
    """Return the exposures in one line."""
    times = [time_word(t, lang) for t in (exposed.median, exposed.p95, exposed.longest)]
    if lang is Lang.EN:
        return (
            f"from effect to confirmed removal: median {times[0]}, 95 % within {times[1]}, "
            f"longest {times[2]}; {exposed.standing} still stand, {exposed.retroactive} by "
            "retroactive orders"
        )
    return (
        f"効力から失効確認まで: 中央値 {times[0]}、95% は {times[1]} 以内、最長 {times[2]}。"
        f"残存中 {exposed.standing} 件、遡及発令 {exposed.retroactive} 件"
    )


def render_report(
    report: MorningReport, lang: Lang = Lang.JA, most: int = _MOST_ROWS
) -> RenderableType:
    """Return the report for the terminal: what needs somebody comes first, lists are cut."""
    loud = [line for line in report.lines if line.outcome in _LOUD]
    parts: list[RenderableType] = [Text(headline(report, lang), style="bold")]
    parts.append(Text(exposure_line(report.exposed, lang)))
    parts += [Text(f"- {waits_word(w, lang)}: {n}") for w, n in report.waiting.items()]
    parts += [Text(line, style="red") for line in _troubles(report, lang)]
    if loud:
        parts.append(_table(loud[:most], report.made_at, lang))
    if len(loud) > most:
        more = "ほか {} 件（--json ですべて）" if lang is Lang.JA else "{} more (--json has all)"
        parts.append(Text(more.format(len(loud) - most)))
    return Group(*parts)


def _troubles(report: MorningReport, lang: Lang) -> Iterator[str]:
    for each in report.outages:
        lasted = time_word((each.until_at or report.made_at) - each.from_at, lang)
        on = ("、続いています", ", goes on") if each.until_at is None else ("", "")
        yield f"! {failing_word(each.failing, lang)} {each.name}: {lasted}{on[lang is Lang.EN]}"
    for override in report.overrides:
        word = "override by" if lang is Lang.EN else "保留の解除"
        yield f"! {word} {', '.join(override.voters)}: {override.plan[:12]} ({override.lines})"


def _table(lines: list[MorningLine], now: datetime, lang: Lang) -> RenderableType:
    titles = {
        Lang.JA: ("案件", "結果", "利用者ID", "職員番号", "権限", "理由", "残存時間", "誤り"),
        Lang.EN: ("case", "outcome", "account", "staff no.", "right", "why", "stood", "error"),
    }[lang]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for line in lines:
        case = line.case
        table.add_row(
            case.case_id,
            _came_to(line, lang),
            case.account,
            case.staff_number or "-",
            f"{case.directory}/{case.entitlement}",
            "、".join(reason_word(reason, lang) for reason in case.reasons),
            "-" if line.exposure is None else time_word(line.exposure.stood(now), lang),
            case.last_error,
        )
    return table


def _came_to(line: MorningLine, lang: Lang) -> str:
    if line.waits_for is None:
        return outcome_word(line.outcome, lang)
    return f"{outcome_word(line.outcome, lang)}: {waits_word(line.waits_for, lang)}"


LEDGER = {
    Lang.JA: (
        *("システム", "グループ", "利用者ID", "職員番号", "付与根拠", "付与日", "期限"),
        *("失効予定日", "失効日", "処理者", "確認者", "遅延日数", "最終ログイン"),
        *("案件", "権限", "所属コード", "結果", "効力", "把握", "検出", "失効確認"),
        *("残存分", "把握までの分", "検出までの分", "処理の分", "遡及", "失効理由"),
    ),
    Lang.EN: (
        *("system", "groups", "account", "staff number", "ground of the grant", "granted on"),
        *("expires on", "to be removed on", "removed on", "removed by", "confirmed by"),
        *("days late", "last sign-in", "case", "right", "section", "outcome", "effect", "known"),
        *("found", "removal confirmed", "minutes", "minutes until known", "minutes until found"),
        *("minutes of handling", "retroactive", "why removed"),
    ),
}
"""The columns of アクセス権限管理台帳 (domain page, section 5), then those of the exposure.

付与日, 期限 and 最終ログイン stay empty: no fact that syncd holds tells them for a single right.
"""


def ledger_csv(report: MorningReport, lang: Lang = Lang.JA) -> bytes:
    """Return every right of the report as a line of the ledger."""
    return csv_bytes(LEDGER[lang], (_ledger_row(line, report, lang) for line in report.lines))


def _ledger_row(line: MorningLine, report: MorningReport, lang: Lang) -> list[str]:
    case, span = line.case, line.exposure
    grounds = [str(b) for b in case.because if b.kind == "designation"]
    return [
        case.directory,
        "; ".join(case.left_groups),
        case.account,
        case.staff_number or "",
        "; ".join(grounds),
        "",
        "",
        day_of(case.due_at).isoformat(),
        "" if span is None or span.ended_at is None else day_of(span.ended_at).isoformat(),
        line.done_by,
        "; ".join(line.voters),
        "" if span is None else str(span.days(report.made_at)),
        "",
        case.case_id,
        case.entitlement,
        case.section or "",
        _came_to(line, lang),
        *_spans(span, report.made_at),
        "; ".join(reason_word(reason, lang) for reason in case.reasons),
    ]


def _spans(span: Exposure | None, now: datetime) -> list[str]:
    if span is None:
        return [""] * 9
    return [
        span.lost_at.isoformat(),
        _moment(span.known_at) or "",
        span.found_at.isoformat(),
        _moment(span.ended_at) or "",
        *(
            f"{_minutes(time):.3f}"
            for time in (span.stood(now), span.told_late, span.detection, span.handling(now))
        ),
        "1" if span.is_retroactive else "0",
    ]


def days_csv(days: Iterable[DayExposure], lang: Lang = Lang.JA) -> bytes:
    """Return how much exposure fell on each day."""
    header = {Lang.JA: ("日", "権限", "残存分"), Lang.EN: ("day", "rights", "minutes")}[lang]
    rows = ([d.on.isoformat(), str(d.rights), f"{d.minutes:.3f}"] for d in days)
    return csv_bytes(header, rows)
