"""Which passwords are not taken: those that are tried first (OWASP ASVS 5, 6.2.4, 6.2.11, 6.2.12).

zxcvbn knows some 30,000 passwords of known breaches, names, words, dates, keyboard runs and what
people do to them, wherever in a password they stand. To these come words of this place: the
account, the organisation, the product. Length counts, composition does not (6.2.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from syncd.errors import WeakPassword

SHORTEST = 12
LONGEST = 1024
_LOOKED_AT = 32  # its work grows steeply with length (2 s at 72), and so many say enough
_GOOD_ENOUGH = 4  # its highest: 10^10 guesses and more
_SHORTEST_WORD = 3
CONTEXT = (
    "syncd",
    "mynumber",
    "my number",
    "マイナンバー",
    "個人番号",
    "kojinbango",
    "kojinbangou",
    "市役所",
    "役場",
    "shiyakusho",
    "yakuba",
    "console",
    "合言葉",
    "パスワード",
    "pasuwado",
)
"""Words that somebody who wants to come in here tries first (6.1.2)."""


def check_strength(password: str, words: Iterable[str] = ()) -> None:
    """Raise WeakPassword for one that is too short or easy to guess; `words` are of this place."""
    if len(password) < SHORTEST:
        raise WeakPassword(
            "short",
            f"a password needs at least {SHORTEST} characters; a sentence will do.",
            ja=f"パスワードは {SHORTEST} 文字以上にしてください。文がおすすめです。",
        )
    if len(password) > LONGEST:
        raise WeakPassword(
            "long",
            f"a password has at most {LONGEST} characters.",
            ja=f"パスワードは {LONGEST} 文字までにしてください。",
        )
    if _score(password[:_LOOKED_AT], words) < _GOOD_ENOUGH:
        raise WeakPassword(
            "common",
            "this password is among the first that are tried; choose a sentence.",
            ja="最初に試されるパスワードです。推測しにくい文にしてください。",
        )


def _score(password: str, words: Iterable[str]) -> int:
    # Its lists are large, and nothing but a new password needs them.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    known = [part for word in (*CONTEXT, *words) for part in _parts(word)]
    score: int = zxcvbn(password, user_inputs=known, max_length=_LOOKED_AT)["score"]
    return score


def _parts(word: str) -> set[str]:
    """Return a word and the words in it: `sato.hanako` is guessed as `sato` too."""
    found = {word, *re.split(r"[\W_]+", word)}
    return {part[:_LOOKED_AT] for part in found if len(part) >= _SHORTEST_WORD}
