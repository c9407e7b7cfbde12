"""Reads an Active Directory whole and proved, tells what changed since, or says why it cannot.

Pages join by RFC 2696, ranges of members by `ranges`; a reference to another server, a member
without identity, groups without any member at all: the read is thrown away. What changed is asked
of the controller that was read, from a place taken before that read began.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from ldap3 import Connection

from connectors.ad.dirsync import DirSyncRefusedError, changes_since, first_cookie
from connectors.ad.entries import Translation
from connectors.ad.known import Known, News, to_read_again, unknown_members
from connectors.ad.members import standing_members
from connectors.ad.options import AdOptions
from connectors.ad.place import LostPlaceError, Place, number_of
from connectors.ad.reading import Reading, followed
from connectors.ad.root import Root, read_invocation, read_root
from connectors.ad.touched import Touch, check_units
from connectors.ad.usn import changes_after
from connectors.shared.bilingual import both, said
from connectors.shared.ldap.attempts import attempted, digested
from connectors.shared.town import Town
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot, Proof
from syncd.errors import DeltaLost
from syncd.ports.directory import DirectoryContext, Progress

_METHOD = "paged search, RFC 2696"
_READ_WHOLE = both("次の完全な読取りから続けます", "a whole read is due and goes on from there")


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


class AdReader:
    """The reading half of an `ad` directory; remembers its last whole read."""

    def __init__(self, name: str, options: AdOptions, context: DirectoryContext) -> None:
        """Take what to read; connects to nothing yet."""
        self.name = name
        self._options = options
        self._context = context
        self._known: Known | None = None

    def read(self, progress: Progress) -> DirectorySnapshot:
        """Read every account, group and membership; raises DirectoryUnreadable.

        Begins with the controller that was read before, so that its changes go on to count.
        """
        first = 0 if self._known is None else self._known.number
        snapshot, self._known = attempted(
            self._context, self._options, lambda line: self._read(line, progress), first
        )
        return snapshot

    def changes(self) -> DirectoryDelta:
        """Return what changed; raises DeltaLost and DirectoryUnreadable."""
        known = self._known
        if known is None:
            why = both("まだ読んでいません", "nothing was read yet")
            raise DeltaLost(self.name, why, _READ_WHOLE)
        try:
            return attempted(
                self._context, self._options, lambda line: self._changes(line, known), known.number
            )
        except LostPlaceError as lost:
            self._known = None
            raise DeltaLost(self.name, said(lost), _READ_WHOLE) from lost

    def present_members(self, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
        """Return those who stand directly in each group right now."""

        def look(connection: Connection) -> dict[str, frozenset[str]]:
            standing = standing_members(connection, self._options, tuple(asked))
            return {
                group: found.among(asked[group])
                for group, found in zip(asked, standing, strict=True)
            }

        return attempted(self._context, self._options, look)

    def check(self) -> str:
        """Connect, bind and read; raises DirectoryUnreadable."""
        snapshot, known = attempted(
            self._context, self._options, lambda line: self._read(line, _silent)
        )
        return (
            f"{snapshot.proof.server}: {len(snapshot.accounts)} accounts, "
            f"{len(snapshot.groups)} groups, {snapshot.proof.pages} pages, "
            f"changes by {known.place.method}"
        )

    def _read(self, connection: Connection, progress: Progress) -> tuple[DirectorySnapshot, Known]:
        root = read_root(connection)
        place = self._place(connection, root)
        reading = Reading(connection, self._options, root.domain, progress)
        met = Translation(self._options, self._context.clock())
        digest = hashlib.sha256()
        town = Town(self._options.shape(self._context.staff_number_width))
        for entry in digested(reading.everything(met, self.name), digest.update):
            town.take(entry)
        town.resolve()
        tally = reading.tally
        progress(self.name, tally.entries, tally.entries)
        server, sha256 = connection.server.name, digest.hexdigest()
        proof = Proof(_METHOD, tally.pages, tally.entries, server, sha256)
        number = number_of(connection, self._options)
        known = Known(self.name, place, number, town, met)
        return known.snapshot(met.now, proof), known

    def _place(self, connection: Connection, root: Root) -> Place:
        """Return where the controller's changes are asked from: as before, or from now on."""
        invocation = read_invocation(connection, root)
        if self._known is not None and self._known.place.is_of(root, invocation):
            return self._known.place
        cookie = None
        if self._options.changes_by == "dirsync":
            try:
                cookie = first_cookie(connection, root.domain)
            except DirSyncRefusedError:
                cookie = None  # then by uSNChanged: `syncd check` shows which it is
        return Place(root.service, invocation, root.highest_usn, cookie)

    def _changes(self, connection: Connection, known: Known) -> DirectoryDelta:
        """Ask for everything first, then take it in: what breaks before leaves all as it was."""
        root = read_root(connection)
        known.place.check(root, read_invocation(connection, root))
        read_at = self._context.clock()
        touches, cookie = self._touches(connection, root, known.place)
        check_units(touches)
        reading = Reading(connection, self._options, root.domain, _silent)
        met = Translation(self._options, read_at)
        entries = reading.again(to_read_again(known.met, touches), met)
        entries += reading.again(unknown_members(known.met, met, touches), met)
        self._known = None  # what is half taken in is not known
        delta = known.learn(News(touches, met, entries), read_at, connection.server.name)
        known.place = replace(known.place, usn=root.highest_usn, cookie=cookie)
        self._known = known
        return delta

    def _touches(
        self, connection: Connection, root: Root, place: Place
    ) -> tuple[list[Touch], bytes | None]:
        if place.cookie is None:
            size = self._options.page_size
            return changes_after(connection, root.domain, size, place.usn), None
        asked = followed(self._options)
        return changes_since(connection, root.domain, asked, place.cookie)
