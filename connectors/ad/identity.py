"""Who is who in Active Directory: objectGUID, which stays when a thing is renamed or moved.

The server gives every name with its identity beside it: as `<GUID=...>;<SID=...>;DN`, to whoever
sends the extended DN control (MS-ADTS 3.1.1.3.4.1.5). It takes `<GUID=...>` wherever it takes a DN
(MS-ADTS 3.1.1.3.1.2.4). Accounts go by that form; groups by their DN with it behind, so that people
read a name and the program an identity.
"""

from __future__ import annotations

import re
import uuid
from typing import NamedTuple

from connectors.shared.ldap.search import Control

EXTENDED_DN: Control = ("1.2.840.113556.1.4.529", True, bytes((0x30, 3, 2, 1, 1)))
"""Asks for names with identities, as text (flag 1)."""
DOMAIN_SCOPE: Control = ("1.2.840.113556.1.4.1339", False, None)
"""Asks for no references to other domains (MS-ADTS 3.1.1.3.4.1.4); one that comes breaks a read."""
SHOW_DELETED: Control = ("1.2.840.113556.1.4.417", True, None)
"""Asks for tombstones too (MS-ADTS 3.1.1.3.4.1.14)."""

_GUID = r"<GUID=([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})>"
_EXTENDED = re.compile(rf"{_GUID};(?:<SID=(S-[0-9-]+)>;)?(.*)", re.DOTALL)
_IN_KEY = re.compile(rf"(?:.*;)?{_GUID}", re.DOTALL)


class Named(NamedTuple):
    """One thing by all its names; `sid` is empty where it has none (a contact)."""

    native: str
    sid: str
    dn: str

    @property
    def rid(self) -> int:
        """Return the last part of the SID, which names it within its domain; 0 without a SID."""
        return int(self.sid.rpartition("-")[2]) if self.sid else 0


def parse_extended(text: str) -> Named | None:
    """Return the names in an extended DN; None where the server gave no identity."""
    found = _EXTENDED.fullmatch(text)
    return None if found is None else Named(_native(found[1]), found[2] or "", found[3])


def group_key(named: Named) -> str:
    """Return the key of a group: its DN, and behind it what stays when that changes."""
    return f"{named.dn};{named.native}"


def native_of(text: str) -> str:
    """Return `<GUID=...>` of a native id or a group's key; the text itself where it holds none."""
    found = _IN_KEY.fullmatch(text)
    return text if found is None else _native(found[1])


def escaped_guid(native: str) -> str:
    """Return an identity as a filter writes its octets, in the order in which AD keeps them.

    RFC 4515, section 3; MS-DTYP 2.3.4.2. Raises ValueError for a text that holds none.
    """
    octets = uuid.UUID(native.removeprefix("<GUID=").removesuffix(">")).bytes_le
    return "".join(f"\\{octet:02x}" for octet in octets)


def _native(guid: str) -> str:
    return f"<GUID={guid.lower()}>"
