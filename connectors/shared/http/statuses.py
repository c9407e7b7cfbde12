"""What a status other than success means to who must act; nothing that the server wrote is told."""

from __future__ import annotations

from connectors.shared.bilingual import both

_REACH = both("url を確かめてください", "check url")
_LATER = both(
    "サーバの負荷と制限を確かめてください。次の実行でやり直します",
    "look at the load and the limits of the server; the next run tries again",
)
_KNOWN: dict[int, tuple[str, str]] = {
    401: (
        both("トークンが受け入れられません", "the token is not accepted"),
        both("新しいトークンを置いてください", "put a new token in its place"),
    ),
    403: (
        both("この操作の権限がありません", "the token lacks the permission"),
        both(
            "トークンに、利用者とグループを読む(書く)権限を与えてください",
            "let the token read (and write) users and groups",
        ),
    ),
    404: (both("そこには何もありません", "there is nothing at that address"), _REACH),
    412: (
        both("ほかの変更と重なりました", "somebody else changes it at the same time"),
        both("次の実行でやり直します", "the next run tries again"),
    ),
    429: (both("要求が多すぎると言われました", "too many requests"), _LATER),
    503: (both("サーバが忙しいと言っています", "the server is busy"), _LATER),
}
_REDIRECT = (
    both("別の場所へ回されました", "the server points elsewhere"),
    both(
        "回された先には行きません。url を正しい場所にしてください",
        "redirects are not followed, for the token's sake: let url name the right place",
    ),
)
_OTHER_REMEDY = both(
    "サーバの担当者に、この時刻の記録を見てもらってください",
    "ask whoever runs the server to look at its log of this moment",
)


def meaning_of(status: int) -> tuple[str, str]:
    """Return what a status means and what to do, each in both languages."""
    if status in _KNOWN:
        why, remedy = _KNOWN[status]
    elif status // 100 == 3:  # noqa: PLR2004 - the class of redirects
        why, remedy = _REDIRECT
    else:
        why, remedy = both("サーバが断りました", "the server refused"), _OTHER_REMEDY
    return f"{why} (HTTP {status})", remedy
