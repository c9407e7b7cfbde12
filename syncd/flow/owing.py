"""What a run is owed for beside changed inputs: a day's effects, a run that broke off, a way back.

Each asks what is so and promises to err towards a run: one too many finds nothing to do, one too
few leaves a right without ground.
"""

from __future__ import annotations

from datetime import date, datetime

from syncd.core.calendar import EVER
from syncd.core.cases import CaseState
from syncd.core.findings import Verdict
from syncd.core.memberships import DirectorySnapshot
from syncd.core.orders import orders_in_force
from syncd.errors import AlreadyRunning
from syncd.flow.directories import read_directory
from syncd.flow.judge import judge
from syncd.flow.site import DirectorySeat, Mode, Site
from syncd.ports.store import Unit


def has_effects(site: Site, on: date) -> bool:
    """Tell whether a day begins with something to be done: its run must not wait for the schedule.

    Orders that take effect, votes given ahead, exceptions that ended, removals that wait, and
    whatever ground ends with the day before (a term, a designation): what is stale as of the day
    and stands in no case. A directory that was never read whole is reason enough. Raises
    StoreError.
    """
    with site.store.begin() as unit:
        if _is_expected(site, unit, on):
            return True
        known = {case.key for case in unit.cases()}
    stale = (f for f in judge(site, on).findings if f.verdict is Verdict.STALE)
    proposing = {s.name for s in site.directories.values() if s.mode is not Mode.OBSERVE}
    return any(f.key not in known and f.directory in proposing for f in stale)


def _is_expected(site: Site, unit: Unit, on: date) -> bool:
    """Tell whether the day's effects stand in the store without anything being judged."""
    orders, _ = orders_in_force(unit.orders(EVER), site.policy.order_kinds)
    if any(order.begins_on == on for theirs in orders.values() for order in theirs):
        return True
    if unit.unsettled_lines(on):
        return True
    if unit.cases((CaseState.APPROVED, CaseState.APPLYING)):
        return True
    excepted = unit.cases((CaseState.EXCEPTED,))
    if any(case.exception_until is None or case.exception_until < on for case in excepted):
        return True
    return any(unit.last_snapshot(name) is None for name in site.directories)


def broke_off(site: Site) -> bool:
    """Tell whether the last run never came to its end, and nobody is at it; raises StoreError."""
    if not _is_unfinished(site):
        return False
    try:
        with site.store.exclusive("run"):
            return _is_unfinished(site)
    except AlreadyRunning:
        return False


def _is_unfinished(site: Site) -> bool:
    with site.store.begin() as unit:
        last = unit.last_run()
    return last is not None and last.finished_at is None


def none_began_since(site: Site, due: datetime | None) -> bool:
    """Tell whether no run, complete or not, began since a moment; raises StoreError."""
    with site.store.begin() as unit:
        last = unit.last_run()
    return due is not None and (last is None or last.started_at < due)


def answers_again(site: Site) -> bool:
    """Tell whether a directory that could not be read whole can be read now.

    Those that tell their changes are asked by `flow.delta`. Raises AlreadyRunning while a run goes
    on, and StoreError.
    """
    with site.store.begin() as unit:
        unread = {each.directory for each in unit.unread_directories()}
    seats = [s for s in site.directories.values() if s.name in unread and _is_asked(s)]
    if not seats:
        return False
    with site.store.exclusive("run"):
        now = site.clock()
        return any(isinstance(read_directory(site, s, now), DirectorySnapshot) for s in seats)


def _is_asked(seat: DirectorySeat) -> bool:
    return seat.reads_whole and seat.delta_reader is None
