"""Holding each directory's answer beside the one recorded before it (`core.reread`)."""

from __future__ import annotations

from collections.abc import Iterable

from syncd.core.memberships import DirectorySnapshot, Reading, Unread
from syncd.core.reread import SnapshotChange, check_change
from syncd.flow.site import Site
from syncd.ports.store import Unit


def as_plausible(unit: Unit, site: Site, readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings; what nobody could believe beside the last one is an `Unread`."""
    return tuple(_as_plausible(unit, site, reading) for reading in readings)


def _as_plausible(unit: Unit, site: Site, reading: Reading) -> Reading:
    seat = site.directories.get(reading.directory)
    if not isinstance(reading, DirectorySnapshot) or seat is None or not seat.loss_check:
        return reading
    change = unit.snapshot_change(reading)
    if change is None:
        return reading
    removals = _own_removals(unit, reading.directory, change) if change.members[1] else 0
    found = check_change(change, removals, site.policy.guards)
    if found is None:
        return reading
    return Unread(
        reading.directory, reading.read_at, found.why, found.remedy, guard=str(found.guard)
    )


def _own_removals(unit: Unit, directory: str, change: SnapshotChange) -> int:
    """Count the members that syncd took out since the last read: they are rightly gone."""
    removed = unit.removed_since(change.before_at)
    return sum(len(case.left_groups) for case in removed if case.directory == directory)
