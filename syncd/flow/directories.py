"""Reading directories whole, and keeping the memory of their changes in step.

A directory that tells its changes is asked for them before and after the whole read: what the
read shows otherwise than the deltas before it, without a change meanwhile, no delta had told.
"""

from __future__ import annotations

from datetime import datetime

from syncd.core.deltas import Missed
from syncd.core.memberships import DirectorySnapshot, Reading, Unread
from syncd.errors import DeltaLost, DirectoryUnreadable
from syncd.flow.site import DirectorySeat, Site
from syncd.flow.watch import Watch
from syncd.ports.directory import DeltaReader

_NOT_READABLE = "全件を読む手段がありません / it cannot be read whole"
_LIST_IT = (
    '持ち主の一覧を type = "manual" で読み込んでください / '
    'give syncd a list of its owner\'s, as type = "manual"'
)


def read_directories(site: Site, now: datetime) -> tuple[Reading, ...]:
    """Read every directory; one that cannot be read whole becomes an `Unread`."""
    readings = []
    for done, seat in enumerate(site.directories.values()):
        site.progress("directories", done, len(site.directories))
        readings.append(read_directory(site, seat, now))
    site.progress("directories", len(readings), len(readings))
    return tuple(readings)


def read_directory(site: Site, seat: DirectorySeat, now: datetime) -> Reading:
    """Read one directory; where it cannot be read whole the answer is an `Unread`."""
    if not seat.reads_whole:
        return Unread(seat.name, now, _NOT_READABLE, _LIST_IT)
    follower = seat.delta_reader
    try:
        with seat.turn:
            if follower is None:
                return seat.reader.read(site.progress)
            return _read_followed(site, seat, follower)
    except DirectoryUnreadable as failure:
        return Unread(seat.name, now, failure.why, failure.remedy)


def _read_followed(site: Site, seat: DirectorySeat, reader: DeltaReader) -> DirectorySnapshot:
    """Read whole, with what changed until then and meanwhile; raises DirectoryUnreadable."""
    watch, name = site.watch, seat.name
    try:
        if name in watch.known:
            _catch_up(watch, name, reader)
        whole = reader.read(site.progress)
    except DirectoryUnreadable:
        watch.unanswered.add(name)
        raise
    watch.unanswered.discard(name)
    try:
        found = watch.replace(whole, reader.changes())
    except DeltaLost as lost:
        watch.stop_following(name, lost.why)
    except DirectoryUnreadable:
        watch.forget(name)  # what was read whole counts; the next tick reads whole again
    else:
        watch.missed |= {name: found} if found else {}
    return whole


def _catch_up(watch: Watch, name: str, reader: DeltaReader) -> None:
    """Bring what is known up to now, so that a whole read can be compared with it.

    Raises DirectoryUnreadable where it does not answer: then it is not read whole either.
    """
    try:
        watch.learn(reader.changes())
    except DeltaLost:
        watch.forget(name)


def take_missed(site: Site) -> tuple[Missed, ...]:
    """Return what deltas missed since somebody last asked, and forget it: it is told once."""
    found = tuple(site.watch.missed.values())
    site.watch.missed.clear()
    return found
