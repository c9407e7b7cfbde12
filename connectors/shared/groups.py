"""From entries of an LDAP-shaped directory to a snapshot: accounts, groups, and every path.

Who stands in which group is worked out here once for every source of entries, so that a file and
a server can never differ in what a nested group means. How entries are read is left to others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.shared.dn import dn_key, first_value, is_under
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
GROUP_CLASSES = NAMED | {"posixgroup", "group"}
MEMBER_ATTRIBUTES = {
    "groupofnames": "member",
    "group": "member",
    "groupofuniquenames": "uniquemember",
    "posixgroup": "memberuid",
}


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


@dataclass(slots=True)
class _RawGroup:
    key: str
    dn: str
    name: str
    may_be_empty: bool
    by_uid: bool
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


def snapshot_of(
    directory: str, read_at: datetime, proof: Proof, entries: Iterable[Entry], shape: Shape
) -> DirectorySnapshot:
    """Return the snapshot of a complete set of entries."""
    return _Resolver(shape).resolve(directory, read_at, proof, entries)


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
        groups = tuple(
            Group(g.dn, g.name, g.may_be_empty, len(g.members), g.placeholder)
            for g in self._groups.values()
        )
        return DirectorySnapshot(
            directory, read_at, proof, self._accounts, groups, blocks, tuple(self._warnings)
        )

    def _take(self, entry: Entry) -> None:
        key = dn_key(entry.dn)
        classes = entry.classes()
        if classes & GROUP_CLASSES and is_under(key, self._groups_base):
            self._take_group(key, entry, classes)
        elif is_under(key, self._people_base) and self._is_account(entry, classes):
            self._take_account(key, entry)

    def _is_account(self, entry: Entry, classes: set[str]) -> bool:
        named = self._shape.account_attribute.lower() in entry.attributes
        return named or bool(classes & {"person", "inetorgperson", "account", "user"})

    def _take_account(self, key: str, entry: Entry) -> None:
        attributes = entry.attributes
        named = attributes.get(self._shape.account_attribute.lower(), ())
        name = AccountId(named[0] if named else entry.dn)
        if name in self._accounts:
            self._warnings.append(f"{name} は複数の項目の利用者IDです: {entry.dn}")
            name = AccountId(entry.dn)
        numbers = attributes.get(self._shape.staff_number_attribute.lower(), ())
        number = _staff_number(numbers, self._shape.staff_number_width)
        locked = "TRUE" in (v.upper() for v in attributes.get("nsaccountlock", ()))
        locked = locked or "pwdaccountlockedtime" in attributes
        self._accounts[name] = Account(name, entry.dn, number, not locked)
        self._by_dn[key] = name
        for uid in attributes.get("uid", ()):
            self._by_uid.setdefault(uid, name)
        for gid in attributes.get("gidnumber", ()):
            self._by_gid[gid].append(name)

    def _take_group(self, key: str, entry: Entry, classes: set[str]) -> None:
        attribute = member_attribute(classes)
        members = entry.attributes.get(attribute, ())
        names = entry.attributes.get("cn", ())
        gids = entry.attributes.get("gidnumber", ()) if "posixgroup" in classes else ()
        self._groups[key] = _RawGroup(
            key=key,
            dn=entry.dn,
            name=names[0] if names else first_value(entry.dn),
            may_be_empty=not classes & NAMED,
            by_uid=attribute == "memberuid",
            members=members,
            gid=gids[0] if gids else "",
        )

    def _sort_members(self, group: _RawGroup) -> None:
        """Tell accounts, groups, the placeholder and values that name nothing apart."""
        seen: set[AccountId] = set()
        for value in group.members:
            name = self._by_uid.get(value) if group.by_uid else self._by_dn.get(value.casefold())
            if name is None and not group.by_uid:
                key = dn_key(value.partition("#'")[0])
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
        self._accounts.setdefault(name, Account(name, value, None))
        return name

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


def _staff_number(values: Sequence[str], width: int) -> StaffNumber | None:
    text = values[0].strip() if values else ""
    return normalise_staff_number(text, width) if text else None
