"""From users and groups that name one another by object id to a snapshot: accounts, every path.

Promise: whoever stands in a group is in the snapshot, also through groups in groups (cycles
survive) and also where no object of that id could be read: then it is an account that nobody
knows. How objects are read is left to others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.shared.plausible import Remedies, check_plausible
from syncd.core.ids import AccountId, normalise_staff_number
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)


@dataclass(frozen=True, slots=True)
class ObjectUser:
    """One object that is no group. `account` is what people know it by, `number` as received.

    `is_person` is False for what never is one (a device, an application).
    """

    id: str
    account: str
    number: str = ""
    enabled: bool = True
    is_person: bool = True


@dataclass(frozen=True, slots=True)
class ObjectGroup:
    """One group and the ids of its direct members, people or not.

    `unwritable` says why nobody can be taken out here, and what to do; empty where one can.
    """

    id: str
    name: str
    members: Sequence[str] = ()
    unwritable: str = ""


@dataclass(frozen=True, slots=True)
class Resolving:
    """How objects become a snapshot of `directory` at `read_at`."""

    directory: str
    read_at: datetime
    staff_number_width: int
    max_unresolved_percent: float
    remedies: Remedies


@dataclass(slots=True)
class Objects:
    """What was read, by id: users under the name of their account, groups as they are."""

    accounts: dict[AccountId, Account] = field(default_factory=dict)
    names: dict[str, AccountId] = field(default_factory=dict)
    groups: dict[str, ObjectGroup] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def take_user(self, user: ObjectUser, width: int) -> AccountId:
        """Take in one user; return the name under which it stands."""
        name = AccountId(user.account or user.id)
        if name in self.accounts and self.names.get(user.id) != name:
            self.warnings.append(f"{name} は複数の利用者の名前です / is the name of several users")
            name = AccountId(f"id={user.id}")
        number = normalise_staff_number(user.number, width) if user.number.strip() else None
        self.accounts[name] = Account(name, user.id, number, user.enabled)
        self.names[user.id] = name
        return name

    def account_of(self, member: str) -> AccountId:
        """Return the account of a member that is no group; one that nobody knows is made."""
        return self.names.get(member) or self.take_user(ObjectUser(member, ""), 0)

    def group_of(self, group: ObjectGroup) -> Group:
        """Return a group as a snapshot holds it, with the groups that stand directly in it."""
        below = tuple(dict.fromkeys(m for m in group.members if m in self.groups))
        return Group(
            group.id,
            group.name,
            may_be_empty=True,
            direct_count=len(group.members),
            subgroups=below,
            unwritable=group.unwritable,
        )

    def blocks_of(self, group: ObjectGroup) -> Iterator[MembershipBlock]:
        """Yield who stands in a group, directly and through groups, by the shortest path each."""
        seen: set[str] = set()
        level: list[tuple[ObjectGroup, tuple[str, ...]]] = [(group, ())]
        while level:
            below: list[tuple[ObjectGroup, tuple[str, ...]]] = []
            for one, through in level:
                if one.id in seen:
                    continue
                seen.add(one.id)
                members = dict.fromkeys(m for m in one.members if m not in self.groups)
                if members:
                    accounts = tuple(self.account_of(member) for member in members)
                    yield MembershipBlock(group.id, Path(through), accounts)
                subgroups = (self.groups[m] for m in one.members if m in self.groups)
                below += [(sub, (sub.id, *through)) for sub in subgroups]
            level = below


def snapshot_of_objects(
    how: Resolving, proof: Proof, users: Iterable[ObjectUser], groups: Iterable[ObjectGroup]
) -> DirectorySnapshot:
    """Return the snapshot of a complete set of objects; raises DirectoryUnreadable.

    As with any directory, one without people or groups is refused, and one that lacks many of
    the people whom its groups name.
    """
    objects = Objects(groups={group.id: group for group in groups})
    people = 0
    for user in users:
        objects.take_user(user, how.staff_number_width)
        people += user.is_person
    known = len(objects.names)
    blocks = tuple(block for group in objects.groups.values() for block in objects.blocks_of(group))
    missing = len(objects.names) - known
    check_plausible(
        how.directory,
        people,
        len(objects.groups),
        missing,
        how.max_unresolved_percent,
        how.remedies,
    )
    return DirectorySnapshot(
        how.directory,
        how.read_at,
        proof,
        objects.accounts,
        tuple(objects.group_of(group) for group in objects.groups.values()),
        blocks,
        tuple(objects.warnings),
    )


def digest_of(users: Mapping[str, ObjectUser], groups: Mapping[str, ObjectGroup]) -> str:
    """Return what was read as one number, so that it can be told again later."""
    digest = hashlib.sha256()
    for user in users.values():
        digest.update(f"{user.id}\0{user.account}\0{user.number}\0{user.enabled}\n".encode())
    for group in groups.values():
        digest.update("\0".join((group.id, group.name, *group.members, "\n")).encode())
    return digest.hexdigest()
