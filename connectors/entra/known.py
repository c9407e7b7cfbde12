"""What a reader knows of a tenant, and how a later state of it differs: pure.

A group's memberships change where its members do, where those of a group nested in it do, and
where one of its members is called otherwise. Each such group is told with all its memberships.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.shared.object_groups import ObjectGroup, Objects, ObjectUser
from syncd.core.memberships import DirectoryDelta


@dataclass(frozen=True, slots=True)
class Links:
    """Where the next changes of users and groups are told."""

    users: str
    groups: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything as last read, by id."""

    users: Mapping[str, ObjectUser]
    groups: Mapping[str, ObjectGroup]
    links: Links | None = None

    def objects(self, width: int) -> Objects:
        """Return it with every user under the name of its account."""
        objects = Objects(groups=dict(self.groups))
        for user in self.users.values():
            objects.take_user(user, width)
        return objects


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known after changes were looked at, and the ids of what they named."""

    known: Known
    users: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells a delta, when, and how wide staff numbers are."""

    directory: str
    read_at: datetime
    server: str
    width: int


def difference(how: Telling, before: Known, looked: Looked) -> DirectoryDelta:
    """Return what changed, also where a whole read has shown it meanwhile."""
    after = looked.known
    old, new = before.objects(how.width), after.objects(how.width)
    called = {u for u in (*old.names, *new.names) if old.names.get(u) != new.names.get(u)}
    people = called | looked.users
    seeds = looked.groups | {
        group.id
        for known in (before, after)
        for group in known.groups.values()
        if people and not people.isdisjoint(group.members)
    }
    affected = _with_ancestors(seeds, (before.groups, after.groups))
    groups = [after.groups[key] for key in after.groups if key in affected]
    blocks = tuple(block for group in groups for block in new.blocks_of(group))
    told = {new.names[user] for user in looked.users if user in new.names}
    return DirectoryDelta(
        how.directory,
        how.read_at,
        "Microsoft Graph delta query",
        how.server,
        tuple(new.group_of(group) for group in groups),
        blocks,
        tuple(sorted((looked.groups | before.groups.keys()) - after.groups.keys())),
        {n: a for n, a in new.accounts.items() if n in told or old.accounts.get(n) != a},
        tuple(name for name in old.names.values() if name not in new.accounts),
    )


def _with_ancestors(seeds: frozenset[str], states: Iterable[Mapping[str, ObjectGroup]]) -> set[str]:
    """Return the groups with all in which they stand, by any of the states."""
    parents: dict[str, set[str]] = defaultdict(set)
    for groups in states:
        for group in groups.values():
            for member in group.members:
                if member in groups:
                    parents[member].add(group.id)
    found, level = set(seeds), set(seeds)
    while level:
        level = {above for one in level for above in parents[one]} - found
        found |= level
    return found
