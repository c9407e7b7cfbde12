"""LDIF (RFC 2849) as text: logical lines with their places, and how values are written.

Every fault is raised with its line; nothing is skipped. What the entries mean is left to others.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_UNSAFE_FIRST = frozenset(" :<")
_FOLD = 76
_ATTRIBUTE = re.compile(r"([A-Za-z0-9.-]+)((?:;[A-Za-z0-9.=*-]+)*)(::|:<|:)")


class LdifError(Exception):
    """The text is not LDIF at a line, or says itself that it is not whole."""

    def __init__(self, line: int, why: str) -> None:
        """Keep the line (from 1) and what is wrong there, without any value."""
        super().__init__(f"{line} 行目 / line {line}: {why}")


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line: `start` and `end` are the bytes it takes in the file, folds included."""

    number: int
    start: int
    end: int
    text: bytes


def logical_lines(raw: bytes) -> Iterator[Line]:
    """Yield logical lines with folds joined (RFC 2849, note 2); a blank one ends a record."""
    at, number = 0, 0
    held: Line | None = None
    while at < len(raw):
        end = raw.find(b"\n", at)
        end = len(raw) if end < 0 else end + 1
        number += 1
        text = raw[at:end].rstrip(b"\r\n")
        if text[:1] == b" " and held is not None and held.text:
            held = Line(held.number, held.start, end, held.text + text[1:])
        else:
            if held is not None:
                yield held
            held = Line(number, at, end, text)
        at = end
    if held is not None:
        yield held


def parse_line(line: Line) -> tuple[str, str, str]:
    """Return (attribute in lower case, its options, value); raises LdifError."""
    try:
        head = line.text[:256].decode("utf-8", "replace")
        found = _ATTRIBUTE.match(head)
        if found is None:
            raise LdifError(line.number, "属性名がありません / no attribute name")
        value = line.text[found.end() :].lstrip(b" ")
        if found[3] == ":<":
            raise LdifError(line.number, "URL の値は読みません / values by URL are not read")
        if found[3] == "::":
            value = base64.b64decode(value, validate=True)
        return found[1].lower(), found[2].lower(), value.decode("utf-8", "strict")
    except (binascii.Error, UnicodeDecodeError) as error:
        if found is not None and found[3] == "::" and not isinstance(error, binascii.Error):
            # a binary value (an objectGUID, a photo): nothing that we read by name
            return found[1].lower(), found[2].lower(), base64.b64encode(value).decode()
        raise LdifError(
            line.number, "Base64 または UTF-8 として読めません / not base64 or UTF-8"
        ) from error


def render_value(attribute: str, value: str) -> bytes:
    """Return `attribute: value`, in base64 where RFC 2849 (SAFE-STRING) asks, folded at 76."""
    safe = (
        value.isascii()
        and all(sign not in value for sign in "\0\r\n")
        and value[:1] not in _UNSAFE_FIRST
        and not value.endswith(" ")
    )
    text = f"{attribute}: {value}" if safe else f"{attribute}:: {_b64(value)}"
    pieces = [text[:_FOLD]]
    rest = text[_FOLD:]
    while rest:
        pieces.append(" " + rest[: _FOLD - 1])
        rest = rest[_FOLD - 1 :]
    return ("\n".join(pieces) + "\n").encode()


def _b64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
