"""What a domain controller says of itself: which domain it serves, and how far it has come.

The place in its changes (highestCommittedUSN) is its own: another controller counts otherwise, and
so does the same one after it was restored, which gives it a new invocationId (MS-ADTS 3.1.1.1.9).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ldap3 import BASE, Connection
from ldap3.core.exceptions import LDAPException

from connectors.shared.ldap.search import SearchBrokenError

_ASKED = ("defaultNamingContext", "dsServiceName", "highestCommittedUSN")
_ANY = "(objectClass=*)"


class Root(NamedTuple):
    """The answer of one controller. `service` is the DN of its settings in the directory."""

    domain: str
    service: str
    highest_usn: int


def read_root(connection: Connection) -> Root:
    """Ask the server for its rootDSE; raises SearchBrokenError where it is no AD."""
    found = _read(connection, "", _ASKED)
    try:
        domain, service, usn = (found[name][0].decode() for name in _ASKED)
        return Root(domain, service, int(usn))
    except (KeyError, IndexError, ValueError) as error:
        raise SearchBrokenError("the server is no Active Directory (rootDSE)") from error


def read_invocation(connection: Connection, root: Root) -> str:
    """Return the invocationId under which the controller counts its changes, empty if hidden."""
    values = _read(connection, root.service, ("invocationId",)).get("invocationId", ())
    return str(uuid.UUID(bytes_le=values[0])) if values else ""


def _read(
    connection: Connection, dn: str, attributes: Sequence[str]
) -> Mapping[str, Sequence[bytes]]:
    """Return the raw attributes of one entry, none where it is not shown."""
    try:
        connection.search(dn, _ANY, BASE, attributes=list(attributes))
        entries = [e for e in connection.response or () if e["type"] == "searchResEntry"]
    except (LDAPException, OSError) as error:
        raise SearchBrokenError(f"the connection broke: {error}") from error
    return {k: v for e in entries for k, v in e["raw_attributes"].items() if v}
