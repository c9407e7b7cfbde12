"""A current state of a personnel service as a source: read whole, proved, then read as a table is.

Promise: a list that broke off, moved, repeats somebody or counts otherwise than it says is
refused, and never a smaller roster. The 基準日 is the day of the read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Literal, NamedTuple, Protocol

from connectors.shared.bilingual import both, said
from connectors.shared.feeds.faults import LineBrokenError, PagesMovedError, PagesWrongError, moved
from connectors.shared.feeds.pages import FeedRow, Progress
from connectors.shared.http.lists import PASSES
from connectors.shared.records.options import RecordOptions
from connectors.shared.records.reading import BASE_ON, FaultyFileError, parse_rows
from connectors.shared.records.source import whole_reading
from connectors.shared.tables.table import Row, Table
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError, RowFault, SourceRefused
from syncd.ports.source import Fingerprint, SourceContext, SourceReading

_STAFF_NUMBER = "職員番号"


class FeedManners(Protocol):
    """What of a feed's options counts once its rows are there.

    `kept_for` is how long what was read stands for the next look.
    """

    @property
    def on_error(self) -> Literal["refuse", "quarantine"]:
        """Return what a faulty row does."""
        ...

    @property
    def kept_for(self) -> timedelta:
        """Return how long what was read stands."""
        ...


class Gathered(NamedTuple):
    """What a service gave: the columns and every row."""

    columns: tuple[str, ...]
    rows: tuple[FeedRow, ...]


@dataclass(slots=True)
class Attempt:
    """One reading that may go on after a broken line: a list by its name, as far as it came."""

    began_at: datetime
    lists: dict[str, Progress] = field(default_factory=dict)

    def progress(self, name: str) -> Progress:
        """Return how far a list was read."""
        return self.lists.setdefault(name, Progress())


class _Kept(NamedTuple):
    gathered: Gathered
    read_at: datetime
    sha256: str


@dataclass(slots=True)
class FeedSource:
    """Implements `ports.source.Source`; `gather` raises FeedError.

    `holds_nameless`: a person without a staff number may be set aside alone.
    """

    name: str
    provides: Provides
    context: SourceContext
    options: FeedManners
    where: str
    clock: Callable[[], datetime]
    gather: Callable[[Attempt], Gathered]
    holds_nameless: bool = False
    _kept: _Kept | None = field(default=None, repr=False)
    _attempt: Attempt | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock)

    def fingerprint(self) -> Fingerprint:
        """Return what tells this state from the one before; raises SourceRefused."""
        return self._fingerprint(self._taken())

    def read(self) -> SourceReading:
        """Read the whole state; raises SourceRefused."""
        kept = self._taken()
        try:
            table = _table(kept.gathered, self.provides)
            options = self._records(kept)
            parsed = parse_rows(
                table, self.name, options, self.context, holds_nameless=self.holds_nameless
            )
        except FaultyFileError as error:
            raise SourceRefused(self.name, self.where, error.faults) from error
        return whole_reading(self.context, self._fingerprint(kept), parsed)

    def _records(self, kept: _Kept) -> RecordOptions:
        base_on: date | None = None
        if self.provides is Provides.ROSTER and BASE_ON not in kept.gathered.columns:
            base_on = kept.read_at.date()
        return RecordOptions(path=self.name, on_error=self.options.on_error, base_on=base_on)

    def _fingerprint(self, kept: _Kept) -> Fingerprint:
        return Fingerprint(kept.sha256, kept.read_at, self.where)

    def _taken(self) -> _Kept:
        """Return what was read a moment ago, else read; raises SourceRefused."""
        with self._lock:
            if self._kept is None or not self._is_fresh(self._kept.read_at):
                self._kept = None
                self._kept = self._read()
            return self._kept

    def _is_fresh(self, at: datetime) -> bool:
        """Tell whether what was read then still counts: not for long, and never over midnight."""
        now = self.clock()
        return at.date() == now.date() and now - at <= self.options.kept_for

    def _read(self) -> _Kept:
        error: Exception = AssertionError()
        for _ in range(PASSES):
            attempt = self._begun()
            try:
                gathered = self.gather(attempt)
                self._hold_day(attempt)
            except LineBrokenError as failed:
                raise self._refusal(failed) from failed
            except PagesMovedError as failed:
                self._attempt, error = None, failed
            except PagesWrongError as failed:
                self._attempt, error = None, failed
                break
            else:
                self._attempt = None
                return _Kept(gathered, attempt.began_at, _digest(gathered))
        raise self._refusal(error) from error

    def _begun(self) -> Attempt:
        """Return the attempt that a broken line left, where it is fresh, else a new one."""
        if self._attempt is None or not self._is_fresh(self._attempt.began_at):
            self._attempt = Attempt(self.clock())
        return self._attempt

    def _hold_day(self, attempt: Attempt) -> None:
        if self.clock().date() != attempt.began_at.date():
            raise moved("読む間に日付が変わりました", "midnight passed while it was read")

    def _refusal(self, error: Exception) -> SourceRefused:
        return SourceRefused(self.name, self.where, (RowFault(0, "", None, said(error)),))


def built(
    options: FeedManners,
    context: SourceContext,
    where: str,
    gather: Callable[[Attempt], Gathered],
    *,
    holds_nameless: bool = False,
) -> FeedSource:
    """Return a source; raises ConfigurationError where nothing tells the day."""
    if context.clock is None:
        raise ConfigurationError(f"source {context.name!r}: a feed needs a clock")
    name, provides = context.name, context.provides
    return FeedSource(
        name, provides, context, options, where, context.clock, gather, holds_nameless
    )


def _digest(gathered: Gathered) -> str:
    """Return the digest of what counts: the order of the rows does not."""
    rows = sorted(row.cells for row in gathered.rows)
    content = json.dumps([gathered.columns, rows], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _table(gathered: Gathered, provides: Provides) -> Table:
    """Return the rows as a table whose lines count the service's rows from 1."""
    numbered = list(enumerate(gathered.rows, 1))
    faults = [
        RowFault(line, column, None, why) for line, row in numbered for column, why in row.faults
    ]
    if provides is Provides.ROSTER:
        faults += _repeated(gathered)
    rows = [Row(line, list(row.cells)) for line, row in numbered]
    return Table(
        rows=(Row(0, list(gathered.columns)), *rows),
        faults=tuple(faults),
        elsewhere=tuple(number for row in gathered.rows for number in row.numbers),
    )


def _repeated(gathered: Gathered) -> list[RowFault]:
    """Return a fault for each staff number that comes twice, even where the rows are alike."""
    place = gathered.columns.index(_STAFF_NUMBER)
    first: dict[str, int] = {}
    faults: list[RowFault] = []
    for line, row in enumerate(gathered.rows, 1):
        number = row.cells[place].strip()
        if number and first.setdefault(number, line) != line:
            ja, en = "と同じ職員番号です", "has this staff number too"
            told = both(f"{first[number]} 行目{ja}", f"line {first[number]} {en}")
            faults.append(RowFault(line, _STAFF_NUMBER, None, told))
    return faults
