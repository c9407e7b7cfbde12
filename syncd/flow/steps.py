"""The progress of a run, kept in the store: every console of every node sees it, live or later.

One way for all runs: a requested run's steps stand under the request's id, any other's under its
own. Steps are told to no one while a transaction is open, hold no names, and are written a few
times a second at most; a scheduled run that ends within half a second writes none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.flow.site import Site
from syncd.ports.runs import RunRow
from syncd.ports.store import Unit
from syncd.ports.syncs import SyncEvent

_STEP = timedelta(milliseconds=200)
_QUIET = timedelta(milliseconds=500)
KEPT = timedelta(days=7)
"""So long steps are kept: who wants to know what a run did asks the trail."""


@dataclass(frozen=True, slots=True)
class Going:
    """A run that goes on, with the last step of each kind, in the order in which they began."""

    row: RunRow
    steps: tuple[SyncEvent, ...]


def with_steps(site: Site, row: RunRow, key: str) -> Site:
    """Return the site for a run whose steps are kept, under `key` or else its own id."""
    first = row.started_at if key else row.started_at + _QUIET
    steps = _Steps(site, key or row.run, first)
    return replace(site, progress=steps.report)


def going_on(site: Site) -> Going | None:
    """Return the run that goes on; None where none does, or the last one broke off long ago."""
    with site.store.begin() as unit:
        row = unit.last_run()
        if row is None or row.finished_at is not None:
            return None
        return Going(row, latest(unit.sync_events(key_of(unit, row))))


def key_of(unit: Unit, row: RunRow) -> str:
    """Return the id under which the steps of a run stand: that of its request, where it has one."""
    if row.kind != "requested" or row.finished_at is not None:
        return row.run
    newest = (s for s in unit.syncs(1) if s.started_at is not None and s.finished_at is None)
    return next((sync.sync_id for sync in newest), row.run)


def latest(events: tuple[SyncEvent, ...]) -> tuple[SyncEvent, ...]:
    """Return the last step of each kind, in the order in which the kinds began."""
    last: dict[str, SyncEvent] = {}
    for event in events:
        last[event.what] = event
    return tuple(last.values())


@dataclass
class _Steps:
    """Keeps the progress of a run: a few steps a second at most, and the last of each kind."""

    site: Site
    key: str
    first_at: datetime
    _at: dict[str, datetime] = field(default_factory=dict)
    _unwritten: dict[str, tuple[datetime, int, int | None]] = field(default_factory=dict)

    def report(self, what: str, done: int, total: int | None) -> None:
        """Take a step over from whoever does the work; called with no transaction open."""
        self.site.progress(what, done, total)
        now = self.site.clock()
        is_new = what not in self._at or (total is not None and done >= total)
        if not is_new and now - self._at[what] < _STEP:
            return
        self._at[what] = now
        self._unwritten[what] = (now, done, total)
        if now >= self.first_at:
            self._write()

    def _write(self) -> None:
        with self.site.store.begin() as unit:
            for what, (at, done, total) in self._unwritten.items():
                unit.add_sync_event(self.key, at, what, done, total)
        self._unwritten.clear()
