"""How people and sections are shown in lists, and how lists of them are sorted.

フリガナ order is that of the katakana, whatever width or kana the personnel system writes; 建制順
is the rank of the section table. Names are shown as received (domain page, section 4).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from syncd.core.ids import OrgUnitCode, StaffNumber

_HIRAGANA_FIRST, _HIRAGANA_LAST, _TO_KATAKANA = 0x3041, 0x3096, 0x60
LAST_RANK = 999_999_999
"""The rank of a section that the table gives none: after all others."""
LAST_TEXT = "\uffff"
"""Stands where a text is missing that lists are sorted by: after all others."""


@dataclass(frozen=True, slots=True)
class Card:
    """A person as lists show them: `kana` sorts, `section` is that of the primary post."""

    staff_number: StaffNumber
    name: str
    kana: str
    section: OrgUnitCode | None
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section as of the last run; `rank` is 建制順."""

    code: OrgUnitCode
    name: str
    parent: OrgUnitCode | None
    rank: int


def sortable_kana(text: str) -> str:
    """Return フリガナ as a sort key: full-width katakana, one space between the names."""
    wide = unicodedata.normalize("NFKC", text)
    katakana = "".join(
        chr(ord(c) + _TO_KATAKANA) if _HIRAGANA_FIRST <= ord(c) <= _HIRAGANA_LAST else c
        for c in wide
    )
    return " ".join(katakana.split())


def sections_below(
    top: frozenset[OrgUnitCode], sections: tuple[Section, ...]
) -> frozenset[OrgUnitCode]:
    """Return these sections and every one below them."""
    found = set(top)
    grown = True
    while grown:
        more = {s.code for s in sections if s.parent in found} - found
        found |= more
        grown = bool(more)
    return frozenset(found)
