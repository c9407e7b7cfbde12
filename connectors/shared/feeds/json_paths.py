"""Paths into JSON: `a.b`, `a[0].b`, `a[*].b`, and `?` at the end where the key may be absent.

A key that is not there is never taken for an empty value: a service that renames a field would
otherwise look like a town in which nobody has one.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from syncd.core.my_number import candidates

_PATH = re.compile(
    r"(?:[^.\[\]?]+(?:\[(?:\d{1,4}|\*|\d{1,4}:)\])*)(?:\.[^.\[\]?]+(?:\[(?:\d{1,4}|\*|\d{1,4}:)\])*)*\??"
)
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\*|\d+:)\]")


_DEEPEST = 4


class NotThereError(Exception):
    """The key is absent, or what stands there has another form than the path says."""


class JsonPath(NamedTuple):
    """A path as understood: keys, and places in lists (`slice` for several)."""

    steps: tuple[str | int | slice, ...]
    may_be_absent: bool = False

    def found(self, value: Any) -> Any:  # noqa: ANN401 - it is JSON
        """Return what stands at the path; None for null and beyond a list's end.

        Raises NotThereError.
        """
        try:
            return _walk(value, self.steps)
        except NotThereError:
            if self.may_be_absent:
                return None
            raise


def parse_path(text: str) -> JsonPath:
    """Return the path that a text writes; raises ValueError. `$` and nothing mean the whole."""
    if text in ("", "$"):
        return JsonPath(())
    text = text.removeprefix("$.")
    if not _PATH.fullmatch(text):
        raise ValueError(f"{text!r} is no path: write a.b, a[0].b, a[*].b, with ? at its end")
    steps = tuple(_step(key, place) for key, place in _STEP.findall(text.removesuffix("?")))
    return JsonPath(steps, text.endswith("?"))


def as_cell(value: Any, depth: int = 0) -> str:  # noqa: ANN401 - it is JSON
    """Return the text of a value; several joined by `;`. Raises NotThereError for an object."""
    if isinstance(value, list) and depth <= _DEEPEST:
        texts = [as_cell(each, depth + 1) for each in value]
        return ";".join(text for text in texts if text)
    if isinstance(value, list | dict):
        raise NotThereError
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def numbers_in(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - it is JSON
    """Return the runs of 12 digits that stand anywhere in a value."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, str | int) and not isinstance(each, bool):
            found.extend(candidates(str(each)))
    return tuple(found)


def _step(key: str, place: str) -> str | int | slice:
    if key:
        return key
    if place == "*":
        return slice(0, None)
    return slice(int(place[:-1]), None) if place.endswith(":") else int(place)


def _walk(value: Any, steps: tuple[str | int | slice, ...]) -> Any:  # noqa: ANN401
    for place, step in enumerate(steps):
        if value is None:
            return None
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                raise NotThereError
            value = value[step]
            continue
        if not isinstance(value, list):
            raise NotThereError
        if isinstance(step, slice):
            return [_walk(each, steps[place + 1 :]) for each in value[step]]
        value = value[step] if step < len(value) else None
    return value
