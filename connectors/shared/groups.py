"""From entries of an LDAP-shaped directory to a snapshot: accounts, groups, and every path.

Who stands in which group is worked out here once for every source of entries, so that a file and
a server can never differ in what a nested group means. How entries are read is left to others.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.shared.dn import dn_key, first_value, is_under
from connectors.shared.plausible import check_plausible
from syncd.core.ids import AccountId, StaffNumber, normalise_staff_number
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)

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
_DISABLED = 0x2  # ADS_UF_ACCOUNTDISABLE of userAccountControl


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read; attribute names are in lower case."""

    dn: str
    attributes: Mapping[str, Sequence[str]]

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


@dataclass(slots=True)
class _RawGroup:
    key: str
    dn: str
    name: str
    may_be_empty: bool
    attribute: str
    members: Sequence[str]
    gid: str = ""
    accounts: list[AccountId] = field(default_factory=list)
    subgroups: list[str] = field(default_factory=list)
    placeholder: bool = False


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


def snapshot_of(
    directory: str, read_at: datetime, proof: Proof, entries: Iterable[Entry], shape: Shape
) -> DirectorySnapshot:
    """Return the snapshot of a complete set of entries; raises DirectoryUnreadable.

    Refused are entries among which nobody or no group is found, and those that lack many of the
    accounts that the groups name: read as they stand, each of them would be an unknown account
    whose rights should go, although it is only that we were not shown its entry.
    """
    resolver = _Resolver(shape)
    snapshot = resolver.resolve(directory, read_at, proof, entries)
    known, missing = resolver.found()
    check_plausible(directory, known, len(snapshot.groups), missing, shape.max_unresolved_percent)
    return snapshot


class _Resolver:
    """Holds the tables of one resolution."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._people_base = dn_key(shape.people_base)
        self._groups_base = dn_key(shape.groups_base)
        self._placeholder = dn_key(shape.placeholder_member) if shape.placeholder_member else ""
        self._accounts: dict[AccountId, Account] = {}
        self._by_dn: dict[str, AccountId] = {}
        self._by_uid: dict[str, AccountId] = {}
        self._groups: dict[str, _RawGroup] = {}
        self._by_gid: dict[str, list[AccountId]] = defaultdict(list)
        self._warnings: list[str] = []

    def resolve(
        self, directory: str, read_at: datetime, proof: Proof, entries: Iterable[Entry]
    ) -> DirectorySnapshot:
        for entry in entries:
            self._take(entry)
        for group in self._groups.values():
            self._sort_members(group)
        blocks = tuple(self._blocks())
        groups = tuple(self._as_group(group) for group in self._groups.values())
        return DirectorySnapshot(
            directory, read_at, proof, self._accounts, groups, blocks, tuple(self._warnings)
        )

    def found(self) -> tuple[int, int]:
        """Return how many accounts have an entry, and how many are only named by groups."""
        return len(self._by_dn), len(self._accounts) - len(self._by_dn)

    def _take(self, entry: Entry) -> None:
        key = dn_key(entry.dn)
        classes = entry.classes()
        if classes & GROUP_CLASSES and is_under(key, self._groups_base):
            self._take_group(key, entry, classes)
        elif is_under(key, self._people_base) and self._is_account(entry, classes):
            self._take_account(key, entry)

    def _is_account(self, entry: Entry, classes: set[str]) -> bool:
        """Tell whether it is an account; a server was asked for nothing else and for no classes."""
        named = self._shape.account_attribute.lower() in entry.attributes
        return (
            named or not classes or bool(classes & {"person", "inetorgperson", "account", "user"})
        )

    def _take_account(self, key: str, entry: Entry) -> None:
        attributes = entry.attributes
        named = attributes.get(self._shape.account_attribute.lower(), ())
        name = AccountId(named[0] if named else entry.dn)
        if name in self._accounts:
            self._warnings.append(f"{name} は複数の項目の利用者IDです: {entry.dn}")
            name = AccountId(entry.dn)
        numbers = attributes.get(self._shape.staff_number_attribute.lower(), ())
        number = staff_number_of(numbers, self._shape.staff_number_width)
        self._accounts[name] = Account(name, entry.dn, number, enabled=not is_locked(entry))
        self._by_dn[key] = name
        for uid in attributes.get("uid", ()):
            self._by_uid.setdefault(uid, name)
        for gid in attributes.get("gidnumber", ()):
            self._by_gid[gid].append(name)
        for rid in attributes.get("primarygroupid", ()):
            self._by_gid[f"RID {rid}"].append(name)

    def _take_group(self, key: str, entry: Entry, classes: set[str]) -> None:
        attribute = member_attribute(classes)
        members = entry.attributes.get(attribute, ())
        names = entry.attributes.get("cn", ())
        self._groups[key] = _RawGroup(
            key=key,
            dn=entry.dn,
            name=names[0] if names else first_value(entry.dn),
            may_be_empty=not classes & NAMED,
            attribute=attribute,
            members=members,
            gid=_own_gid(entry, classes),
        )

    def _sort_members(self, group: _RawGroup) -> None:
        """Tell accounts, groups, the placeholder and values that name nothing apart."""
        seen: set[AccountId] = set()
        for value in group.members:
            by_uid = group.attribute == "memberuid"
            name = self._by_uid.get(value) if by_uid else self._by_dn.get(value.casefold())
            if name is None and not by_uid:
                key = member_value_key(group.attribute, value)
                if key == self._placeholder:
                    group.placeholder = True
                    continue
                if key in self._groups:
                    group.subgroups.append(key)
                    continue
                name = self._by_dn.get(key)
            if name is None:
                name = self._unresolved(value)
            if name not in seen:
                seen.add(name)
                group.accounts.append(name)

    def _unresolved(self, value: str) -> AccountId:
        """Keep a member value that names nobody: the decision reports it as unknown."""
        name = AccountId(value)
        if self._accounts.setdefault(name, Account(name, value, None)).native != value:
            name = AccountId(f"memberUid={value}")  # somebody else's account has that name
            self._accounts[name] = Account(name, value, None)
        return name

    def _as_group(self, g: _RawGroup) -> Group:
        below = tuple(self._groups[key].dn for key in dict.fromkeys(g.subgroups))
        return Group(g.dn, g.name, g.may_be_empty, len(g.members), g.placeholder, below)

    def _blocks(self) -> Iterator[MembershipBlock]:
        for group in self._groups.values():
            if group.accounts:
                yield MembershipBlock(group.dn, Path(), tuple(group.accounts))
            primary = self._by_gid.get(group.gid, []) if group.gid else []
            if primary:
                yield MembershipBlock(group.dn, Path(primary=True), tuple(primary))
            if group.subgroups:
                yield from self._nested(group)

    def _nested(self, top: _RawGroup) -> Iterator[MembershipBlock]:
        """Walk down breadth first, so that each leaf group is reached by its shortest path."""
        seen = {top.key}
        level: list[tuple[str, tuple[str, ...]]] = [(key, ()) for key in top.subgroups]
        while level:
            below: list[tuple[str, tuple[str, ...]]] = []
            for key, above in level:
                if key in seen:
                    continue
                seen.add(key)
                group = self._groups[key]
                through = (group.dn, *above)
                if group.accounts:
                    yield MembershipBlock(top.dn, Path(through), tuple(group.accounts))
                below += [(sub, through) for sub in group.subgroups]
            level = below


def is_locked(entry: Entry) -> bool:
    """Tell whether an account is locked (389, ppolicy) or disabled (AD)."""
    attributes = entry.attributes
    if "pwdaccountlockedtime" in attributes:
        return True
    if any(value.upper() == "TRUE" for value in attributes.get("nsaccountlock", ())):
        return True
    control = attributes.get("useraccountcontrol", ("0",))[0]
    return control.isdecimal() and bool(int(control) & _DISABLED)


def _own_gid(entry: Entry, classes: set[str]) -> str:
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
    return normalise_staff_number(text, width) if text else None
