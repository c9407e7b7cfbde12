"""Removals that only people can make: handing them over, and what a newer list says of them.

A case and its task change in one unit, with their audit records: a process that dies in between
has done both or neither, and a second run hands nothing over twice. Nothing here counts as removed:
that is `flow.tasks` (people) and the next list (`core.caseload`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.caseload import Key, Move
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.ids import CaseId, RunId
from syncd.core.memberships import DirectorySnapshot, Reading
from syncd.core.plan import Plan
from syncd.core.tasks import Task, TaskEvent, followed, handed_over
from syncd.flow.report import Removal
from syncd.flow.site import Site
from syncd.ports.store import Unit

ACTOR = "syncd"
_A_UNIT = 100
_FOLLOWS = {
    CaseState.VERIFIED: (TaskEvent.CONFIRM, AuditEvent.TASK_CONFIRMED),
    CaseState.APPROVED: (TaskEvent.CONTRADICT, AuditEvent.TASK_CONTRADICTED),
    CaseState.FAILED: (TaskEvent.CONTRADICT, AuditEvent.TASK_CONTRADICTED),
    CaseState.WITHDRAWN: (TaskEvent.DROP, AuditEvent.TASK_DROPPED),
    CaseState.GONE: (TaskEvent.DROP, AuditEvent.TASK_DROPPED),
}


def hand_over(site: Site, plan: Plan, run: RunId) -> tuple[Removal, ...]:
    """Make tasks of the lines of a plan that only people can carry out; return what became of each.

    Stops between units when the process was asked to stop; what is left stays approved.
    """
    lines = (line for line in plan.lines if _is_handed(site, line.directory))
    waiting = list(dict.fromkeys(line.case_id for line in lines))
    made: list[Removal] = []
    for start in range(0, len(waiting), _A_UNIT):
        if site.stopping():
            break
        with site.store.begin() as unit:
            cases = unit.cases_of(waiting[start : start + _A_UNIT])
            made += [_hand_one(site, unit, c, run) for c in cases if c.state is CaseState.APPROVED]
    return tuple(made)


def for_machines(site: Site, plan: Plan) -> Plan:
    """Return the part of a plan that a connector carries out by itself."""
    return Plan.of(line for line in plan.lines if not _is_handed(site, line.directory))


def _is_handed(site: Site, directory: str) -> bool:
    return site.directories[directory].hand_over is not None


def _hand_one(site: Site, unit: Unit, case: Case, run: RunId) -> Removal:
    order, now = site.directories[case.directory].hand_over, site.clock()
    if order is None:
        raise TypeError(f"{case.directory} hands nothing over")
    claimed = moved(case, CaseEvent.CLAIM, now, attempts=case.attempts + 1)
    task = handed_over(claimed, site.new_id(), now, site.policy, order)
    unit.update_case(case, claimed)
    unit.add_task(task)
    ground: dict[str, object] = {
        "task": task.task_id,
        "directory": case.directory,
        "groups": list(case.groups),
        "account": case.account,
        "entitlement": case.entitlement,
        "reasons": [str(reason) for reason in case.reasons],
        "due": task.due_at.isoformat(),
        "attempt": claimed.attempts,
    }
    unit.audit([AuditRecord(now, AuditEvent.TASK_HANDED_OVER, ACTOR, case.case_id, run, ground)])
    return Removal(claimed, "handed-over")


def standing(unit: Unit) -> Mapping[CaseId, Task]:
    """Return the task that stands for each case; a case has one at most."""
    return {task.case_id: task for task in unit.standing_tasks()}


def outdated(readings: Iterable[Reading], tasks: Iterable[Task], cases: Iterable[Case]) -> set[Key]:
    """Return the keys of cases that were reported done after the day of their directory's list.

    What such a list shows and what it lacks is older than the report: it proves nothing of it. A
    list of the day of the report may have been exported before it, and is as old.
    """
    holds_at = {r.directory: r.holds_at for r in readings if isinstance(r, DirectorySnapshot)}
    done = {task.case_id: task.done_at for task in tasks if task.done_at is not None}
    return {
        case.key
        for case in cases
        if case.case_id in done
        and case.directory in holds_at
        and holds_at[case.directory] < done[case.case_id]
    }


def follow(
    unit: Unit,
    moves: Iterable[Move],
    tasks: Mapping[CaseId, Task],
    run: RunId,
    readings: Iterable[Reading],
) -> None:
    """Let the standing tasks follow what a run found of their cases, each with its record."""
    proofs = {r.directory: r.proof for r in readings if isinstance(r, DirectorySnapshot)}
    ends = {m.after.case_id: m for m in moves if m.after.case_id in tasks}
    records = []
    for case_id, move in ends.items():
        task, at = tasks[case_id], move.after.updated_at
        if move.after.state not in _FOLLOWS:
            continue
        event, audit = _FOLLOWS[move.after.state]
        unit.update_task(task, followed(task, event, at))
        proof = proofs.get(task.directory)
        day = None if proof is None else proof.exported_on
        ground: dict[str, object] = {
            "task": task.task_id,
            "list_of": None if day is None else day.isoformat(),
            "done_by": task.done_by,
            "done_at": None if task.done_at is None else task.done_at.isoformat(),
            "checked": False,
        }
        records.append(AuditRecord(at, audit, ACTOR, case_id, run, ground))
    unit.audit(records)
