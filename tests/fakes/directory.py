"""A directory that lives in memory and can be told to fail; it passes the port's contract suite.

`groups` maps a group's key to the list of its direct members (native ids) and may be changed by a
test at any time, as somebody with an administrator's tool would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syncd.core.ids import AccountId, StaffNumber
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    Proof,
)
from syncd.errors import DeltaLost, DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import (
    Capability,
    DirectoryDelta,
    GroupRemoval,
    Progress,
    WriteOutcome,
)
from tests.nested_blocks import blocks_of, groups_in


def dn(account: str) -> str:
    return f"uid={account},ou=people"


@dataclass
class FakeDirectory:
    """Reader and writer in one; the flow is given it as two."""

    name: str
    clock: Callable[[], datetime]
    accounts: dict[str, str | None] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    capabilities: frozenset[Capability] = frozenset(Capability) - {Capability.DELTA}
    may_be_empty: bool = False
    unreadable: str = ""
    unwritable: str = ""
    bad_values: set[str] = field(default_factory=set)
    deaf: bool = False
    before_write: Callable[[], None] = lambda: None
    written: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def read(self, progress: Progress) -> DirectorySnapshot:
        self._check_readable()
        progress(self.name, len(self.groups), len(self.groups))
        accounts = {
            AccountId(a): Account(AccountId(a), dn(a), None if n is None else StaffNumber(n))
            for a, n in self.accounts.items()
        }
        by_native = {account.native: account.account for account in accounts.values()}
        holds = {
            key: [by_native.get(m, m) for m in members if m in by_native or m in self.groups]
            for key, members in self.groups.items()
        }
        groups = tuple(self._group(key, groups_in(holds, key)) for key in self.groups)
        blocks = tuple(blocks_of(holds, {}))
        digest = hashlib.sha256(repr((self.accounts, self.groups)).encode()).hexdigest()
        proof = Proof("fake", 1, len(accounts) + len(groups), "memory", digest)
        return DirectorySnapshot(self.name, self.clock(), proof, accounts, groups, blocks)

    def _group(self, key: str, subgroups: tuple[str, ...]) -> Group:
        name = key.split(",", maxsplit=1)[0].partition("=")[2]
        members = len(self.groups[key])
        return Group(key, name, self.may_be_empty, members, subgroups=subgroups)

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        self._check_readable()
        return {g: frozenset(m) & frozenset(self.groups.get(g, ())) for g, m in asked.items()}

    def check(self) -> str:
        self._check_readable()
        return f"{len(self.accounts)} accounts"

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        return tuple(self.remove_from(removal) for removal in removals)

    def remove_from(self, removal: GroupRemoval) -> tuple[WriteOutcome, ...]:
        self.before_write()
        self._check_writable()
        self.written.append((removal.group, removal.members))
        return tuple(self._remove(removal.group, member) for member in removal.members)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        self._check_writable()
        if Capability.RESTORE not in self.capabilities:
            return WriteOutcome(member, "nothing can be put back")
        if group not in self.groups:
            return WriteOutcome(member, "there is no such group")
        if member not in self.groups[group]:
            self.groups[group].append(member)
        return WriteOutcome(member)

    def _remove(self, group: str, member: str) -> WriteOutcome:
        if member in self.bad_values:
            return WriteOutcome(member, "constraintViolation")
        shows = Capability.READ_BACK in self.capabilities and not self.deaf
        if shows and member in self.groups.get(group, ()):
            self.groups[group].remove(member)
        return WriteOutcome(member)

    def _check_readable(self) -> None:
        if self.unreadable:
            raise DirectoryUnreadable(self.name, self.unreadable, "start the server again")

    def _check_writable(self) -> None:
        if self.unwritable:
            raise DirectoryWriteError(self.name, self.unwritable, "start the server again")
        if Capability.WRITE not in self.capabilities:
            raise DirectoryWriteError(self.name, "it only reads", "give it what writes")


@dataclass
class FakeDeltaDirectory(FakeDirectory):
    """A FakeDirectory that can tell what changed since it was last read."""

    capabilities: frozenset[Capability] = frozenset(Capability)
    forgotten: bool = False
    """Set by a test: the server no longer knows where the reader stood."""
    untold: bool = False
    """Set by a test: changes are kept from whoever asks for them."""
    _last: DirectorySnapshot | None = None

    def read(self, progress: Progress) -> DirectorySnapshot:
        whole = super().read(progress)
        if self._last is None or self.forgotten:
            self._last = whole
        self.forgotten = False
        return whole

    def changes(self) -> DirectoryDelta:
        self._check_readable()
        before = self._last
        if before is None or self.forgotten:
            raise DeltaLost(self.name, "where we stood is not known", "read it whole")
        now = super().read(lambda *_: None)
        self._last = now
        if self.untold:
            return DirectoryDelta(self.name, now.read_at, "fake", "memory")
        was = {block.group: block.accounts for block in before.blocks}
        changed = {b.group for b in now.blocks if was.get(b.group) != b.accounts}
        return DirectoryDelta(
            self.name,
            now.read_at,
            "fake",
            "memory",
            tuple(group for group in now.groups if group.key in changed),
            tuple(block for block in now.blocks if block.group in changed),
            tuple(key for key in was if key not in self.groups),
            {k: a for k, a in now.accounts.items() if before.accounts.get(k) != a},
            tuple(k for k in before.accounts if k not in now.accounts),
        )
