"""Which edges to cut so that a stale right ends on every way, and nobody else loses what is theirs.

An account's own edge takes what the group conveys to that account; the edge of a group takes it
from everybody below. A set of edges is safe when nobody loses a right on the list that is not
stale and going in the same plan (a right that somebody also holds by a way that stays is not
lost), and nobody without such a case loses a group of which we know nothing. Only groups on the
list of entitlements lose members: what else the others convey is not known. Nor does a group whose
members nobody can change there (`Group.unwritable`).

The search is exact, cheapest first, for the first `MOST_TRIED` sets of one case. Beyond them it
takes the cheapest set that it met or that a greedy walk finds: no dearer than any safe single edge,
but perhaps not the cheapest of all. Whether a set is safe is always answered exactly.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from syncd.core.findings import Verdict
from syncd.core.ids import AccountId, EntitlementId
from syncd.core.nesting import GroupEdge, Stand
from syncd.core.plan import Loss
from syncd.core.reach import Reach

MOST_TRIED = 500
"""So many sets of edges are looked at for one case before the search turns greedy."""
_NOWHERE: frozenset[str] = frozenset()


NOBODY = AccountId("")


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A member of the group `parent`: the group `child`, or the account itself."""

    parent: str
    child: str = ""
    account: AccountId = NOBODY


@dataclass(frozen=True, slots=True)
class Lost:
    """What one account no longer holds: rights on the list, and groups that are not on it."""

    rights: frozenset[EntitlementId]
    groups: frozenset[str]

    def __bool__(self) -> bool:
        """Tell whether anything is lost."""
        return bool(self.rights or self.groups)

    def within(self, groups: frozenset[str], reach: Reach) -> Lost:
        """Return the part of a loss that comes through some groups."""
        rights = (right for right in self.rights if reach.targets[right] & groups)
        return Lost(frozenset(rights), self.groups & groups)


Cost = tuple[int, int, int, int]
"""Others affected, edges of groups, groups off the list that are lost, edges: the least wins."""


@dataclass
class Cutting:
    """The edges that a plan of one directory cuts so far, and the next ones to add.

    `verdict_of` gives the verdict on a right that an account holds; `is_going` tells whether it is
    stale and ends with this plan. `people` are the accounts of the cases, looked up at once.
    """

    reach: Reach
    verdict_of: Callable[[AccountId, EntitlementId], Verdict]
    is_going: Callable[[AccountId, EntitlementId], bool]
    people: Collection[AccountId] = ()
    own: dict[AccountId, set[str]] = field(default_factory=lambda: defaultdict(set))
    groups: frozenset[GroupEdge] = frozenset()
    _stands: dict[AccountId, tuple[Stand, ...]] = field(default_factory=dict)
    _alone: dict[Edge, Mapping[AccountId, Lost]] = field(default_factory=dict)
    _too_much: dict[Edge, bool] = field(default_factory=dict)
    _on: dict[Edge, dict[AccountId, Lost]] = field(default_factory=dict)

    def settle(self, account: AccountId, right: EntitlementId) -> bool:
        """Add the edges that end a right at the least cost to others; False where none is safe."""
        edges = self._search(account, right)
        for edge in edges or ():
            if edge.child:
                self.groups |= {(edge.child, edge.parent)}
            else:
                self.own[account].add(edge.parent)
        return edges is not None

    def ways(
        self, account: AccountId, right: EntitlementId
    ) -> Iterator[tuple[Stand, list[tuple[Edge, ...]]]]:
        """Yield every stand from which a right is still held, with the edges of each way."""
        for stand in self.stands(account):
            if stand.group in self.own.get(account, ()) and not stand.primary:
                continue
            told, _ = self.reach.nesting.ways(stand, self.reach.targets[right], self.groups)
            if told:
                yield stand, [tuple(_edges(account, stand, way)) for way in told]

    def is_ended(self, account: AccountId, right: EntitlementId) -> bool:
        """Tell whether the edges cut so far end a right on every way."""
        return self._next_way(account, right, ()) is None

    def stands(self, account: AccountId) -> tuple[Stand, ...]:
        """Return where an account itself stands."""
        if account not in self._stands:
            self._look_up({account, *self.people, *self.reach.nesting.nested_accounts()})
        return self._stands[account]

    def may_lose_members(self, edge: Edge) -> bool:
        """Tell whether the group that would lose a member is listed and can be changed."""
        return self.reach.may_lose_members(edge.parent)

    def alone(self, edge: Edge) -> Mapping[AccountId, Lost]:
        """Return who would lose what if this edge were all that is cut."""
        known = self._alone.get(edge)
        if known is None:
            known = self._alone[edge] = self._blank().lost((edge,))
        return known

    def dependents(self, edge: Edge, subject: AccountId) -> dict[AccountId, Lost]:
        """Return those whom an edge alone, cut to end a right of `subject`, would cost too much."""
        known = self._on.get(edge)
        if known is None:
            found = self.alone(edge).items()
            known = {a: lost for a, lost in found if not self._may_lose(NOBODY, a, lost)}
            self._on[edge] = known
        own = known.get(subject)
        if own is None or not self._may_lose(subject, subject, own):
            return known
        return {account: lost for account, lost in known.items() if account != subject}

    def lost(self, more: Collection[Edge] = ()) -> dict[AccountId, Lost]:
        """Return who loses what by these edges beyond those cut so far."""
        cuts = self.groups | {(edge.child, edge.parent) for edge in more if edge.child}
        left: dict[AccountId, set[str]] = defaultdict(set)
        for edge in more:
            if not edge.child:
                left[edge.account].add(edge.parent)
        return self._lost_by(self._concerned(more), left, cuts)

    def lost_below(self) -> dict[AccountId, Lost]:
        """Return what everybody below the edges of groups loses by all that is cut."""
        edges = [Edge(parent, child) for child, parent in self.groups]
        return self._blank()._lost_by(self._concerned(edges), self.own, self.groups)  # noqa: SLF001 - the same class

    def _lost_by(
        self,
        accounts: Collection[AccountId],
        left: Mapping[AccountId, set[str]],
        cuts: frozenset[GroupEdge],
    ) -> dict[AccountId, Lost]:
        """Return who of these loses what; who stands in the same groups loses the same."""
        self._look_up(accounts)
        known: dict[tuple[Stand, ...], Lost] = {}
        found = {}
        for account in accounts:
            standing = self._standing(account, self.own.get(account, ()))
            leaves = left.get(account)
            lost = None if leaves else known.get(standing)
            if lost is None:
                lost = self._difference(standing, leaves or (), cuts)
                if not leaves:
                    known[standing] = lost
            if lost:
                found[account] = lost
        return found

    def told(self, account: AccountId, lost: Lost) -> Loss:
        """Return a loss as it is shown and hashed."""
        rights = tuple((right, self.verdict_of(account, right)) for right in sorted(lost.rights))
        return Loss(account, rights, self.reach.nesting.named(sorted(lost.groups)))

    def _blank(self) -> Cutting:
        """Return a look at the same directory with nothing cut."""
        return Cutting(self.reach, self.verdict_of, self.is_going, _stands=self._stands)

    def _search(self, account: AccountId, right: EntitlementId) -> tuple[Edge, ...] | None:
        queue: list[tuple[Cost, tuple[Edge, ...]]] = [((0, 0, 0, 0), ())]
        seen: set[frozenset[Edge]] = set()
        while queue and len(seen) < MOST_TRIED:
            _, edges = heapq.heappop(queue)
            way = self._next_way(account, right, edges)
            if way is None:
                if self._is_whole(account, edges):
                    return edges
                continue
            for edge in way:
                more = frozenset((*edges, edge))
                if more in seen or not self.may_lose_members(edge):
                    continue
                seen.add(more)
                cost = self._cost(account, more)
                if cost is not None:
                    heapq.heappush(queue, (cost, tuple(sorted(more))))
        return self._cheapest_met(account, right, queue) if queue else None

    def _cheapest_met(
        self, account: AccountId, right: EntitlementId, queue: list[tuple[Cost, tuple[Edge, ...]]]
    ) -> tuple[Edge, ...] | None:
        """Return the cheapest set that ends a right among those met and the one a walk finds."""
        met = [*queue, *self._walk(account, right)]
        whole = [
            (cost, edges)
            for cost, edges in met
            if self._next_way(account, right, edges) is None and self._is_whole(account, edges)
        ]
        return min(whole)[1] if whole else None

    def _walk(
        self, account: AccountId, right: EntitlementId
    ) -> Iterator[tuple[Cost, tuple[Edge, ...]]]:
        """Yield the set that grows by the cheapest safe edge of the shortest way that is left."""
        edges: tuple[Edge, ...] = ()
        cost: Cost = (0, 0, 0, 0)
        while (way := self._next_way(account, right, edges)) is not None:
            grown = (tuple(sorted((*edges, e))) for e in way if self.may_lose_members(e))
            costs = ((self._cost(account, more), more) for more in grown)
            found = [(dear, more) for dear, more in costs if dear is not None]
            if not found:
                return
            cost, edges = min(found)
        yield cost, edges

    def _cost(self, account: AccountId, edges: Collection[Edge]) -> Cost | None:
        """Return what edges cost others; None where somebody loses what must stay."""
        if any(self._is_too_much(edge) for edge in edges):
            return None
        lost = self.lost(edges)
        if self._takes_too_much(lost):
            return None
        others = len(lost.keys() - {account})
        unlisted = sum(len(theirs.groups) for theirs in lost.values())
        return others, sum(bool(edge.child) for edge in edges), unlisted, len(edges)

    def _is_too_much(self, edge: Edge) -> bool:
        known = self._too_much.get(edge)
        if known is None:
            known = self._too_much[edge] = self._takes_too_much(self.alone(edge))
        return known

    def _takes_too_much(self, lost: Mapping[AccountId, Lost]) -> bool:
        return any(
            not self.is_going(account, right)
            for account, theirs in lost.items()
            for right in theirs.rights
        )

    def _is_whole(self, subject: AccountId, edges: Collection[Edge]) -> bool:
        """Tell whether all who lose a group off the list lose a right with it, as the case does."""
        found = self.lost(edges)
        return all(self._may_lose(subject, account, lost) for account, lost in found.items())

    def _may_lose(self, subject: AccountId, account: AccountId, lost: Lost) -> bool:
        going = all(self.is_going(account, right) for right in lost.rights)
        return going and (bool(lost.rights) or account == subject)

    def _next_way(
        self, account: AccountId, right: EntitlementId, more: Collection[Edge]
    ) -> tuple[Edge, ...] | None:
        """Return the edges of the shortest way on which a right is still held."""
        cuts = self.groups | {(edge.child, edge.parent) for edge in more if edge.child}
        left = self.own.get(account, set()) | {edge.parent for edge in more if not edge.child}
        targets = self.reach.targets[right]
        shortest: tuple[Edge, ...] | None = None
        for stand in self._standing(account, left):
            told, _ = self.reach.nesting.ways(stand, targets, cuts, most=1)
            for way in told:
                edges = tuple(_edges(account, stand, way))
                if shortest is None or len(way) < len(shortest) + stand.primary:
                    shortest = edges
        return shortest

    def _standing(self, account: AccountId, left: Collection[str]) -> tuple[Stand, ...]:
        return tuple(s for s in self.stands(account) if s.primary or s.group not in left)

    def _difference(
        self, standing: Iterable[Stand], left: Collection[str], cuts: frozenset[GroupEdge]
    ) -> Lost:
        """Return what is lost, beyond what is cut so far, by leaving groups and by cuts.

        Only stands that a cut concerns are looked at closely; what the others give is kept.
        """
        gone, stays, untouched = set[str](), set[str](), list[Collection[str]]()
        for stand in standing:
            before = self.reach.nesting.reached(stand, self.groups)
            leaves = stand.group in left and not stand.primary
            after = _NOWHERE if leaves else self.reach.nesting.reached(stand, cuts)
            if after is before:
                untouched.append(before)
            else:
                gone |= before
                stays |= after
        gone -= stays
        for still in untouched if gone else ():
            gone.difference_update(still)
        rights = self._rights_lost(gone, [stays, *untouched])
        return Lost(rights, frozenset(gone - self.reach.listed))

    def _rights_lost(
        self, gone: Collection[str], kept: Sequence[Collection[str]]
    ) -> frozenset[EntitlementId]:
        gives, targets = self.reach.gives, self.reach.targets
        given = {right for group in gone for right in gives.get(group, ())}
        return frozenset(
            right for right in given if all(targets[right].isdisjoint(still) for still in kept)
        )

    def _concerned(self, edges: Iterable[Edge]) -> set[AccountId]:
        found: set[AccountId] = set()
        for edge in edges:
            below = self.reach.nesting.accounts_below
            found.update(below(edge.child) if edge.child else (edge.account,))
        return found

    def _look_up(self, accounts: Iterable[AccountId]) -> None:
        """Learn where accounts stand: at first of everybody whom a group's edge may concern."""
        new = [account for account in accounts if account not in self._stands]
        if new:
            self._stands.update(self.reach.nesting.stands_of(new, self.reach.listed))


def _edges(account: AccountId, stand: Stand, way: tuple[str, ...]) -> Iterator[Edge]:
    """Yield the edges of a way, the account's own first; a primary group is left by none."""
    if not stand.primary:
        yield Edge(stand.group, account=account)
    for child, parent in pairwise(way):
        yield Edge(parent, child)
