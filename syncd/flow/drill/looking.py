"""Looking at the site for a drill: its inputs and directories as they are now, read and no more.

A drill is held on a site in order: where an input is refused or a directory cannot be read at all,
there is nothing to compare a poison with, and that is told instead (exit code 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from syncd.core.memberships import Reading, Unread
from syncd.core.policy import Policy
from syncd.errors import DirectoryUnreadable
from syncd.flow.authorities import ScopedSource
from syncd.flow.drill.shadow import Looked, LookedDirectory, LookedSource
from syncd.flow.site import SourceSeat
from syncd.ports.directory import Capability, DirectoryReader
from syncd.ports.source import Source, SourceReading
from syncd.ports.store import Store

RawOf = Callable[[SourceReading], bytes | None]


@dataclass(frozen=True, slots=True)
class ReadSeat:
    """The half of a directory that can be read: all that a drill is given of it."""

    reader: DirectoryReader
    capabilities: frozenset[Capability]
    loss_check: bool = True


def look(
    sources: Iterable[SourceSeat],
    directories: Mapping[str, ReadSeat],
    store: Store,
    policy: Policy,
    at: datetime,
    raw_of: RawOf,
) -> Looked:
    """Read everything once; raises SourceRefused.

    `raw_of` gives the bytes of a source that is a file. A directory that does not answer now is
    taken as the site's store last recorded it whole; that store is only read.
    """
    looked = tuple(_source(seat, raw_of) for seat in sources)
    answers = {
        name: LookedDirectory(_answer(name, seat, store, at), seat.capabilities, seat.loss_check)
        for name, seat in directories.items()
    }
    return Looked(looked, answers, policy, at)


def _source(seat: SourceSeat, raw_of: RawOf) -> LookedSource:
    reading = _inner(seat.source).read()
    return LookedSource(reading, seat.max_age, seat.loss_check, raw_of(reading))


def _inner(source: Source) -> Source:
    """Return a source without its scope: a shadow applies that once more, to what is poisoned."""
    return source.inner if isinstance(source, ScopedSource) else source


def _answer(name: str, seat: ReadSeat, store: Store, at: datetime) -> Reading:
    if Capability.READ_WHOLE not in seat.capabilities:
        return Unread(name, at, "it cannot be read whole", "")
    try:
        return seat.reader.read(_silent)
    except DirectoryUnreadable as failure:
        with store.begin() as unit:
            last = unit.last_snapshot(name)
        return last or Unread(name, at, failure.why, failure.remedy)


def _silent(what: str, done: int, total: int | None) -> None:
    """Show no progress of single reads: a drill shows its own."""
