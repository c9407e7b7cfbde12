"""Words of residual reports that letters, papers and pages share, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.core.residual.reports import Filing, Finding, Method, Outcome, ResidualState
from syncd.core.residual.use import (
    BEGINS_LATER,
    ENDS_EARLIER,
    FILE_BROKEN,
    FILE_MISSING,
    NOTHING_READ,
    TOO_QUIET,
)
from syncd.reports.words import Lang

_STATES = {
    ResidualState.OPENED: ("未依頼", "nobody told yet"),
    ResidualState.ASKED: ("確認待ち", "log to be checked"),
    ResidualState.CHECKED: ("判断待ち", "decision awaited"),
    ResidualState.DECIDED: ("閲覧待ち", "audit manager to read"),
    ResidualState.CLOSED: ("完了", "closed"),
    ResidualState.WITHDRAWN: ("取下げ", "withdrawn"),
}
_METHODS = {
    Method.ALL: ("全件", "all lines"),
    Method.SAMPLE: ("抽出", "a sample"),
    Method.NO_LOG: ("ログがない", "no log"),
}
_FINDINGS = {
    Finding.NONE: ("なし", "no use"),
    Finding.FOUND: ("あり", "use found"),
    Finding.NOT_KNOWN: ("確かめられない", "not known"),
}
_OUTCOMES = {
    Outcome.NO_USE: ("残存期間の利用はない", "no use in the window"),
    Outcome.WORK_USE: ("業務上の理由による利用だった", "use with a work reason"),
    Outcome.NOT_KNOWN: ("利用の有無を確かめられない", "whether there was use is not known"),
    Outcome.INCIDENT: ("事案対応の手続に引き継ぐ", "handed to the incident procedure"),
}
_FILINGS = {
    Filing.REPORT: ("委員会に報告する", "to be reported to the commission"),
    Filing.NO_REPORT: ("委員会への報告を要しない", "not to be reported to the commission"),
}
_HOLES = {
    BEGINS_LATER: ("ログの始まりより前", "before the log begins"),
    ENDS_EARLIER: ("ログの終わりより後", "after the log ends"),
    FILE_MISSING: ("間のファイルがない", "a file between is missing"),
    FILE_BROKEN: ("ファイルを最後まで読めない", "a file cannot be read to its end"),
    TOO_QUIET: ("記録のない時間が長すぎる", "no line for too long"),
    NOTHING_READ: ("読める記録がない", "nothing could be read"),
}
_BAD_LINES = {
    "no-form": ("形が正しくない", "not of the right form"),
    "no-moment": ("日時を読めない", "no moment to read"),
    "no-column": ("列がない", "a column is missing"),
    "too-long": ("長すぎる", "too long"),
}


def _word(words: Mapping[Any, tuple[str, str]], code: str, lang: Lang) -> str:
    found = words.get(code)
    return str(code) if found is None else found[lang is Lang.EN]


def residual_state_word(state: str, lang: Lang = Lang.JA) -> str:
    """Return where a report stands, in words."""
    return _word(_STATES, state, lang)


def method_word(method: str, lang: Lang = Lang.JA) -> str:
    """Return how a log was looked at."""
    return _word(_METHODS, method, lang)


def finding_word(finding: str, lang: Lang = Lang.JA) -> str:
    """Return what was found of use."""
    return _word(_FINDINGS, finding, lang)


def outcome_word(outcome: str, lang: Lang = Lang.JA) -> str:
    """Return what was decided."""
    return _word(_OUTCOMES, outcome, lang)


def filing_word(filing: str, lang: Lang = Lang.JA) -> str:
    """Return what was decided of the first report."""
    return _word(_FILINGS, filing, lang)


def hole_word(why: str, lang: Lang = Lang.JA) -> str:
    """Return why a log says nothing of a part of the window."""
    return _word(_HOLES, why, lang)


def bad_line_word(why: str, lang: Lang = Lang.JA) -> str:
    """Return why a line could not be read."""
    return _word(_BAD_LINES, why, lang)
