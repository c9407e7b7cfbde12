"""What a reader remembers between reads, and how it follows a server's changes (RFC 4533).

The place among the changes is taken before the first whole read, so that nothing can happen
between the two that neither shows. It is kept through later reads: what was held at that place
stays beside what was read since, and a delta names what differs from either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ldap3 import Connection

from connectors.ldap.holding import Holding, Moved, NotAGroupError, UnknownEntryError
from connectors.ldap.options import LdapOptions
from connectors.ldap.place import NoPlaceError, Place, check_head, read_heads, take_place
from connectors.ldap.whole import Questions
from connectors.shared.bilingual import both
from connectors.shared.ldap.attempts import unreadable
from connectors.shared.ldap.connection import connected, reading_login
from connectors.shared.ldap.search import Query, SearchBrokenError
from connectors.shared.ldap.syncrepl import Refreshed, refresh
from connectors.shared.town import Changes
from syncd.core.memberships import DirectoryDelta
from syncd.errors import DeltaLost, DirectoryUnreadable
from syncd.ports.directory import DirectoryContext

_METHOD = "syncrepl, RFC 4533"
_UNPROVED = -1
_BUSY = frozenset({_UNPROVED, 51, 52})
"""A broken line, busy, unavailable (RFC 4511, appendix A): the place is still good."""
_NEVER_READ = both("まだ全件を読んでいません", "nothing was read whole yet")
_READ_WHOLE = both("全件を読み直します", "a whole read follows")
_ELSEWHERE = both(
    "前回と別のサーバが答えました",
    "another server answers than the one that was followed",
)
_REFUSED = both(
    "サーバは前回の位置からの差分を出せません", "the server cannot tell the changes since then"
)


@dataclass(slots=True)
class Following:
    """The memory of one reader. `earlier` is what was held at `place`, where it differs."""

    holding: Holding | None = None
    place: Place | None = None
    earlier: Holding | None = None
    why_not: str = _NEVER_READ
    needs_pages: set[str] = field(default_factory=set)

    def first(self, urls: Sequence[str]) -> int:
        """Return the number of the server whose changes are followed, 0 where none are."""
        server = self.place.server if self.place else ""
        # ldap3 writes the port behind a name that has none.
        named = (at for at, url in enumerate(urls) if f"{server}:".startswith(f"{url}:"))
        return next(named, 0)

    def place_on(self, connection: Connection, queries: tuple[Query, ...]) -> Place | None:
        """Return the place that is kept on this server, or a new one; raises SearchBrokenError."""
        if self.place is not None and self.place.server == connection.server.name:
            return self.place
        try:
            return take_place(connection, queries)
        except NoPlaceError as error:
            self.why_not = str(error)
        except SearchBrokenError as error:
            if error.code in _BUSY:
                raise
            self.why_not = str(error)
        return None

    def keep(self, held: Holding, moved: tuple[Moved, Moved], place: Place | None) -> None:
        """Remember a whole read that is complete, and apply what it found changed."""
        if place is not self.place:
            self.earlier = None
        if any(moved):
            if place is not None and place is self.place and self.earlier is None:
                self.earlier = held.copy()
            held.apply(*moved)
        self.holding, self.place = held, place

    def forget(self) -> None:
        """Remember nothing any more: only a whole read tells what there is."""
        self.holding = self.place = self.earlier = None
        self.why_not = _NEVER_READ

    def changes(
        self,
        context: DirectoryContext,
        options: LdapOptions,
        questions: Questions,
        read_at: datetime,
    ) -> DirectoryDelta:
        """Return what changed since the place that is kept, which moves on.

        Raises DeltaLost and DirectoryUnreadable.
        """
        place, holding = self.place, self.holding
        if place is None or holding is None:
            raise delta_lost(context.name, self.why_not)
        try:
            told = self._ask(context, options, questions.both, place)
            changes = self._apply(holding, told)
        except (NoPlaceError, UnknownEntryError, NotAGroupError, SearchBrokenError) as error:
            self.forget()
            raise delta_lost(context.name, str(error)) from error
        try:
            holding.town.check_plausible(context.name)
        except DirectoryUnreadable as error:
            self.forget()
            raise delta_lost(context.name, error.why) from error
        self.earlier = None
        self.place = replace(place, cookies=tuple(one.cookie for one in told))
        return DirectoryDelta(
            context.name,
            read_at,
            _METHOD,
            place.server,
            changes.groups,
            changes.blocks,
            changes.gone,
            changes.accounts,
            changes.accounts_gone,
        )

    def _ask(
        self,
        context: DirectoryContext,
        options: LdapOptions,
        queries: tuple[Query, ...],
        place: Place,
    ) -> tuple[Refreshed, ...]:
        """Ask the server of the place; raises NoPlaceError where it, or another, cannot tell.

        Raises DirectoryUnreadable where the line to the only server breaks: the place is good.
        """
        first = self.first(options.urls)
        broken = SearchBrokenError("")
        for _ in range(options.attempts):
            login = reading_login(options)
            with connected(context.name, options, context.base_dir, login, first) as connection:
                if connection.server.name != place.server:
                    raise NoPlaceError(_ELSEWHERE)
                try:
                    return _refreshed(connection, queries, place)
                except SearchBrokenError as error:
                    broken = error
            if broken.code not in _BUSY:
                raise NoPlaceError(f"{_REFUSED}: {broken}")
        if len(options.urls) > 1:
            raise NoPlaceError(str(broken))  # another one can be read whole
        raise unreadable(context.name, broken)

    def _apply(self, holding: Holding, told: tuple[Refreshed, ...]) -> Changes:
        """Bring what is held up to date; return what differs from what was held at the place."""
        if self.earlier is None:
            return holding.follow(*told)
        return holding.town.told(self.earlier.follow(*told), holding.follow(*told))


def _refreshed(
    connection: Connection, queries: tuple[Query, ...], place: Place
) -> tuple[Refreshed, ...]:
    now = read_heads(connection, tuple(head.dn for head in place.heads))
    for then, head, cookie in zip(place.heads, now, place.cookies, strict=True):
        check_head(then, head, cookie)
    return tuple(
        refresh(connection, query, cookie)
        for query, cookie in zip(queries, place.cookies, strict=True)
    )


def delta_lost(directory: str, why: str) -> DeltaLost:
    """Return the error of a directory whose changes cannot be told."""
    return DeltaLost(directory, why, _READ_WHOLE)
