"""LDIF (RFC 2849) as text: logical lines with their places, and how values are written.

Every fault is raised with its line; nothing is skipped. What the entries mean is left to others.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_UNSAFE_FIRST = frozenset(" :<")
_FOLD = 76
_LINE = re.compile(rb"([A-Za-z0-9.-]+)((?:;[A-Za-z0-9.=*-]+)*)(::|:<|:) *(.*)", re.DOTALL)
_BINARY = frozenset({"objectsid", "objectguid"})
_NAMES = frozenset({"dn", "objectclass", "cn", "uid", "member", "uniquemember", "memberuid"})


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
    """Return (attribute in lower case, its options, value); raises LdifError.

    A value that is binary (an objectGUID, a photo) is given in base64, as it stands in the file.
    """
    found = _LINE.fullmatch(line.text)
    if found is None:
        raise LdifError(line.number, "属性名がありません / no attribute name")
    attribute, options, kind, value = found.groups()
    name = _lower(attribute)
    if kind == b":<":
        raise LdifError(line.number, "URL の値は読みません / values by URL are not read")
    try:
        if kind == b"::":
            return name, _lower(options), _decoded(name, value)
        return name, _lower(options), value.decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        why = "Base64 または UTF-8 として読めません / not base64 or UTF-8"
        raise LdifError(line.number, why) from error


@lru_cache(maxsize=1024)
def _lower(text: bytes) -> str:
    return text.decode("ascii").lower()


def _decoded(name: str, value: bytes) -> str:
    """Return a base64 value as text; binary ones stay in base64 where no name is read from them."""
    plain = base64.b64decode(value, validate=True)
    if name in _BINARY:
        return value.decode("ascii")
    try:
        return plain.decode()
    except UnicodeDecodeError:
        if name in _NAMES:
            raise
        return value.decode("ascii")


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
