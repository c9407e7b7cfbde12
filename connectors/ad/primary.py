"""Who belongs to a group because an attribute of the account says so: the primary group.

No value of the group's `member` attribute shows it (MS-ADTS 3.1.1.8.1, MS-ADA3, primaryGroupID).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ldap3 import Connection

from connectors.ad.entries import names_of
from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN
from connectors.ad.root import read_root
from connectors.ad.touched import by_identity
from connectors.shared.ldap.search import Query, Tally, paged_search

_PAGE = 100


def held_by_primary(connection: Connection, sid: str, natives: Sequence[str]) -> Iterator[str]:
    """Yield those of the accounts whose primary group has this SID; raises SearchBrokenError."""
    named = [native for native in natives if native.startswith("<GUID=")]
    rid = sid.rpartition("-")[2]
    if not rid or not named:
        return
    domain = read_root(connection).domain
    for anyone in by_identity(named):
        wanted = f"(&(primaryGroupID={rid}){anyone})"
        query = Query(domain, wanted, ("cn",), controls=(EXTENDED_DN, DOMAIN_SCOPE))
        for entry in paged_search(connection, query, _PAGE, Tally()):
            yield names_of(entry).native
