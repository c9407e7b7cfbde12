"""Requests that change entries, in BER as RFC 4511 restricts it (section 5.1): definite lengths.

Twenty thousand names are encoded in a removal of that size; ldap3's own encoder builds a tree of
objects for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OCTETS = 0x04
SEQUENCE = 0x30
_BOOLEAN, _INTEGER, _ENUMERATED, _SET, _CONTROLS = 0x01, 0x02, 0x0A, 0x31, 0xA0
_MODIFY_REQUEST, _EXTENDED_REQUEST, _REQUEST_NAME, _REQUEST_VALUE = 0x66, 0x77, 0x80, 0x81
_TRUE, _FALSE = b"\xff", b"\x00"
_ADD, _DELETE = 0, 1
_LONG = 0x80


@dataclass(frozen=True, slots=True)
class Modify:
    """One change of one entry: values of one attribute that go and that come, all or none."""

    dn: str
    attribute: str
    deleted: Sequence[str] = ()
    added: Sequence[str] = ()


def tlv(tag: int, content: bytes) -> bytes:
    """Return a value with its tag and its length."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets + content


def encode_message(number: int, operation: bytes, controls: bytes = b"") -> bytes:
    """Return a whole LDAPMessage (RFC 4511, section 4.1.1)."""
    identified = tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
    return tlv(SEQUENCE, identified + operation + controls)


def encode_modify(change: Modify) -> bytes:
    """Return a ModifyRequest (RFC 4511, section 4.6); values come before values go."""
    parts = [
        _change(operation, change.attribute, values)
        for operation, values in ((_ADD, change.added), (_DELETE, change.deleted))
        if values
    ]
    name = tlv(OCTETS, change.dn.encode())
    return tlv(_MODIFY_REQUEST, name + tlv(SEQUENCE, b"".join(parts)))


def encode_extended(name: bytes, value: bytes | None = None) -> bytes:
    """Return an ExtendedRequest (RFC 4511, section 4.12)."""
    content = tlv(_REQUEST_NAME, name)
    return tlv(
        _EXTENDED_REQUEST, content if value is None else content + tlv(_REQUEST_VALUE, value)
    )


def encode_control(kind: bytes, value: bytes) -> bytes:
    """Return the controls of a message that has one, a critical one (RFC 4511, section 4.1.11)."""
    control = tlv(OCTETS, kind) + encode_flag(is_true=True) + tlv(OCTETS, value)
    return tlv(_CONTROLS, tlv(SEQUENCE, control))


def encode_flag(*, is_true: bool) -> bytes:
    """Return a BOOLEAN."""
    return tlv(_BOOLEAN, _TRUE if is_true else _FALSE)


def _change(operation: int, attribute: str, values: Sequence[str]) -> bytes:
    held = tlv(_SET, b"".join([tlv(OCTETS, value.encode()) for value in values]))
    partial = tlv(SEQUENCE, tlv(OCTETS, attribute.encode()) + held)
    return tlv(SEQUENCE, tlv(_ENUMERATED, bytes((operation,))) + partial)
