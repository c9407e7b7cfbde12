"""The little of BER that LDAP needs: definite lengths only (RFC 4511, section 5.1).

A value is found by two additions, which is what makes reading fast.
"""

from __future__ import annotations

OCTETS = 0x04
_LONG = 0x80


class BrokenAnswerError(Exception):
    """The bytes are not an answer to a search."""


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


def tlv(tag: int, content: bytes) -> bytes:
    """Return a value with its tag and the shortest form of its length."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets + content
