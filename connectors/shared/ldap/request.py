"""Search requests in BER (RFC 4511, section 4.5.1) and the controls that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ldap3 import BASE, LEVEL, SUBTREE
from ldap3.operation.search import search_operation
from ldap3.utils.asn1 import encode

from connectors.shared.ldap.ber import OCTETS, tlv
from connectors.shared.ldap.decoder import PAGED

_SEQUENCE, _ENUMERATED, _INTEGER, _BOOLEAN, _SEARCH_REQUEST = 0x30, 0x0A, 0x02, 0x01, 0x63
_SCOPES = {BASE: b"\x00", LEVEL: b"\x01", SUBTREE: b"\x02"}
_NEVER, _ZERO, _FALSE, _TRUE = b"\x00", b"\x00", b"\x00", b"\xff"


def encode_search(base: str, scope: str, wanted: str, attributes: Sequence[str]) -> bytes:
    """Return a SearchRequest without limits that dereferences no alias."""
    parts = (
        tlv(OCTETS, base.encode()),
        tlv(_ENUMERATED, _SCOPES[scope]),
        tlv(_ENUMERATED, _NEVER),
        tlv(_INTEGER, _ZERO),
        tlv(_INTEGER, _ZERO),
        tlv(_BOOLEAN, _FALSE),
        _filter(wanted),
        tlv(_SEQUENCE, b"".join(tlv(OCTETS, name.encode()) for name in attributes)),
    )
    return tlv(_SEARCH_REQUEST, b"".join(parts))


def encode_control(oid: str, critical: bool, value: bytes | None) -> bytes:  # noqa: FBT001 - as ldap3 has it
    """Return a control (RFC 4511, section 4.1.11)."""
    parts = tlv(OCTETS, oid.encode())
    if critical:
        parts += tlv(_BOOLEAN, _TRUE)
    if value is not None:
        parts += tlv(OCTETS, value)
    return tlv(_SEQUENCE, parts)


def encode_page(size: int, cookie: bytes) -> bytes:
    """Return the paged results control (RFC 2696).

    Critical, so that a server that cannot page says so instead of answering in part.
    """
    octets = size.to_bytes(size.bit_length() // 8 + 1, "big")
    value = tlv(_SEQUENCE, tlv(_INTEGER, octets) + tlv(OCTETS, cookie))
    return encode_control(PAGED.decode(), True, value)  # noqa: FBT003 - as above


@lru_cache(maxsize=64)
def _filter(wanted: str) -> bytes:
    """Return a filter as it is sent; ldap3 knows how RFC 4515 writes it."""
    types_only = False
    request = search_operation(
        "", wanted, BASE, 0, [], 0, 0, types_only, None, None, check_names=False
    )
    encoded: bytes = encode(request["filter"])
    return encoded
