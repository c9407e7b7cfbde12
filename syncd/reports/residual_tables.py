"""Residual reports and the rows of their logs as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from syncd.core.calendar import JST, day_of
from syncd.core.findings import Reason
from syncd.core.residual.reports import Finding
from syncd.ports.residual import LogReading, ResidualLine
from syncd.reports.csv_text import csv_bytes
from syncd.reports.residual_words import (
    finding_word,
    method_word,
    outcome_word,
    residual_state_word,
)
from syncd.reports.words import Lang, reason_word

_REPORT = {
    Lang.JA: (
        *("報告番号", "職員番号", "氏名", "所属コード", "所属", "権限ID", "システム", "利用者ID"),
        *("原因", "残存開始", "失効確認", "残存日数", "利用の有無", "方法", "着眼点", "措置"),
        *("確認者", "確認日", "判断", "判断の理由", "判断者", "判断日", "閲覧者", "閲覧日", "状態"),
    ),
    Lang.EN: (
        *("report", "staff_number", "name", "section_code", "section", "entitlement", "directory"),
        *("account", "cause", "from", "until", "residual_days", "use", "method", "focus"),
        *("measures", "checked_by", "checked_on", "decision", "reason", "decided_by"),
        *("decided_on", "read_by", "read_on", "state"),
    ),
}
_ROWS = {
    Lang.JA: ("ログ", "日時", "利用者ID", "操作", "対象", "結果", "ファイル", "行"),
    Lang.EN: ("log", "at", "account", "action", "target", "result", "file", "line"),
}


def report_table(
    lines: Iterable[ResidualLine],
    said: Mapping[str, Finding | None],
    now: datetime,
    lang: Lang = Lang.JA,
) -> bytes:
    """Return reports as the bytes of a CSV file; days are ISO, moments with their offset."""
    return csv_bytes(_REPORT[lang], (_report(line, said, now, lang) for line in lines))


def rows_table(readings: Iterable[LogReading], lang: Lang = Lang.JA) -> bytes:
    """Return the rows that were kept with a report as the bytes of a CSV file."""
    rows = (
        (
            reading.answer.log,
            row.at.astimezone(JST).isoformat(),
            row.account,
            row.action,
            row.target,
            row.result,
            row.file,
            str(row.number),
        )
        for reading in readings
        for row in reading.answer.rows
    )
    return csv_bytes(_ROWS[lang], rows)


def _report(
    line: ResidualLine, said: Mapping[str, Finding | None], now: datetime, lang: Lang
) -> tuple[str, ...]:
    report, card = line.report, line.card
    use = said.get(report.report_id)
    joint = "、" if lang is Lang.JA else ", "
    return (
        report.report_id,
        report.staff_number or "",
        "" if card is None else card.name,
        report.section or "",
        line.section_name,
        report.entitlement,
        report.directory,
        report.account,
        joint.join(reason_word(Reason(reason), lang) for reason in report.reasons),
        report.from_at.isoformat(),
        "" if report.until_at is None else report.until_at.isoformat(),
        str(report.window.days(now)),
        "" if use is None else finding_word(use, lang),
        "" if report.method is None else method_word(report.method, lang),
        report.focus,
        report.measures,
        report.checked_by,
        _day(report.checked_at),
        "" if report.outcome is None else outcome_word(report.outcome, lang),
        report.decision,
        report.decided_by,
        _day(report.decided_at),
        report.closed_by,
        _day(report.closed_at),
        residual_state_word(report.state, lang),
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else day_of(moment).isoformat()
