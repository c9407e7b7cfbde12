"""Words of residual reports for the pages and the audit trail, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from syncd.core.audit import AuditEvent
from syncd.core.calendar import JST
from syncd.core.findings import Reason
from syncd.core.residual.reports import ResidualReport
from syncd.reports.residual import window_line
from syncd.reports.residual_words import (
    bad_line_word,
    filing_word,
    finding_word,
    hole_word,
    method_word,
    outcome_word,
    residual_state_word,
)
from syncd.reports.words import Lang, day_word, reason_word
from syncd.web.words import moment_word

_E = AuditEvent

EVENTS: Mapping[AuditEvent, tuple[str, str]] = MappingProxyType(
    {
        _E.RESIDUAL_OPENED: ("権限残存報告を起こした", "residual report opened"),
        _E.RESIDUAL_ASKED: ("アクセスログの確認を求めた", "check of the access log asked for"),
        _E.RESIDUAL_WINDOW_ENDED: ("残存の期間が終わった", "residual window ended"),
        _E.RESIDUAL_WINDOW_MOVED: (
            "発令が変わり、残存の期間が変わった",
            "residual window moved by the facts",
        ),
        _E.RESIDUAL_LOG_READ: ("アクセスログを読んだ", "access log read"),
        _E.RESIDUAL_CHECKED: ("アクセスログを確認した", "access log checked"),
        _E.RESIDUAL_DECIDED: ("残存期間の利用について判断した", "decided on use in the window"),
        _E.RESIDUAL_SENT_BACK: ("権限残存報告を差し戻した", "residual report sent back"),
        _E.RESIDUAL_CLOSED: ("監査責任者が閲覧した", "read by the audit manager"),
        _E.RESIDUAL_WITHDRAWN: ("権限残存報告を取り下げた", "residual report withdrawn"),
        _E.RESIDUAL_KNOWN_SET: ("知った日を定めた", "day of knowing set"),
        _E.RESIDUAL_FILING_DECIDED: ("速報について判断した", "decided on the first report"),
        _E.RESIDUAL_REFUSED: (
            "権限残存報告の操作を受け付けなかった",
            "step of a residual report refused",
        ),
    }
)

KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "case": ("案件", "case"),
        "window_from": ("残存の始まり", "window from"),
        "window_until": ("残存の終わり", "window until"),
        "residual_days": ("残存日数", "residual days"),
        "log": ("アクセスログ", "access log"),
        "finding": ("利用の有無", "use"),
        "uses": ("利用の行数", "rows of use"),
        "attempts_failed": ("失敗した試み", "failed attempts"),
        "about_other_rights": ("ほかの権限の行", "rows about other rights"),
        "lines_unreadable": ("読めない行", "unreadable lines"),
        "holes": ("わからない期間の数", "parts not known"),
        "files": ("ファイル", "files"),
        "focus": ("着眼点", "looked for"),
        "measures": ("措置", "measures"),
        "outcome": ("判断", "decision"),
        "known_on": ("知った日", "day of knowing"),
        "filing": ("速報", "first report"),
        "asked_of": ("知らせた人", "told"),
    }
)

VALUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "the right had its ground after all": (
            "事実が改まり、根拠があったとわかった",
            "the facts now give it its ground",
        ),
    }
)


def sayings(lang: Lang) -> Mapping[str, Callable[[Any], str]]:
    """Return how the values of single keys of the trail are said."""

    def moment(text: str) -> str:
        return moment_word(datetime.fromisoformat(text), lang)

    return {
        "window_from": moment,
        "window_until": moment,
        "known_on": lambda text: day_word(date.fromisoformat(text), lang),
        "finding": lambda code: finding_word(code, lang),
        "outcome": lambda code: outcome_word(code, lang),
        "filing": lambda code: filing_word(code, lang),
        "files": lambda text: text[:12] + text[64:],
    }


@dataclass(frozen=True, slots=True)
class ResidualSay:
    """The words that the pages of residual reports use, in the reader's language."""

    lang: Lang

    def state(self, state: str) -> str:
        """Return where a report stands."""
        return residual_state_word(state, self.lang)

    def method(self, method: str) -> str:
        """Return how a log was looked at."""
        return method_word(method, self.lang)

    def finding(self, finding: str) -> str:
        """Return what was found of use."""
        return finding_word(finding, self.lang)

    def outcome(self, outcome: str) -> str:
        """Return what was decided."""
        return outcome_word(outcome, self.lang)

    def filing(self, filing: str) -> str:
        """Return what was decided of the first report."""
        return filing_word(filing, self.lang)

    def hole(self, why: str) -> str:
        """Return why a log says nothing of a part of the window."""
        return hole_word(why, self.lang)

    def bad(self, why: str) -> str:
        """Return why a line could not be read."""
        return bad_line_word(why, self.lang)

    def window(self, report: ResidualReport) -> str:
        """Return a window in one line."""
        return window_line(report, self.lang)

    def cause(self, report: ResidualReport) -> str:
        """Return why the ground ended."""
        joint = "、" if self.lang is Lang.JA else ", "
        return joint.join(reason_word(Reason(r), self.lang) for r in report.reasons) or "-"

    def second(self, moment: datetime) -> str:
        """Return a moment in Japan to the second, as logs are read."""
        return f"{moment.astimezone(JST):%Y-%m-%d %H:%M:%S}"
