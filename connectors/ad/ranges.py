"""Long attributes come in ranges: `member;range=0-1499`, then on until `*` (MS-ADTS 3.1.1.3.1.3.3).

A group counts as read only when its ranges join without a gap and the last one said so. Whatever
else comes is no answer: `BrokenRangeError`, and the read is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_RANGE = re.compile(r"(?P<name>[a-z0-9-]+);range=(?P<low>\d+)-(?P<high>\d+|\*)")


class BrokenRangeError(Exception):
    """The ranges of an attribute do not join to the whole of it."""


@dataclass(slots=True)
class Ranges:
    """The values of one attribute as they come; `next` is what is still to be asked for."""

    name: str
    values: list[str] = field(default_factory=list)
    done: bool = False

    @property
    def next(self) -> str:
        """Return the attribute description that asks for what is missing."""
        return f"{self.name};range={len(self.values)}-*"

    def take(self, attributes: Mapping[str, Sequence[str]]) -> None:
        """Take one answer (names in lower case); raises BrokenRangeError."""
        found = [(name, values) for name, values in attributes.items() if self._is_mine(name)]
        if not found:
            # Nothing at all: no members for the first question, no answer for a later one.
            if self.values:
                raise BrokenRangeError(f"{self.name}: nothing after {len(self.values)} values")
            self.done = True
            return
        self._take(*_one(found, self.name))

    def _is_mine(self, name: str) -> bool:
        """Tell whether it is the attribute; beside a range its plain name may stand empty."""
        return name == self.name or name.startswith(f"{self.name};")

    def _take(self, name: str, values: Sequence[str]) -> None:
        if name == self.name:
            if self.values:
                raise BrokenRangeError(f"{self.name}: begun anew after {len(self.values)} values")
            self.values.extend(values)
            self.done = True
            return
        parts = _RANGE.fullmatch(name)
        if parts is None:
            raise BrokenRangeError(f"{name}: not a range")
        low, high = int(parts["low"]), parts["high"]
        if low != len(self.values):
            raise BrokenRangeError(f"{name}: {len(self.values)} values stand before it")
        if high != "*" and int(high) - low + 1 != len(values):
            raise BrokenRangeError(f"{name}: holds {len(values)} values")
        if not values and self.values:
            raise BrokenRangeError(f"{name}: holds nothing")
        self.values.extend(values)
        self.done = high == "*"
        if len(set(self.values)) != len(self.values):
            raise BrokenRangeError(f"{name}: repeats values")


def _one(found: Iterable[tuple[str, Sequence[str]]], name: str) -> tuple[str, Sequence[str]]:
    """Return the one description that holds values, or the one that says that there are none."""
    filled = [(n, values) for n, values in found if values]
    if len(filled) > 1:
        raise BrokenRangeError(f"{name}: given more than once")
    return filled[0] if filled else next(iter(found))
