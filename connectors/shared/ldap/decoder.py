"""Decodes the answers of a search, and nothing else of LDAP (RFC 4511, section 4.5.2).

ldap3 spends most of a read in decoding that this work does not need. BER as RFC 4511, section
5.1 restricts it: definite lengths only, so a value is found by two additions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ENTRY, DONE, REFERENCE = 0x64, 0x65, 0x73
_LONG = 0x80
_PAGED = b"1.2.840.113556.1.4.319"


class BrokenAnswerError(Exception):
    """The bytes are not an answer to a search."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end of one page: result code, the server's words, the cookie of the next page."""

    code: int
    message: str
    cookie: bytes | None


def header(data: bytes | bytearray, at: int) -> tuple[int, int, int]:
    """Return (tag, start, end) of the value at an offset; raises IndexError if not all is there."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & _LONG:
        octets = length & ~_LONG
        if not octets:
            raise BrokenAnswerError("a length of indefinite form")
        start += octets
        if start > len(data):
            raise IndexError
        length = int.from_bytes(data[at + 2 : start], "big")
    return tag, start, start + length


def decode_entry(data: bytes, start: int) -> tuple[str, dict[str, list[str]]]:
    """Return (DN, attributes in lower case) of a SearchResultEntry whose content begins there."""
    _, name_start, at = header(data, start)
    dn = data[name_start:at].decode("utf-8", "replace")
    attributes: dict[str, list[str]] = {}
    _, at, end = header(data, at)
    while at < end:
        _, inner, after = header(data, at)
        _, name_start, inner_end = header(data, inner)
        name = data[name_start:inner_end].decode("ascii", "replace").lower()
        _, value, _ = header(data, inner_end)
        values: list[str] = []
        while value < after:
            length = data[value + 1]
            if length < _LONG:
                first, value = value + 2, value + 2 + length
            else:
                _, first, value = header(data, value)
            values.append(data[first:value].decode("utf-8", "replace"))
        attributes[name] = values
        at = after
    return dn, attributes


def decode_done(data: bytes, start: int, end: int) -> Done:
    """Return a SearchResultDone with the paged results control behind it (RFC 2696)."""
    _, code_start, at = header(data, start)
    code = int.from_bytes(data[code_start:at], "big")
    _, _, at = header(data, at)  # matchedDN
    _, text, text_end = header(data, at)
    message = data[text:text_end].decode("utf-8", "replace")
    return Done(code, message, _cookie(data, end))


def _cookie(data: bytes, at: int) -> bytes | None:
    """Return the cookie of the paged results control behind the operation, if it is there."""
    for control, end in _controls(data, at):
        _, kind, after = header(data, control)
        if data[kind:after] != _PAGED:
            continue
        while after < end:
            tag, value, after = header(data, after)
            if tag == 0x04:  # noqa: PLR2004 - OCTET STRING: the control's value
                _, inner, _ = header(data, value)
                _, _, size_end = header(data, inner)
                _, cookie, cookie_end = header(data, size_end)
                return data[cookie:cookie_end]
    return None


def _controls(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    if at >= len(data) or data[at] != 0xA0:  # noqa: PLR2004 - [0] Controls
        return
    _, start, end = header(data, at)
    while start < end:
        _, inner, start_next = header(data, start)
        yield inner, start_next
        start = start_next
