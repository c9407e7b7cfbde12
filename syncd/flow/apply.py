"""Carrying out a plan so that nothing is lost, doubled or unrecorded if the process dies.

It goes in rounds of many groups. For each: commit the intents; look at the target, write only
what is still there, read back (`cutting`); commit the results with their audit records (design,
section 8). A case whose intent was committed before a crash is looked at again like any other.
No transaction is open while a directory is spoken to.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.ids import CaseId, RunId
from syncd.core.plan import Plan, PlanLine
from syncd.flow.cutting import Edge, Uncut, cut_edges
from syncd.flow.report import Removal
from syncd.flow.site import DirectorySeat, Site
from syncd.ports.directory import GroupRemoval
from syncd.ports.store import Unit

ACTOR = "syncd"
_GOING = (CaseState.APPROVED, CaseState.APPLYING)
ROUND_GROUPS = 250
ROUND_LINES = 2_000
"""How much is done between two commits: enough that a commit, a connection and a look cost little
for each line, and so little that whoever stops the process does not wait long."""


@dataclass(slots=True)
class _Progress:
    """One plan under way: what is still to be done for each case, and what went wrong first."""

    site: Site
    run: RunId
    claimed: set[CaseId] = field(default_factory=set)
    left: dict[CaseId, set[Edge]] = field(default_factory=lambda: defaultdict(set))
    uncut: dict[CaseId, Uncut] = field(default_factory=dict)

    def note(self, lines: Iterable[PlanLine], uncut: Mapping[Edge, Uncut]) -> None:
        """Take over what became of some lines; `uncut` names those that did not go."""
        for line in lines:
            edge = _edge(line)
            self.left[line.case_id].discard(edge)
            if edge in uncut:
                first = self.uncut.get(line.case_id, uncut[edge])
                may_be_gone = first.may_be_gone or uncut[edge].may_be_gone
                self.uncut[line.case_id] = replace(first, may_be_gone=may_be_gone)


def apply_plan(site: Site, plan: Plan, run: RunId) -> tuple[Removal, ...]:
    """Carry out a plan that the guard let through; return what became of each case.

    Stops between rounds when the process was asked to stop; what is left stays approved.
    """
    progress = _Progress(site, run)
    for line in plan.lines:
        progress.left[line.case_id].add(_edge(line))
    removals: list[Removal] = []
    total, done = len(plan.lines), 0
    for lines in _rounds(plan):
        if site.stopping():
            break
        site.progress("removals", done, total)
        removals.extend(_apply_round(lines, progress))
        done += len(lines)
        _tell_outcomes(site, removals, len(progress.left))
    if total:
        site.progress("removals", done, total)
    return tuple(removals)


def _tell_outcomes(site: Site, removals: Sequence[Removal], cases: int) -> None:
    """Tell how many cases were verified so far, and how many failed, where any did."""
    for what, outcomes in (("verified", ("verified",)), ("failed", ("failed", "retry"))):
        count = sum(removal.outcome in outcomes for removal in removals)
        if count:
            site.progress(what, count, cases)


def _rounds(plan: Plan) -> Iterator[tuple[PlanLine, ...]]:
    """Yield the lines in rounds, each of one directory; only a very large group is split."""
    for _, of_directory in groupby(plan.lines, key=attrgetter("directory")):
        lines: list[PlanLine] = []
        groups = 0
        for _, of_group in groupby(of_directory, key=attrgetter("group")):
            group = list(of_group)
            if lines and (groups == ROUND_GROUPS or len(lines) + len(group) > ROUND_LINES):
                yield tuple(lines)
                lines, groups = [], 0
            while len(group) > ROUND_LINES:
                yield tuple(group[:ROUND_LINES])
                group = group[ROUND_LINES:]
            lines += group
            groups += 1
        yield tuple(lines)


def _apply_round(lines: Sequence[PlanLine], progress: _Progress) -> list[Removal]:
    site = progress.site
    seat = site.directories[lines[0].directory]
    with site.store.begin() as unit:
        lines = _commit_intents(unit, lines, progress)
    if not lines:
        return []
    uncut = cut_edges(seat, _removals(seat, lines))
    progress.note(lines, uncut)
    with site.store.begin() as unit:
        now = site.clock()
        written = [line for line in lines if _edge(line) not in uncut]
        unit.audit(
            [_record(AuditEvent.REMOVAL_WRITTEN, line, now, progress.run) for line in written]
        )
        return _commit_results(unit, lines, now, progress)


def _edge(line: PlanLine) -> Edge:
    return (line.group, line.member)


def _removals(seat: DirectorySeat, lines: Iterable[PlanLine]) -> list[GroupRemoval]:
    """Return what to ask for: all members of a group together, or one by one where it must be."""
    together: dict[tuple[str, ...], list[PlanLine]] = defaultdict(list)
    for line in lines:
        together[(line.group,) if seat.batches else _edge(line)].append(line)
    return [
        GroupRemoval(key[0], tuple(sorted({x.member for x in some})), _change_id(key, some))
        for key, some in together.items()
    ]


def _change_id(key: tuple[str, ...], lines: Iterable[PlanLine]) -> str:
    """Return a name for the change that a second try after a crash arrives at again."""
    text = "\n".join([*key, *sorted(line.case_id for line in lines)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _commit_intents(
    unit: Unit, lines: Sequence[PlanLine], progress: _Progress
) -> Sequence[PlanLine]:
    """Commit what is about to be done; return it, without what somebody decided anew meanwhile."""
    now = progress.site.clock()
    cases = [c for c in unit.cases_of(line.case_id for line in lines) if c.state in _GOING]
    begun = [case for case in cases if case.case_id not in progress.claimed]
    unit.update_cases([(case, _claimed(case, now)) for case in begun])
    progress.claimed.update(case.case_id for case in begun)
    going = {case.case_id for case in cases}
    kept = [line for line in lines if line.case_id in going]
    unit.audit([_record(AuditEvent.REMOVAL_INTENDED, line, now, progress.run) for line in kept])
    return kept


def _claimed(case: Case, now: datetime) -> Case:
    """Return a case as tried once more; one that was being applied before goes on so."""
    attempts = case.attempts + 1
    if case.state is CaseState.APPLYING:
        return replace(case, attempts=attempts, updated_at=now)
    return moved(case, CaseEvent.CLAIM, now, attempts=attempts)


def _commit_results(
    unit: Unit, lines: Sequence[PlanLine], now: datetime, progress: _Progress
) -> list[Removal]:
    """Commit, with its audit record, what became of every case that is now complete."""
    last = {line.case_id: line for line in lines if not progress.left[line.case_id]}
    changes: list[tuple[Case, Case]] = []
    removals: list[Removal] = []
    records: list[AuditRecord] = []
    for case in unit.cases_of(last):
        removal, event = _finish(case, now, progress)
        changes.append((case, removal.case))
        removals.append(removal)
        if event is not None:
            line = last[case.case_id]
            records.append(_record(event, line, now, progress.run, removal.error))
    unit.update_cases(changes)
    unit.audit(records)
    return removals


def _finish(case: Case, now: datetime, progress: _Progress) -> tuple[Removal, AuditEvent | None]:
    """Return what became of a case, and as what that goes on record."""
    site = progress.site
    uncut = progress.uncut.get(case.case_id)
    if uncut is not None:
        if case.attempts >= site.policy.max_attempts:
            failed = moved(case, CaseEvent.FAIL, now, last_error=uncut.why)
            return Removal(failed, "failed", uncut.why), AuditEvent.CASE_FAILED
        # What may be gone stays under way: a read that does not show it then proves it ours.
        later = replace(case, updated_at=now, last_error=uncut.why)
        if not uncut.may_be_gone:
            later = moved(later, CaseEvent.RETRY, now)
        return Removal(later, "retry", uncut.why), AuditEvent.REMOVAL_NOT_CONFIRMED
    removed = moved(case, CaseEvent.REMOVE, now, last_error="")
    if not site.directories[case.directory].shows_at_once:
        return Removal(removed, "written"), None  # a later whole read tells
    verified = moved(removed, CaseEvent.VERIFY, now)
    return Removal(verified, "verified"), AuditEvent.REMOVAL_VERIFIED


def _record(
    event: AuditEvent, line: PlanLine, at: datetime, run: RunId, error: str = ""
) -> AuditRecord:
    ground: dict[str, object] = {
        "directory": line.directory,
        "group": line.group,
        "member": line.member,
        "entitlement": line.entitlement,
        "reasons": [str(reason) for reason in line.reasons],
    }
    if line.cut is not None:
        ground["group_taken_out"] = line.cut.child
        ground["others_affected"] = len(line.cut.others(line.account))
    if error:
        ground["error"] = error
    return AuditRecord(at, event, ACTOR, line.case_id, run, ground)
