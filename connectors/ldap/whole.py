"""One whole read: both searches to their end, in one go or in pages, and the proof of it.

A first read makes sense of entries while the server still sends the next ones. Later reads
compare bytes, and look only at what is different.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ldap3 import Connection

from connectors.ldap.holding import Holding, Moved, second_reads
from connectors.ldap.options import LdapOptions
from connectors.ldap.standing import MEMBERS
from connectors.shared.groups import Shape
from connectors.shared.ldap.search import Query, Tally, raw_search
from syncd.core.memberships import Proof

_ABOUT_GROUPS = ("objectClass", "cn", "gidNumber", *MEMBERS)
_ABOUT_PEOPLE = ("uid", "gidNumber", "nsAccountLock", "pwdAccountLockedTime")
_UUIDS = ("entryUUID", "nsUniqueId")
_EVERY = 5_000
_IN_ONE_GO = "search, RFC 4511"
_IN_PAGES = "paged search, RFC 2696"


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of a server about people and about groups; with UUIDs to follow changes."""

    options: LdapOptions
    with_uuids: bool

    @property
    def people(self) -> Query:
        """Return the search for people."""
        options = self.options
        about = {options.account_attribute, options.staff_number_attribute, *_ABOUT_PEOPLE}
        wanted = (*sorted(about), *self._uuids)
        return Query(options.people_base, options.people_filter, wanted)

    @property
    def groups(self) -> Query:
        """Return the search for groups."""
        wanted = (*_ABOUT_GROUPS, *self._uuids)
        return Query(self.options.groups_base, self.options.groups_filter, wanted)

    @property
    def both(self) -> tuple[Query, Query]:
        """Return both searches, people first."""
        return self.people, self.groups

    @property
    def _uuids(self) -> tuple[str, ...]:
        return _UUIDS if self.with_uuids else ()


class WholeRead:
    """One try to read everything. Nothing that was held before is touched until it is over."""

    def __init__(
        self,
        connection: Connection,
        questions: Questions,
        held: Holding | None,
        counted: Callable[[int], None],
    ) -> None:
        """Begin; `held` is what a read before left. `counted` is told how many entries came."""
        self.tally = Tally()
        self.held = held
        self.moved = (Moved(), Moved())
        self._connection = connection
        self._questions = questions
        self._counted = counted
        self._digest = hashlib.sha256()
        self._method = ""

    def take_all(self, shape: Shape, page_size: int | None) -> Holding:
        """Read, in one go where `page_size` is None; return what is held, with `moved` to come.

        Raises SearchBrokenError unless the server proved that these are all, and NotAGroupError.
        """
        self._method = _IN_ONE_GO if page_size is None else _IN_PAGES
        people, groups = self._questions.both
        if self.held is None:
            first = Holding(shape)
            self._search(people, page_size, first.take_people)
            self._search(groups, page_size, first.take_groups)
            first.town.resolve()
            return first
        again = second_reads(self.held)
        self._search(people, page_size, again[0].take)
        self._search(groups, page_size, again[1].take)
        self.moved = (again[0].moved(), again[1].moved())
        return self.held

    def proof(self, server: str) -> Proof:
        """Return why the read counts as complete."""
        tally = self.tally
        return Proof(self._method, tally.pages, tally.entries, server, self._digest.hexdigest())

    def _search(
        self, query: Query, page_size: int | None, take: Callable[[list[bytes]], None]
    ) -> None:
        told = self.tally.entries
        for answers in raw_search(self._connection, query, page_size, self.tally):
            # The bytes as they came, without the numbers of the messages.
            self._digest.update(b"".join(answers))
            take(answers)
            if self.tally.entries - told >= _EVERY:
                told = self.tally.entries
                self._counted(told)
