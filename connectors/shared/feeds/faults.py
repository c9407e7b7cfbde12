"""Why a feed was not taken, in our words: nothing that the service wrote is in them."""

from __future__ import annotations

from connectors.shared.bilingual import both
from connectors.shared.failures import SetUpError, reason_of, remedy_of
from connectors.shared.http.transport import AnswerRefusedError
from syncd.bilingual import Bilingual, english, japanese

_REACH = both(
    "ネットワークと url、proxy を確かめてください。前回の正しい内容を使い続けます",
    "check the network, url and proxy; what was read last stays in force",
)
_PROOF = both(
    "token_file(または token_env)と ca_file を確かめてください",
    "check token_file or token_env, and ca_file",
)
_LATER = both(
    "サービスの制限と longest_wait_s を確かめてください。次の実行でやり直します",
    "look at the limits of the service and at longest_wait_s; the next run tries again",
)
_OTHER = (
    both("サービスが断りました", "the service refused"),
    both("サービスの管理者に確かめてください", "ask whoever runs the service"),
)
_MEANINGS = {
    401: (
        both("トークンが受け入れられません", "the token is not accepted"),
        both("新しいトークンを置いてください", "put a new token in its place"),
    ),
    403: (
        both("読む権限がありません", "the token has no right to read this"),
        both(
            "トークンに、この一覧を読む権限を与えてください",
            "give the token the right to read this list",
        ),
    ),
    404: (both("そこには何もありません", "there is nothing at that address"), _REACH),
    429: (both("要求が多すぎると言われました", "too many requests"), _LATER),
    503: (both("サービスが忙しいと言っています", "the service is busy"), _LATER),
}
_REDIRECT = (
    both("別の場所へ回されました", "the service points elsewhere"),
    both(
        "回された先には行きません。url を正しい場所にしてください",
        "redirects are not followed, for the token's sake: let url name the right place",
    ),
)
_ANEW = both(
    "次の実行で初めから読み直します。続くときはサービスの一覧が安定しない理由を確かめてください",
    "the next run begins anew; if it stays so, find out why the list does not stand still",
)
_CHANGED = both(
    "設定とサービスの仕様が合っているか確かめてください",
    "check that the configuration is what the service now speaks",
)


class FeedError(Exception):
    """A feed that cannot be taken; the first argument is what is wrong and what to do."""


class LineBrokenError(FeedError):
    """An exchange failed: what was read before it can still be of use."""


class PagesWrongError(FeedError):
    """Pages that cannot be one list, or are not what the configuration says."""


class PagesMovedError(PagesWrongError):
    """The list changed while it was read: it can be begun again."""


def with_remedy(why: str, remedy: str) -> Bilingual:
    """Return what is wrong and what to do, in one text."""
    return both(f"{japanese(why)}。{japanese(remedy)}", f"{english(why)}. {english(remedy)}")


def refused(status: int) -> LineBrokenError:
    """Return what a status other than success means."""
    otherwise = _REDIRECT if status // 100 == 3 else _OTHER  # noqa: PLR2004 - the class of redirects
    why, remedy = _MEANINGS.get(status, otherwise)
    code = f"HTTP {status}"
    told = both(f"{japanese(why)}({code})", f"{english(why)} ({code})")
    return LineBrokenError(with_remedy(told, remedy))


def broken(error: Exception) -> LineBrokenError:
    """Return what a broken exchange means."""
    remedy = _PROOF if isinstance(error, SetUpError) else _REACH
    if isinstance(error, AnswerRefusedError):
        remedy = _CHANGED
    return LineBrokenError(with_remedy(reason_of(error), remedy_of(error, remedy)))


def moved(japanese_why: str, english_why: str) -> PagesMovedError:
    """Return the refusal of a list that did not stand still."""
    return PagesMovedError(with_remedy(both(japanese_why, english_why), _ANEW))


def wrong(japanese_why: str, english_why: str) -> PagesWrongError:
    """Return the refusal of pages that are not what the configuration says."""
    return PagesWrongError(with_remedy(both(japanese_why, english_why), _CHANGED))
