"""Reads an Active Directory whole and proved, or says why it cannot.

Pages join by RFC 2696, ranges of members by `ranges`; a reference to another server, a member
without identity, groups without any member at all: the read is thrown away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ldap3 import Connection

from connectors.ad.entries import AdGroup, Translation
from connectors.ad.identity import DOMAIN_SCOPE, EXTENDED_DN
from connectors.ad.members import complete_ranges, first_range, standing_members
from connectors.ad.naming import Naming
from connectors.ad.options import AdOptions
from connectors.ad.root import read_root
from connectors.shared.bilingual import both
from connectors.shared.groups import Entry
from connectors.shared.ldap.attempts import attempted, digested
from connectors.shared.ldap.search import Query, Tally, paged_search
from connectors.shared.town import snapshot_of
from syncd.core.memberships import DirectorySnapshot, Proof
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

ABOUT_PEOPLE = ("userAccountControl", "accountExpires", "primaryGroupID")
ABOUT_GROUPS = ("sAMAccountName", "cn", "groupType", "adminCount", "uSNChanged")
_OTHERS = "(&(|(objectClass=computer)(objectClass=contact))(memberOf=*))"
_ANY = "(objectClass=*)"
_EVERY = 5_000
CONTROLS = (EXTENDED_DN, DOMAIN_SCOPE)


@dataclass(frozen=True, slots=True)
class AdReader:
    """The reading half of an `ad` directory."""

    name: str
    options: AdOptions
    context: DirectoryContext

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        return attempted(self.context, self.options, lambda line: self._read(line, progress))

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group right now."""

        def look(connection: Connection) -> dict[str, frozenset[str]]:
            return {
                group: standing_members(connection, self.options, group).among(members)
                for group, members in asked.items()
            }

        return attempted(self.context, self.options, look)

    def check(self) -> str:
        """Connect, bind and read; raises DirectoryUnreadable."""

        def look(connection: Connection) -> str:
            snapshot = self._read(connection, lambda _what, _done, _total: None)
            return (
                f"{connection.server.name}: {len(snapshot.accounts)} accounts, "
                f"{len(snapshot.groups)} groups, {snapshot.proof.pages} pages"
            )

        return attempted(self.context, self.options, look)

    def _read(self, connection: Connection, progress: Progress) -> DirectorySnapshot:
        reading = _Reading(connection, self.options, self.name, progress)
        met = Translation(self.options, self.context.clock())
        digest = hashlib.sha256()
        entries = digested(reading.entries(met), digest.update)
        server = connection.server.name
        proof = Proof("paged search, RFC 2696", 0, 0, server)
        shape = self.options.shape(self.context.staff_number_width)
        snapshot = snapshot_of(self.name, met.now, proof, entries, shape)
        tally = reading.tally
        progress(self.name, tally.entries, tally.entries)
        proof = replace(proof, pages=tally.pages, entries=tally.entries, sha256=digest.hexdigest())
        return replace(Naming(met).snapshot(snapshot), proof=proof)


class _Reading:
    """One whole read on one connection."""

    def __init__(
        self, connection: Connection, options: AdOptions, name: str, progress: Progress
    ) -> None:
        self._connection = connection
        self._options = options
        self._name = name
        self._progress = progress
        self.tally = Tally()
        self._domain = read_root(connection).domain

    def entries(self, met: Translation) -> Iterator[Entry]:
        """Yield accounts, groups and whatever else stands in groups."""
        options = self._options
        about = (options.account_attribute, options.staff_number_attribute, *ABOUT_PEOPLE)
        for entry in self._search(options.people_base, options.people_filter, about):
            yield met.person(entry)
        asked = (*ABOUT_GROUPS, first_range(options))
        for entry in self._search(options.groups_base, options.groups_filter, asked):
            met.group(entry)
        for group in met.groups.values():
            complete_ranges(self._connection, group)
        met.resolve_members()
        self._check_some_member(met.groups.values())
        for entry in self._search("", _OTHERS, ("sAMAccountName",)):
            found = met.other(entry)
            if found is not None:
                yield found
        yield from met.standing()

    def _search(self, base: str, wanted: str, about: tuple[str, ...]) -> Iterator[Entry]:
        asked = tuple(dict.fromkeys(about))
        query = Query(base or self._domain, wanted, asked, controls=CONTROLS)
        page_size = self._options.page_size
        for entry in paged_search(self._connection, query, page_size, self.tally):
            if self.tally.entries % _EVERY == 0:
                self._progress(self._name, self.tally.entries, None)
            yield entry

    def _check_some_member(self, groups: Collection[AdGroup]) -> None:
        """Refuse groups that all look empty: AD hides from us what we may not read."""
        if groups and not any(group.members for group in groups):
            raise DirectoryUnreadable(
                self._name,
                both(
                    "どのグループにも会員が一人も見えません", "no member of any group can be seen"
                ),
                both(
                    "読み取り用アカウントに member 属性の読み取りを許してください",
                    "let the account that reads read the attribute member",
                ),
            )
