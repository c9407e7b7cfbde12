"""What a preview is made from, taken in one transaction: facts, directories, cases, moments.

`gather` serves a rehearsal, which has just read everything and undoes it again, and `known` the
console and everybody who looks at what the last runs learned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from syncd.core.cases import Case
from syncd.core.facts import Facts, Order, Provides
from syncd.core.foresight.lines import InputSeen
from syncd.core.foresight.lists import Moments
from syncd.core.memberships import DirectorySnapshot, Reading, Unread
from syncd.flow.collect import API, BROUGHT, known_facts
from syncd.flow.site import Site
from syncd.ports.store import Unit

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything known. `openly` and `noticed` tell the moments and inputs of either series.

    `noticed` is None where nobody asked for 内示. `snapshots` are the last good reads.
    """

    facts: Facts
    snapshots: tuple[DirectorySnapshot, ...]
    cases: Mapping[Key, Case]
    refused: tuple[str, ...]
    unread: tuple[str, ...]
    openly: Seen
    noticed: Seen | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one series of previews is told beside the facts."""

    moments: Moments = field(default_factory=Moments)
    inputs: tuple[InputSeen, ...] = ()


def known(site: Site, as_of: date, *, with_notices: bool) -> Gathered:
    """Return what the last runs learned, as far as a day needs it; raises StoreError."""
    now = site.clock()
    with site.store.begin() as unit:
        facts = known_facts(unit, site, as_of)
        failed = {u.directory for u in unit.unread_directories()}
        names = {seat.source.name for seat in site.sources}
        refused = {r.source for r in unit.refused_inputs()} & names
        readings = [_last(unit, name, now, failed) for name in site.directories]
        return gather(unit, site, facts, readings, refused=refused, with_notices=with_notices)


def _last(unit: Unit, directory: str, now: datetime, failed: Collection[str]) -> Reading:
    found = None if directory in failed else unit.last_snapshot(directory)
    return Unread(directory, now, "", "") if found is None else found


def gather(
    unit: Unit,
    site: Site,
    facts: Facts,
    readings: Iterable[Reading],
    *,
    refused: Collection[str],
    with_notices: bool,
) -> Gathered:
    """Return what is known in a unit; of a directory that was not read, what its last read held."""
    snapshots: list[DirectorySnapshot] = []
    missing: set[str] = set()
    for reading in readings:
        if isinstance(reading, Unread):
            missing.add(reading.directory)
            last = unit.last_snapshot(reading.directory)
            snapshots += [] if last is None else [last]
        else:
            snapshots.append(reading)
    return Gathered(
        facts=facts,
        snapshots=tuple(snapshots),
        cases={case.key: case for case in unit.cases()},
        refused=tuple(sorted(refused)),
        unread=tuple(sorted(missing)),
        openly=_seen(unit, site, facts, snapshots, with_notices=False),
        noticed=_seen(unit, site, facts, snapshots, with_notices=True) if with_notices else None,
    )


def _seen(
    unit: Unit,
    site: Site,
    facts: Facts,
    snapshots: Iterable[DirectorySnapshot],
    *,
    with_notices: bool,
) -> Seen:
    names = frozenset({BROUGHT, API, *(seat.source.name for seat in site.sources)})
    inputs = (
        *_lists_seen(unit, site),
        *_orders_seen(site, facts.orders, with_notices=with_notices),
        *(_directory_seen(snapshot) for snapshot in snapshots),
    )
    return Seen(unit.known_moments(names, with_notices=with_notices), inputs)


_TELL_OF_NOTICES = frozenset({Provides.ORDERS, Provides.ORDER_COUNTS})
"""How many orders there should be tells of 内示 until the day, and decides nothing before it."""


def _lists_seen(unit: Unit, site: Site) -> Iterator[InputSeen]:
    for seat in site.sources:
        source = seat.source
        if source.provides not in _TELL_OF_NOTICES:
            last = unit.last_accepted(source.name)
            rows, sha256 = (0, "") if last is None else (last.rows, last.fingerprint.sha256)
            yield InputSeen(source.name, str(source.provides), rows, sha256)


def _orders_seen(site: Site, orders: Iterable[Order], *, with_notices: bool) -> Iterator[InputSeen]:
    """Yield what each source of orders says that counts: a file's own digest would tell of 内示."""
    sources = (s.source for s in site.sources if s.source.provides is Provides.ORDERS)
    given: dict[str, list[str]] = {source.name: [] for source in sources}
    for order in orders:
        if order.confirmed or with_notices:
            given.setdefault(order.source, []).append(_canonical(order))
    for name, lines in sorted(given.items()):
        yield InputSeen(name, str(Provides.ORDERS), len(lines), _sha256(sorted(lines)))


def _canonical(order: Order) -> str:
    days = [None if d is None else d.isoformat() for d in (order.effective_on, order.ends_on)]
    told = (order.order_number, order.staff_number, order.kind, order.org_unit, order.title)
    return json.dumps([*told, order.target, order.confirmed, *days], ensure_ascii=False)


def _directory_seen(snapshot: DirectorySnapshot) -> InputSeen:
    lines = [
        "\0".join((b.group, str(b.path), *b.accounts))
        for b in sorted(snapshot.blocks, key=lambda b: (b.group, b.path.through, b.path.primary))
    ]
    held = sum(len(block.accounts) for block in snapshot.blocks)
    return InputSeen(snapshot.directory, "directory", held, _sha256(lines))


def _sha256(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
