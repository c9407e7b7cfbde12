"""What the entries of an LDAP-shaped directory are: groups of which kind, accounts locked or not.

Said here once for every source of entries, so that a file and a server can never differ in it.
Who stands in which group is worked out of them by `town`; how entries are read is left to others.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connectors.shared.dn import dn_key
from syncd.core.ids import StaffNumber, normalise_staff_number

NAMED = frozenset({"groupofnames", "groupofuniquenames"})
"""Object classes whose groups must keep a member (RFC 4519, sections 3.5 and 3.6)."""
GROUP_CLASSES = NAMED | {"posixgroup", "group", "groupofmembers", "groupofentries"}
MEMBER_ATTRIBUTES = {
    "groupofnames": "member",
    "group": "member",
    "groupofmembers": "member",
    "groupofentries": "member",
    "groupofuniquenames": "uniquemember",
    "posixgroup": "memberuid",
}
# The optional unique identifier behind a name (RFC 4517, section 3.3.21).
_OPTIONAL_UID = re.compile(r"#'[01]*'B\Z")
_LOCKS = frozenset({"pwdaccountlockedtime", "nsaccountlock", "useraccountcontrol"})
_DISABLED = 0x2  # ADS_UF_ACCOUNTDISABLE of userAccountControl


class Entry(NamedTuple):
    """One entry as read; attribute names are in lower case.

    `native` is what the directory calls it for ever where that is not its DN (AD: objectGUID).
    """

    dn: str
    attributes: Mapping[str, Sequence[str]]
    native: str = ""

    def classes(self) -> set[str]:
        """Return its object classes in lower case."""
        return {name.lower() for name in self.attributes.get("objectclass", ())}


@dataclass(frozen=True, slots=True)
class Shape:
    """Where people and groups stand and which attributes name them (the connector's options)."""

    people_base: str = ""
    groups_base: str = ""
    staff_number_attribute: str = "employeeNumber"
    account_attribute: str = "uid"
    placeholder_member: str = ""
    staff_number_width: int = 7
    max_unresolved_percent: float = 10


def is_group(entry: Entry) -> bool:
    """Tell whether an entry is one of the kinds of groups that can be read."""
    return bool(entry.classes() & GROUP_CLASSES)


def member_attribute(classes: Iterable[str]) -> str:
    """Return the attribute, in lower case, that holds the members of such a group."""
    lower = {name.lower() for name in classes}
    return next(attr for name, attr in MEMBER_ATTRIBUTES.items() if name in lower)


def member_value_key(attribute: str, value: str) -> str:
    """Return a member value as a key; `attribute` is in lower case."""
    if attribute == "memberuid":
        return value
    return dn_key(_OPTIONAL_UID.sub("", value) if attribute == "uniquemember" else value)


def is_locked(entry: Entry) -> bool:
    """Tell whether an account is locked (389, ppolicy) or disabled (AD)."""
    attributes = entry.attributes
    if attributes.keys().isdisjoint(_LOCKS):
        return False
    if "pwdaccountlockedtime" in attributes:
        return True
    if any(value.upper() == "TRUE" for value in attributes.get("nsaccountlock", ())):
        return True
    control = attributes.get("useraccountcontrol", ("0",))[0]
    return control.isdecimal() and bool(int(control) & _DISABLED)


def own_gid(entry: Entry, classes: set[str]) -> str:
    """Return the number by which accounts name their primary group; empty where there is none.

    AD names it by the last part of the group's SID, four bytes in little-endian order.
    """
    if "posixgroup" in classes:
        return next(iter(entry.attributes.get("gidnumber", ())), "")
    sid = base64.b64decode(next(iter(entry.attributes.get("objectsid", ())), ""))
    return f"RID {int.from_bytes(sid[-4:], 'little')}" if sid else ""


def staff_number_of(values: Sequence[str], width: int) -> StaffNumber | None:
    """Return the staff number of an account by the values of its attribute."""
    text = values[0].strip() if values else ""
    if text.isascii() and text.isdigit():
        return StaffNumber(text.zfill(width))  # what nearly all are, and what the core makes of it
    return normalise_staff_number(text, width) if text else None
