"""The configured feed of orders, checked before a run: what is wrong with it, how much is in it.

Nothing is recorded by a check. What was checked is bound to the bytes: the run that is asked for
reads the feed once, and goes on only where it is the content that somebody saw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from syncd.core.facts import Provides
from syncd.core.intake import without_advance_notices
from syncd.errors import NoSuchCase, RowFault, SourceRefused, UsageError
from syncd.flow.collect import open_rows, read_seat
from syncd.flow.site import Site, SourceSeat
from syncd.ports.source import Fingerprint, Source, SourceReading
from syncd.ports.syncs import CheckedFeed

_VOLUME = "行数"


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """A feed as it was read whole: `feed` is what a run may be bound to.

    `is_known` tells that the last accepted input had the same content.
    """

    reading: SourceReading
    feed: CheckedFeed
    is_known: bool


def feeds(site: Site) -> tuple[str, ...]:
    """Return the names of the configured sources of orders."""
    return tuple(s.source.name for s in site.sources if s.source.provides is Provides.ORDERS)


def check_feed(site: Site, name: str, expected_rows: int, *, advance_notices: bool) -> FeedSeen:
    """Read a feed whole and record nothing; raises NoSuchCase, SourceRefused with every fault.

    `advance_notices` tells that the asker may see 内示. Who may not states how many confirmed
    orders there are, and is told neither faults of 内示 nor any number that counts them.
    """
    seat = _seat(site, name)
    with site.store.begin() as unit:
        last = unit.last_accepted(name)
    try:
        reading = read_seat(site, seat, last, site.clock())
    except SourceRefused as refusal:
        if advance_notices:
            raise
        raise SourceRefused(refusal.source, refusal.where, _open(refusal.faults)) from None
    sha256 = reading.fingerprint.sha256
    feed = CheckedFeed(name, sha256, expected_rows, advance_notices=advance_notices)
    _hold_total(reading, feed)
    return FeedSeen(reading, feed, last is not None and last.fingerprint.sha256 == sha256)


def read_as_checked(site: Site, feed: CheckedFeed) -> SourceReading:
    """Read a feed again for the run; raises UsageError where it is not what was checked.

    Raises NoSuchCase and SourceRefused too.
    """
    seat = _seat(site, feed.source)
    with site.store.begin() as unit:
        last = unit.last_accepted(feed.source)
    reading = read_seat(site, seat, last, site.clock())
    if reading.fingerprint.sha256 != feed.sha256:
        raise UsageError(
            f"the feed {feed.source!r} changed after it was checked. Nothing was taken; check it "
            "again and start anew.",
            ja=f"取込み「{feed.source}」の内容は、確かめた後に変わりました。何も取り込んでいません。"
            "もう一度確かめてから開始してください。",
        )
    _hold_total(reading, feed)
    return reading


def pinned(site: Site, reading: SourceReading) -> Site:
    """Return the site with one source that gives exactly this reading, whatever comes meanwhile."""
    seats = (
        replace(seat, source=_AlreadyRead(reading)) if seat.source.name == reading.source else seat
        for seat in site.sources
    )
    return replace(site, sources=tuple(seats))


class _AlreadyRead(Source):
    """A source that was read already: implements the source port over its reading."""

    def __init__(self, reading: SourceReading) -> None:
        self.name = reading.source
        self.provides = reading.provides
        self._reading = reading

    def fingerprint(self) -> Fingerprint:
        """Return that of the reading."""
        return self._reading.fingerprint

    def read(self) -> SourceReading:
        """Return the reading."""
        return self._reading


def rows_told(reading: SourceReading, *, advance_notices: bool) -> int:
    """Return how many orders somebody is told of; 内示 is in the number only for who sees it."""
    return reading.rows if advance_notices else open_rows(reading)


def _seat(site: Site, name: str) -> SourceSeat:
    for seat in site.sources:
        if seat.source.name == name and seat.source.provides is Provides.ORDERS:
            return seat
    raise NoSuchCase(
        f"there is no configured source of orders {name!r}.",
        ja=f"発令の情報源 {name} は設定にありません。",
    )


def _hold_total(reading: SourceReading, feed: CheckedFeed) -> None:
    rows = rows_told(reading, advance_notices=feed.advance_notices)
    if rows != feed.expected_rows:
        fault = RowFault(
            0,
            "件数",
            str(rows),
            f"{feed.expected_rows} 件あるはずと申告されました。全件が入っているか、"
            "申告の件数が正しいかを確かめてください",
        )
        raise SourceRefused(reading.source, reading.fingerprint.where, (fault,))


def _open(faults: Iterable[RowFault]) -> tuple[RowFault, ...]:
    """Return the faults that anybody may see; how many rows there are counts 内示 too."""
    told = without_advance_notices(tuple(faults))
    return tuple(
        replace(f, value=None, expected="行数が前回の正しい入力から大きく減っています")
        if f.line == 0 and f.column == _VOLUME
        else f
        for f in told
    )
