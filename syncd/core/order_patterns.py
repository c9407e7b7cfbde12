"""The table of patterns: what a sentence of 発令内容 says, in the words of 発令区分.

A pattern is a sentence with places in it, and no regular expression: `{section}勤務を命ずる`. What
stands in `[…]` may be left out, `(…|…)` is one of several; round brackets of a text are written
〔 〕. Every place is bounded, so that no text can make the search long, whatever a site writes into
its table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 300
"""Longer texts are held: no order of a person is that long."""

ORDERING = re.compile(
    "命|免[ずじ]|解[くき除]|補[すし]|兼|併任|取扱|代理|勤務|[休退復辞失停]職|任期|昇任|降任|採用"
)
"""What orders something: no title and nothing that is passed over holds it."""
_DAY = r"(?:(?:令和|平成)(?:元|\d{1,2})年\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月\d{1,2}日)"
_PLACES = {
    "section": r"[^、,〔〕]{1,40}?",
    "post": r"[^、,〔〕]{1,60}?",
    "title": r"[^、,〔〕]{1,30}?",
    "some": rf"(?:(?!{ORDERING.pattern})[^、]){{1,60}}?",
    "number": r"\d{1,8}",
    "day": _DAY,
    "from": _DAY,
}
_BRACKETS_IN_TEXTS = str.maketrans("()", "〔〕")
_PLACE = re.compile(r"\{([a-z]+)(\d?)\}")
_BRACKETS = {"(": "(?:", "[": "(?:", "]": ")?", ")": ")", "|": "|"}
_TOKENS = re.compile(r"\{[^{}]*\}|[()\[\]|]|[^{}()\[\]|]+|[{}]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One order that a sentence gives: a word of 発令区分, and the names of the places in it.

    `section` is a place that holds a section, or a post (a section with a title behind it); `title`
    and `ends` are places too. Empty: the sentence says nothing of it.
    """

    kind: str
    section: str = ""
    title: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class TextPattern:
    """One row of the table. Without `meanings` the sentence changes no post and no employment."""

    pattern_id: str
    sentence: re.Pattern[str]
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """The whole table; `titles` are the words with which the title in a post ends (長, 主査 …)."""

    patterns: tuple[TextPattern, ...] = ()
    titles: frozenset[str] = frozenset()


def compile_sentence(template: str) -> re.Pattern[str]:
    """Return what finds a sentence; raises ValueError with what is wrong with the template."""
    text = _compact(template)
    named: set[str] = set()
    try:
        found = re.compile("".join(_parts(text, named)))
    except re.error as error:
        raise ValueError(f"brackets do not match in {template!r} ({error})") from error
    if not re.sub(r"[{}()\[\]|]", "", _PLACE.sub("", text)):
        raise ValueError(f"{template!r} has no words of its own: it would understand anything")
    return found


def _parts(text: str, named: set[str]) -> Iterator[str]:
    for part in _TOKENS.findall(text):
        if part.startswith("{") or part == "}":
            yield _place(part, named)
        else:
            yield _BRACKETS.get(part) or re.escape(part)


def _place(written: str, named: set[str]) -> str:
    found = _PLACE.fullmatch(written)
    if found is None or found[1] not in _PLACES:
        places = "、".join(f"{{{name}}}" for name in _PLACES)
        raise ValueError(f"{written!r} is no place; there are {places}, each with a digit behind")
    name = f"{found[1]}{found[2]}"
    if found[1] in ("some", "number"):
        return f"(?:{_PLACES[found[1]]})"
    if name in named:
        raise ValueError(f"{written} stands there twice: give one a digit, as {{section2}}")
    named.add(name)
    return f"(?P<{name}>{_PLACES[found[1]]})"


def normalised(text: str) -> str:
    """Return a text as it is compared: half width, no white space, round brackets as 〔 〕."""
    return _compact(text).translate(_BRACKETS_IN_TEXTS).strip("「」")


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, normalised, without their full stops."""
    return tuple(part for part in normalised(text).replace("。", "\n").split("\n") if part)
