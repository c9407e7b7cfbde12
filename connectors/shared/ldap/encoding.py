"""Requests that change entries, in BER as RFC 4511 restricts it (section 5.1): definite lengths.

Twenty thousand names are encoded in a removal of that size; ldap3's own encoder builds a tree of
objects for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.shared.ldap.ber import OCTETS, tlv

_SEQUENCE, _CONTROLS = 0x30, 0xA0
_INTEGER, _ENUMERATED, _SET, _MODIFY_REQUEST = 0x02, 0x0A, 0x31, 0x66
_ADD, _DELETE = 0, 1


@dataclass(frozen=True, slots=True)
class Modify:
    """One change of one entry: values of one attribute that go and that come, all or none."""

    dn: str
    attribute: str
    deleted: Sequence[str] = ()
    added: Sequence[str] = ()


def encode_message(number: int, operation: bytes, controls: Sequence[bytes] = ()) -> bytes:
    """Return a whole LDAPMessage (RFC 4511, section 4.1.1)."""
    if controls:
        operation += tlv(_CONTROLS, b"".join(controls))
    identified = tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
    return tlv(_SEQUENCE, identified + operation)


def encode_modify(change: Modify) -> bytes:
    """Return a ModifyRequest (RFC 4511, section 4.6); values come before values go."""
    parts = [
        _change(operation, change.attribute, values)
        for operation, values in ((_ADD, change.added), (_DELETE, change.deleted))
        if values
    ]
    name = tlv(OCTETS, change.dn.encode())
    return tlv(_MODIFY_REQUEST, name + tlv(_SEQUENCE, b"".join(parts)))


def _change(operation: int, attribute: str, values: Sequence[str]) -> bytes:
    held = tlv(_SET, b"".join([tlv(OCTETS, value.encode()) for value in values]))
    partial = tlv(_SEQUENCE, tlv(OCTETS, attribute.encode()) + held)
    return tlv(_SEQUENCE, tlv(_ENUMERATED, bytes((operation,))) + partial)
