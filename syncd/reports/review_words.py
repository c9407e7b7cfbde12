"""Words of access reviews, in both languages: states, answers, what silence does."""

from __future__ import annotations

from syncd.core.facts import AccountKind
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Choice, Standing
from syncd.core.reviews.review import ReviewState
from syncd.reports.words import Lang

_STATES = {
    ReviewState.PLANNED: ("予定", "planned"),
    ReviewState.OPEN: ("回答中", "open"),
    ReviewState.CLOSED: ("締切（確認待ち）", "closed, to be confirmed"),
    ReviewState.CONFIRMED: ("確認済み", "confirmed"),
    ReviewState.DROPPED: ("取りやめ", "dropped"),
}
_CHOICES = {
    Choice.NEEDED: ("要", "needed"),
    Choice.NOT_NEEDED: ("不要", "not needed"),
    Choice.NOT_MINE: ("担当違い", "not my section"),
}
_SILENCE = {
    OnSilence.REVOKE: ("不要とみなす", "taken as not needed"),
    OnSilence.HOLD: ("残す", "kept"),
}
_KINDS = {
    AccountKind.PERSONAL: ("個人", "personal"),
    AccountKind.PRIVILEGED: ("特権", "privileged"),
    AccountKind.SERVICE: ("サービス", "service"),
    AccountKind.CONTRACTOR: ("委託", "contractor"),
}


def review_state_word(state: ReviewState, lang: Lang = Lang.JA) -> str:
    """Return what people call the state of a review."""
    return _STATES[state][lang is Lang.EN]


def choice_word(choice: Choice | None, lang: Lang = Lang.JA) -> str:
    """Return what people call an answer; one without a choice sent the question elsewhere."""
    if choice is None:
        return ("回答者を変更", "asked elsewhere")[lang is Lang.EN]
    return _CHOICES[choice][lang is Lang.EN]


def silence_word(policy: OnSilence, lang: Lang = Lang.JA) -> str:
    """Return what becomes of rights that nobody answered for."""
    return _SILENCE[policy][lang is Lang.EN]


def account_kind_word(kind: str, lang: Lang = Lang.JA) -> str:
    """Return what people call 種別 of a listed account; nothing for one that stands in no list."""
    return _KINDS[AccountKind(kind)][lang is Lang.EN] if kind else ""


def answer_word(standing: Standing, lang: Lang = Lang.JA) -> str:
    """Return how a question stands: the answer, silence (and what it did), or that it waits."""
    if standing.choice is not None:
        return choice_word(standing.choice, lang)
    if not standing.silent:
        return ("未回答", "waiting")[lang is Lang.EN]
    policy = OnSilence.HOLD if standing.correct_by is None else OnSilence.REVOKE
    if lang is Lang.EN:
        return f"no answer: {silence_word(policy, lang)}"
    return f"無回答（{silence_word(policy)}）"
