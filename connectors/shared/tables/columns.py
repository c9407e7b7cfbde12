"""The canonical columns of an input, and what a cut cell in them could do."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What stands in the cells of a column."""

    TEXT = auto()
    """As received, gaiji included; no decision rests on it."""
    STAFF = auto()
    """A staff number."""
    CODE = auto()
    """A key, or several: gaiji in it are faults."""
    DAY = auto()
    WORD = auto()
    """One of a closed list of words."""


class Cut(Enum):
    """What may happen when the last cell of a file was cut off and nobody noticed."""

    HARMLESS = auto()
    """Neither a shortened nor an empty cell takes a right away."""
    HARMLESS_IF_BLANK = auto()
    """An empty cell takes no right away; a shortened one might."""
    TELLING = auto()
    """Either might."""


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column.

    `required` means that the file must have it, or the column `instead` where one is named.
    """

    name: str
    kind: Kind
    cut: Cut = Cut.TELLING
    required: bool = False
    instead: str = ""

    def is_missed(self, there: Container[str]) -> bool:
        """Tell whether columns that are there lack this one, and what may stand instead of it."""
        return self.required and self.name not in there and self.instead not in there

    @property
    def is_key(self) -> bool:
        """Whether a person or a thing is found by what stands here."""
        return self.kind in (Kind.STAFF, Kind.CODE)


def text(name: str) -> Column:
    """Return a column that is kept as received."""
    return Column(name, Kind.TEXT, Cut.HARMLESS)


def staff(name: str = "職員番号", *, required: bool = False) -> Column:
    """Return a column of staff numbers."""
    return Column(name, Kind.STAFF, required=required)


def code(name: str, cut: Cut = Cut.TELLING, *, required: bool = False, instead: str = "") -> Column:
    """Return a column of keys."""
    return Column(name, Kind.CODE, cut, required, instead)


def day(name: str, cut: Cut = Cut.HARMLESS_IF_BLANK, *, required: bool = False) -> Column:
    """Return a column of days."""
    return Column(name, Kind.DAY, cut, required)


def word(name: str, cut: Cut = Cut.TELLING, *, required: bool = False) -> Column:
    """Return a column of words from a closed list."""
    return Column(name, Kind.WORD, cut, required)
