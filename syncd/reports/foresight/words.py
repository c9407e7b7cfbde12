"""What people call the parts of a preview, its lines and what made a difference."""

from __future__ import annotations

from syncd.core.findings import Because, Doubt, Reason
from syncd.core.foresight.arrivals import UNKNOWN
from syncd.core.foresight.compare import Cause, Turn, Why
from syncd.core.foresight.lines import LimitLine, Outlook, Part, TrainingState
from syncd.core.guards import Guard
from syncd.core.ids import shown_group
from syncd.reports.explain import because_word
from syncd.reports.words import Lang, doubt_word, reason_word

NOTICE_MARK = ("【内示】", "[advance notice]")
CONFIDENTIAL = (
    "取扱注意: 内示を含みます。人事の担当者のほかに見せないでください",
    "Confidential: rests on advance notices. For personnel only",
)
_PARTS = {
    Part.LOSSES: ("失う権限", "rights lost"),
    Part.SPARED: (
        "内示によりこの日には失われない権限",
        "spared by advance notices",
    ),
    Part.UNKNOWN: ("判定できない権限", "rights that cannot be judged"),
    Part.ARRIVALS: (
        "新しい所属での指定がない人",
        "new in a section, not designated there",
    ),
    Part.LISTS: ("名簿を直していない所属", "sections that have not updated their list"),
    Part.TRAINING: ("受講が必要な人", "training due"),
    Part.GROUPS: ("空または少人数になるグループ", "groups that would be emptied or keep few"),
    Part.LIMITS: ("大量失効抑止の見込み", "what the guards would say"),
}
_OUTLOOKS = {
    Outlook.EMPTIED: ("空になる", "emptied"),
    Outlook.PLACEHOLDER: ("仮の構成員だけになる", "only the placeholder stays"),
    Outlook.FEW: ("少人数になる", "few stay"),
}
_TRAINING = {
    TrainingState.OVERDUE: ("期限切れ", "overdue"),
    TrainingState.GRACE: ("新任の猶予中", "in the grace of the newly designated"),
    TrainingState.DUE: ("まもなく期限", "falls due soon"),
    TrainingState.ARRIVING: ("着任者（指定の前に受講）", "arriving, before a designation"),
}
_TURNS = {
    Turn.ADDED: ("増えた", "added"),
    Turn.GONE: ("なくなった", "gone"),
    Turn.CHANGED: ("変わった", "changed"),
}
_CAUSES = {
    Cause.ORDER_CAME: ("発令 {ref} が出た", "order {ref} came"),
    Cause.ORDER_CANCELLED: (
        "発令 {ref} が {by} で取り消された",
        "{by} cancelled order {ref}",
    ),
    Cause.ORDER_CORRECTED: ("発令 {ref} が訂正された{by}", "order {ref} was corrected{by}"),
    Cause.ORDER_CONFIRMED: ("発令 {ref} が確定した", "order {ref} was confirmed"),
    Cause.ORDER_DROPPED: (
        "発令 {ref} がこの日の発令でなくなった",
        "order {ref} is none of the day any more",
    ),
    Cause.ORDERS: ("この日の発令が変わった", "orders of the day differ"),
    Cause.INPUT: ("入力 {ref} が変わった", "the input {ref} changed"),
    Cause.OTHER: (
        "発令と入力のほか（設定、案件、作成日）",
        "neither orders nor inputs: settings, a case, the day",
    ),
}
_GUARDS = {
    Guard.DIRECTORY_LIMIT: ("ディレクトリの上限を超える", "more than the limit of the directory"),
    Guard.GROUP_LIMIT: ("グループの上限を超える", "more than the limit of the group"),
    Guard.LAST_MEMBER: ("最後の構成員", "the last member"),
    Guard.LAST_ADMINISTRATOR: ("最後の管理者", "the last administrator"),
    Guard.PROTECTED_ACCOUNT: ("保護された利用者ID", "a protected account"),
    Guard.PROTECTED_GROUP: ("保護されたグループ", "a protected group"),
    Guard.CLOCK_JUMP: ("時計が飛んでいる", "the clock jumped"),
    Guard.ORDER_COUNTS: ("発令の数が申告と違う", "not as many orders as were stated"),
    Guard.ORDER_COUNTS: ("発令の件数が違う", "another number of orders than stated"),
}
_UNKNOWN = ("事実がそろわず判定できない", "the facts do not allow to say")


def part_word(part: Part, lang: Lang = Lang.JA) -> str:
    """Return what people call a part of a preview."""
    return _PARTS[part][lang is Lang.EN]


def outlook_word(outlook: Outlook, lang: Lang = Lang.JA) -> str:
    """Return what becomes of a group."""
    return _OUTLOOKS[outlook][lang is Lang.EN]


def training_word(state: TrainingState, lang: Lang = Lang.JA) -> str:
    """Return how it stands with somebody's training."""
    return _TRAINING[state][lang is Lang.EN]


def turn_word(turn: Turn, lang: Lang = Lang.JA) -> str:
    """Return what became of a line since the last preview."""
    return _TURNS[turn][lang is Lang.EN]


def cause_word(why: Why, lang: Lang = Lang.JA) -> str:
    """Return what made a difference, with the order or the input."""
    by = why.by
    if why.cause is Cause.ORDER_CORRECTED:
        by = "" if not by else (f"（{by}）", f" by {by}")[lang is Lang.EN]
    return _CAUSES[why.cause][lang is Lang.EN].format(ref=why.ref, by=by)


def reason_told(reason: str, lang: Lang = Lang.JA) -> str:
    """Return what people call a reason, from how a preview keeps it."""
    return reason_word(Reason(reason), lang)


def fault_word(fault: str, lang: Lang = Lang.JA) -> str:
    """Return what is wrong with a designation at a new section."""
    return _UNKNOWN[lang is Lang.EN] if fault == UNKNOWN else reason_word(Reason(fault), lang)


def doubt_told(doubt: str, lang: Lang = Lang.JA) -> str:
    """Return why nothing can be said of a right."""
    return doubt_word(Doubt(doubt), lang) if doubt else _UNKNOWN[lang is Lang.EN]


def cited(text: str, lang: Lang = Lang.JA) -> str:
    """Return how a fact is cited, from how a preview keeps it: `order R9-1`."""
    kind, _, ref = text.partition(" ")
    return because_word(Because(kind, ref), lang)


def limit_word(line: LimitLine, lang: Lang = Lang.JA) -> str:
    """Return what the guards would say, with the numbers."""
    where = f"{line.directory} {shown_group(line.group)}".strip()
    if lang is Lang.EN:
        what = _GUARDS[Guard(line.guard)][1] if line.guard else "within its limit"
        counted = f"{line.removals} that no order explains (limit {line.limit})"
        return f"{where}: {what}; {counted}, {line.explained} explained by orders"
    what = _GUARDS[Guard(line.guard)][0] if line.guard else "上限の内"
    counted = f"発令で説明できない失効 {line.removals} 件（上限 {line.limit}）"
    return f"{where}: {what}。{counted}、発令で説明できるもの {line.explained} 件"


def notice_mark(lang: Lang = Lang.JA) -> str:
    """Return the mark that stands on every line which rests on 内示."""
    return NOTICE_MARK[lang is Lang.EN]


def confidential_mark(lang: Lang = Lang.JA) -> str:
    """Return what stands on every paper and page that rests on 内示."""
    return CONFIDENTIAL[lang is Lang.EN]
