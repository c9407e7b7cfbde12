"""The short tick: has anything changed, and what follows from it at once.

A tick is a reason to look, never the proof. Changed inputs and waiting removals ask for a whole
run. Where a directory tells what changed in it, the rights that those groups convey are judged
and cases opened; nothing ends, and nothing is removed, before a run has read everything whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.caseload import Sight, advance
from syncd.core.cases import CaseState, exceptions_on
from syncd.core.decide import judge_part
from syncd.core.deltas import part_of
from syncd.core.doubts import doubted
from syncd.core.memberships import DirectorySnapshot
from syncd.core.reach import present, reach_of
from syncd.core.reviews.asking import asked_by
from syncd.errors import DeltaLost, DirectoryUnreadable, SourceRefused
from syncd.flow.collect import ACTOR, API, REVIEWED, known_facts
from syncd.flow.directories import read_directory
from syncd.flow.moves import commit_moves
from syncd.flow.preapproval.adopt import adopt_votes
from syncd.flow.site import DirectorySeat, Mode, Site, SourceSeat
from syncd.flow.watch import Watch
from syncd.ports.directory import DeltaReader
from syncd.ports.store import AcceptedInput

_WAITING = (CaseState.APPROVED, CaseState.APPLYING)


def has_work(site: Site) -> bool:
    """Tell whether a run now would do something that the last one could not."""
    with site.store.begin() as unit:
        waiting = unit.cases(_WAITING)
        last = {s.source.name: unit.last_accepted(s.source.name) for s in site.sources}
        refused = {r.source for r in unit.refused_inputs()}
        told = [unit.last_accepted(name) for name in (API, REVIEWED)]
        run = unit.last_run()
    for mended in site.watch.refused.keys() - refused:
        del site.watch.refused[mended]
    writing = {s.name for s in site.directories.values() if s.mode is Mode.APPLY}
    if any(case.directory in writing for case in waiting):
        return True
    pushed = [each.recorded_at for each in told if each is not None]
    if pushed and (run is None or run.started_at < max(pushed)):
        return True
    return any(
        _looks_new(site.watch, seat)
        if seat.source.name in refused
        else _is_new(seat, last[seat.source.name])
        for seat in site.sources
    )


def _is_new(seat: SourceSeat, last: AcceptedInput | None) -> bool:
    """Tell whether an input changed."""
    try:
        sha256 = seat.source.fingerprint().sha256
    except SourceRefused:
        return True
    return last is None or last.fingerprint.sha256 != sha256


def _looks_new(watch: Watch, seat: SourceSeat) -> bool:
    """Tell whether a refused input may be in order by now: a file broken at midnight is sent again.

    It is tried once more at the first tick after it was refused, and then whenever it changed.
    """
    name = seat.source.name
    try:
        look = seat.source.fingerprint().sha256
    except SourceRefused as refusal:
        look = str(refusal)
    before, watch.refused[name] = watch.refused.get(name), look
    return before != look


@dataclass(frozen=True, slots=True)
class Followed:
    """What a look at the directories' changes came to.

    `whole_run_due` tells that only a run can go on: something cannot be followed, or a removal
    waits. `groups` counts those that changed, `opened` the cases that were opened.
    """

    whole_run_due: bool = False
    groups: int = 0
    opened: int = 0


def follow(site: Site) -> Followed:
    """Ask every directory that tells its changes for them, and open cases for what is stale.

    Raises AlreadyRunning while a run goes on, and StoreError.
    """
    with site.store.exclusive("run"):
        followed = [
            _follow(site, seat, seat.delta_reader)
            for seat in site.directories.values()
            if seat.delta_reader is not None
        ]
    site.watch.owes_run |= any(f.whole_run_due for f in followed)
    return Followed(
        site.watch.owes_run,
        sum(f.groups for f in followed),
        sum(f.opened for f in followed),
    )


def _follow(site: Site, seat: DirectorySeat, reader: DeltaReader) -> Followed:
    name, watch = seat.name, site.watch
    if name not in watch.known:
        return Followed(whole_run_due=_is_worth_a_run(site, seat))
    try:
        with seat.turn:
            delta = reader.changes()
    except DeltaLost as lost:
        watch.forget(name)
        _record(site, AuditEvent.DELTA_LOST, name, {"why": lost.why})
        return Followed(whole_run_due=True)
    except DirectoryUnreadable:
        # Once: the run that follows puts it on record, and each full run says it again.
        is_news = name not in watch.unanswered
        watch.unanswered.add(name)
        return Followed(whole_run_due=is_news)
    is_back = name in watch.unanswered
    watch.unanswered.discard(name)
    watch.learn(delta)
    changed = frozenset(watch.changed[name])
    if not changed:
        return Followed(whole_run_due=is_back)
    told = {"method": delta.method, "groups": len(changed), "server": delta.server}
    opened, waits = _judge(site, seat, changed, told)
    watch.judged(name, changed)
    return Followed(is_back or waits, len(changed), opened)


def _is_worth_a_run(site: Site, seat: DirectorySeat) -> bool:
    """Tell whether a whole run would learn of a directory that nothing is remembered of."""
    if seat.name in site.watch.silent:
        return False
    if seat.name not in site.watch.unanswered:
        return True
    return isinstance(read_directory(site, seat, site.clock()), DirectorySnapshot)


def _record(site: Site, event: AuditEvent, name: str, ground: dict[str, object]) -> None:
    now = site.clock()
    with site.store.begin() as unit:
        unit.audit([AuditRecord(now, event, ACTOR, name, None, ground)])


def _judge(
    site: Site, seat: DirectorySeat, changed: frozenset[str], told: dict[str, object]
) -> tuple[int, bool]:
    """Judge the rights of changed groups; return how many cases opened, and whether one waits."""
    now = site.clock()
    today = day_of(now)
    with site.store.begin() as unit:
        facts = known_facts(unit, site, today)
        part, affected = part_of(site.watch.known[seat.name], changed, facts.entitlements)
        cases = unit.cases_about(seat.name, [e.entitlement for e in affected])
        reach = reach_of(part, affected)
        footing = site.memory.footing(facts, site.policy, today)
        found = judge_part(footing, part, reach, exceptions=exceptions_on(cases, today))
        refused = {refusal.provides for refusal in unit.refused_inputs()}
        keys = [case.key for case in cases]
        # What a delta does not show is not absent: only what is there is looked at.
        seen = present(reach, keys)
        sight = Sight(
            as_of=today,
            now=now,
            findings={f.key: f for f in doubted(found, refused)},
            seen=seen,
            looked=seen,
            proposing=() if seat.mode is Mode.OBSERVE else (seat.name,),
            deferred=() if seat.shows_at_once else (seat.name,),
            asked_by=asked_by(footing.ground, found),
        )
        moves = advance(cases, sight, site.policy, unit.last_verified, site.new_id)
        unit.audit([AuditRecord(now, AuditEvent.DIRECTORY_CHANGED, ACTOR, seat.name, None, told)])
        commit_moves(unit, moves, None, now)
        adopt_votes(unit, site.policy, moves, None, now)
        unit.checkpoint(now)  # people are told of what is numbered, and no run comes by
    opened = sum(move.before is None for move in moves)
    waits = seat.mode is Mode.APPLY and any(m.after.state in _WAITING for m in moves)
    return opened, waits
