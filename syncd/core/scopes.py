"""The scope of an appointing authority: its number space, its sections, its staff numbers.

Two authorities may give one number to two people. Their numbers are then kept apart by a prefix,
and a key that begins like somebody else's prefix is never made: so two people can never meet in
one key, whatever the feeds say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from syncd.core.ids import OrgUnitCode, StaffNumber

JOINT = "-"
"""Stands between a prefix and a number."""


class Outside(StrEnum):
    """What a row outside the scope of its feed does: it never acts, whichever it is."""

    REFUSE = "refuse"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Staff numbers from `first` to `last`, as texts of one length."""

    first: str
    last: str

    def holds(self, number: str) -> bool:
        """Tell whether a number lies within; one of another length does not."""
        return len(number) == len(self.first) and self.first <= number <= self.last


@dataclass(frozen=True, slots=True)
class Authority:
    """One 任命権者.

    `prefix` keeps its staff numbers apart (empty: they are those of the body). `sections` are
    patterns of 所属コード, `numbers` ranges of its own numbers; empty: without bound.
    """

    name: str
    prefix: str = ""
    sections: tuple[str, ...] = ()
    numbers: tuple[NumberRange, ...] = ()
    outside: Outside = Outside.REFUSE

    def key(self, number: StaffNumber) -> StaffNumber:
        """Return the key under which a number of this authority's own is known everywhere."""
        return StaffNumber(f"{self.prefix}{JOINT}{number}") if self.prefix else number

    def speaks_of_section(self, code: OrgUnitCode) -> bool:
        """Tell whether its feeds may place people in a section."""
        return not self.sections or any(fnmatchcase(code, pattern) for pattern in self.sections)

    def speaks_of_number(self, number: StaffNumber) -> bool:
        """Tell whether its feeds may speak of one of its own numbers, without the prefix."""
        return not self.numbers or any(each.holds(number) for each in self.numbers)

    def owns(self, key: StaffNumber, prefixes: frozenset[str]) -> bool:
        """Tell whether a key lies in this authority's number space.

        `prefixes` are those of all authorities: a key that begins like one of them is not plain.
        """
        if self.prefix:
            return key.startswith(f"{self.prefix}{JOINT}")
        return not begins_like_a_key(key, prefixes)


def begins_like_a_key(number: str, prefixes: frozenset[str]) -> bool:
    """Tell whether a number looks like a key of some prefixed authority."""
    head, joint, _ = number.partition(JOINT)
    return bool(joint) and head in prefixes


@dataclass(frozen=True, slots=True)
class Authorities:
    """Every authority by name, and whose the sources and directories are (none: nobody's)."""

    by_name: Mapping[str, Authority] = field(default_factory=dict)
    of_source: Mapping[str, str] = field(default_factory=dict)
    of_directory: Mapping[str, str] = field(default_factory=dict)
    roster_sources: frozenset[str] = frozenset()
    """The sources that give rosters: an authority that has one and gave none is not heard yet."""

    @property
    def prefixes(self) -> frozenset[str]:
        """Return all prefixes in use."""
        return frozenset(a.prefix for a in self.by_name.values() if a.prefix)

    def source(self, name: str) -> Authority | None:
        """Return the authority for which a source speaks."""
        return self.by_name.get(self.of_source.get(name, ""))

    def are_plain(self, directory: str) -> bool:
        """Tell whether the numbers that a directory shows are keys as they stand."""
        authority = self.by_name.get(self.of_directory.get(directory, ""))
        return authority is None or not authority.prefix

    def key_in_directory(self, directory: str, number: StaffNumber) -> StaffNumber:
        """Return the key of a staff number that a directory shows."""
        authority = self.by_name.get(self.of_directory.get(directory, ""))
        return number if authority is None else authority.key(number)
