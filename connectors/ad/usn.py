"""Changes as `uSNChanged` tells them, where DirSync is not to be had: what changed, and not how.

What is deleted shows only with the control for it, and only to who may see the deleted objects
(MS-ADTS 3.1.1.1.9, 3.1.1.5.5).
"""

from __future__ import annotations

from ldap3 import Connection

from connectors.ad.entries import first_of, names_of
from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN, SHOW_DELETED
from connectors.ad.touched import KINDS, Touch
from connectors.shared.ldap.search import Query, Tally, paged_search

_CONTROLS = (EXTENDED_DN, DOMAIN_SCOPE, SHOW_DELETED)


def changes_after(connection: Connection, domain: str, page_size: int, usn: int) -> list[Touch]:
    """Return what changed after a number of the controller's; raises SearchBrokenError."""
    query = Query(domain, f"(&(uSNChanged>={usn + 1}){KINDS})", ("isDeleted",), controls=_CONTROLS)
    return [
        Touch(names_of(entry), is_deleted=first_of(entry, "isdeleted").upper() == "TRUE")
        for entry in paged_search(connection, query, page_size, Tally())
    ]
