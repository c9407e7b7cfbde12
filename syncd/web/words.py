"""Days, moments and names as people read them, and phrases in the two languages of the console."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TypeAlias

from syncd.bilingual import english, japanese
from syncd.core.access import Permission
from syncd.core.calendar import JST
from syncd.core.cases import Case
from syncd.core.facts import Provides
from syncd.core.findings import Because
from syncd.core.votes import Role
from syncd.ports.syncs import SyncEvent
from syncd.reports.explain import because_word, sentence_of
from syncd.reports.words import Lang, day_word

Phrase: TypeAlias = Callable[[str, str], str]
"""Called as _(japanese, english); gives the one of the visitor's language."""

Titles: TypeAlias = Mapping[Role, str]
"""What this body calls roles, where it calls them otherwise (`[organization.role_labels]`)."""

_ROLES = {
    Role.OPERATOR: ("システム担当", "operator"),
    Role.APPROVER: ("保護責任者", "approver"),
    Role.PERSONNEL: ("人事", "personnel"),
    Role.AUDITOR: ("監査責任者", "auditor"),
    Role.CHIEF: ("総括責任者", "chief"),
    Role.ADMIN: ("管理者", "administrator"),
}


_METHODS = {
    "local": ("パスワード（このコンソール）", "password of this console"),
    "ldap": ("ディレクトリのパスワード", "password of the directory"),
    "oidc": ("認証基盤", "provider"),
    "token": ("トークン", "token"),
}
_SCOPES = {
    Permission.READ: ("見る", "read"),
    Permission.DECIDE: ("承認・拒否する", "approve and refuse"),
    Permission.HANDLE_TASKS: ("作業を行う・確認する", "do and check tasks"),
    Permission.DELEGATE: ("代決者を決める", "name deputies"),
    Permission.START_SYNC: ("突合を開始する", "start runs"),
    Permission.BRING_ORDERS: ("発令を持ち込む", "bring orders"),
    Permission.SEE_ADVANCE_NOTICES: ("内示を見る", "see advance notices"),
    Permission.READ_TRAIL: ("証跡を見る", "read the audit trail"),
    Permission.TEST_CONNECTIONS: ("接続を試す", "test connections"),
    Permission.HOLD_REVIEWS: ("棚卸を始め、締め切る", "begin and close access reviews"),
    Permission.ADMINISTER: ("利用者を管理する", "administer access"),
}


_PROVIDES = {
    Provides.ROSTER: ("職員名簿", "roster"),
    Provides.ORDERS: ("発令", "orders"),
    Provides.DESIGNATIONS: ("事務取扱担当者の指定", "designations"),
    Provides.ENTITLEMENTS: ("権限の一覧", "rights"),
    Provides.TRAINING: ("研修", "training"),
    Provides.ORG_UNITS: ("所属", "sections"),
    Provides.ACCOUNTS: ("アカウント一覧", "accounts"),
    Provides.PERSON_LINKS: ("職員番号の対応", "person links"),
    Provides.ORDER_COUNTS: ("発令件数", "counts of orders"),
    Provides.REVIEW_OUTCOMES: ("棚卸の結果", "outcomes of access reviews"),
}


def phrase(lang: Lang) -> Phrase:
    """Return the choice between the two languages."""

    def choose(japanese: str, english: str) -> str:
        return english if lang is Lang.EN else japanese

    return choose


def said(text: str, lang: Lang) -> str:
    """Return a sentence in the reader's language, where it was made in both."""
    return english(text) if lang is Lang.EN else japanese(text)


def role_word(role: Role, lang: Lang, titles: Titles) -> str:
    """Return what people call a role: in Japanese by the title that this body gives to it."""
    japanese_title, english_title = _ROLES[role]
    return english_title if lang is Lang.EN else titles.get(role, japanese_title)


def roles_word(roles: Iterable[Role], lang: Lang, titles: Titles) -> str:
    """Return what people call several roles, in the order of the list."""
    held = frozenset(roles)
    between = ", " if lang is Lang.EN else "・"
    return between.join(role_word(role, lang, titles) for role in Role if role in held)


def method_word(method: str, lang: Lang) -> str:
    """Return by what way somebody signed in."""
    return _METHODS[method][lang is Lang.EN]


def provides_word(provides: Provides, lang: Lang) -> str:
    """Return what a source states."""
    return _PROVIDES[provides][lang is Lang.EN]


def scope_word(permission: Permission, lang: Lang) -> str:
    """Return what a permission, and a token's scope, lets one do."""
    return _SCOPES[permission][lang is Lang.EN]


def moment_word(moment: datetime | None, lang: Lang) -> str:
    """Return a moment in Japan to the minute: 令和9年4月1日 0:00, or ISO in English."""
    if moment is None:
        return "-"
    local = moment.astimezone(JST)
    if lang is Lang.EN:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{day_word(local.date())} {local.hour}:{local.minute:02d}"


def deadline_word(moment: datetime, lang: Lang) -> str:
    """Return a deadline; the end of a day is told as that day, not as the next one's 0:00."""
    local = moment.astimezone(JST)
    if (local.hour, local.minute) == (0, 0):
        ended = date.fromordinal(local.toordinal() - 1)
        return f"{day_word(ended, lang)}" + ("まで" if lang is Lang.JA else ", end of day")
    return moment_word(moment, lang)


def why(case: Case, lang: Lang) -> str:
    """Return in one sentence why the right has lost its ground."""
    sentences = [sentence_of(reason, lang) for reason in case.reasons]
    cited = [because_word(b, lang) for b in _weightiest(case)]
    if lang is Lang.EN:
        told = "; ".join(sentences).capitalize() or "No reason is on record"
        return told + (f" ({', '.join(cited)})." if cited else ".")
    told = "。".join(sentences) or "理由の記録がありません"
    return told + (f"（{'、'.join(cited)}）。" if cited else "。")


def _weightiest(case: Case) -> list[Because]:
    """Return the facts that a sentence has room for: the orders, else the first two others."""
    orders = [b for b in case.because if b.kind == "order"]
    return orders[:2] or list(case.because[:2])


def days_between(since: date | None, until: date) -> int | None:
    """Return for how many days a right has stood; None where its first day is not known."""
    return None if since is None else max(0, (until - since).days)


_STEPS = {
    "directories": ("ディレクトリを読み終えました", "directories read"),
    "verified": ("失効を確かめました", "removed and verified"),
    "failed": ("失敗しました", "failed"),
    "sources": ("入力を読んでいます", "reading the inputs"),
    "decision": ("判定しています", "deciding"),
    "removals": ("失効しています", "removing"),
}


def step_word(step: SyncEvent, lang: Lang) -> str:
    """Return a step of a run's progress in words, with its numbers."""
    named = _STEPS.get(step.what, (f"ディレクトリを読んでいます: {step.what}", step.what))
    counted = f"{step.done}" if step.total is None else f"{step.done} / {step.total}"
    return f"{named[lang is Lang.EN]}  {counted}"
