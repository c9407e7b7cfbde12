"""The contents of a snapshot's parts and their digests, worked out only for what changed.

A digest follows from a content and from nothing else, so what one process remembers of the last
read can never be wrong, whatever became of the transaction for which it was worked out.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from syncd.core.ids import AccountId
from syncd.core.memberships import Account, DirectorySnapshot, Group, MembershipBlock
from syncd.store.codec import dumps

ACCOUNTS = "accounts"
GROUP = "group"
FIRST_FIELDS = 4
LATER_FIELDS = ("subgroups", "aliases", "protected", "must_keep", "unwritable")
_SLICES = 256

Part = tuple[str, str]
"""(kind, name): one group by its key, or one slice of the accounts."""

_Held = tuple[Group, list[MembershipBlock]]


@dataclass(frozen=True)
class Contents:
    """What the parts of a snapshot hold; `digests` are the SHA-256 of their bodies."""

    accounts: Mapping[AccountId, Account]
    groups: Mapping[str, _Held]
    digests: Mapping[Part, str]

    def body(self, part: Part) -> str:
        """Return the JSON text of one part."""
        kind, name = part
        return _group_body(*self.groups[name]) if kind == GROUP else self._slices[part]

    @cached_property
    def _slices(self) -> dict[Part, str]:
        return _account_slices(self.accounts)


@dataclass(slots=True)
class Digests:
    """What one process remembers of the last read of each directory."""

    _last: dict[str, Contents] = field(default_factory=dict)

    def copy(self) -> Digests:
        """Return one that begins with what this one remembers."""
        return Digests(dict(self._last))

    def contents_of(self, snapshot: DirectorySnapshot) -> Contents:
        """Return the contents of a snapshot; what equals the last read is not digested again."""
        groups: dict[str, _Held] = {group.key: (group, []) for group in snapshot.groups}
        for block in snapshot.blocks:
            groups[block.group][1].append(block)
        before = self._last.get(snapshot.directory, _NOTHING)
        made = Contents(
            snapshot.accounts,
            groups,
            _of_accounts(snapshot.accounts, before) | _of_groups(groups, before),
        )
        self._last[snapshot.directory] = made
        return made


_NOTHING = Contents({}, {}, {})


def _of_accounts(accounts: Mapping[AccountId, Account], before: Contents) -> dict[Part, str]:
    if accounts == before.accounts:
        return {part: digest for part, digest in before.digests.items() if part[0] == ACCOUNTS}
    return {part: _sha256(body) for part, body in _account_slices(accounts).items()}


def _of_groups(groups: Mapping[str, _Held], before: Contents) -> dict[Part, str]:
    return {
        (GROUP, key): before.digests[GROUP, key]
        if before.groups.get(key) == held
        else _sha256(_group_body(*held))
        for key, held in groups.items()
    }


def _sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def slice_of(account: AccountId) -> str:
    """Return the name of the slice of the accounts in which one stands."""
    return f"{zlib.crc32(account.encode()) % _SLICES:02x}"


def _account_slices(accounts: Mapping[AccountId, Account]) -> dict[Part, str]:
    slices: dict[str, list[list[Any]]] = {}
    for a in accounts.values():
        row = [a.account, a.native, a.staff_number, a.enabled]
        slices.setdefault(slice_of(a.account), []).append(row)
    return {(ACCOUNTS, name): dumps(sorted(rows)) for name, rows in slices.items()}


def _group_body(group: Group, blocks: list[MembershipBlock]) -> str:
    held = [[block.path.through, block.path.primary, block.accounts] for block in blocks]
    return dumps([*_plain(group), held])


def _plain(group: Group) -> list[Any]:
    """Return a group's own fields; without the later ones as they were kept before."""
    plain = [group.name, group.may_be_empty, group.direct_count, group.placeholder]
    further = [getattr(group, name) for name in LATER_FIELDS]
    while further and not further[-1]:
        further.pop()
    return plain + further
