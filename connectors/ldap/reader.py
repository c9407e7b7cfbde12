"""Reads a directory over LDAP whole and proved, or says why it cannot.

A read that breaks off is thrown away and begun again on the next server, a bounded number of
times; half of one never counts. How it is read fast is decision 0009.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ldap3 import BASE, Connection

from connectors.ldap.following import Following
from connectors.ldap.holding import Holding, NotAGroupError
from connectors.ldap.options import LdapOptions
from connectors.ldap.standing import present
from connectors.ldap.whole import Questions, WholeRead
from connectors.shared.ldap.attempts import attempted
from connectors.shared.ldap.search import Query, SearchBrokenError, Tally, paged_search
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import DirectoryContext, Progress

_LIMITS = frozenset({3, 4, 11})
"""timeLimitExceeded, sizeLimitExceeded, adminLimitExceeded: in pages it may be let through."""


@dataclass(frozen=True, slots=True)
class LdapReader:
    """The reading half of an `ldap` directory; a `DeltaReader`."""

    name: str
    options: LdapOptions
    context: DirectoryContext
    _following: Following = field(default_factory=Following, repr=False, compare=False)

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable."""
        first = self._following.first(self.options.urls)
        return attempted(self.context, self.options, lambda line: self._read(line, progress), first)

    def changes(self) -> DirectoryDelta:
        """Return what changed since the last `read` or `changes`.

        Raises DeltaLost and DirectoryUnreadable.
        """
        read_at = self.context.clock()
        return self._following.changes(self.context, self.options, self._questions(), read_at)

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group right now."""
        return attempted(
            self.context, self.options, lambda line: present(line, self.options, asked)
        )

    def check(self) -> str:
        """Connect, bind, look at both bases and read; raises DirectoryUnreadable."""

        def look(connection: Connection) -> str:
            for base in (self.options.people_base, self.options.groups_base):
                query = Query(base, "(objectClass=*)", ("objectClass",), BASE)
                list(paged_search(connection, query, 1, Tally()))
            alone = LdapReader(self.name, self.options, self.context)
            snapshot = alone._read(connection, lambda _what, _done, _total: None)
            return (
                f"{connection.server.name}: {len(snapshot.accounts)} accounts, "
                f"{len(snapshot.groups)} groups, {snapshot.proof.pages} pages"
            )

        return attempted(self.context, self.options, look)

    def _questions(self) -> Questions:
        return Questions(self.options, self.options.delta)

    def _read(self, connection: Connection, progress: Progress) -> DirectorySnapshot:
        following, server = self._following, connection.server.name
        read_at = self.context.clock()
        queries = self._questions().both
        place = following.place_on(connection, queries) if self.options.delta else None
        in_pages = self.options.pages == "always" or server in following.needs_pages
        try:
            read, held = self._take_all(connection, progress, in_pages=in_pages)
        except SearchBrokenError as error:
            if in_pages or error.code not in _LIMITS:
                raise
            following.needs_pages.add(server)
            read, held = self._take_all(connection, progress, in_pages=True)
        progress(self.name, read.tally.entries, read.tally.entries)
        following.keep(held, read.moved, place)
        try:
            return held.town.snapshot(self.name, read_at, read.proof(server))
        except DirectoryUnreadable:
            following.forget()
            raise

    def _take_all(
        self, connection: Connection, progress: Progress, *, in_pages: bool
    ) -> tuple[WholeRead, Holding]:
        read = WholeRead(
            connection,
            self._questions(),
            self._following.holding,
            lambda entries: progress(self.name, entries, None),
        )
        shape = self.options.shape(self.context.staff_number_width)
        try:
            return read, read.take_all(shape, self.options.page_size if in_pages else None)
        except NotAGroupError as error:
            raise self._not_a_group(error) from None

    def _not_a_group(self, error: NotAGroupError) -> DirectoryUnreadable:
        return DirectoryUnreadable(
            self.name,
            str(error),
            "groups_filter を groupOfNames、groupOfUniqueNames、posixGroup に絞ってください / "
            "narrow groups_filter to the kinds that can be read",
        )
