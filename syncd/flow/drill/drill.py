"""The drill, whole: seed a shadow, run it clean, give it one poison after the other, judge.

What counts as proof: in the run with the poison an expected guard fired that did not without it,
no removal was asked for that the clean run would not have made, and every guard stood on record
before a writer was first asked for anything. Everything that people may approve is approved by
everybody; a plan that a guard holds is released by nobody, since that is what holding it is for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.core.audit import AuditEvent
from syncd.core.calendar import day_of
from syncd.core.cases import CaseState
from syncd.core.drill.poisons import Doubt, Outcome, Poison, PoisonResult, Trial, judge
from syncd.core.findings import Notice
from syncd.core.ids import StaffNumber
from syncd.core.intake import guards_of
from syncd.core.memberships import Unread
from syncd.core.reread import RereadGuard
from syncd.core.votes import Actor, Role
from syncd.errors import DirectoryUnreadable
from syncd.flow.drill.poisoning import NotApplicable, poisoned
from syncd.flow.drill.ports import FileParser
from syncd.flow.drill.shadow import (
    Edge,
    Journal,
    Looked,
    Numbers,
    Shadows,
    Told,
    shadow_site,
    told_of,
)
from syncd.flow.memory import Memory
from syncd.flow.report import RunReport
from syncd.flow.run import run
from syncd.flow.site import Mode, RunRequest, Site
from syncd.flow.vote import approve_selected
from syncd.ports.store import Store

_LATER = timedelta(minutes=5)
_HOLDING = frozenset(
    {
        AuditEvent.INPUT_REFUSED,
        AuditEvent.DIRECTORY_UNREAD,
        AuditEvent.PLAN_HELD,
        AuditEvent.ALARM_RAISED,
    }
)
_EVERYBODY = tuple(
    Actor(f"(drill {n})", StaffNumber(f"(drill {n})"), frozenset({Role.CHIEF})) for n in (1, 2)
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one shadow run showed: trips by place with their numbers, other guards, writes."""

    trips: dict[tuple[str, str, str], int]
    others: Counter[str]
    edges: frozenset[Edge]
    in_order: bool


def drill(
    looked: Looked,
    poisons: Iterable[Poison],
    shadows: Shadows,
    parser: FileParser,
    progress: Progress = lambda *_: None,
) -> tuple[PoisonResult, ...]:
    """Try every poison on a shadow of what was looked at; return the result of each, in order."""
    numbers = Numbers()
    memory = _seed(looked, shadows.template(), numbers)
    nights = _Nights(looked, shadows, numbers, memory)
    clean = nights.pass_one(told_of(looked))
    return tuple(_tried(nights, poisons, parser, clean, progress))


@dataclass(frozen=True, slots=True)
class _Nights:
    """What every shadow begins with; `memory` is of a run on what was looked at."""

    looked: Looked
    shadows: Shadows
    numbers: Numbers
    memory: Memory

    def pass_one(self, told: Told) -> _Seen:
        """Do the day's run as often as it takes until nobody is asked for anything any more."""
        told = replace(told, at=told.at + _LATER)
        with self.shadows.copy() as store:
            site, journal = shadow_site(self.looked, told, store, Mode.APPLY, self.numbers)
            site = replace(site, memory=copy(self.memory))
            request = RunRequest(day_of(told.at), "syncd")
            reports = [run(site, request)]
            if _approve_everything(site):
                reports.append(run(site, request))
            return _seen(reports, journal, _held_at(store))


def _tried(
    nights: _Nights,
    poisons: Iterable[Poison],
    parser: FileParser,
    clean: _Seen,
    progress: Progress,
) -> Iterator[PoisonResult]:
    every = tuple(poisons)
    for done, poison in enumerate(every):
        progress(done, len(every))
        try:
            dose = poisoned(poison, nights.looked, parser)
        except NotApplicable as why:
            yield PoisonResult(poison, Outcome.NOT_APPLICABLE, poison.target, because=why.told)
            continue
        night = nights.pass_one(dose.told)
        yield judge(poison, dose.target, _beside(clean, night, dose.changed))
    progress(len(every), len(every))


def _seed(looked: Looked, store: Store, numbers: Numbers) -> Memory:
    """Let the shadow know what the site knows, with everything approved that may be.

    Returns what a second run remembers: where a poison changes nothing, its night works nothing
    out anew. Raises SourceRefused and DirectoryUnreadable where nothing can be compared with.
    """
    site, _ = shadow_site(looked, told_of(looked), store, Mode.PROPOSE, numbers)
    report = run(site, RunRequest(day_of(looked.at), "syncd"))
    if report.refused:
        raise report.refused[0]
    if report.unread and len(report.unread) == len(looked.directories):
        first = report.unread[0]
        raise DirectoryUnreadable(first.directory, first.why, first.remedy)
    run(site, RunRequest(day_of(looked.at), "syncd"))
    _approve_everything(site)
    store.close()
    return site.memory


def _approve_everything(site: Site) -> bool:
    """Let two persons approve every case that waits; tell whether there was any."""
    with site.store.begin() as unit:
        waiting = [case.case_id for case in unit.cases((CaseState.OPEN,))]
    for actor in _EVERYBODY:
        if waiting:
            approve_selected(site, [actor], waiting, "drill")
    return bool(waiting)


def _seen(reports: list[RunReport], journal: Journal, held_at: list[datetime]) -> _Seen:
    trips: dict[tuple[str, str, str], int] = {}
    others: Counter[str] = Counter()
    for report in reports:
        for trip in report.trips:
            place = (str(trip.guard), trip.directory, trip.group)
            trips[place] = max(trips.get(place, 0), trip.removals)
        others |= Counter(_other_guards(report))
    in_order = all(_is_in_order(report, journal, held_at) for report in reports)
    return _Seen(trips, others, frozenset(journal.asked), in_order)


def _other_guards(report: RunReport) -> Iterator[str]:
    for refusal in report.refused:
        yield from map(str, guards_of(refusal.faults))
    for unread in report.unread:
        yield _guard_of(unread)
    for notice in report.decision.notices:
        if notice.notice is Notice.ORDER_HELD:
            yield str(Doubt.ORDER_HELD)


def _guard_of(unread: Unread) -> str:
    return unread.guard or str(RereadGuard.UNREADABLE)


def _is_in_order(report: RunReport, journal: Journal, held_at: list[datetime]) -> bool:
    """Tell whether within one run every guard stood on record before a writer was asked."""
    begun, ended = report.started_at, report.finished_at
    held = [at for at in held_at if begun <= at <= ended]
    asked = [at for at in journal.asked_at if begun <= at <= ended]
    return not held or not asked or max(held) < min(asked)


def _held_at(store: Store) -> list[datetime]:
    """Return when each guard of a shadow's nights came on record."""
    with store.begin() as unit:
        records = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [datetime.fromisoformat(r["at"]) for r in records if r["event"] in _HOLDING]


def _beside(clean: _Seen, night: _Seen, changed: int) -> Trial:
    """Return what the poison alone brought about."""
    fired = {
        guard
        for (guard, directory, group), removals in night.trips.items()
        if removals > clean.trips.get((guard, directory, group), -1)  # one may hold nothing yet
    }
    fired |= {guard for guard, n in night.others.items() if n > clean.others.get(guard, 0)}
    return Trial(frozenset(fired), len(night.edges - clean.edges), night.in_order, changed)
