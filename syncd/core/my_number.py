"""Tells My Numbers by their values, so that an input that holds them can be refused unseen.

Promise: a column of real My Numbers is always found, one of ordinary 12-digit identifiers is not,
whatever the column is called; and nothing that may be a My Number is ever put into a message.
The check digit is that of the ordinance under 番号法 (総務省令): 11 minus the weighted sum modulo
11, or 0 where that remainder is 0 or 1. One ordinary number in ten passes it by accident.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

_LENGTH = 12
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CHANCE = 0.1
_FEWEST = 3
_FEW = 10
# Natural logarithms of how unlikely an accident must be: 1 in 1,000 among a few numbers (three of
# three pass), 1 in 1,000,000 among ten and more, where more evidence can be had.
_DOUBT_AMONG_FEW = 6.9
_DOUBT_AMONG_MANY = 13.8
_FILLERS = re.compile(r"[\s\-‐‑‒–—―−ーｰ・.]+")
_RUN = re.compile(r"(?<!\d)\d{12}(?!\d)")
_LONG_RUN = re.compile(r"\d{12}")


def _bare(text: str) -> str:
    """Return the text half-width and without the spaces and dashes people put between digits."""
    return _FILLERS.sub("", unicodedata.normalize("NFKC", text))


def may_be_my_number(text: str) -> bool:
    """Return whether the text must not be shown: it holds a run of 12 digits or more."""
    return len(text) >= _LENGTH and _LONG_RUN.search(_bare(text)) is not None


def shown(text: str) -> str | None:
    """Return the text as a message may show it: None where it may hold a My Number."""
    return None if may_be_my_number(text) else text


def has_right_check_digit(digits: str) -> bool:
    """Return whether the last of 12 digits is the check digit of the eleven before it."""
    remainder = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
    return int(digits[-1]) == (0 if remainder <= 1 else 11 - remainder)


def candidates(text: str) -> list[str]:
    """Return the runs of exactly 12 digits in a cell, spaced, hyphenated or full-width ones too."""
    if len(text) < _LENGTH:
        return []
    return _RUN.findall(unicodedata.normalize("NFKC", text)) or _RUN.findall(_bare(text))


def hold_my_numbers(numbers: Iterable[str]) -> bool:
    """Return whether so many of these 12-digit numbers pass the check that it is no accident.

    Judged on distinct numbers by Chernoff's bound on the chance that this many pass at random.
    """
    distinct = set(numbers)
    passing = sum(map(has_right_check_digit, distinct))
    if passing < _FEWEST:
        return False
    share = passing / len(distinct)
    doubt = _DOUBT_AMONG_FEW if len(distinct) < _FEW else _DOUBT_AMONG_MANY
    return share > _CHANCE and len(distinct) * _surprise(share) >= doubt


def _surprise(share: float) -> float:
    """Return the Kullback-Leibler divergence (nats) of a share from that of chance."""
    others = 1 - share
    rest = others * math.log(others / (1 - _CHANCE)) if others else 0.0
    return share * math.log(share / _CHANCE) + rest
