"""Which groups convey which rights in one directory, by name, by DN and through other groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from syncd.core.facts import Entitlement
from syncd.core.ids import AffairCode, EntitlementId, normalise_group
from syncd.core.memberships import DirectorySnapshot, Group, MembershipBlock
from syncd.core.nesting import NO_NESTING, Nesting, Stand, Way, nesting_of

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Conveyed:
    """An entitlement with the blocks of accounts that hold it, and the groups it names in vain.

    `groups` are the keys of those it names and that exist.
    """

    entitlement: Entitlement
    blocks: tuple[MembershipBlock, ...]
    missing: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reach:
    """What standing directly in a group brings.

    `conveys` maps a group's key to every entitlement that its direct members hold because of it,
    nested groups included. `listed` are the keys of the groups that the entitlement list names:
    only they are managed, and only what is managed may lose members. `nesting` is how groups
    stand in groups.
    """

    directory: str
    conveyed: tuple[Conveyed, ...]
    conveys: dict[str, frozenset[EntitlementId]] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    groups: dict[str, Group] = field(default_factory=dict)
    nesting: Nesting = NO_NESTING
    _told: dict[tuple[EntitlementId, Stand], tuple[tuple[Way, ...], bool]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def ways(
        self, entitlement: EntitlementId, blocks: Iterable[MembershipBlock]
    ) -> tuple[tuple[Way, ...], bool]:
        """Return every way to a right for who stands in these blocks, the shortest first.

        Also tells whether there are more ways than are told.
        """
        stands = dict.fromkeys(Stand(leaf_of(b), b.path.primary) for b in blocks)
        told = [self._ways_from(entitlement, stand) for stand in stands]
        if len(told) == 1:
            return told[0]
        ways = sorted((way for ways, _ in told for way in ways), key=lambda w: len(w.groups))
        return tuple(ways), any(more for _, more in told)

    def _ways_from(self, entitlement: EntitlementId, stand: Stand) -> tuple[tuple[Way, ...], bool]:
        known = self._told.get((entitlement, stand))
        if known is None:
            found, more = self.nesting.ways(stand, self.targets[entitlement])
            ways = tuple(Way(way, self.nesting.named(way), stand.primary) for way in found)
            known = self._told[entitlement, stand] = (ways, more)
        return known

    def may_lose_members(self, group: str) -> bool:
        """Tell whether a plan may take somebody out of a group: it is listed, and can be changed.

        A group that no directory describes can be: who writes to it finds out.
        """
        known = self.groups.get(group)
        return group in self.listed and not (known and known.unwritable)

    @cached_property
    def targets(self) -> dict[EntitlementId, frozenset[str]]:
        """Return the keys of the groups that each entitlement names."""
        return {c.entitlement.entitlement: frozenset(c.groups) for c in self.conveyed}

    @cached_property
    def serving(self) -> dict[AffairCode, list[MembershipBlock]]:
        """Return the blocks by which accounts hold some right that serves an affair."""
        found: dict[AffairCode, list[MembershipBlock]] = defaultdict(list)
        for conveyed in self.conveyed:
            for affair in conveyed.entitlement.affairs:
                found[affair].extend(conveyed.blocks)
        return dict(found)

    @cached_property
    def gives(self) -> dict[str, frozenset[EntitlementId]]:
        """Return which entitlements name each group: what being in it brings by itself."""
        found: dict[str, set[EntitlementId]] = defaultdict(set)
        for conveyed in self.conveyed:
            for key in conveyed.groups:
                found[key].add(conveyed.entitlement.entitlement)
        return {key: frozenset(ids) for key, ids in found.items()}


def reach_of(snapshot: DirectorySnapshot, entitlements: Iterable[Entitlement]) -> Reach:
    """Return what the groups of a snapshot convey, by the list of entitlements."""
    by_name = _names(snapshot.groups)
    blocks: dict[str, list[MembershipBlock]] = defaultdict(list)
    for block in snapshot.blocks:
        blocks[block.group].append(block)
    conveyed: list[Conveyed] = []
    conveys: dict[str, set[EntitlementId]] = defaultdict(set)
    listed: set[str] = set()
    for entitlement in entitlements:
        if entitlement.directory != snapshot.directory:
            continue
        keys, missing = _find(entitlement, by_name)
        listed.update(keys)
        held = tuple(block for key in keys for block in blocks.get(key, ()))
        conveyed.append(Conveyed(entitlement, held, missing, tuple(keys)))
        for block in held:
            conveys[leaf_of(block)].add(entitlement.entitlement)
    return Reach(
        snapshot.directory,
        tuple(conveyed),
        {key: frozenset(ids) for key, ids in conveys.items()},
        frozenset(listed),
        {group.key: group for group in snapshot.groups},
        nesting_of(snapshot),
    )


def leaf_of(block: MembershipBlock) -> str:
    """Return the key of the group in which the accounts of a block themselves stand."""
    return block.path.through[0] if block.path.through else block.group


def _names(groups: Iterable[Group]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for name in {normalise_group(n) for n in (group.key, group.name, *group.aliases)}:
            names[name].append(group.key)
    return names


def _find(
    entitlement: Entitlement, by_name: dict[str, list[str]]
) -> tuple[list[str], tuple[str, ...]]:
    found: list[str] = []
    missing: list[str] = []
    for named in entitlement.groups:
        keys = by_name.get(normalise_group(named), [])
        found.extend(keys)
        if not keys:
            missing.append(named)
    return list(dict.fromkeys(found)), tuple(missing)


def present(reach: Reach, wanted: Iterable[Key]) -> frozenset[Key]:
    """Return those of the (directory, entitlement, account) that the snapshot holds."""
    asked: dict[str, set[str]] = defaultdict(set)
    for directory, entitlement, account in wanted:
        if directory == reach.directory:
            asked[entitlement].add(account)
    found: set[Key] = set()
    for conveyed in reach.conveyed:
        accounts = asked.get(conveyed.entitlement.entitlement, set())
        for block in conveyed.blocks if accounts else ():
            held = accounts.intersection(block.accounts)
            found.update((reach.directory, conveyed.entitlement.entitlement, a) for a in held)
    return frozenset(found)
