"""What a delta of a directory does to what was known, and what it missed.

A delta is a hint: it is laid over the last whole read so that new rights are looked at within
minutes. It never proves anything; what a later whole read shows otherwise, without a change
meanwhile that explains it, is a finding of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from syncd.bilingual import Bilingual
from syncd.core.facts import Entitlement
from syncd.core.findings import Notice, NoticeFinding
from syncd.core.ids import AccountId, normalise_group
from syncd.core.memberships import (
    DirectoryDelta,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
)

_NAMED = 5


def patched(known: DirectorySnapshot, delta: DirectoryDelta) -> DirectorySnapshot:
    """Return what is known after a delta; its proof stays that of the last whole read."""
    if not (delta.groups or delta.gone or delta.accounts or delta.accounts_gone):
        return known
    now = {group.key: group for group in delta.groups}
    left = set(now) | set(delta.gone)
    groups = [now.pop(g.key, g) for g in known.groups if g.key not in delta.gone]
    blocks = [block for block in known.blocks if block.group not in left]
    accounts = known.accounts
    if delta.accounts or delta.accounts_gone:
        gone = set(delta.accounts_gone)
        accounts = {k: a for k, a in accounts.items() if k not in gone} | dict(delta.accounts)
    return replace(
        known,
        accounts=accounts,
        groups=(*groups, *now.values()),
        blocks=(*blocks, *delta.blocks),
    )


def part_of(
    known: DirectorySnapshot, changed: Collection[str], entitlements: Iterable[Entitlement]
) -> tuple[DirectorySnapshot, tuple[Entitlement, ...]]:
    """Return the rights that changed groups convey, and all of the snapshot that conveys those.

    A right that several groups convey is judged on all of them, or a second way would be lost.
    """
    named = {name for group in known.groups if group.key in changed for name in _names(group)}
    affected = tuple(
        e
        for e in entitlements
        if e.directory == known.directory and not named.isdisjoint(map(normalise_group, e.groups))
    )
    wanted = {normalise_group(group) for e in affected for group in e.groups}
    keys = {g.key for g in known.groups if not wanted.isdisjoint(_names(g))}
    below = _with_nested(keys, known.groups)
    groups = tuple(group for group in known.groups if group.key in below)
    blocks = tuple(block for block in known.blocks if block.group in keys)
    members = {account for block in blocks for account in block.accounts}
    accounts = {name: known.accounts[name] for name in members if name in known.accounts}
    return replace(known, accounts=accounts, groups=groups, blocks=blocks), affected


def _with_nested(keys: Collection[str], groups: Iterable[Group]) -> set[str]:
    """Return groups with all that stand in them, also through others: every way is told by them."""
    subgroups = {group.key: group.subgroups for group in groups}
    found, waiting = set(keys), list(keys)
    while waiting:
        new = [key for key in subgroups.get(waiting.pop(), ()) if key not in found]
        found.update(new)
        waiting += new
    return found


def _names(group: Group) -> tuple[str, ...]:
    return (normalise_group(group.key), normalise_group(group.name))


@dataclass(frozen=True, slots=True)
class Missed:
    """What a whole read showed otherwise than the deltas before it: keys of groups, accounts."""

    directory: str
    groups: tuple[str, ...] = ()
    accounts: tuple[AccountId, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything was missed."""
        return bool(self.groups or self.accounts)

    @property
    def notice(self) -> NoticeFinding:
        """Return the finding that an administrator should look at; names groups, not people."""
        named = "、".join(self.groups[:_NAMED])
        count = len(self.groups)
        return NoticeFinding(
            Notice.DELTA_DIFFERS,
            directory=self.directory,
            detail=Bilingual(
                f"差分では伝わらなかった変更が、全件の読取りで見つかりました（グループ {count} 件、"
                f"利用者 {len(self.accounts)} 件）。{named}",
                en=f"the whole read shows what no delta had told ({count} groups, "
                f"{len(self.accounts)} accounts). {named.replace('、', ', ')}",
            ),
        )


def missed(
    known: DirectorySnapshot, whole: DirectorySnapshot, meanwhile: DirectoryDelta | None
) -> Missed:
    """Compare what the deltas made known with a whole read made after them.

    `meanwhile` is what changed from then until after the read, and is no difference.
    """
    before, after = _blocks(known), _blocks(whole)
    groups = {
        key
        for key in before.keys() | after.keys()
        if key not in before or key not in after or not _same(before[key], after[key])
    }
    old, new = known.accounts, whole.accounts
    accounts = {a for a in old.keys() | new.keys() if old.get(a) != new.get(a)}
    if meanwhile is not None:
        groups -= {group.key for group in meanwhile.groups} | set(meanwhile.gone)
        accounts -= meanwhile.accounts.keys() | set(meanwhile.accounts_gone)
    return Missed(whole.directory, tuple(sorted(groups)), tuple(sorted(accounts)))


def _blocks(snapshot: DirectorySnapshot) -> dict[str, list[MembershipBlock]]:
    found: dict[str, list[MembershipBlock]] = {group.key: [] for group in snapshot.groups}
    for block in snapshot.blocks:
        found[block.group].append(block)
    return found


def _same(one: list[MembershipBlock], other: list[MembershipBlock]) -> bool:
    """Tell whether both say the same; in what order members come is the server's whim."""
    return one == other or _ways(one) == _ways(other)


def _ways(blocks: list[MembershipBlock]) -> dict[Path, frozenset[AccountId]]:
    return {block.path: frozenset(block.accounts) for block in blocks}
