"""One group while a town is worked out: what its entry says, and what that turned out to mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.shared.dn import first_value
from connectors.shared.groups import NAMED, Entry, member_attribute, own_gid
from connectors.shared.people import People
from syncd.core.ids import AccountId
from syncd.core.memberships import Group, MembershipBlock, Path

_UNKNOWN = Group("", "", may_be_empty=False, direct_count=0)


@dataclass(slots=True)
class Node:
    """A group. `dn` is its native name; the lower half is filled in when members are sorted.

    `named` is what its members were found to name when it was taken, until they are sorted.
    `accounts` hold `ghosts`, the names of member values that name nothing (`nameless`).
    """

    key: str
    dn: str
    name: str
    may_be_empty: bool
    attribute: str
    members: Sequence[str]
    gid: str
    named: tuple[Sequence[AccountId], Sequence[str]] | None = None
    accounts: tuple[AccountId, ...] = ()
    ghosts: tuple[AccountId, ...] = ()
    subgroups: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()
    direct_count: int = 0
    placeholder: bool = False
    group: Group = _UNKNOWN
    blocks: tuple[MembershipBlock, ...] = ()


def node_of(key: str, entry: Entry, classes: set[str]) -> Node:
    """Return a group as its entry says it; `classes` are its object classes in lower case."""
    attribute = member_attribute(classes)
    names = entry.attributes.get("cn", ())
    return Node(
        key=key,
        dn=entry.native or entry.dn,
        name=names[0] if names else first_value(entry.dn),
        may_be_empty=not classes & NAMED,
        attribute=attribute,
        members=entry.attributes.get(attribute, ()),
        gid=own_gid(entry, classes),
    )


def build(
    node: Node, groups: Mapping[str, Node], people: People, known: Node | None = None
) -> None:
    """Make a group's value and blocks; what equals that of `known` stays the identical object.

    `known` is what the group was before; without it, what this node was built into before.
    """
    known = known or node
    group = Group(
        node.dn,
        node.name,
        node.may_be_empty,
        node.direct_count,
        node.placeholder,
        tuple(groups[key].dn for key in node.subgroups),
    )
    node.group = known.group if known.group == group else group
    before = {block.path: block for block in known.blocks}
    blocks = tuple(
        before[block.path] if before.get(block.path) == block else block
        for block in _blocks(node, groups, people)
    )
    node.blocks = known.blocks if known.blocks == blocks else blocks


def _blocks(node: Node, groups: Mapping[str, Node], people: People) -> Iterator[MembershipBlock]:
    if node.accounts:
        yield MembershipBlock(node.dn, Path(), node.accounts)
    primary = people.with_primary(node.gid) if node.gid else ()
    if primary:
        yield MembershipBlock(node.dn, Path(primary=True), primary)
    if node.subgroups:
        yield from _nested(node, groups, people)


def _nested(top: Node, groups: Mapping[str, Node], people: People) -> Iterator[MembershipBlock]:
    """Walk down breadth first, so that each leaf group is reached by its shortest path.

    Who has a nested group for primary group holds what it brings, like its members.
    """
    seen = {top.key}
    level: list[tuple[str, tuple[str, ...]]] = [(key, ()) for key in top.subgroups]
    while level:
        below: list[tuple[str, tuple[str, ...]]] = []
        for key, above in level:
            if key in seen:
                continue
            seen.add(key)
            node = groups[key]
            through = (node.dn, *above)
            if node.accounts:
                yield MembershipBlock(top.dn, Path(through), node.accounts)
            if node.gid and (primary := people.with_primary(node.gid)):
                yield MembershipBlock(top.dn, Path(through, primary=True), primary)
            below += [(sub, through) for sub in node.subgroups]
        level = below
