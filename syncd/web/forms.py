"""What is wrong with a form or an address, as people read it: each field with what it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import Form
from pydantic import Field

from syncd.bilingual import Bilingual
from syncd.core.calendar import FIRST_DAY, LAST_DAY
from syncd.errors import UsageError

Day: TypeAlias = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that somebody asks for, where a day is taken as one."""

AccountName: TypeAlias = Annotated[str, Form(max_length=256)]
"""The name of an account that a form sends."""

_FIELDS = {
    "account": ("アカウント", "account"),
    "password": ("パスワード", "password"),
    "until": ("この日まで", "until"),
    "until_on": ("最終日", "last day"),
    "from_on": ("初日", "first day"),
    "deputy": ("代決者のアカウント", "account of the deputy"),
    "reason": ("理由", "reason"),
    "expected": ("入っているはずの件数", "how many orders should be in it"),
    "file": ("ファイル", "file"),
    "name": ("名前", "name"),
    "note": ("備考", "note"),
    "state": ("状態", "state"),
    "key": ("フォームの印", "the form's key"),
    "text": ("検索の言葉", "search text"),
    "sort": ("並び順", "sorting"),
    "before": ("ページの始まり", "beginning of the page"),
    "lang": ("言語", "language"),
    "on": ("発令日", "day of the orders"),
    "kind": ("発令区分", "kind of order"),
    "count": ("件数", "number"),
    "tolerance": ("許容差", "give or take"),
    "choice": ("回答", "answer"),
    "number": ("番号", "number"),
    "shown": ("表示した内容の印", "mark of what was shown"),
    "to": ("所属", "section"),
}
_A_DAY = ("日付を 2027-04-01 のように書いてください", "must be a day such as 2027-04-01")
_WANTED = {
    "missing": ("入力してください", "is needed"),
    "string_too_long": ("長すぎます", "is too long"),
    "int_parsing": ("数字で書いてください", "must be a number"),
    "greater_than_equal": ("小さすぎます", "is too small"),
    "less_than_equal": ("大きすぎます", "is too large"),
    "date_parsing": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "enum": ("一覧から選んでください", "must be one of the list"),
    "bool_parsing": ("はいかいいえで選んでください", "must be yes or no"),
}
_OTHER = ("正しい形ではありません", "is not of the right form")


def told_faults(faults: Sequence[Mapping[str, Any]]) -> Bilingual:
    """Return the faults that FastAPI found, each in one short sentence."""
    told = [_told(fault) for fault in faults]
    ja, en = "、".join(each[0] for each in told), "; ".join(each[1] for each in told)
    return Bilingual(en, ja=f"{ja}。")


def _told(fault: Mapping[str, Any]) -> tuple[str, str]:
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    field = _FIELDS.get(name, (name, name))
    wanted = _WANTED.get(str(fault["type"]), _OTHER)
    return f"{field[0]}: {wanted[0]}", f"{field[1]} {wanted[1]}"


def parse_day(text: str) -> date | None:
    """Return the day of a box of a form, None for an empty one; raises UsageError."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError(
            f"{text!r} is no day; write 2027-04-01.",
            ja=f"{text} は日付ではありません。2027-04-01 のように書いてください。",
        )
    return day
