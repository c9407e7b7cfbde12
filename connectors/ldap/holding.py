"""What a reader remembers of its last whole read: the bytes of each entry and what they meant.

An entry whose bytes did not change is neither decoded nor resolved again. That it was received
and counted is proved as at the first time; only the work on it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from connectors.shared.groups import Entry, Shape, is_group
from connectors.shared.ldap.search import decoded
from connectors.shared.ldap.syncrepl import Refreshed
from connectors.shared.town import Changes, Town

_RAW = ("member", "uniquemember")


class NotAGroupError(Exception):
    """An entry among the groups is of no kind that can be read."""

    def __init__(self, dn: str) -> None:
        """Name it."""
        self.dn = dn
        super().__init__(f"{dn}: 読めない種類のグループです / not a kind of group that can be read")


class UnknownEntryError(Exception):
    """The server tells of an entry that was never read: another server, or another content."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "読んだことのない項目をサーバが挙げました / "
            "the server names entries that were never read"
        )


@dataclass(slots=True)
class Section:
    """The people or the groups: DNs by the bytes of their entry, and by their UUID."""

    raw: dict[bytes, str] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)

    def learn(self, entries: Iterable[tuple[bytes, Entry]]) -> None:
        """Remember entries, each with its bytes.

        389 tells changes by nsUniqueId, OpenLDAP by entryUUID (RFC 4530); where neither was asked
        for, changes cannot be followed.
        """
        raws, uuids = self.raw, self.uuids
        for raw, entry in entries:
            dn, attributes = entry.dn, entry.attributes
            raws[raw] = dn
            values = attributes.get("nsuniqueid") or attributes.get("entryuuid")
            if values:
                uuids[values[0].replace("-", "").lower()] = dn

    def forget(self, dns: set[str]) -> None:
        """Forget what was known of entries."""
        self.raw = {raw: dn for raw, dn in self.raw.items() if dn not in dns}
        self.uuids = {uuid: dn for uuid, dn in self.uuids.items() if dn not in dns}

    def copy(self) -> Section:
        """Return what stays as this is now; bytes are for reading whole, and not copied."""
        return Section({}, self.uuids.copy())


@dataclass(slots=True)
class Moved:
    """What became of a section: entries that are new or different, and DNs that are gone."""

    fresh: list[tuple[bytes, Entry]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Tell whether anything is different."""
        return bool(self.fresh or self.gone)

    @property
    def entries(self) -> Iterator[Entry]:
        """Yield the entries without their bytes."""
        return (entry for _, entry in self.fresh)


class Holding:
    """A directory as it was read whole, and kept up to date."""

    def __init__(self, shape: Shape) -> None:
        """Begin with nothing."""
        self.town = Town(shape)
        self.people = Section()
        self.groups = Section()

    def copy(self) -> Holding:
        """Return what stays as this is now."""
        twin = Holding(Shape())
        twin.town = self.town.copy()
        twin.people, twin.groups = self.people.copy(), self.groups.copy()
        return twin

    def take_people(self, answers: Sequence[bytes]) -> None:
        """Take people of the first whole read; raises SearchBrokenError."""
        entries = list(decoded(answers))
        self.town.take_people(entries)
        self.people.learn(zip(answers, entries, strict=True))

    def take_groups(self, answers: Sequence[bytes]) -> None:
        """Take groups when all people were taken; raises SearchBrokenError, NotAGroupError."""
        entries = list(decoded(answers, _RAW))
        _check_groups(entries)
        for entry in entries:
            self.town.take_group(entry)
        self.groups.learn(zip(answers, entries, strict=True))

    def follow(self, people: Refreshed, groups: Refreshed) -> Changes:
        """Bring the town up to date by what a server tells.

        Raises UnknownEntryError, NotAGroupError and SearchBrokenError; then nothing was changed.
        """
        return self.apply(_moved_by(self.people, people), _moved_by(self.groups, groups, _RAW))

    def apply(self, people: Moved, groups: Moved) -> Changes:
        """Bring the town up to date; raises NotAGroupError, and then nothing was changed."""
        _check_groups(groups.entries)
        for section, moved in ((self.people, people), (self.groups, groups)):
            left = moved.gone | {entry.dn for entry in moved.entries}
            if left:
                section.forget(left)
            section.learn(moved.fresh)
        return self.town.replace((*people.entries, *groups.entries), people.gone, groups.gone)


def _check_groups(entries: Iterable[Entry]) -> None:
    for entry in entries:
        if not is_group(entry):
            raise NotAGroupError(entry.dn)


class SecondRead:
    """A section that is read whole again: what is the same is passed over."""

    def __init__(self, section: Section, raw_members: Sequence[str] = ()) -> None:
        """Compare with what is known; the section itself stays as it is."""
        self._known = section.raw
        self._members = raw_members
        self._same: dict[bytes, str] = {}
        self._fresh: list[bytes] = []

    def take(self, answers: Sequence[bytes]) -> None:
        """Take answers as they come."""
        known, same = self._known, self._same
        for raw in answers:
            dn = known.get(raw)
            if dn is None:
                self._fresh.append(raw)
            else:
                same[raw] = dn

    def moved(self) -> Moved:
        """Return what is different, once all answers were taken; raises SearchBrokenError."""
        fresh = list(zip(self._fresh, decoded(self._fresh, self._members), strict=True))
        if not fresh and len(self._same) == len(self._known):
            return Moved()
        standing = set(self._same.values()) | {entry.dn for _, entry in fresh}
        return Moved(fresh, set(self._known.values()) - standing)


def second_reads(holding: Holding) -> tuple[SecondRead, SecondRead]:
    """Return what compares people and groups with what is held."""
    return SecondRead(holding.people), SecondRead(holding.groups, _RAW)


def _moved_by(section: Section, told: Refreshed, members: Sequence[str] = ()) -> Moved:
    """Return what a refresh means for a section; raises UnknownEntryError, SearchBrokenError."""
    raws = list(told.changed.values())
    fresh = list(zip(raws, decoded(raws, members), strict=True))
    if told.deletes:
        gone = told.deleted & section.uuids.keys()
    else:
        if told.present - section.uuids.keys() - told.changed.keys():
            raise UnknownEntryError
        gone = section.uuids.keys() - told.present - told.changed.keys()
    dns = {section.uuids[uuid] for uuid in gone}
    for uuid, (_, entry) in zip(told.changed, fresh, strict=True):
        before = section.uuids.get(uuid)
        if before is not None and before != entry.dn:
            dns.add(before)
    return Moved(fresh, dns)
