"""Words that people read for identifiers that programs read: Japanese first, English beside it."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from syncd.core.findings import Doubt, Notice, Reason, Verdict
from syncd.core.messages import MessageKind


class Lang(StrEnum):
    """The language of what people read."""

    JA = "ja"
    EN = "en"


_REASONS = {
    Reason.UNKNOWN_ACCOUNT: ("職員に結びつかない利用者ID", "account of nobody known"),
    Reason.SEPARATED: ("退職", "has left"),
    Reason.TERM_EXPIRED: ("任期満了", "term expired"),
    Reason.SUSPENDED: ("休職・停職中", "on leave or suspended"),
    Reason.NOT_DESIGNATED: ("指定がない", "never designated"),
    Reason.DESIGNATION_ENDED: ("指定が終了", "designation ended"),
    Reason.DESIGNATION_NOT_BEGUN: ("指定がまだ始まらない", "designation not begun"),
    Reason.TRANSFERRED: ("異動", "transferred"),
    Reason.OPERATION_EXCEEDED: ("取扱範囲を超える", "beyond the handling scope"),
    Reason.TRAINING_OVERDUE: ("研修の期限切れ", "training overdue"),
    Reason.HR_CONFLICT: ("発令と名簿の食い違い", "orders and roster disagree"),
}
_VERDICTS = {
    Verdict.JUSTIFIED: ("根拠あり", "justified"),
    Verdict.STALE: ("権限残存", "stale"),
    Verdict.EXCEPTED: ("猶予", "excepted"),
    Verdict.UNKNOWN: ("不明", "unknown"),
}
_STATES = {
    "open": ("承認待ち", "waiting for approval"),
    "approved": ("承認済み", "approved"),
    "applying": ("失効処理中", "being removed"),
    "removed": ("失効（確認待ち）", "removed, not yet verified"),
    "verified": ("失効確認済み", "verified"),
    "withdrawn": ("取下げ", "withdrawn"),
    "gone": ("消滅", "gone"),
    "excepted": ("猶予", "excepted"),
    "refused": ("失効拒否（2人目待ち）", "refused, waits for a second person"),
    "failed": ("失敗", "failed"),
}
_NOTICES = {
    Notice.DESIGNATED_WITHOUT_RIGHT: ("指定はあるが権限がない", "designated without right"),
    Notice.DESIGNATION_STALE: ("指定の解除もれ", "designation outlived its ground"),
    Notice.ENTITLEMENT_UNLISTED: ("一覧にないグループ", "group in no list"),
    Notice.HR_CONFLICT: ("発令と名簿の食い違い", "orders and roster disagree"),
    Notice.VANISHED_FROM_ROSTER: ("名簿から消えた職員", "vanished from the roster"),
    Notice.ORDER_HELD: ("保留した発令", "order held"),
    Notice.ENTITLEMENT_WITHOUT_GROUP: ("グループが見つからない権限", "right without its group"),
    Notice.ORG_UNIT_UNLISTED: ("一覧にない所属", "section in no list"),
    Notice.DELTA_DIFFERS: ("差分で伝わらなかった変更", "change that no delta told"),
    Notice.READ_UNPROVED: ("全件と確かめられない読取り", "read not proved complete"),
}
_MESSAGES = {
    MessageKind.NEW_CASES: ("新しい案件", "new cases"),
    MessageKind.REGRANTED: ("再付与された権限", "regranted rights"),
    MessageKind.DEADLINE: ("判断の期限", "deadline"),
    MessageKind.PRE_APPROVAL: ("事前の承認の期限", "deadlines of approving ahead"),
    MessageKind.ESCALATION: ("督促", "escalation"),
    MessageKind.PLAN_HELD: ("保留された計画", "held plan"),
    MessageKind.ORDER_COUNTS: ("合わない発令の件数", "counts of orders that differ"),
    MessageKind.INPUT_REFUSED: ("拒否された入力", "refused input"),
    MessageKind.DIRECTORY_UNREAD: ("読めないディレクトリ", "unread directory"),
    MessageKind.GUARD_ALARM: ("抑止の警報", "alarm about a guard"),
    MessageKind.REPORT_READY: ("朝の報告", "morning report"),
    MessageKind.RUN_MISSED: ("突合の遅れ", "missed run"),
    MessageKind.TASKS_TO_DO: ("行う作業", "tasks to do"),
    MessageKind.TASKS_TO_CHECK: ("確認する作業", "tasks to check"),
    MessageKind.TASKS_OVERDUE: ("期限の過ぎた作業", "overdue tasks"),
    MessageKind.RESIDUAL_ASKED: ("残存期間のログの確認", "access logs to be checked"),
    MessageKind.RESIDUAL_DEADLINE: ("速報の期限", "deadline of a first report"),
    MessageKind.REVIEW_ASKED: ("棚卸の質問", "questions of an access review"),
    MessageKind.REVIEW_REMINDER: ("棚卸の督促", "reminder of an access review"),
    MessageKind.REVIEW_ESCALATION: ("棚卸の回答期限切れ", "access review is overdue"),
    MessageKind.REVIEW_CORRECTION: ("棚卸の是正期限切れ", "correction is overdue"),
    MessageKind.REVIEW_CLOSED: ("棚卸の締切", "access review closed"),
}
_PLACE = re.compile(r"line (\d+), (.*)")
_DOUBTS = {
    Doubt.NO_ROSTER: ("職員名簿がまだない", "no roster yet"),
    Doubt.ROW_HELD: ("保留した行や発令がある", "a row or an order is held"),
    Doubt.VANISHED_PERSON: ("職員が名簿から消えた", "the person vanished from the roster"),
    Doubt.VANISHED_DESIGNATION: (
        "指定の行が解除日なく消えた",
        "the designation vanished without a release",
    ),
    Doubt.CONTESTED_ACCOUNT: (
        "ディレクトリとアカウント一覧で職員番号が違う",
        "directory and account list name different people",
    ),
    Doubt.INPUT_REFUSED: ("拒否した入力で変わり得る", "a refused input may have changed it"),
}
_ERAS = (
    (date(2019, 5, 1), "令和", 2018),
    (date(1989, 1, 8), "平成", 1988),
    (date(1926, 12, 25), "昭和", 1925),
)


def reason_word(reason: Reason, lang: Lang = Lang.JA) -> str:
    """Return what people call a reason."""
    return _REASONS[reason][lang is Lang.EN]


def verdict_word(verdict: Verdict, lang: Lang = Lang.JA) -> str:
    """Return what people call a verdict."""
    return _VERDICTS[verdict][lang is Lang.EN]


def state_word(state: str, lang: Lang = Lang.JA) -> str:
    """Return what people call the state of a case."""
    return _STATES[state][lang is Lang.EN]


def notice_word(notice: Notice, lang: Lang = Lang.JA) -> str:
    """Return what people call a notice."""
    return _NOTICES[notice][lang is Lang.EN]


def message_word(kind: str, lang: Lang = Lang.JA) -> str:
    """Return what people call a kind of message."""
    return _MESSAGES[MessageKind(kind)][lang is Lang.EN]


def place_word(text: str, lang: Lang = Lang.JA) -> str:
    """Return where the first fault of an input stands."""
    found = _PLACE.fullmatch(text)
    return text if found is None or lang is Lang.EN else f"{found[1]} 行目、{found[2]}"


def doubt_word(doubt: Doubt, lang: Lang = Lang.JA) -> str:
    """Return what people call a kind of doubt."""
    return _DOUBTS[doubt][lang is Lang.EN]


def day_word(day: date | None, lang: Lang = Lang.JA) -> str:
    """Return a day as people write it: 令和9年4月1日, or ISO in English; `-` for none."""
    if day is None:
        return "-"
    if lang is Lang.EN:
        return day.isoformat()
    for begins, era, before in _ERAS:
        if day >= begins:
            year = day.year - before
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return day.isoformat()
