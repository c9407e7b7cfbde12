"""Groups in groups: by which ways an account comes to a right, and what remains when edges are cut.

Pure and of one directory. It answers about groups only; which edge may be cut is `core.cutting`,
what a right is worth to somebody is the decision's. Cycles end every walk, and the number of ways
that are told is bounded (they double with every diamond), while whether a right remains is always
answered exactly, by reachability.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from syncd.core.ids import AccountId, shown_group
from syncd.core.memberships import DirectorySnapshot, Group

GroupEdge = tuple[str, str]
"""(child, parent): keys of a group and of the group in which it stands directly."""

MOST_WAYS = 12
"""So many ways are told of one right from one group; whoever has more is told that there are."""
_MOST_STEPS = 2_000
_NO_CUTS: frozenset[GroupEdge] = frozenset()


class Stand(NamedTuple):
    """A group in which an account itself stands; `primary` where it is its primary group."""

    group: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a right: the groups from the one the account stands in to the right's own.

    `groups` are keys, `names` what people call them (a name that two groups share is replaced by
    the key).
    """

    groups: tuple[str, ...]
    names: tuple[str, ...]
    primary: bool = False

    def __str__(self) -> str:
        """Render as section 4 of the design words it, with names, the right's group last."""
        if len(self.groups) == 1:
            return "primary group" if self.primary else "direct"
        through = "nested through " + " > ".join(self.names)
        return f"primary group, {through}" if self.primary else through


def path_of(ways: Iterable[Way], *, more: bool) -> str:
    """Return ways in one line, as findings and cases have it; `…` stands for those not told."""
    return "; ".join([*map(str, ways), *(["…"] if more else [])])


@dataclass(frozen=True)
class Nesting:
    """The groups of one directory: `parents` and `children` by key, who stands where.

    `members` maps a stand to the accounts in it. `climbing` are the groups whose primary members
    count in the groups above too, as Active Directory has it; elsewhere they do not.
    """

    names: Mapping[str, str]
    parents: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
    members: Mapping[Stand, tuple[tuple[AccountId, ...], ...]]
    climbing: frozenset[str] = frozenset()
    _whole: dict[Stand, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    _cut: dict[tuple[Stand, frozenset[GroupEdge]], frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _below: dict[frozenset[str], frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _children: dict[frozenset[GroupEdge], frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def shape(self) -> tuple[object, ...]:
        """Return everything but who stands where: what ways can be told, and by what names."""
        return (self.names, self.parents, self.children, self.climbing)

    def reached(self, stand: Stand, cuts: frozenset[GroupEdge] = _NO_CUTS) -> frozenset[str]:
        """Return every group that a member of a stand is in, also through others.

        The very same object comes back as long as the cuts are nowhere above the stand.
        """
        whole = self._whole.get(stand)
        if whole is None:
            up = self.parents if self._climbs(stand) else {}
            whole = self._whole[stand] = _closure((stand.group,), up, _NO_CUTS)
        if not cuts:
            return whole
        children = self._children.get(cuts)
        if children is None:
            children = self._children[cuts] = frozenset(child for child, _ in cuts)
        if whole.isdisjoint(children) or not self._climbs(stand):
            return whole
        above = frozenset(edge for edge in cuts if edge[0] in whole)
        known = self._cut.get((stand, above))
        if known is None:
            known = self._cut[stand, above] = _closure((stand.group,), self.parents, above)
        return known

    def below(self, group: str) -> tuple[str, ...]:
        """Return a group and every group that stands in it, also through others, sorted."""
        turned = _closure((group,), self.children, _NO_CUTS)
        return tuple(sorted(turned))

    def above(self, group: str) -> frozenset[str]:
        """Return a group and every group in which it stands, also through others."""
        return self.reached(Stand(group))

    def accounts_below(self, group: str) -> set[AccountId]:
        """Return everybody for whom it counts in which groups this one stands."""
        found: set[AccountId] = set()
        for key in self.below(group):
            for stand in (Stand(key), Stand(key, primary=True)):
                if self._climbs(stand):
                    found.update(*self.members.get(stand, ()))
        return found

    def nested_accounts(self) -> set[AccountId]:
        """Return everybody who stands in a group that stands in another one."""
        found: set[AccountId] = set()
        for stand, parts in self.members.items():
            if stand.group in self.parents:
                found.update(*parts)
        return found

    def stands_of(
        self, accounts: Collection[AccountId], listed: Collection[str]
    ) -> dict[AccountId, tuple[Stand, ...]]:
        """Return where each of these accounts itself stands, in one pass over the directory.

        Groups that are neither listed nor stand in others bring nothing else, and are left out.
        """
        wanted = frozenset(accounts)
        found: dict[AccountId, list[Stand]] = {account: [] for account in wanted}
        for stand, parts in self.members.items():
            matters = stand.group in listed or stand.group in self.parents
            for part in parts if matters else ():
                for account in wanted.intersection(part):
                    if stand not in found[account]:
                        found[account].append(stand)
        return {account: tuple(sorted(stands)) for account, stands in found.items()}

    def ways(
        self,
        stand: Stand,
        targets: Collection[str],
        cuts: frozenset[GroupEdge] = _NO_CUTS,
        most: int = MOST_WAYS,
    ) -> tuple[tuple[tuple[str, ...], ...], bool]:
        """Return the ways from a stand to one of the target groups, and whether there are more.

        The shortest come first; a way ends at the first target, and passes no group twice.
        """
        if not self._climbs(stand):
            return ((((stand.group,),) if stand.group in targets else ()), False)
        leading = self._leading(frozenset(targets))
        waiting: deque[tuple[str, ...]] = deque()
        if stand.group in leading:
            waiting.append((stand.group,))
        found: list[tuple[str, ...]] = []
        for _ in range(_MOST_STEPS):
            if not waiting or len(found) > most:
                break
            way = waiting.popleft()
            if way[-1] in targets:
                found.append(way)
                continue
            waiting.extend(
                (*way, parent)
                for parent in self.parents.get(way[-1], ())
                if parent in leading and parent not in way and (way[-1], parent) not in cuts
            )
        return tuple(found[:most]), bool(waiting) or len(found) > most

    def _leading(self, targets: frozenset[str]) -> frozenset[str]:
        """Return every group by which somebody comes to one of the targets."""
        known = self._below.get(targets)
        if known is None:
            known = self._below[targets] = _closure(targets, self.children, _NO_CUTS)
        return known

    def named(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Return what people call these groups."""
        return tuple(self.names.get(key) or shown_group(key) for key in groups)

    def _climbs(self, stand: Stand) -> bool:
        return not stand.primary or stand.group in self.climbing


NO_NESTING = Nesting({}, {}, {}, {})


def nesting_of(snapshot: DirectorySnapshot) -> Nesting:
    """Return the graph of a snapshot.

    Edges are what the groups themselves name, and those on the paths by which accounts were found:
    a snapshot that was kept before groups named their subgroups has only the latter.
    """
    edges: dict[GroupEdge, None] = {
        (child, group.key): None for group in snapshot.groups for child in group.subgroups
    }
    members: dict[Stand, list[tuple[AccountId, ...]]] = defaultdict(list)
    climbing: set[str] = set()
    for block in snapshot.blocks:
        chain = (*block.path.through, block.group)
        edges.update(dict.fromkeys(pairwise(chain)))
        stand = Stand(chain[0], block.path.primary)
        if block.path.primary and block.path.through:
            climbing.add(chain[0])
        parts = members[stand]
        if not any(part is block.accounts or part == block.accounts for part in parts):
            parts.append(block.accounts)
    return Nesting(
        _names(snapshot.groups),
        _adjacent(edges),
        _adjacent((parent, child) for child, parent in edges),
        {stand: tuple(parts) for stand, parts in members.items()},
        frozenset(climbing),
    )


def _adjacent(edges: Iterable[GroupEdge]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for near, far in edges:
        if near != far:
            found[near].add(far)
    return {near: tuple(sorted(far)) for near, far in found.items()}


def _names(groups: Iterable[Group]) -> dict[str, str]:
    """Return a short name for each key, where no other group has it."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        by_name[group.name or group.key].append(group.key)
    return {keys[0]: name for name, keys in by_name.items() if len(keys) == 1}


def _closure(
    start: Iterable[str], steps: Mapping[str, tuple[str, ...]], cuts: Collection[GroupEdge]
) -> frozenset[str]:
    seen = set(start)
    waiting = list(seen)
    while waiting:
        here = waiting.pop()
        for there in steps.get(here, ()):
            if there not in seen and (here, there) not in cuts:
                seen.add(there)
                waiting.append(there)
    return frozenset(seen)
