"""Who stands in groups right now: looked up group by group, many asked at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ldap3 import Connection

from connectors.ldap.options import LdapOptions
from connectors.shared.groups import Entry, is_group, member_attribute, member_value_key
from connectors.shared.ldap.search import read_each

MEMBERS = ("member", "uniqueMember", "memberUid")
_ABOUT = ("objectClass", *MEMBERS)
Standing = tuple[str, list[str]]
"""A group's member attribute (lower case) and its values."""


def present(
    connection: Connection, options: LdapOptions, asked: Mapping[str, Collection[str]]
) -> dict[str, frozenset[str]]:
    """Return, for each group, the members (DNs) that stand directly in it.

    Raises SearchBrokenError.
    """
    standing = all_standing_values(connection, tuple(asked))
    uids = uids_of(connection, options, standing, asked)
    return {
        group: _among(standing[group], members, uids) if group in standing else frozenset()
        for group, members in asked.items()
    }


def _among(standing: Standing, members: Collection[str], uids: Mapping[str, str]) -> frozenset[str]:
    attribute, values = standing
    named = uids if attribute == "memberuid" else {}
    literal = frozenset(values)
    found = {m for m in members if named.get(m, m) in literal}
    if len(found) < len(members):  # some are written otherwise, or not there
        keys = {member_value_key(attribute, value) for value in values}
        others = (m for m in members if m not in found)
        found.update(m for m in others if (named.get(m) or member_value_key(attribute, m)) in keys)
    return frozenset(found)


def all_standing_values(connection: Connection, groups: Sequence[str]) -> dict[str, Standing]:
    """Return what stands in each group that exists; raises SearchBrokenError."""
    entries = read_each(connection, groups, _ABOUT)
    return {
        group: _standing(entry)
        for group, entry in zip(groups, entries, strict=True)
        if entry is not None and is_group(entry)
    }


def _standing(entry: Entry) -> Standing:
    attribute = member_attribute(entry.classes())
    return attribute, list(entry.attributes.get(attribute, ()))


def standing_values(connection: Connection, group: str) -> Standing | None:
    """Return what stands in one group; None if it does not exist. Raises SearchBrokenError."""
    return all_standing_values(connection, (group,)).get(group)


def uids_of(
    connection: Connection,
    options: LdapOptions,
    standing: Mapping[str, Standing],
    asked: Mapping[str, Collection[str]],
) -> dict[str, str]:
    """Return the names under which members stand in those groups that name them by uid."""
    of_uids = {m for g, found in standing.items() if found[0] == "memberuid" for m in asked[g]}
    return _uids(connection, options, of_uids)


def member_key(connection: Connection, options: LdapOptions, attribute: str, member: str) -> str:
    """Return the key under which a member (a native id) stands in a group of that kind."""
    if attribute != "memberuid":
        return member_value_key(attribute, member)
    return _uids(connection, options, (member,))[member]


def _uids(connection: Connection, options: LdapOptions, members: Iterable[str]) -> dict[str, str]:
    """Return the names under which members stand in a posixGroup: those their entries tell."""
    names = {member: member for member in members}
    dns = [member for member in names if "=" in member]
    entries = read_each(connection, dns, ("uid", options.account_attribute))
    for dn, entry in zip(dns, entries, strict=True):
        if entry is not None:
            names[dn] = next(iter(entry.attributes.get("uid", ())), dn)
    return names
