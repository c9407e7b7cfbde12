"""From what AD sends to entries as every directory has them, known by objectGUID throughout.

A member is told by the identity that stands beside its name, so that nobody is lost who is renamed
or moved while a read goes on. What a group holds that is no account of a person (a computer, a
contact, a principal of another domain) stays a member under a name that people can read.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.ad.identity import Named, parse_extended
from connectors.ad.options import AdOptions
from connectors.ad.ranges import BrokenRangeError, Ranges
from connectors.shared.groups import Entry
from connectors.shared.ldap.search import SearchBrokenError
from syncd.core.calendar import JST

_SECURITY = 0x8000_0000
_DISABLED = 0x2
_NEVER = frozenset({0, 0x7FFF_FFFF_FFFF_FFFF})
_EPOCH = datetime(1601, 1, 1, 9, tzinfo=JST)
"""FILETIME counts 100 ns from 1601 in UTC (MS-DTYP 2.3.3); here as the same moment in JST."""
_NATIVE = len("<GUID=00000000-0000-0000-0000-000000000000>")
_FOREIGN = ",cn=foreignsecurityprincipals,"


@dataclass(slots=True)
class AdGroup:
    """One group as read, its members by identity; `ranges` are what is still to come of them."""

    named: Named
    name: str
    is_security: bool
    admin_count: str
    usn: str
    ranges: Ranges
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Translation:
    """What was met so far: groups by native id, and names for members that are nobody's account.

    `strangers` are those members that have an entry, or a SID of another domain, all the same.
    """

    options: AdOptions
    now: datetime
    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, AdGroup] = field(default_factory=dict)
    names: dict[str, Named] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)

    def person(self, entry: Entry) -> Entry:
        """Return the entry of an account; locked where it is disabled or has expired."""
        named = names_of(entry)
        self.people[named.native] = named.native
        attributes = dict(entry.attributes)
        attributes["objectclass"] = ("user",)
        if is_out_of_use(entry, self.now):
            attributes["nsaccountlock"] = ("TRUE",)
        return Entry(named.native, attributes)

    def group(self, entry: Entry) -> AdGroup:
        """Take a group, with as many of its members as came."""
        named = names_of(entry)
        group = AdGroup(
            named,
            first_of(entry, "samaccountname") or first_of(entry, "cn"),
            bool(int(first_of(entry, "grouptype") or _SECURITY) & _SECURITY),
            first_of(entry, "admincount"),
            first_of(entry, "usnchanged"),
            Ranges("member"),
        )
        take_range(group.ranges, entry)
        self.groups[named.native] = group
        return group

    def other(self, entry: Entry) -> Entry | None:
        """Return what is no person and stands in groups; None for what was read as a person."""
        named = names_of(entry)
        if named.native in self.people:
            return None
        self.names[named.native] = named
        return self._stranger(named.native, first_of(entry, "samaccountname"))

    def knows(self, native: str) -> bool:
        """Tell whether a member was met as an account, a group or a stranger."""
        return native in self.people or native in self.groups or native in self.strangers

    def standing_strangers(self) -> set[str]:
        """Return the strangers that stand in some group."""
        return {m for group in self.groups.values() for m in self.strangers & {*group.members}}

    def resolve_members(self, groups: Iterable[AdGroup]) -> None:
        """Tell the members of groups by identity, and let go of how they were written."""
        for group in groups:
            group.members = [self.member(value) for value in group.ranges.values]
            group.ranges.values.clear()

    def member(self, value: str) -> str:
        """Return the native id of a member value; raises SearchBrokenError."""
        known = self.people.get(value[:_NATIVE])
        if known is not None:
            return known
        named = parse_extended(value)
        if named is None:
            raise SearchBrokenError("a member came without its identity (objectGUID)")
        self.names[named.native] = named
        return self.people.get(named.native, named.native)

    def standing(self, natives: Iterable[str]) -> Iterator[Entry]:
        """Yield these groups, then the principals of other domains that were met since."""
        skipped = self._carries_nothing()
        for native in natives:
            group = self.groups[native]
            members = group.members
            if skipped and group.is_security:
                members = [member for member in members if member not in skipped]
            yield as_entry(native, group, members)
        for native, named in self.names.items():
            if is_foreign(named) and native not in self.strangers:
                yield self._stranger(native, named.sid)

    def _carries_nothing(self) -> frozenset[str]:
        """Return the distribution groups, where they bring nothing to the groups they stand in."""
        if self.options.distribution_groups == "count":
            return frozenset()
        return frozenset(n for n, group in self.groups.items() if not group.is_security)

    def _stranger(self, native: str, name: str) -> Entry:
        """Return an account of nobody; without a name it goes by its DN (`naming`)."""
        self.strangers.add(native)
        named = {self.options.account_attribute.lower(): (name,)} if name else {}
        return Entry(native, {**named, "objectclass": ("user",)})


def as_entry(native: str, group: AdGroup, members: Sequence[str]) -> Entry:
    """Return a group as every directory has it; accounts name their primary group by its RID."""
    rid = base64.b64encode(group.named.rid.to_bytes(4, "little")).decode()
    return Entry(
        native,
        {
            "objectclass": ("group",),
            "cn": (group.name,),
            "objectsid": (rid,),
            "member": members,
        },
    )


def names_of(entry: Entry) -> Named:
    """Return who an entry is; raises SearchBrokenError where the server does not say."""
    named = parse_extended(entry.dn)
    if named is None:
        raise SearchBrokenError("an entry came without its identity (objectGUID)")
    return named


def is_foreign(named: Named) -> bool:
    """Tell whether it stands for a principal of another domain, or for a well-known SID."""
    return _FOREIGN in named.dn.casefold()


def is_out_of_use(entry: Entry, now: datetime) -> bool:
    """Tell whether nobody can sign in: disabled, or expired by `now` (MS-ADA1, accountExpires)."""
    control = first_of(entry, "useraccountcontrol")
    expires = int(first_of(entry, "accountexpires") or 0)
    if control and int(control) & _DISABLED:
        return True
    return expires not in _NEVER and _EPOCH + timedelta(microseconds=expires // 10) <= now


def first_of(entry: Entry, name: str) -> str:
    """Return the first value of an attribute (lower case), empty where there is none."""
    return next(iter(entry.attributes.get(name, ())), "")


def take_range(ranges: Ranges, entry: Entry) -> None:
    """Take what came of an entry's members; raises SearchBrokenError."""
    try:
        ranges.take(entry.attributes)
    except BrokenRangeError as error:
        raise SearchBrokenError(f"members of a group do not join: {error}") from error
