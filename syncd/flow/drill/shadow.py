"""The shadow site: sources and directories that answer what was looked at, writers that count.

Nothing here can reach a directory or the site's database: a shadow is made of values that were
read before, of a store of its own, and of `CountingWriter`s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from syncd.core.facts import Provides
from syncd.core.memberships import DirectorySnapshot, Path, Reading, Unread
from syncd.core.policy import Policy
from syncd.errors import DirectoryUnreadable, SourceRefused
from syncd.flow.authorities import scoped
from syncd.flow.site import DirectorySeat, Mode, Site, SourceSeat
from syncd.ports.directory import Capability, GroupRemoval, Progress, WriteOutcome
from syncd.ports.source import Fingerprint, SourceReading
from syncd.ports.store import Store

Edge = tuple[str, str, str]
"""One membership that a writer was asked to remove: directory, group, member."""

_TICK = timedelta(milliseconds=1)


class Shadows(Protocol):
    """Where shadow stores come from; none of them is the site's."""

    def template(self) -> Store:
        """Return a new and empty store, which every later copy begins as."""
        ...

    def copy(self) -> AbstractContextManager[Store]:
        """Return a store that holds what the template held when this was asked for."""
        ...


@dataclass(frozen=True, slots=True)
class LookedSource:
    """One source as it was read for the drill, before its authority's scope was applied.

    `raw` are the bytes of a file; None for any other source.
    """

    reading: SourceReading
    max_age: timedelta | None = None
    loss_check: bool = True
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class LookedDirectory:
    """One directory as it was read for the drill."""

    answer: Reading
    capabilities: frozenset[Capability]
    loss_check: bool = True


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything a drill works on: readings of the real site and its policy, and no writer."""

    sources: tuple[LookedSource, ...]
    directories: Mapping[str, LookedDirectory]
    policy: Policy
    at: datetime


@dataclass(slots=True)
class ShadowSource:
    """A source that says what it is told to: a reading, or why there is none."""

    name: str
    provides: Provides
    says: SourceReading | SourceRefused

    def fingerprint(self) -> Fingerprint:
        """Return what tells this input from the one before; raises SourceRefused."""
        return self.read().fingerprint

    def read(self) -> SourceReading:
        """Return the reading; raises SourceRefused."""
        if isinstance(self.says, SourceRefused):
            raise self.says
        return self.says


@dataclass(slots=True)
class Journal:
    """What the shadow's writers were asked for, in order, and when they were asked."""

    asked: list[Edge] = field(default_factory=list)
    asked_at: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class ShadowReader:
    """A directory that answers what it is told to, less what was counted as removed since."""

    name: str
    answer: Reading
    clock: Callable[[], datetime]
    journal: Journal

    def read(self, _: Progress) -> DirectorySnapshot:
        """Return the answer as of now; raises DirectoryUnreadable where there was none."""
        if isinstance(self.answer, Unread):
            raise DirectoryUnreadable(self.name, self.answer.why, self.answer.remedy)
        return replace(_without(self.answer, self._gone()), read_at=self.clock())

    def present_members(self, asked: Mapping[str, Collection[str]]) -> Mapping[str, frozenset[str]]:
        """Return those who were not counted as removed."""
        gone = self._gone()
        return {
            group: frozenset(m for m in members if (group, m) not in gone)
            for group, members in asked.items()
        }

    def check(self) -> str:
        """Say what this is."""
        return "a shadow"

    def _gone(self) -> set[tuple[str, str]]:
        return {(group, member) for name, group, member in self.journal.asked if name == self.name}


def _without(answer: DirectorySnapshot, gone: set[tuple[str, str]]) -> DirectorySnapshot:
    """Return an answer without the direct members that were counted as removed."""
    if not gone:
        return answer
    native = {name: account.native for name, account in answer.accounts.items()}
    touched = {group for group, _ in gone}
    blocks = tuple(
        block
        if block.group not in touched or block.path != Path()
        else replace(
            block,
            accounts=tuple(a for a in block.accounts if (block.group, native.get(a)) not in gone),
        )
        for block in answer.blocks
    )
    left = {group: sum(g == group for g, _ in gone) for group in touched}
    groups = tuple(
        replace(group, direct_count=max(0, group.direct_count - left.get(group.key, 0)))
        for group in answer.groups
    )
    return replace(answer, blocks=tuple(b for b in blocks if b.accounts), groups=groups)


@dataclass(slots=True)
class CountingWriter:
    """Counts what it is asked for, and changes nothing anywhere."""

    name: str
    clock: Callable[[], datetime]
    journal: Journal

    def remove_members(
        self, removals: Sequence[GroupRemoval]
    ) -> tuple[tuple[WriteOutcome, ...], ...]:
        """Count the removals."""
        self.journal.asked_at.append(self.clock())
        self.journal.asked += [(self.name, r.group, m) for r in removals for m in r.members]
        return tuple(tuple(WriteOutcome(m) for m in r.members) for r in removals)

    def add_member(self, group: str, member: str, change_id: str) -> WriteOutcome:
        """Refuse: a drill puts nothing back."""
        return WriteOutcome(member, f"a drill adds nobody to {group} ({change_id})")


@dataclass(slots=True)
class ShadowClock:
    """A clock that begins at a moment and moves a little with every look: events have an order."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the next moment."""
        self.at += _TICK
        return self.at


@dataclass(slots=True)
class Numbers:
    """Ids of a shadow: short, unique within it, the same in every drill."""

    last: int = 0

    def __call__(self) -> str:
        """Return the next id."""
        self.last += 1
        return f"drill{self.last:08}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a shadow is told: what each source says and each directory answers, and the moment."""

    sources: Mapping[str, SourceReading | SourceRefused]
    answers: Mapping[str, Reading]
    at: datetime


def told_of(looked: Looked) -> Told:
    """Return what an unpoisoned shadow is told: what was looked at."""
    return Told(
        {one.reading.source: one.reading for one in looked.sources},
        {name: one.answer for name, one in looked.directories.items()},
        looked.at,
    )


def shadow_site(
    looked: Looked, told: Told, store: Store, mode: Mode, numbers: Callable[[], str]
) -> tuple[Site, Journal]:
    """Return a site made of what it is told, whose writers count, and what they will count."""
    clock, journal = ShadowClock(told.at), Journal()
    sources = tuple(_source_seat(one, told, looked.policy) for one in looked.sources)
    directories = {
        name: _seat(name, one, ShadowReader(name, told.answers[name], clock, journal), mode)
        for name, one in looked.directories.items()
    }
    site = Site(
        sources=sources,
        directories=directories,
        store=store,
        policy=looked.policy,
        clock=clock,
        new_id=numbers,
        progress=lambda *_: None,
    )
    return site, journal


def _source_seat(one: LookedSource, told: Told, policy: Policy) -> SourceSeat:
    name = one.reading.source
    source = ShadowSource(name, one.reading.provides, told.sources[name])
    return scoped(SourceSeat(source, one.max_age, one.loss_check), policy)


def _seat(name: str, looked: LookedDirectory, reader: ShadowReader, mode: Mode) -> DirectorySeat:
    able = looked.capabilities & {Capability.READ_WHOLE, Capability.PROVE_COMPLETE}
    able |= {Capability.WRITE, Capability.BATCH, Capability.READ_BACK}
    writer = CountingWriter(name, reader.clock, reader.journal)
    return DirectorySeat(
        name, mode, reader, lambda: writer, frozenset(able), loss_check=looked.loss_check
    )
