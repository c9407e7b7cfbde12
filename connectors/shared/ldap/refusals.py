"""What it means that a server refused a change, in our own words and with what to do about it.

What a server writes beside its result code may name people; the code does not (RFC 4511,
appendix A.2). So only the code is told, by the name that the RFC gives it.
"""

from __future__ import annotations

from ldap3.core.results import RESULT_CODES

from connectors.shared.bilingual import both
from syncd.bilingual import Bilingual

REFERRAL, NO_SUCH_OBJECT, INSUFFICIENT_ACCESS = 10, 32, 50
OBJECT_CLASS_VIOLATION = 65
_STRONGER_AUTH, _ADMIN_LIMIT, _CONFIDENTIALITY = 8, 11, 13
_CONSTRAINT, _BUSY, _UNAVAILABLE, _UNWILLING = 19, 51, 52, 53

_MEANINGS = {
    _STRONGER_AUTH: ("ldaps:// か start_tls を使ってください", "use ldaps:// or start_tls"),
    REFERRAL: (
        "このサーバは読み取り専用の複製です。url に書き込めるサーバを書いてください",
        "this server is a read-only replica: name one that takes changes in url",
    ),
    _ADMIN_LIMIT: (
        "サーバの制限に達しました。chunk を小さくしてください",
        "a limit of the server was reached: make chunk smaller",
    ),
    _CONFIDENTIALITY: ("ldaps:// か start_tls を使ってください", "use ldaps:// or start_tls"),
    _CONSTRAINT: (
        "サーバの制約に合いません。グループを見て手で処理してください",
        "the server has a constraint against it: look at the group and change it by hand",
    ),
    NO_SUCH_OBJECT: ("グループがありません", "there is no such group"),
    INSUFFICIENT_ACCESS: (
        "書き込むアカウントにこのグループの会員属性を変える権限がありません。権限を与えてください",
        "the account that writes may not change the members of this group: give it that right",
    ),
    _BUSY: (
        "サーバが混んでいます。次の実行でもう一度試します",
        "the server is busy: the next run tries again",
    ),
    _UNAVAILABLE: (
        "サーバがいまは書き込みを受けません。次の実行でもう一度試します",
        "the server takes no changes now: the next run tries again",
    ),
    _UNWILLING: (
        "サーバがこの変更を受けません。保護されたグループか、読み取り専用でないか見てください",
        "the server does not take this change: see whether the group is protected or read-only",
    ),
    OBJECT_CLASS_VIOLATION: (
        "このグループには1人以上が必要です。placeholder_member を設定するか、手で処理してください",
        "the group must keep one member: set placeholder_member or change it by hand",
    ),
}
_OTHER = (
    "サーバが変更を断りました。グループを見て手で処理してください",
    "the server refused the change: look at the group and change it by hand",
)
ABOUT_NO_VALUE = frozenset(
    {_STRONGER_AUTH, REFERRAL, _CONFIDENTIALITY, NO_SUCH_OBJECT, _BUSY, _UNAVAILABLE}
)
"""Refusals that no single value causes: trying fewer values at once would change nothing."""


def refusal_of(code: int) -> Bilingual:
    """Return why a change with this result code was not made, and what to do."""
    japanese, english = _MEANINGS.get(code, _OTHER)
    name = RESULT_CODES.get(code, str(code))
    return both(f"{japanese}（{name}）", f"{english} ({name})")
