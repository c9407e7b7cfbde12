"""Words for tasks: what they ask for by the kind of thing, and where they stand."""

from __future__ import annotations

from syncd.core.tasks import TaskState, ThingKind
from syncd.reports.words import Lang

_THINGS = {
    ThingKind.OPERATOR_ID: ("操作者ID", "operator's ID"),
    ThingKind.APPLICATION: ("業務システム", "application"),
    ThingKind.DOOR: ("入退室", "door"),
    ThingKind.KEY: ("鍵", "key"),
    ThingKind.DEVICE_PERMIT: ("端末の持出許可", "permit to carry a device"),
    ThingKind.OTHER: ("そのほか", "other"),
}
_ASKS = {
    ThingKind.OPERATOR_ID: (
        "操作者IDからこの権限を外します。ほかに用途がなければ操作者IDを抹消します。",
        "Take this right from the operator's ID; delete the ID if nothing else needs it.",
    ),
    ThingKind.APPLICATION: (
        "業務システムの利用者IDから、この権限を外します。",
        "Take this right from the account in the application.",
    ),
    ThingKind.DOOR: (
        "入退室の登録からこの人を外し、カードがあれば回収します。",
        "Take this person off the door, and take the card back if there is one.",
    ),
    ThingKind.KEY: (
        "鍵を回収し、貸出簿に返却を記録します。",
        "Take the key back, and enter the return in the register.",
    ),
    ThingKind.DEVICE_PERMIT: (
        "持出許可を取り消し、端末を回収します。",
        "Withdraw the permit, and take the device back.",
    ),
    ThingKind.OTHER: ("この人からこの権限を外します。", "Take this right from this person."),
}
_STATES = {
    TaskState.OPEN: ("作業待ち", "to be done"),
    TaskState.DONE: ("確認待ち", "done, to be checked"),
    TaskState.CHECKED: ("確認済み", "checked"),
    TaskState.CONFIRMED: ("一覧で確認（人の確認なし）", "confirmed by a list, checked by nobody"),
    TaskState.CONTRADICTED: ("報告後の一覧に残存", "a later list still held it"),
    TaskState.DROPPED: ("不要になった", "no longer needed"),
}


def thing_word(kind: ThingKind, lang: Lang) -> str:
    """Return what kind of thing it is."""
    return _THINGS[kind][lang is Lang.EN]


def task_asks(kind: ThingKind, lang: Lang) -> str:
    """Return in a sentence what is to be done with such a thing."""
    return _ASKS[kind][lang is Lang.EN]


def task_state_word(state: TaskState, lang: Lang) -> str:
    """Return where a task stands."""
    return _STATES[state][lang is Lang.EN]
