"""One run, whole: read, decide, advance cases, plan, guard, apply, read back, report.

The only order in which things may happen stands here (design, section 2). Everything is read
before anything is decided, and everything is decided before anything is written. A dry run is
this run on a site whose store forgets and whose directories are only observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of, midnight
from syncd.core.caseload import Sight, advance
from syncd.core.cases import Case, CaseState, exceptions_on
from syncd.core.deltas import Missed
from syncd.core.doubts import with_doubts
from syncd.core.findings import Counts, Decision, NoticeFinding
from syncd.core.guards import Census, Guarded, Trip, guard, unexplained
from syncd.core.ids import RunId
from syncd.core.memberships import Reading, Unread
from syncd.core.notices import unproved
from syncd.core.plan import Blocked, Plan
from syncd.core.planning import PlanBasis, plan_for, with_outlook
from syncd.core.reach import Reach, present
from syncd.core.reviews.asking import asked_by
from syncd.core.standing import Footing
from syncd.core.tasks import Task
from syncd.core.votes import distinct_voters
from syncd.errors import GuardUnavailable
from syncd.flow.apply import ACTOR, apply_plan
from syncd.flow.clock import clock_trip, looking
from syncd.flow.collect import (
    Intake,
    known_facts,
    notes_of,
    read_sources,
    record_directories,
    record_intake,
)
from syncd.flow.directories import read_directories, take_missed
from syncd.flow.foresight.keeping import forget_past
from syncd.flow.handover import follow, for_machines, hand_over, outdated, standing
from syncd.flow.lists import as_known
from syncd.flow.morning.ready import announce_report
from syncd.flow.moves import commit_moves
from syncd.flow.order_counts import Recount, record_recount, recount
from syncd.flow.plausible import as_plausible
from syncd.flow.preapproval.adopt import adopt_votes, lapse
from syncd.flow.report import Removal, RunReport
from syncd.flow.residual.follow import follow_residue
from syncd.flow.reviews.ending import close_due
from syncd.flow.reviews.following import follow_reviews
from syncd.flow.roll import record_roll
from syncd.flow.site import Mode, RunRequest, Site
from syncd.flow.steps import KEPT, with_steps
from syncd.flow.vote import OVERRIDE_VOTES, override_votes
from syncd.ports.runs import RunRow
from syncd.ports.store import PlanState, StoredPlan, Unit

_PLANNED = (CaseState.OPEN, CaseState.APPROVED, CaseState.APPLYING)
_GOING = (CaseState.APPROVED, CaseState.APPLYING)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a run has read and decided, before it touches cases."""

    footing: Footing
    readings: tuple[Reading, ...]
    decision: Decision
    reaches: Mapping[str, Reach]
    memberships: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Planned:
    """The plan people may approve, and the one to be applied, split by the guards."""

    proposed: Plan
    guarded: Guarded
    blocked: tuple[Blocked, ...] = ()


_NO_PLAN = _Planned(Plan.of(()), Guarded(Plan.of(()), Plan.of(()), ()))


def run(site: Site, request: RunRequest) -> RunReport:
    """Do one run; raises AlreadyRunning, GuardUnavailable and StoreError."""
    with site.store.exclusive("run"):
        started_at = site.clock()
        row = RunRow(RunId(site.new_id()), request.kind, request.as_of, request.actor, started_at)
        with site.store.begin() as unit:
            jump = clock_trip(unit, site, row)
            unit.save_run(row)
            unit.audit([_run_record(AuditEvent.RUN_STARTED, row, started_at)])
            unit.forget_sync_events(started_at - KEPT)
            forget_past(unit, started_at)
        site = with_steps(site, row, request.steps)
        if request.acts:
            close_due(site, row.run)
        intake = read_sources(site, started_at, request.brought, request.as_of)
        readings = read_directories(site, started_at)
        site.watch.owes_run = False
        seen = _decide(site, request, row, intake, readings)
        if not request.acts or jump is not None:
            planned = _NO_PLAN if jump is None else replace(_NO_PLAN, guarded=looking(jump))
            return _finish(site, row, intake, seen, planned, ())
        _advance_cases(site, request, row, seen, whole=not intake.refused)
        planned = _plan(site, row, seen)
        free = planned.guarded.free
        handed = hand_over(site, free, row.run)
        removals = (*handed, *apply_plan(site, for_machines(site, free), row.run))
        follow_residue(site, row)
        done = _finish(site, row, intake, seen, planned, removals)
        gone = {r.case.key for r in removals if r.outcome == "verified"}
        follow_reviews(site, seen.reaches, gone, row.run, complete=done.complete)
        announce_report(site, done)
        return done


def _decide(
    site: Site,
    request: RunRequest,
    row: RunRow,
    intake: Intake,
    readings: tuple[Reading, ...],
) -> _Seen:
    now = row.started_at
    missed = take_missed(site)
    with site.store.begin() as unit:
        record_intake(unit, intake, row.run, now)
        facts = known_facts(unit, site, request.as_of)
        readings = as_plausible(unit, site, as_known(unit, readings, now))
        readings = record_directories(unit, readings, facts, row.run, now)
        unit.audit(_missed_record(each, row, now) for each in missed)
        excepted = unit.cases([CaseState.EXCEPTED])
    site.progress("decision", 0, None)
    standing = exceptions_on(excepted, request.as_of)
    footing = site.memory.footing(facts, site.policy, request.as_of)
    decided = site.memory.decide(footing, readings, standing)
    decision = with_doubts(decided.decision, intake.refused_kinds)
    decision = replace(decision, notices=(*decision.notices, *_shortcomings(site, missed)))
    site.progress("decision", 1, 1)
    return _Seen(footing, readings, decision, decided.reaches, decided.memberships)


def _shortcomings(site: Site, missed: Iterable[Missed]) -> Iterator[NoticeFinding]:
    """Yield what a directory told less than it should have."""
    for each in missed:
        yield each.notice
    for seat in site.directories.values():
        if seat.reads_whole and not seat.proves_complete:
            yield unproved(seat.name)


def _missed_record(missed: Missed, row: RunRow, now: datetime) -> AuditRecord:
    ground = {"groups": list(missed.groups), "accounts": len(missed.accounts)}
    return AuditRecord(now, AuditEvent.DELTA_DIFFERED, ACTOR, missed.directory, row.run, ground)


def _advance_cases(
    site: Site, request: RunRequest, row: RunRow, seen: _Seen, *, whole: bool
) -> None:
    with site.store.begin() as unit:
        cases, tasks = unit.cases(), standing(unit)
        sight = _sight(site, request, seen, cases, tasks.values())
        moves = advance(cases, sight, site.policy, unit.last_verified, site.new_id)
        commit_moves(unit, moves, row.run, site.clock())
        adopt_votes(unit, site.policy, moves, row.run, site.clock())
        if whole and not _unread(seen):
            lapse(unit, request.as_of, row.run, site.clock())
        follow(unit, moves, tasks, row.run, seen.readings)
        record_roll(unit, seen.footing.ground)


def _sight(
    site: Site, request: RunRequest, seen: _Seen, cases: Iterable[Case], tasks: Iterable[Task]
) -> Sight:
    keys = [case.key for case in cases]
    findings = {finding.key: finding for finding in seen.decision.findings}
    listed = {(e.directory, e.entitlement) for e in seen.footing.ground.facts.entitlements}
    # What something was found about is there; only the others must be looked for.
    others = [key for key in keys if key not in findings]
    present_keys = {key for reach in seen.reaches.values() for key in present(reach, others)}
    present_keys.update(key for key in keys if key in findings)
    proving = {name for name, seat in site.directories.items() if seat.proves_complete}
    looked = {
        key
        for key in keys
        if key[0] in seen.reaches
        and key[:2] in listed
        and (key[0] in proving or key in present_keys)
    }
    return Sight(
        as_of=request.as_of,
        now=site.clock(),
        findings=findings,
        seen=present_keys,
        looked=looked,
        proposing={s.name for s in site.directories.values() if s.mode is not Mode.OBSERVE},
        deferred={
            s.name
            for s in site.directories.values()
            if s.mode is Mode.APPLY and not s.shows_at_once and s.hand_over is None
        },
        outdated=outdated(seen.readings, tasks, cases),
        requested_by="" if request.actor == ACTOR else request.actor,
        agreeing=site.memory.agreeing(cases, findings),
        asked_by=asked_by(seen.footing.ground, findings.values()),
    )


def _plan(site: Site, row: RunRow, seen: _Seen) -> _Planned:
    """Freeze the plan people may approve; guard the one to be applied, once, before any write."""
    findings = {finding.key: finding for finding in seen.decision.findings}
    writing = {s.name for s in site.directories.values() if s.mode is Mode.APPLY}
    with site.store.begin() as unit:
        handed = standing(unit)
        people_have = unit.cases_of(handed)  # nothing to be done about them but to wait
        cases = [case for case in unit.cases(_PLANNED) if case.case_id not in handed]
        approved = [case for case in cases if case.state in _GOING]
        waiting = [case for case in cases if case.state not in _GOING]
        due_now = [case for case in approved if case.directory in writing]
        made = recount(unit, site, seen.footing, row.as_of, due_now)
        basis = PlanBasis(findings, seen.reaches, site.policy, made.counted.vouched)
        proposed = site.memory.plan(waiting, [*approved, *people_have], basis)
        due = plan_for(due_now, basis, alongside=people_have)
        census = _census(site, seen, unit, row.started_at, made)
        guarded = guard(due, census, site.policy)
        record_recount(unit, made, guarded.trips, row.run, site.clock())
        guarded = _release(unit, guarded, row, site.clock())
        _freeze(unit, proposed, guarded, row, site.clock())
        _record_outlooks(unit, [(waiting, proposed), (approved, due)], row, site.clock())
    return _Planned(proposed, guarded, due.blocked)


def _record_outlooks(
    unit: Unit, planned: Iterable[tuple[Iterable[Case], Plan]], row: RunRow, now: datetime
) -> None:
    """Keep with each case what its plan would cut of nested groups, or why none can end it."""
    changes = [change for cases, plan in planned for change in with_outlook(cases, plan)]
    changes = [(before, replace(after, updated_at=now)) for before, after in changes]
    unit.update_cases(changes)
    unit.audit(
        AuditRecord(
            now,
            AuditEvent.CASE_UPDATED,
            ACTOR,
            after.case_id,
            row.run,
            {
                "cuts": [f"{group}: {member}" for group, member in after.cuts],
                "blocked": list(after.blocked),
            },
        )
        for _, after in changes
    )


def _census(site: Site, seen: _Seen, unit: Unit, now: datetime, made: Recount) -> Census:
    """Count what the limits are measured against; raises GuardUnavailable where that fails."""
    missing = [
        seat.name
        for seat in site.directories.values()
        if seat.name not in seen.memberships and seat.name not in _unread(seen)
    ]
    if missing:
        raise GuardUnavailable(
            f"the limits for {', '.join(missing)} cannot be evaluated: its size is not known. "
            "Nothing was written. Run 'syncd check' and repair the connection.",
            ja=f"{'、'.join(missing)} の大きさがわからず、大量失効の上限を確かめられません。"
            "何も書き込んでいません。syncd check で接続を直してください。",
        )
    groups = {
        (name, key): group
        for name, reach in seen.reaches.items()
        for key, group in reach.groups.items()
    }
    removed = unit.removed_since(midnight(day_of(now)))
    removed_today = unexplained(removed, site.policy, made.counted.vouched)
    return Census(seen.memberships, groups, removed_today, made.deviations)


def _unread(seen: _Seen) -> set[str]:
    return {r.directory for r in seen.readings if isinstance(r, Unread)}


def _release(unit: Unit, guarded: Guarded, row: RunRow, now: datetime) -> Guarded:
    """Let a held plan go on once where two persons released exactly this one, by its hash."""
    if _state(unit, guarded.held) is not PlanState.HELD:
        return guarded
    stored = unit.plan(guarded.held.hash)
    if _counts(guarded.trips) != _counts(stored.trips):
        return guarded  # they released what other numbers held
    votes = override_votes(unit, stored)
    if distinct_voters(votes) < OVERRIDE_VOTES:
        return guarded
    unit.save_plan(replace(stored, state=PlanState.USED))
    ground = {"voters": sorted({vote.voter for vote in votes}), "lines": len(guarded.held.lines)}
    unit.audit(
        [AuditRecord(now, AuditEvent.OVERRIDE_USED, ACTOR, guarded.held.hash, row.run, ground)]
    )
    lines = (*guarded.free.lines, *guarded.held.lines)
    left = tuple(trip for trip in guarded.trips if not trip.overridable)
    return Guarded(Plan.of(lines), Plan.of(()), left)


def _state(unit: Unit, plan: Plan) -> PlanState | None:
    """Return what became of a plan; None for an empty or a new one."""
    return unit.plan_state(plan.hash) if plan.lines else None


def _counts(trips: Iterable[Trip]) -> set[Trip]:
    """Return what was said of the number of orders."""
    return {trip for trip in trips if trip.deviation is not None}


def _recounted(unit: Unit, plan: Plan, guarded: Guarded) -> bool:
    """Tell whether a plan is held by other numbers of orders than when people last saw it."""
    if plan is not guarded.held:
        return False
    return _counts(guarded.trips) != _counts(unit.plan(plan.hash).trips)


def _freeze(unit: Unit, proposed: Plan, guarded: Guarded, row: RunRow, now: datetime) -> None:
    records = []
    for plan, state, event in (
        (proposed, PlanState.PROPOSED, AuditEvent.PLAN_FROZEN),
        (guarded.free, PlanState.PERMITTED, AuditEvent.PLAN_FROZEN),
        (guarded.held, PlanState.HELD, AuditEvent.PLAN_HELD),
    ):
        if not plan.lines or (_state(unit, plan) is state and not _recounted(unit, plan, guarded)):
            continue  # it keeps the moment from which votes count
        if plan is proposed and plan.hash in (guarded.held.hash, guarded.free.hash):
            continue  # what is held or applied waits for nobody's approval
        trips = guarded.trips if state is PlanState.HELD else ()
        unit.save_plan(StoredPlan(plan, state, now, row.run, trips))
        ground = {
            "lines": len(plan.lines),
            "state": str(state),
            "trips": [trip.ground() for trip in trips],
        }
        records.append(AuditRecord(now, event, ACTOR, plan.hash, row.run, ground))
    unit.audit(records)


def _finish(
    site: Site,
    row: RunRow,
    intake: Intake,
    seen: _Seen,
    planned: _Planned,
    removals: tuple[Removal, ...],
) -> RunReport:
    now = site.clock()
    unread = tuple(r for r in seen.readings if isinstance(r, Unread))
    complete = not intake.refused and not unread and not site.stopping()
    counts = _with_outcomes(seen.decision.counts, removals)
    with site.store.begin() as unit:
        cases = {case.key: case for case in unit.cases()}
        cases.update({r.case.key: r.case for r in removals if r.case.key not in cases})
        report = RunReport(
            run=row.run,
            as_of=row.as_of,
            started_at=row.started_at,
            finished_at=now,
            complete=complete,
            decision=seen.decision,
            counts=counts,
            refused=tuple(refusal for _, refusal in intake.refused),
            unread=unread,
            cases=cases,
            proposed=planned.proposed,
            held=planned.guarded.held,
            trips=planned.guarded.trips,
            blocked=(*planned.proposed.blocked, *planned.blocked),
            removals=removals,
            notes=notes_of(intake),
        )
        done = replace(
            row,
            finished_at=now,
            complete=complete,
            exit_code=report.exit_code,
            counts=counts,
        )
        unit.save_run(done)
        unit.audit([_run_record(AuditEvent.RUN_FINISHED, done, now)])
        unit.checkpoint(now)
    return report


def _with_outcomes(counts: Counts, removals: tuple[Removal, ...]) -> Counts:
    removed = sum(r.outcome in ("verified", "written") for r in removals)
    failed = sum(r.outcome in ("failed", "retry") for r in removals)
    return replace(counts, removed=removed, failed=failed)


def _run_record(event: AuditEvent, row: RunRow, at: datetime) -> AuditRecord:
    ground: dict[str, object] = {"kind": row.kind, "as_of": row.as_of.isoformat()}
    if row.counts is not None:
        counts = row.counts
        ground |= {
            "complete": row.complete,
            "exit_code": row.exit_code,
            "memberships": counts.memberships,
            "justified": counts.justified,
            "stale": counts.stale,
            "excepted": counts.excepted,
            "unknown": counts.unknown,
            "removed": counts.removed,
            "failed": counts.failed,
        }
    return AuditRecord(at, event, row.actor, row.run, row.run, ground)
