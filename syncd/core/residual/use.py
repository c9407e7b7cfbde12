"""What a sign-in log says of a window: the uses, and for what parts of it nothing can be said.

Pure. A log that begins later, ends earlier, has a hole, or holds a line inside the window that
nobody can read answers "not known" for it: never "no use".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.residual.reports import Finding
from syncd.core.residual.window import Window

MOST_ROWS = 500
"""So many rows are kept with a report at most; all are counted."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a log: uses within a window (its end is given) by any of these accounts.

    `key` names the question. `entitlement` is the right in question: a row that says that it is
    about another right is counted apart.
    """

    key: str
    window: Window
    accounts: frozenset[str]
    entitlement: str = ""


@dataclass(frozen=True, slots=True)
class UseRow:
    """One row of a log, its texts cut and made printable; `number` is its line in `file`.

    `result` is what the log says came of it; a row that plainly failed is no use and not here.
    """

    at: datetime
    account: str
    action: str
    target: str
    result: str
    file: str
    number: int


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file as evidence: its hash over the bytes as they stand, and what was read of it.

    `first_at` and `last_at` are None where no line of it could be read.
    """

    name: str
    size: int
    sha256: str
    lines: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of the window of which the log says nothing, and why; ends of None are open."""

    from_at: datetime
    until_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read: where it stands and why; what it says is never kept."""

    file: str
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """What a log says to one question.

    `rows` are the first `MOST_ROWS` in the order of time, `uses` counts all. `failed` are attempts
    that the log says failed, `elsewhere` rows that say they are about another right. `unreadable`
    counts the lines in or beside the window that could not be read; `bad_lines` names the first.
    """

    key: str
    log: str
    window: Window
    rows: tuple[UseRow, ...] = ()
    uses: int = 0
    failed: int = 0
    elsewhere: int = 0
    holes: tuple[Hole, ...] = ()
    unreadable: int = 0
    bad_lines: tuple[BadLine, ...] = ()
    files: tuple[LogFile, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether the log says everything of the window."""
        return not self.holes and not self.unreadable

    @property
    def finding(self) -> Finding:
        """Return what may be said: use found, none, or not known."""
        if self.uses:
            return Finding.FOUND
        return Finding.NONE if self.is_whole else Finding.NOT_KNOWN


BEGINS_LATER = "begins-later"
ENDS_EARLIER = "ends-earlier"
FILE_MISSING = "file-missing"
FILE_BROKEN = "file-broken"
TOO_QUIET = "too-quiet"
NOTHING_READ = "nothing-read"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one file covers, from its first line to its last; `broken` where it was not read out."""

    first_at: datetime
    last_at: datetime
    broken: bool = False
    missing_before: bool = False


def holes_in(
    window: Window,
    stretches: Iterable[Stretch],
    pauses: Sequence[tuple[datetime, datetime]] = (),
) -> tuple[Hole, ...]:
    """Return the parts of a window (its end is given) of which a log says nothing, in order.

    A log covers what lies between its first line and its last: before and after them nothing is
    known. Where a file is missing from the row, or one was not read to its end, nothing is known
    between its neighbours. `pauses` are stretches without a line that are longer than normal.
    """
    until_at = window.until_at
    if until_at is None or until_at <= window.from_at:
        return ()
    ordered = sorted(stretches, key=lambda each: (each.first_at, each.last_at))
    if not ordered:
        return (Hole(window.from_at, until_at, NOTHING_READ),)
    found = [(window.from_at, ordered[0].first_at, BEGINS_LATER)]
    reached, broken = ordered[0].last_at, ordered[0].broken
    for stretch in ordered[1:]:
        if stretch.missing_before:
            found.append((reached, stretch.first_at, FILE_MISSING))
        if broken:
            found.append((reached, stretch.first_at, FILE_BROKEN))
        broken = stretch.broken if stretch.last_at >= reached else broken
        reached = max(reached, stretch.last_at)
    found.append((reached, until_at, FILE_BROKEN if broken else ENDS_EARLIER))
    found += [(begins, ends, TOO_QUIET) for begins, ends in pauses]
    clipped = (
        Hole(max(begins, window.from_at), min(ends, until_at), why) for begins, ends, why in found
    )
    holes = {hole for hole in clipped if hole.from_at < hole.until_at}
    return tuple(sorted(holes, key=lambda hole: (hole.from_at, hole.until_at, hole.why)))


def is_pause(before: datetime, after: datetime, normal: timedelta) -> bool:
    """Tell whether two lines that follow one another lie further apart than is normal."""
    return after - before > normal
