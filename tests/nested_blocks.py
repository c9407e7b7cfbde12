"""The blocks that a connector reads of groups in groups, from a plain table of direct members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from syncd.core.ids import AccountId
from syncd.core.memberships import MembershipBlock, Path


def groups_in(holds: Mapping[str, Sequence[str]], group: str) -> tuple[str, ...]:
    """Return the groups that stand directly in a group, by the keys of `holds`."""
    return tuple(member for member in holds[group] if member in holds)


def blocks_of(
    holds: Mapping[str, Sequence[str]],
    primary: Mapping[str, Sequence[str]],
    *,
    primary_climbs: bool = False,
) -> Iterable[MembershipBlock]:
    """Yield what a connector reads: the members of each group by the shortest path to each leaf."""
    for top in holds:
        seen = {top}
        level: list[tuple[str, tuple[str, ...]]] = [(top, ())]
        while level:
            below = []
            for group, through in level:
                people = tuple(AccountId(m) for m in holds[group] if m not in holds)
                if people:
                    yield MembershipBlock(top, Path(through), people)
                by_primary = tuple(map(AccountId, primary.get(group, ())))
                if by_primary and (not through or primary_climbs):
                    yield MembershipBlock(top, Path(through, primary=True), by_primary)
                for child in groups_in(holds, group):
                    if child not in seen:
                        seen.add(child)
                        below.append((child, (child, *through)))
            level = below
