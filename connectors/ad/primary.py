"""Who belongs to a group because an attribute of the account says so: the primary group.

No value of the group's `member` attribute shows it (MS-ADTS 3.1.1.8.1, MS-ADA3, primaryGroupID).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from ldap3 import Connection

from connectors.ad.entries import names_of
from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN
from connectors.ad.root import read_root
from connectors.shared.ldap.search import Query, Tally, paged_search

_AT_ONCE = 50


def held_by_primary(connection: Connection, sid: str, natives: Sequence[str]) -> Iterator[str]:
    """Yield those of the accounts whose primary group has this SID; raises SearchBrokenError."""
    guids = [guid for native in natives if (guid := _guid_of(native)) is not None]
    rid = sid.rpartition("-")[2]
    if not rid or not guids:
        return
    domain = read_root(connection).domain
    for start in range(0, len(guids), _AT_ONCE):
        anyone = "".join(f"(objectGUID={_escaped(g)})" for g in guids[start : start + _AT_ONCE])
        wanted = f"(&(primaryGroupID={rid})(|{anyone}))"
        query = Query(domain, wanted, ("cn",), controls=(EXTENDED_DN, DOMAIN_SCOPE))
        for entry in paged_search(connection, query, _AT_ONCE, Tally()):
            yield names_of(entry).native


def _guid_of(native: str) -> uuid.UUID | None:
    """Return the identity in a native id, None for a text that holds none."""
    if not native.startswith("<GUID="):
        return None
    return uuid.UUID(native[len("<GUID=") : -1])


def _escaped(guid: uuid.UUID) -> str:
    """Return it as a filter writes octets (RFC 4515), in the order in which AD keeps them."""
    return "".join(f"\\{octet:02x}" for octet in guid.bytes_le)
