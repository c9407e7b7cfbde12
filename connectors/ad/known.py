"""What is remembered of a whole read, and kept up to date by what a controller says has changed.

Everything is asked for first and taken in afterwards, so that a line that breaks leaves what was
known as it was. The result is what a whole read would have given (held by tests): only what lies
under a unit that was moved takes a whole read, and so does what the controller does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.ad.entries import Translation
from connectors.ad.naming import Naming
from connectors.ad.place import LostPlaceError, Place
from connectors.ad.touched import Touch
from connectors.shared.bilingual import both
from connectors.shared.groups import Entry
from connectors.shared.town import Changes, Town
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot, Proof


@dataclass(frozen=True, slots=True)
class News:
    """What changed, and what was read anew of it: `met` the groups, `entries` everybody else."""

    touches: Sequence[Touch]
    met: Translation
    entries: Sequence[Entry]


def to_read_again(known: Translation, touches: Iterable[Touch]) -> list[str]:
    """Return whom to ask for anew: whatever is there and did not only change its members."""
    return list(
        dict.fromkeys(
            touch.named.native
            for touch in touches
            if not touch.is_deleted
            and not (touch.is_told_whole and touch.named.native in known.groups)
        )
    )


def unknown_members(known: Translation, news: Translation, touches: Iterable[Touch]) -> list[str]:
    """Return the members of changed groups of whom nothing is known: computers, contacts."""
    named = [named.native for touch in touches for named in touch.added] + [*news.names]
    return [n for n in dict.fromkeys(named) if not known.knows(n) and not news.knows(n)]


@dataclass(slots=True)
class Known:
    """A directory as last read, on the server `number` of the configured ones."""

    directory: str
    place: Place
    number: int
    town: Town
    met: Translation

    def snapshot(self, read_at: datetime, proof: Proof) -> DirectorySnapshot:
        """Return what is known now under its names; raises DirectoryUnreadable."""
        return Naming(self.met).snapshot(self.town.snapshot(self.directory, read_at, proof))

    def learn(self, news: News, read_at: datetime, server: str) -> DirectoryDelta:
        """Take in what changed and tell it; raises LostPlaceError and DirectoryUnreadable."""
        self._check_kinds(news)
        before = Naming(self.met)
        gone = self._gone(news)
        groups = self._members(news, gone)
        self._take(news, gone)
        left = self.met.strangers - self.met.standing_strangers() if groups or gone else set()
        self.met.strangers -= left
        gone |= left
        entries = [*news.entries, *self.met.standing(groups)]
        changes = self.town.replace(entries, sorted(gone), sorted(gone))
        self.town.check_plausible(self.directory)
        return self._told(changes, before, read_at, server)

    def _check_kinds(self, news: News) -> None:
        """Raise LostPlaceError where a group is met that may bring nothing to those above it."""
        ignores = self.met.options.distribution_groups == "ignore"
        if ignores and any(not group.is_security for group in news.met.groups.values()):
            raise LostPlaceError(both("配布グループが変わりました", "a distribution group changed"))

    def _gone(self, news: News) -> set[str]:
        """Return who is no account or group of ours any more: deleted, or moved away."""
        again = {entry.dn for entry in news.entries} | news.met.groups.keys()
        asked = to_read_again(self.met, news.touches)
        deleted = {touch.named.native for touch in news.touches if touch.is_deleted}
        return deleted | {native for native in asked if native not in again}

    def _members(self, news: News, gone: set[str]) -> set[str]:
        """Let members come and go in the groups that are known; return which groups changed."""
        changed = set(news.met.groups)
        for touch in news.touches:
            group = self.met.groups.get(touch.named.native)
            if group is None or touch.named.native in news.met.groups:
                continue
            removed = {named.native for named in touch.removed}
            added = {named.native: None for named in touch.added}
            kept = [m for m in group.members if m not in removed and m not in added]
            group.members = [*kept, *added]
            changed.add(touch.named.native)
        deleted = {touch.named.native for touch in news.touches if touch.is_deleted}
        for native, group in self.met.groups.items():
            # The server takes who is deleted out of every group, and says so of none.
            if deleted and not deleted.isdisjoint(group.members):
                group.members = [member for member in group.members if member not in deleted]
                changed.add(native)
        return changed - gone

    def _take(self, news: News, gone: set[str]) -> None:
        """Bring what is known of identities and names up to date."""
        met = self.met
        for touch in news.touches:
            for named in (touch.named, *touch.added):
                met.names[named.native] = named
        met.names.update(news.met.names)
        met.people.update(news.met.people)
        met.groups.update(news.met.groups)
        met.strangers.update(news.met.strangers)
        for native in gone:
            met.people.pop(native, None)
            met.groups.pop(native, None)

    def _told(
        self, changes: Changes, before: Naming, read_at: datetime, server: str
    ) -> DirectoryDelta:
        """Return the changes under their names, with the keys that groups had before."""
        after = Naming(self.met)
        accounts = after.accounts(changes.accounts)
        blocks = tuple(after.blocks(changes.blocks))
        everybody = after.accounts(self.town.accounts)
        groups = tuple(after.groups(changes.groups, blocks, everybody))
        natives = {group.key for group in changes.groups} | set(changes.gone)
        old = {before.key(native) for native in natives} - {group.key for group in groups}
        lost = {before.account(name) for name in changes.accounts_gone} - everybody.keys()
        return DirectoryDelta(
            directory=self.directory,
            read_at=read_at,
            method=self.place.method,
            server=server,
            groups=groups,
            blocks=blocks,
            gone=tuple(sorted(key for key in old if key)),
            accounts=accounts,
            accounts_gone=tuple(sorted(lost)),
        )
