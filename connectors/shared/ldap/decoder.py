"""Decodes the answers of a search, and nothing else of LDAP (RFC 4511, section 4.5.2).

ldap3 spends most of a read in decoding that this work does not need. An answer here is the bytes
of its protocol operation with the controls behind it, as `stream` cuts them out.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from functools import partial

from connectors.shared.groups import Entry
from connectors.shared.ldap.ber import OCTETS, header
from connectors.shared.ldap.values import RawValues

ENTRY, DONE, REFERENCE, INTERMEDIATE = 0x64, 0x65, 0x73, 0x79
PAGED = b"1.2.840.113556.1.4.319"
_CONTROLS = 0xA0
_LONG = 0x80
_MANY = 1_000
_NAMES: dict[bytes, str] = {}
_entry: Callable[[tuple[object, ...]], Entry] = partial(tuple.__new__, Entry)  # twice as fast


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a search or of one page: result code, the server's words, controls by OID."""

    code: int
    message: str
    controls: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def cookie(self) -> bytes | None:
        """Return the cookie of the paged results control, if it is there (RFC 2696)."""
        value = self.controls.get(PAGED)
        if value is None:
            return None
        _, inner, _ = header(value, 0)
        _, _, size_end = header(value, inner)
        _, cookie, end = header(value, size_end)
        return value[cookie:end]


def decode_entry(data: bytes, members: Container[str] = ()) -> Entry:
    """Return a SearchResultEntry.

    The values of the attributes in `members` (lower case) are left as they came, `RawValues`.
    Most lengths fit in one octet, and are taken without a call.
    """
    length = data[1]
    start = 4 + (length & ~_LONG if length & _LONG else 0)
    length = data[start - 1]
    if length < _LONG:
        at = start + length
    else:
        _, start, at = header(data, start - 2)
    dn = data[start:at].decode("utf-8", "replace")
    attributes: dict[str, Sequence[str]] = {}
    _, at, end = header(data, at)
    while at < end:
        length = data[at + 1]
        if length < _LONG:
            inner, at = at + 2, at + 2 + length
        else:
            _, inner, at = header(data, at)
        length = data[inner + 1]
        if length < _LONG:
            start, after = inner + 2, inner + 2 + length
        else:
            _, start, after = header(data, inner)
        spelled = data[start:after]
        name = _NAMES.get(spelled) or _name(spelled)
        length = data[after + 1]
        value = after + 2 if length < _LONG else header(data, after)[1]
        if name in members:
            attributes[name] = RawValues(data[value:at])
            continue
        values: list[str] = []
        while value < at:
            length = data[value + 1]
            if length < _LONG:
                first, value = value + 2, value + 2 + length
            else:
                _, first, value = header(data, value)
            values.append(data[first:value].decode("utf-8", "replace"))
        attributes[name] = values
    return _entry((dn, attributes, ""))


def _name(spelled: bytes) -> str:
    """Return an attribute's name in lower case; few there are, and all come again and again."""
    name = spelled.decode("ascii", "replace").lower()
    if len(_NAMES) < _MANY:
        _NAMES[spelled] = name
    return name


def decode_done(data: bytes) -> Done:
    """Return a SearchResultDone with the controls behind it."""
    _, start, end = header(data, 0)
    _, code_start, at = header(data, start)
    code = int.from_bytes(data[code_start:at], "big")
    _, _, at = header(data, at)  # matchedDN
    _, text, text_end = header(data, at)
    message = data[text:text_end].decode("utf-8", "replace")
    return Done(code, message, controls_of(data, end))


def controls_of(data: bytes, at: int | None = None) -> dict[bytes, bytes]:
    """Return the values of the controls behind an operation, by OID (RFC 4511, section 4.1.11)."""
    at = header(data, 0)[2] if at is None else at
    found: dict[bytes, bytes] = {}
    if at >= len(data) or data[at] != _CONTROLS:
        return found
    _, start, end = header(data, at)
    while start < end:
        _, inner, start = header(data, start)
        _, kind, after = header(data, inner)
        oid = data[kind:after]
        found[oid] = b""
        while after < start:
            tag, value, after = header(data, after)
            if tag == OCTETS:
                found[oid] = data[value:after]
    return found
