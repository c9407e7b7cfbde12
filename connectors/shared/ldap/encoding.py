"""Requests that change entries, in BER as RFC 4511 restricts it (section 5.1): definite lengths.

Twenty thousand names are encoded in a removal of that size; ldap3's own encoder builds a tree of
objects for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_OCTETS, _SEQUENCE = 0x04, 0x30
_INTEGER, _ENUMERATED, _SET, _MODIFY_REQUEST = 0x02, 0x0A, 0x31, 0x66
_ADD, _DELETE = 0, 1
_LONG = 0x80


@dataclass(frozen=True, slots=True)
class Modify:
    """One change of one entry: values of one attribute that go and that come, all or none."""

    dn: str
    attribute: str
    deleted: Sequence[str] = ()
    added: Sequence[str] = ()


def _tlv(tag: int, content: bytes) -> bytes:
    """Return a value with its tag and its length."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets + content


def encode_message(number: int, operation: bytes) -> bytes:
    """Return a whole LDAPMessage (RFC 4511, section 4.1.1)."""
    identified = _tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
    return _tlv(_SEQUENCE, identified + operation)


def encode_modify(change: Modify) -> bytes:
    """Return a ModifyRequest (RFC 4511, section 4.6); values come before values go."""
    parts = [
        _change(operation, change.attribute, values)
        for operation, values in ((_ADD, change.added), (_DELETE, change.deleted))
        if values
    ]
    name = _tlv(_OCTETS, change.dn.encode())
    return _tlv(_MODIFY_REQUEST, name + _tlv(_SEQUENCE, b"".join(parts)))


def _change(operation: int, attribute: str, values: Sequence[str]) -> bytes:
    held = _tlv(_SET, b"".join([_tlv(_OCTETS, value.encode()) for value in values]))
    partial = _tlv(_SEQUENCE, _tlv(_OCTETS, attribute.encode()) + held)
    return _tlv(_SEQUENCE, _tlv(_ENUMERATED, bytes((operation,))) + partial)
