"""Reads the cells of a row by their canonical names, and collects every fault on the way.

Names and texts come out as received; only keys are normalised (domain page, section 4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from connectors.shared.bilingual import both, said
from connectors.shared.dates import DayError, parse_day
from connectors.shared.tables.table import Row
from syncd.core.ids import StaffNumber, normalise_code, normalise_staff_number
from syncd.core.my_number import may_be_my_number, shown
from syncd.errors import RowFault

T = TypeVar("T")

STAFF_NUMBER = "職員番号"
CONFIRMED_COLUMN = "発令確定"
CONFIRMED = "確定"
NOTICE = "内示"
_NO_CODE = ("-", "なし")
_MANY = re.compile(r"(?<!\\)[;；]")
_OPERATIONS = re.compile(r"[;；、・,，/／･､]")
_SHOWN_AT_MOST = 40
_A_VALUE = both("値が必要です", "a value is needed")
_STAFF_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")
_WHOLE_NUMBER = re.compile(r"\d{1,9}")
# The same few thousand codes stand in every row: one string is shared by all of them.
_key = lru_cache(maxsize=65_536)(normalise_code)


@lru_cache(maxsize=16_384)
def _codes(text: str) -> tuple[str, ...]:
    parts = (_key(part) for part in _MANY.split(text))
    return tuple(dict.fromkeys(part for part in parts if part and part not in _NO_CODE))


@lru_cache(maxsize=16_384)
def _operations(text: str) -> frozenset[str]:
    parts = map(_key, _OPERATIONS.split(text))
    return frozenset(part for part in parts if part and part not in _NO_CODE)


@dataclass(frozen=True, slots=True)
class Site:
    """What the cells of one installation and one file mean beyond themselves.

    `base_on` is the 基準日 given outside the file; `labels` tell a person where a column stands.
    """

    source: str
    staff_number_width: int
    status_words: Mapping[str, str]
    index: Mapping[str, int]
    labels: Mapping[str, str]
    broken: Mapping[tuple[int, int], str]
    base_on: date | None = None


class RowCells:
    """The cells of the row that was taken last.

    A reader that finds a fault notes it and returns a stand-in, so that one pass finds all faults
    of a row; whoever builds a record must ask `faults` before using it.
    """

    def __init__(self, site: Site) -> None:
        """Read rows as this site and this file mean them."""
        self.site = site
        self._index = site.index
        self._width = max(site.index.values(), default=-1) + 1
        self.line = 0
        self.notes: list[str] = []
        self._faults: list[RowFault] = []
        self._cells: list[str] = []
        self._staff_number: StaffNumber | None = None

    def take(self, row: Row) -> None:
        """Turn to the next row; faults and notes of the one before are dropped."""
        self.line, received = row
        self._cells = [cell.strip() for cell in received]
        # A short row reads as blank, and so does the last cell, which absent columns point at.
        self._cells += [""] * max(1, self._width - len(received) + 1)
        self._staff_number = None
        if self._faults or self.notes:
            self._faults, self.notes = [], []

    @property
    def faults(self) -> tuple[RowFault, ...]:
        """The faults found in this row so far, with the person where the row names one."""
        who = self._staff_number
        hidden = who is not None and may_be_my_number(who)
        told = dict.fromkeys(self._faults)
        named, advance = None if hidden else who, self.is_advance_notice
        marks: dict[str, Any] = {"is_advance_notice": advance, "may_be_confirmed": self._may_count}
        return tuple(replace(fault, staff_number=named, **marks) for fault in told)

    @property
    def is_advance_notice(self) -> bool:
        """Whether the row is 内示, or may be: 発令確定 says something else than 確定."""
        return self._confirmed not in ("", CONFIRMED)

    @property
    def _may_count(self) -> bool:
        """Whether the row may be confirmed: a word that nobody knows may mean that it is."""
        return self._confirmed != NOTICE

    @property
    def _confirmed(self) -> str:
        index = self._index.get(CONFIRMED_COLUMN)
        return "" if index is None else _key(self._cells[index])

    @property
    def has_faults(self) -> bool:
        """Whether the row has a fault so far."""
        return bool(self._faults)

    def has(self, column: str) -> bool:
        """Return whether the file has the column."""
        return column in self.site.index

    def fault(self, column: str, value: str | None, expected: str) -> None:
        """Note a fault of this row; the value is kept back where it may be a My Number."""
        safe = shown(value) if value else None
        safe = f"{safe[:_SHOWN_AT_MOST]}…" if safe and len(safe) > _SHOWN_AT_MOST else safe
        label = self.site.labels.get(column, column)
        self._faults.append(RowFault(self.line, label, safe, expected))

    def text(self, column: str) -> str:
        """Return the cell as received, without outer white space."""
        index = self._index.get(column, -1)
        if self.site.broken and (self.line, index) in self.site.broken:
            ja = "値がありません(エラーか、計算されていない数式)。値を入れて保存してください"
            en = "holds an error or a formula without a stored value: put the value itself"
            self.fault(column, self.site.broken[self.line, index], both(ja, en))
            return ""
        return self._cells[index]

    def plain(self, column: str) -> str:
        """Return the cell half-width, inner spaces kept: a name that another system gave."""
        return unicodedata.normalize("NFKC", self.text(column)).strip()

    def code(self, column: str) -> str | None:
        """Return a key; None for blank and for words that say there is none."""
        found = _key(self.text(column))
        return None if not found or found in _NO_CODE else found

    def needed(self, column: str, found: str | None) -> str:
        """Return what was found in a column; a fault where that is nothing."""
        if not found:
            already = any(f.column == self.site.labels.get(column, column) for f in self._faults)
            if not already:
                self.fault(column, self.text(column), _A_VALUE)
            return ""
        return found

    def needed_code(self, column: str) -> str:
        """Return a key that must be there."""
        return self.needed(column, self.code(column))

    def codes(self, column: str) -> tuple[str, ...]:
        """Return the keys of a cell that may hold several, each once, in their order."""
        return _codes(self.text(column))

    def texts(self, column: str) -> tuple[str, ...]:
        r"""Return the texts of a cell that may hold several, as received; `\;` parts nothing."""
        parts = (part.strip() for part in _MANY.split(self.text(column)))
        return tuple(dict.fromkeys(part for part in parts if part))

    def operations(self, column: str) -> frozenset[str]:
        """Return the words of 操作 or 取扱範囲, however they are separated."""
        return _operations(self.text(column))

    def staff(self, column: str) -> StaffNumber | None:
        """Return a staff number padded to the configured width; None for blank."""
        found = self.code(column)
        if found is None:
            return None
        if not _STAFF_NUMBER.fullmatch(found):
            ja, en = "半角の英数字にしてください", "must be letters and digits"
            self.fault(column, self.text(column), both(ja, en))
            return None
        return normalise_staff_number(found, self.site.staff_number_width)

    def person(self) -> StaffNumber:
        """Return the staff number that the row is about; a fault where there is none."""
        self._staff_number = self.staff(STAFF_NUMBER)
        return StaffNumber(self.needed(STAFF_NUMBER, self._staff_number))

    def person_if_any(self) -> StaffNumber | None:
        """Return the staff number that the row is about, where it names one."""
        self._staff_number = self.staff(STAFF_NUMBER)
        return self._staff_number

    def day(self, column: str) -> date | None:
        """Return a day; None for blank and for the sentinels of none."""
        received = self.text(column)
        if not received:
            return None
        try:
            found, note = parse_day(received)
        except DayError as error:
            self.fault(column, received, said(error))
            return None
        if note:
            self.notes.append(f"line {self.line}, {self.site.labels.get(column, column)}: {note}")
        return found

    def needed_day(self, column: str) -> date:
        """Return a day that must be there."""
        found = self.day(column)
        if found is None:
            self.needed(column, None)
        return found or date.min

    def word(self, column: str, words: Mapping[str, T], blank: T) -> T:
        """Return what a word of a closed list stands for; any other word is a fault."""
        found = _key(self.text(column))
        if not found:
            return blank
        if found not in words:
            names = "、".join(words)
            ja, en = f"次のどれかにしてください: {names}", f"must be one of: {names}"
            self.fault(column, self.text(column), both(ja, en))
        return words.get(found, blank)

    def number(self, column: str) -> int | None:
        """Return a whole number; None for blank."""
        found = self.code(column)
        if found is None:
            return None
        if not _WHOLE_NUMBER.fullmatch(found):
            ja, en = "整数にしてください", "must be a whole number"
            self.fault(column, self.text(column), both(ja, en))
            return None
        return int(found)
