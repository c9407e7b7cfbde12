"""What the morning report says in words: Japanese first, English beside it."""

from __future__ import annotations

from datetime import timedelta

from syncd.core.morning.lines import ApprovedBy, MorningLine, Outcome, WaitsFor
from syncd.core.morning.outages import Failing
from syncd.reports.words import Lang

_OUTCOMES = {
    Outcome.VERIFIED: ("失効を確認", "removed and verified"),
    Outcome.GONE: ("ほかで消滅", "gone otherwise"),
    Outcome.REMOVED: ("失効（確認待ち）", "removed, not yet verified"),
    Outcome.WAITING: ("待ち", "waiting"),
    Outcome.EXCEPTED: ("猶予", "excepted"),
    Outcome.FAILED: ("失敗", "failed"),
    Outcome.WITHDRAWN: ("取下げ", "withdrawn"),
}
_WAITS = {
    WaitsFor.APPROVAL: ("承認を待つ", "for approval"),
    WaitsFor.HELD: ("抑止により保留（2名の解除待ち）", "held by a guard, for two persons"),
    WaitsFor.UNKNOWN: ("確かめられない（入力か読取り）", "unknown: an input or a directory"),
    WaitsFor.HANDED_OVER: ("人の作業を待つ", "handed over to people"),
    WaitsFor.BLOCKED: ("計画では外せない", "no plan may end it"),
    WaitsFor.NEXT_RUN: ("次の突合を待つ", "for the next run"),
}
_APPROVED = {
    ApprovedBy.PEOPLE: ("人の承認", "approved by people"),
    ApprovedBy.POLICY: ("方針による承認", "approved by policy"),
    ApprovedBy.NOBODY: ("承認なし", "not approved"),
}
_FAILING = {
    Failing.INPUT: ("入力の拒否", "input refused"),
    Failing.DIRECTORY: ("読めないディレクトリ", "directory unread"),
}
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def outcome_word(outcome: Outcome, lang: Lang = Lang.JA) -> str:
    """Return what people call an outcome."""
    return _OUTCOMES[outcome][lang is Lang.EN]


def waits_word(waits: WaitsFor, lang: Lang = Lang.JA) -> str:
    """Return what people call what a right waits for."""
    return _WAITS[waits][lang is Lang.EN]


def approved_word(by: ApprovedBy, lang: Lang = Lang.JA) -> str:
    """Return on whose word a right is removed."""
    return _APPROVED[by][lang is Lang.EN]


def failing_word(failing: Failing, lang: Lang = Lang.JA) -> str:
    """Return what people call what could not be read."""
    return _FAILING[failing][lang is Lang.EN]


def time_word(stood: timedelta, lang: Lang = Lang.JA) -> str:
    """Return a length of time as people say it: seconds below an hour, then hours, then days."""
    seconds = int(stood.total_seconds())
    minutes, rest = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if stood < _HOUR:
        return f"{minutes} min {rest} s" if lang is Lang.EN else f"{minutes}分{rest}秒"
    if stood < _DAY:
        return (
            f"{hours} h {minutes_left} min" if lang is Lang.EN else f"{hours}時間{minutes_left}分"
        )
    return f"{days} d {hours_left} h" if lang is Lang.EN else f"{days}日{hours_left}時間"


def approval_word(line: MorningLine, lang: Lang = Lang.JA) -> str:
    """Return who approved a right, and whether before the day."""
    if line.approved_by is not ApprovedBy.PEOPLE:
        return approved_word(line.approved_by, lang)
    when = ("（事前）", " (ahead)") if line.approved_ahead else ("（当日）", " (on the day)")
    return ", ".join(line.voters) + when[lang is Lang.EN]
