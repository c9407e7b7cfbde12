"""Reads a directory over LDAP whole and proved, or says why it cannot.

A read that breaks off is thrown away and begun again on the next server, a bounded number of
times; half of one never counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ldap3 import BASE, Connection

from connectors.ldap.options import LdapOptions
from connectors.shared.groups import (
    Entry,
    is_group,
    member_attribute,
    member_value_key,
)
from connectors.shared.ldap.connection import connected, reading_login, remedy_for
from connectors.shared.ldap.search import (
    NO_SUCH_OBJECT,
    Query,
    SearchBrokenError,
    Tally,
    paged_search,
)
from connectors.shared.town import snapshot_of
from syncd.core.memberships import DirectorySnapshot, Proof
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

MEMBERS = ("member", "uniqueMember", "memberUid")
_ABOUT_GROUPS = ("objectClass", "cn", "gidNumber", *MEMBERS)
_ABOUT_PEOPLE = ("uid", "gidNumber", "nsAccountLock", "pwdAccountLockedTime")
_LIMITS = {3: "時間", 4: "件数", 11: "管理上の"}
_EVERY = 5_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LdapReader:
    """The reading half of an `ldap` directory."""

    name: str
    options: LdapOptions
    context: DirectoryContext

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        return self._with_connection(lambda connection: self._read(connection, progress))

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group right now."""

        def look(connection: Connection) -> dict[str, frozenset[str]]:
            return {
                group: present(connection, self.options, group, members)
                for group, members in asked.items()
            }

        return self._with_connection(look)

    def check(self) -> str:
        """Connect, bind and look at both bases; raises DirectoryUnreadable."""

        def look(connection: Connection) -> str:
            for base in (self.options.people_base, self.options.groups_base):
                query = Query(base, "(objectClass=*)", ("objectClass",), BASE)
                list(paged_search(connection, query, 1, Tally()))
            snapshot = self._read(connection, lambda _what, _done, _total: None)
            return (
                f"{connection.server.name}: {len(snapshot.accounts)} accounts, "
                f"{len(snapshot.groups)} groups, {snapshot.proof.pages} pages"
            )

        return self._with_connection(look)

    def _with_connection(self, work: Callable[[Connection], T]) -> T:
        """Do the work on a connection; again on the next server if the search broke."""
        broken: list[SearchBrokenError] = []
        for attempt in range(self.options.attempts):
            login = reading_login(self.options)
            with connected(
                self.name, self.options, self.context.base_dir, login, attempt
            ) as connection:
                try:
                    return work(connection)
                except SearchBrokenError as error:
                    broken.append(error)
        raise self._unreadable(broken[-1])

    def _unreadable(self, error: SearchBrokenError) -> DirectoryUnreadable:
        limit = _LIMITS.get(error.code)
        remedy = remedy_for(str(error))
        if limit is not None:
            remedy = (
                f"サーバの{limit}制限に達しました。読み取り用アカウントの制限を外してください / "
                "lift the server's limit for the account that reads"
            )
        if error.code == NO_SUCH_OBJECT:
            remedy = "people_base と groups_base を確かめてください / check both bases"
        return DirectoryUnreadable(self.name, str(error), remedy)

    def _not_a_group(self, entry: Entry) -> DirectoryUnreadable:
        return DirectoryUnreadable(
            self.name,
            f"{entry.dn}: 読めない種類のグループです / not a kind of group that can be read",
            "groups_filter を groupOfNames、groupOfUniqueNames、posixGroup に絞ってください / "
            "narrow groups_filter to the kinds that can be read",
        )

    def _read(self, connection: Connection, progress: Progress) -> DirectorySnapshot:
        tally = Tally()
        digest = hashlib.sha256()
        read_at = self.context.clock()
        entries = _digested(self._entries(connection, tally, progress), digest.update)
        proof = Proof("paged search, RFC 2696", 0, 0, connection.server.name)
        shape = self.options.shape(self.context.staff_number_width)
        snapshot = snapshot_of(self.name, read_at, proof, entries, shape)
        progress(self.name, tally.entries, tally.entries)
        proof = Proof(proof.method, tally.pages, tally.entries, proof.server, digest.hexdigest())
        return DirectorySnapshot(
            snapshot.directory,
            snapshot.read_at,
            proof,
            snapshot.accounts,
            snapshot.groups,
            snapshot.blocks,
            snapshot.warnings,
        )

    def _entries(self, connection: Connection, tally: Tally, progress: Progress) -> Iterator[Entry]:
        options = self.options
        about = {options.account_attribute, options.staff_number_attribute, *_ABOUT_PEOPLE}
        people = Query(options.people_base, options.people_filter, tuple(sorted(about)))
        groups = Query(options.groups_base, options.groups_filter, _ABOUT_GROUPS)
        for query in (people, groups):
            for entry in paged_search(connection, query, options.page_size, tally):
                if tally.entries % _EVERY == 0:
                    progress(self.name, tally.entries, None)
                if query is groups and not is_group(entry):
                    raise self._not_a_group(entry)
                yield entry


def _digested(entries: Iterator[Entry], update: Callable[[bytes], None]) -> Iterator[Entry]:
    """Pass entries on, adding each to a digest: what was read can be told again later."""
    for entry in entries:
        update(entry.dn.encode())
        for name, values in entry.attributes.items():
            update(name.encode())
            update("\0".join(values).encode())
        yield entry


def present(
    connection: Connection, options: LdapOptions, group: str, members: Collection[str]
) -> frozenset[str]:
    """Return the members (DNs) that stand directly in a group; raises SearchBrokenError."""
    standing = standing_values(connection, group)
    if standing is None:
        return frozenset()
    attribute, values = standing
    keys = {member_value_key(attribute, value) for value in values}
    return frozenset(m for m in members if member_key(connection, options, attribute, m) in keys)


def standing_values(connection: Connection, group: str) -> tuple[str, list[str]] | None:
    """Return a group's member attribute (lower case) and its values; None if it does not exist."""
    query = Query(group, "(objectClass=*)", ("objectClass", *MEMBERS), BASE)
    try:
        entries = list(paged_search(connection, query, 1, Tally()))
    except SearchBrokenError as error:
        if error.code == NO_SUCH_OBJECT:
            return None
        raise
    if not entries:
        return None
    attribute = member_attribute(entries[0].classes())
    return attribute, list(entries[0].attributes.get(attribute, ()))


def member_key(connection: Connection, options: LdapOptions, attribute: str, member: str) -> str:
    """Return the key under which a member (a native id) stands in a group of that kind."""
    if attribute != "memberuid" or "=" not in member:
        return member_value_key(attribute, member)
    query = Query(member, "(objectClass=*)", ("uid", options.account_attribute), BASE)
    try:
        found = list(paged_search(connection, query, 1, Tally()))
    except SearchBrokenError as error:
        if error.code == NO_SUCH_OBJECT:
            return member
        raise
    return found[0].attributes.get("uid", [member])[0] if found else member
