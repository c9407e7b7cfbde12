"""From entries of an LDAP-shaped directory to a snapshot: accounts, groups, and every path.

Who stands in which group is worked out here once for every source of entries, so that a file and
a server can never differ in what a nested group means. A `Town` is resolved whole, and then kept
up to date by what changed: it always tells what resolving everything anew would tell (held by a
property test), and what did not change is the identical object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from connectors.shared.dn import dn_key, is_under
from connectors.shared.groups import GROUP_CLASSES, Entry, Shape, member_value_key
from connectors.shared.nodes import Node, build, node_of
from connectors.shared.people import People, Touched
from connectors.shared.plausible import check_plausible
from syncd.core.ids import AccountId
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Proof,
)

_PEOPLE_CLASSES = frozenset({"person", "inetorgperson", "account", "user"})


@dataclass(frozen=True, slots=True)
class Changes:
    """What `replace` did: as `DirectoryDelta` has it."""

    groups: tuple[Group, ...]
    blocks: tuple[MembershipBlock, ...]
    gone: tuple[str, ...]
    accounts: dict[AccountId, Account]
    accounts_gone: tuple[AccountId, ...]


def snapshot_of(
    directory: str, read_at: datetime, proof: Proof, entries: Iterable[Entry], shape: Shape
) -> DirectorySnapshot:
    """Return the snapshot of a complete set of entries; raises DirectoryUnreadable."""
    town = Town(shape)
    for entry in entries:
        town.take(entry)
    town.resolve()
    return town.snapshot(directory, read_at, proof)


class Town:
    """The accounts and groups of one directory and how they hang together.

    Whole: `take` every entry, then `resolve`. Later: `replace` what changed. Entries are known
    by their DN; somebody renamed is gone under the old one and changed under the new one.
    """

    def __init__(self, shape: Shape) -> None:
        """Begin empty; `shape` says where people and groups stand and what names them."""
        self._shape = shape
        self._people_base = dn_key(shape.people_base)
        self._groups_base = dn_key(shape.groups_base)
        self._placeholder = dn_key(shape.placeholder_member) if shape.placeholder_member else ""
        self._people = People(shape)
        self._groups: dict[str, Node] = {}
        self._above: dict[str, set[str]] = {}
        self._ghosts: Counter[AccountId] = Counter()
        self._natives: dict[AccountId, str] = {}
        self._accounts: dict[AccountId, Account] | None = None
        self._listed: tuple[tuple[Group, ...], tuple[MembershipBlock, ...]] | None = None

    def copy(self) -> Town:
        """Return a town that stays as this one is now."""
        twin = Town(self._shape)
        twin._people = self._people.copy()
        twin._groups = {key: copy(node) for key, node in self._groups.items()}
        twin._above = {key: set(above) for key, above in self._above.items()}
        twin._ghosts = self._ghosts.copy()
        twin._natives = self._natives.copy()
        twin._accounts, twin._listed = self._accounts, self._listed
        return twin

    def told(self, *changes: Changes) -> Changes:
        """Return what stands now of everything that some changes, also of a copy, are about."""
        nodes = {node.dn: node for node in self._groups.values()}
        keys = {g.key for c in changes for g in c.groups} | {k for c in changes for k in c.gone}
        names = {n for c in changes for n in (*c.accounts, *c.accounts_gone)}
        standing = [nodes[key] for key in sorted(keys & nodes.keys())]
        accounts = {name: account for name in names if (account := self._account(name))}
        return Changes(
            tuple(node.group for node in standing),
            tuple(block for node in standing for block in node.blocks),
            tuple(sorted(keys - nodes.keys())),
            accounts,
            tuple(names - accounts.keys()),
        )

    def _account(self, name: AccountId) -> Account | None:
        """Return an account, or the stand-in for a member value that names nobody."""
        native = self._natives.get(name)
        ghost = None if native is None else Account(name, native, None)
        return self._people.accounts.get(name, ghost)

    def take(self, entry: Entry) -> None:
        """Take an entry of a whole read: a group, an account, or something else to pass over."""
        key = dn_key(entry.dn)
        classes = entry.classes()
        if classes & GROUP_CLASSES and is_under(key, self._groups_base):
            self._groups[key] = node_of(key, entry, classes)
        elif (
            is_under(key, self._people_base)
            and self._is_account(entry, classes)
            and key != self._placeholder
        ):
            self._people.take(key, entry)

    def take_people(self, entries: Iterable[Entry]) -> None:
        """Take entries of which the server was asked that they stand below people_base."""
        for entry in entries:
            key = dn_key(entry.dn)
            if key != self._placeholder:
                self._people.take(key, entry)

    def _is_account(self, entry: Entry, classes: set[str]) -> bool:
        """Tell whether it is an account; a server was asked for nothing else and for no classes."""
        named = self._shape.account_attribute.lower() in entry.attributes
        return named or not classes or bool(classes & _PEOPLE_CLASSES)

    def resolve(self) -> None:
        """Work out who stands where, once everything was taken."""
        for node in self._groups.values():
            self._sort_members(node)
        for node in self._groups.values():
            build(node, self._groups, self._people)

    def check_plausible(self, directory: str) -> None:
        """Refuse what a directory cannot look like; raises DirectoryUnreadable.

        Refused are entries among which nobody or no group is found, and those that lack many of
        the accounts that the groups name: read as they stand, each of them would be an unknown
        account whose rights should go, although it is only that we were not shown its entry.
        """
        check_plausible(
            directory,
            len(self._people),
            len(self._groups),
            len(self._ghosts),
            self._shape.max_unresolved_percent,
        )

    @property
    def accounts(self) -> Mapping[AccountId, Account]:
        """Every account by its name, also those that only groups name."""
        if self._accounts is None:
            ghosts = {n: Account(n, native, None) for n, native in self._natives.items()}
            self._accounts = {**self._people.accounts, **ghosts}
        return self._accounts

    def snapshot(self, directory: str, read_at: datetime, proof: Proof) -> DirectorySnapshot:
        """Return what is known now, groups in the order of their DN; raises DirectoryUnreadable."""
        self.check_plausible(directory)
        if self._listed is None:
            nodes = [self._groups[key] for key in sorted(self._groups)]
            self._listed = (
                tuple(node.group for node in nodes),
                tuple(block for node in nodes for block in node.blocks),
            )
        return DirectorySnapshot(
            directory, read_at, proof, self.accounts, *self._listed, self._people.warnings()
        )

    def replace(
        self,
        changed: Iterable[Entry],
        people_gone: Collection[str] = (),
        groups_gone: Collection[str] = (),
    ) -> Changes:
        """Let entries (DNs) go, then take new and changed ones; return what that changed."""
        ghosts = dict(self._natives)
        old: dict[str, Node] = {}
        fresh: set[str] = set()
        with self._people.watched() as touched:
            for dn in people_gone:
                self._people.drop(dn_key(dn))
            for dn in groups_gone:
                self._drop_group(dn_key(dn), old)
            for entry in changed:
                key = dn_key(entry.dn)
                known = self._groups.get(key)
                self.take(entry)
                if self._groups.get(key) is known:
                    continue
                fresh.add(key)
                if known is not None:
                    self._forget(known)
                    old.setdefault(key, known)
        stale = fresh | {
            key for key, node in self._groups.items() if self._concerns(node, touched, old, fresh)
        }
        for key in stale:
            if key not in fresh:
                self._forget(self._groups[key])
            self._sort_members(self._groups[key])
        primary = {key for key, node in self._groups.items() if node.gid in touched.gids}
        dirty = self._with_those_above(stale | primary)
        for key in dirty:
            build(self._groups[key], self._groups, self._people, old.get(key))
        return self._changes(dirty, old, touched, ghosts)

    def _drop_group(self, key: str, old: dict[str, Node]) -> None:
        node = self._groups.pop(key, None)
        if node is not None:
            self._forget(node)
            old[key] = node

    def _concerns(
        self, node: Node, touched: Touched, old: Collection[str], fresh: Collection[str]
    ) -> bool:
        """Tell whether the members of a group may mean something else after a change."""
        if touched.before and not touched.before.keys().isdisjoint(node.accounts):
            return True
        keys = [*node.subgroups, *node.nameless]
        keys += [member_value_key(node.attribute, value) for value in node.nameless]
        return any(key in old or key in fresh or key in touched.values for key in keys)

    def _with_those_above(self, keys: Iterable[str]) -> set[str]:
        """Return the groups and all in which they are nested, through any number of others."""
        found = set(keys)
        level = list(found)
        while level:
            above = {up for key in level for up in self._above.get(key, ())} - found
            found |= above
            level = list(above)
        return found

    def _changes(
        self,
        dirty: set[str],
        old: dict[str, Node],
        touched: Touched,
        ghosts_before: dict[AccountId, str],
    ) -> Changes:
        nodes = [self._groups[key] for key in sorted(dirty)]
        standing = {node.dn for node in nodes}
        gone = tuple(sorted(node.dn for node in old.values() if node.dn not in standing))
        was = dict(touched.before)
        for name in ghosts_before.keys() ^ self._natives.keys():
            native = ghosts_before.get(name)
            ghost = None if native is None else Account(name, native, None)
            was[name] = was.get(name) or ghost
        accounts: dict[AccountId, Account] = {}
        lost: list[AccountId] = []
        for name, account in was.items():
            now = self._account(name)
            if now is None and account is not None:
                lost.append(name)
            elif now is not None and now != account:
                accounts[name] = now
        if dirty or gone:
            self._listed = None
        if accounts or lost:
            self._accounts = None
        return Changes(
            tuple(node.group for node in nodes),
            tuple(block for node in nodes for block in node.blocks),
            gone,
            accounts,
            tuple(lost),
        )

    def take_group(self, entry: Entry) -> None:
        """Take a group when all people were taken: its members are looked up at once."""
        node = self._groups[dn_key(entry.dn)] = node_of(dn_key(entry.dn), entry, entry.classes())
        node.named = self._people.named_by(node.attribute, node.members)

    def _sort_members(self, node: Node) -> None:
        """Tell accounts, groups, the placeholder and values that name nothing apart."""
        found, others = node.named or self._people.named_by(node.attribute, node.members)
        node.named = None
        node.direct_count = len(found) + len(others)
        subgroups: list[str] = []
        nameless: list[str] = []
        node.placeholder = False
        for value in others:
            key = member_value_key(node.attribute, value)
            if node.attribute == "memberuid":
                nameless.append(value)
            elif key == self._placeholder:
                node.placeholder = True
            elif key in self._groups:
                subgroups.append(key)
            else:
                nameless.append(value)
        ghosts = dict.fromkeys(self._ghost(value) for value in nameless)
        # Two values may mean one account (two spellings, two identifiers): then it stands once.
        once = found if len(set(found)) == len(found) else dict.fromkeys(found)
        node.accounts = (*once, *ghosts)
        node.ghosts = tuple(ghosts)
        node.subgroups = tuple(dict.fromkeys(subgroups))
        node.nameless = tuple(nameless)
        self._ghosts.update(node.ghosts)
        for key in node.subgroups:
            self._above.setdefault(key, set()).add(node.key)

    def _ghost(self, value: str) -> AccountId:
        """Keep a member value that names nobody: the decision reports it as unknown."""
        name = AccountId(value)
        if name in self._people.accounts:  # somebody else's account has that name
            name = AccountId(f"memberUid={value}")
        self._natives.setdefault(name, value)
        return name

    def _forget(self, node: Node) -> None:
        """Take back what a group's members added to the tables."""
        for name in node.ghosts:
            self._ghosts[name] -= 1
            if not self._ghosts[name]:
                del self._ghosts[name]
                del self._natives[name]
        for key in node.subgroups:
            self._above[key].discard(node.key)
