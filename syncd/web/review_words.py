"""Words of access reviews for the pages and the audit trail, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from syncd.core.audit import AuditEvent
from syncd.core.calendar import last_day_before
from syncd.core.findings import Reason
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Choice, Standing
from syncd.core.reviews.review import ReviewState
from syncd.reports.review_words import (
    account_kind_word,
    answer_word,
    choice_word,
    review_state_word,
    silence_word,
)
from syncd.reports.words import Lang, day_word, reason_word

_E = AuditEvent

EVENTS: Mapping[AuditEvent, tuple[str, str]] = MappingProxyType(
    {
        _E.REVIEW_STARTED: ("棚卸を始めた", "access review begun"),
        _E.REVIEW_FROZEN: ("棚卸の対象を固定した", "set of an access review frozen"),
        _E.REVIEW_ASKED: ("棚卸の回答を求めた", "answers to an access review asked for"),
        _E.REVIEW_REMINDED: ("棚卸の回答を督促した", "reminded of an access review"),
        _E.REVIEW_ESCALATED: ("棚卸の無回答を上げた", "unanswered review escalated"),
        _E.REVIEW_ANSWERED: ("棚卸に回答した", "answered in an access review"),
        _E.REVIEW_ASSIGNED: ("棚卸の回答者を決めた", "question sent to another section"),
        _E.REVIEW_REFUSED: ("棚卸の操作を受け付けなかった", "step of an access review refused"),
        _E.REVIEW_SILENT: ("無回答に方針を当てた", "policy for silence applied"),
        _E.REVIEW_CLOSED: ("棚卸を締め切った", "access review closed"),
        _E.REVIEW_CORRECTED: ("不要な権限がなくなった", "rights not needed are gone"),
        _E.REVIEW_CONFIRMED: ("棚卸の記録を確認した", "record of an access review confirmed"),
        _E.REVIEW_DROPPED: ("棚卸を取りやめた", "access review dropped"),
    }
)
KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ended": ("不要とみなした件数", "taken as not needed"),
        "kept": ("残した件数", "kept"),
        "name": ("名前", "name"),
        "needed": ("要", "needed"),
        "never_asked": ("尋ねた相手のいない所属", "sections never asked"),
        "not_needed": ("不要", "not needed"),
        "note": ("確認者の所見", "note"),
        "numbers": ("番号", "numbers"),
        "questions": ("対象の件数", "rights in the set"),
        "section": ("所属", "section"),
        "sections": ("所属の数", "sections"),
        "sheet": ("表示した内容", "what was shown"),
        "silent": ("無回答", "unanswered"),
        "systems": ("システム", "systems"),
    }
)
VALUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "needed": ("要", "needed"),
        "not-needed": ("不要", "not needed"),
        "not-mine": ("担当違い", "not my section"),
    }
)
_SHORT = 12


def sayings(lang: Lang) -> Mapping[str, Callable[[Any], str]]:
    """Return how values of some keys are said."""
    missing = ("読めていない", "not read")[lang is Lang.EN]

    def system(read: Mapping[str, Any]) -> str:
        return f"{read['directory']} {read['memberships'] if read['read_at'] else missing}"

    nobody = ("受け持つ所属なし", "of no section")[lang is Lang.EN]
    return {
        "never_asked": lambda section: section or nobody,
        "numbers": str,
        "section": str,
        "sheet": lambda text: text[:_SHORT],
        "systems": system,
    }


@dataclass(frozen=True, slots=True)
class ReviewSay:
    """The words that the pages of access reviews use, in the reader's language."""

    lang: Lang

    def state(self, state: ReviewState) -> str:
        """Return where a review stands."""
        return review_state_word(state, self.lang)

    def choice(self, choice: Choice | None) -> str:
        """Return what people call an answer."""
        return choice_word(choice, self.lang)

    def answer(self, standing: Standing) -> str:
        """Return how a question stands."""
        return answer_word(standing, self.lang)

    def silence(self, policy: OnSilence) -> str:
        """Return what becomes of rights that nobody answered for."""
        return silence_word(policy, self.lang)

    def kind(self, kind: str) -> str:
        """Return 種別 of a listed account."""
        return account_kind_word(kind, self.lang)

    def reasons(self, reasons: Iterable[str]) -> str:
        """Return why a right had no ground on the day."""
        return ("、", ", ")[self.lang is Lang.EN].join(
            reason_word(Reason(reason), self.lang) for reason in reasons
        )

    def last_day(self, end: datetime | None) -> str:
        """Return the last day before a deadline, which is the end of one."""
        return "-" if end is None else day_word(last_day_before(end), self.lang)
