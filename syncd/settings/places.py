"""Where a fault stands, as a person finds it: `line 14: directories[1] "ad" > url`.

tomllib tells no lines, so headers and keys are found again in the text. A key inside a value that
spans lines may be missed; the nearest header's line is told then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

Location: TypeAlias = tuple[int | str, ...]
"""Keys, and positions in arrays from 0, from the top of the file down."""

_NAME = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_ONE_NAME = re.compile(_NAME)


class Places:
    """The lines of one file, by what stands on them."""

    def __init__(self, text: str, parsed: Mapping[str, Any]) -> None:
        """Index the text; `parsed` is the same file as tomllib reads it."""
        self._parsed = parsed
        self._lines = _index(text)

    def line_of(self, location: Location) -> int:
        """Return the line of a key, or of the nearest table around it; 0 for the whole file."""
        for end in range(len(location), 0, -1):
            if location[:end] in self._lines:
                return self._lines[location[:end]]
        return 0

    def name_of(self, location: Location) -> str:
        """Return the place in words, with the line where there is one."""
        line = self.line_of(location)
        words = self._words(location) or "the whole file"
        return f"line {line}: {words}" if line else words

    def _words(self, location: Location) -> str:
        words: list[str] = []
        here: Any = self._parsed
        for step in location:
            is_position = isinstance(step, int) and bool(words)
            if not is_position and not isinstance(here, Mapping):
                break  # pydantic names the members of a union; the file does not
            here = _step(here, step)
            if is_position:
                words[-1] += f"[{int(step) + 1}]{_title(here)}"
            else:
                words.append(str(step))
        return " > ".join(words)


def _step(here: Any, step: int | str) -> Any:  # noqa: ANN401 - whatever a TOML file holds
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None


def _title(table: object) -> str:
    """Return the name by which a person knows one of several tables."""
    if not isinstance(table, Mapping):
        return ""
    name = table.get("name", table.get("account"))
    return f' "{name}"' if isinstance(name, str) else ""


def _index(text: str) -> dict[Location, int]:
    lines: dict[Location, int] = {}
    arrays: dict[Location, int] = {}
    here: Location = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = _enter(_names(header[2]), arrays, is_array=header[1] == "[[")
            lines.setdefault(here, number)
        elif key := _KEY.match(line):
            lines.setdefault(here + _names(key[1]), number)
    return lines


def _enter(names: tuple[str, ...], arrays: dict[Location, int], *, is_array: bool) -> Location:
    """Return the location that a header opens; in an array of tables its newest one is meant."""
    here: Location = ()
    for position, name in enumerate(names, 1):
        here = (*here, name)
        if is_array and position == len(names):
            arrays[here] = arrays.get(here, -1) + 1
        if here in arrays:
            here = (*here, arrays[here])
    return here


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in _ONE_NAME.findall(dotted))
