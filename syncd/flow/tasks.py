"""What people do with a task: report it done, check it, reject it, attach evidence.

Each step moves the task and its case in one unit, with their audit records and the SHA-256 of what
was attached. What is not permitted is on record too. One person's word makes `removed`; only a
second person's check, or a newer list, makes `verified`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.exhibits import media_type_of, safe_name
from syncd.core.tasks import (
    Evidence,
    HandOver,
    Task,
    TaskState,
    check_may_do,
    checked,
    checking,
    may_do,
    rejected,
    reported,
)
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.site import Site
from syncd.ports.store import Unit

T = TypeVar("T")
MOST_FILES = 20
_TAKES_FILES = (TaskState.OPEN, TaskState.DONE, TaskState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was brought; nothing of it is believed before its content was looked at."""

    file_name: str
    content: bytes


def order_of(site: Site, directory: str) -> HandOver:
    """Return how tasks of a directory are done; one that is configured no more has the defaults."""
    seat = site.directories.get(directory)
    return (seat.hand_over if seat is not None else None) or HandOver()


def tasks_done_by(site: Site, actor: Actor) -> frozenset[str]:
    """Return the directories whose tasks somebody may do, their own right apart."""
    names = {actor.account, *actor.other_accounts}
    return frozenset(
        seat.name
        for seat in site.directories.values()
        if seat.hand_over is not None
        and (seat.hand_over.doers & names if seat.hand_over.doers else Role.OPERATOR in actor.roles)
    )


def report_done(
    site: Site,
    actors: Sequence[Actor],
    task_id: str,
    note: str = "",
    files: Sequence[Attachment] = (),
) -> Task:
    """Say that a task was done; the case is `removed` until somebody else checked it.

    Raises NotPermitted, IllegalMove, NoSuchCase and EvidenceRefused.
    """
    doer = actors[0]

    def report(unit: Unit) -> Task:
        task, case, order = _found(site, unit, task_id)
        check_may_do(doer, case, order)
        now = site.clock()
        after = reported(task, doer, now, note)
        _attach(site, unit, after, doer.account, files)
        _move(unit, task, after, case, moved(case, CaseEvent.REMOVE, now, last_error=""))
        ground = _ground(after, case) | {"note": note}
        _record(
            unit,
            now,
            doer.account,
            case,
            {
                AuditEvent.TASK_DONE: ground,
                AuditEvent.REMOVAL_WRITTEN: _ground(after, case),
            },
        )
        return after

    return _on_record(site, doer, task_id, report)


def check_done(
    site: Site,
    actors: Sequence[Actor],
    task_id: str,
    note: str = "",
    files: Sequence[Attachment] = (),
) -> Task:
    """Confirm what somebody else did, by its evidence; the case is `verified`.

    Raises NotPermitted, IllegalMove, NoSuchCase, EvidenceRefused, and UsageError without evidence
    where the directory asks for it.
    """

    def check(unit: Unit) -> Task:
        task, case, order = _found(site, unit, task_id)
        checker = checking(actors, case, task, order)
        now = site.clock()
        after = checked(task, checker, now, note)
        _attach(site, unit, task, checker.account, files)
        if order.needs_evidence and not unit.evidence_of([task_id]):
            raise UsageError(
                "nothing is checked without evidence: attach a file that shows it.",
                ja="証拠がなければ確認できません。確かめられるファイルを添付してください。",
            )
        ended = case
        if case.state is CaseState.REMOVED:  # a newer list may have verified it before
            ended = moved(case, CaseEvent.VERIFY, now)
        _move(unit, task, after, case, ended)
        ground = _ground(after, case) | {
            "note": note,
            "deputy_for": checker.deputy_for,
            "evidence": [one.sha256 for one in unit.evidence_of([task_id])],
        }
        events: dict[AuditEvent, dict[str, object]] = {AuditEvent.TASK_CHECKED: ground}
        if ended is not case:
            events[AuditEvent.REMOVAL_VERIFIED] = {"task": task_id, "seen": "checked by a person"}
        _record(unit, now, checker.account, case, events)
        return after

    return _on_record(site, actors[0], task_id, check)


def reject_done(site: Site, actors: Sequence[Actor], task_id: str, because: str) -> Task:
    """Send a task back to whoever does it, with a reason; the case is being removed again.

    Raises NotPermitted, IllegalMove, NoSuchCase, and UsageError without a reason.
    """
    if not because.strip():
        raise UsageError("sending a task back needs a reason.", ja="差し戻すには理由が要ります。")

    def reject(unit: Unit) -> Task:
        task, case, order = _found(site, unit, task_id)
        checker = checking(actors, case, task, order)
        now = site.clock()
        after = rejected(task, checker, now, because)
        again = moved(case, CaseEvent.RETRY, now, last_error=because)
        _move(unit, task, after, case, moved(again, CaseEvent.CLAIM, now))
        ground = _ground(task, case) | {"reason": because, "deputy_for": checker.deputy_for}
        _record(
            unit,
            now,
            checker.account,
            case,
            {
                AuditEvent.TASK_REJECTED: ground,
                AuditEvent.REMOVAL_NOT_CONFIRMED: {"task": task_id, "seen": "rejected by a person"},
            },
        )
        return after

    return _on_record(site, actors[0], task_id, reject)


def attach(
    site: Site, actors: Sequence[Actor], task_id: str, files: Sequence[Attachment]
) -> tuple[Evidence, ...]:
    """Attach files to a task that has not ended; whoever may do or check it may.

    Raises NotPermitted, IllegalMove, NoSuchCase, EvidenceRefused, and UsageError without a file.
    """
    if not files:
        raise UsageError("choose a file.", ja="ファイルを選んでください。")

    def keep(unit: Unit) -> tuple[Evidence, ...]:
        task, case, order = _found(site, unit, task_id)
        own = actors[0]
        if not may_do(own, case, order):
            own = checking(actors, case, task, order)
        if task.state not in _TAKES_FILES:
            raise IllegalMove(
                f"task {task_id} is {task.state}: its evidence is complete.",
                ja=f"作業 {task_id} は終わっているため、証拠は加えられません。",
            )
        return _attach(site, unit, task, own.account, files)

    return _on_record(site, actors[0], task_id, keep)


def _found(site: Site, unit: Unit, task_id: str) -> tuple[Task, Case, HandOver]:
    task = unit.task(task_id)
    return task, unit.case(task.case_id), order_of(site, task.directory)


def _move(unit: Unit, before: Task, after: Task, case: Case, moved_case: Case) -> None:
    unit.update_task(before, after)
    if moved_case is not case:
        unit.update_case(case, moved_case)


def _attach(
    site: Site, unit: Unit, task: Task, account: str, files: Sequence[Attachment]
) -> tuple[Evidence, ...]:
    """Keep files with their records; raises EvidenceRefused for what is not taken."""
    kept: list[Evidence] = []
    there = len(unit.evidence_of([task.task_id]))
    if there + len(files) > MOST_FILES:
        raise UsageError(
            f"a task takes {MOST_FILES} files at most.",
            ja=f"一つの作業に添付できるのは {MOST_FILES} 個までです。",
        )
    for file in files:
        kind = media_type_of(file.content, file.file_name)
        one = Evidence(
            evidence_id=site.new_id(),
            task_id=task.task_id,
            file_name=safe_name(file.file_name, kind),
            media_type=kind,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            attached_by=account,
            attached_at=site.clock(),
        )
        unit.add_evidence(one, file.content)
        unit.audit([_attached_record(one, task)])
        kept.append(one)
    return tuple(kept)


def _attached_record(one: Evidence, task: Task) -> AuditRecord:
    """Return the record of a file; its name may hold a person's, and is not in it."""
    ground: dict[str, object] = {
        "task": one.task_id,
        "evidence": one.evidence_id,
        "sha256": one.sha256,
        "size": one.size,
        "media_type": one.media_type,
    }
    event = AuditEvent.EVIDENCE_ATTACHED
    return AuditRecord(one.attached_at, event, one.attached_by, task.case_id, None, ground)


def _ground(task: Task, case: Case) -> dict[str, object]:
    return {
        "task": task.task_id,
        "directory": task.directory,
        "groups": list(task.groups),
        "account": task.account,
        "entitlement": case.entitlement,
        "done_by": task.done_by,
    }


def _record(
    unit: Unit,
    at: datetime,
    account: str,
    case: Case,
    events: dict[AuditEvent, dict[str, object]],
) -> None:
    unit.audit(
        AuditRecord(at, event, account, case.case_id, None, ground)
        for event, ground in events.items()
    )
    unit.checkpoint(at)  # people are told of what is numbered, and no run may come by for hours


def _on_record(site: Site, actor: Actor, task_id: str, step: Callable[[Unit], T]) -> T:
    """Do a step in one transaction; a refusal undoes it, and is put on record in another."""
    try:
        with site.store.begin() as unit:
            return step(unit)
    except (NotPermitted, IllegalMove) as refusal:
        with site.store.begin() as unit:
            case_id = unit.task(task_id).case_id
            ground: dict[str, object] = {"task": task_id, "why": type(refusal).__name__}
            event = AuditEvent.TASK_REFUSED
            record = AuditRecord(site.clock(), event, actor.account, case_id, None, ground)
            unit.audit([record])
        raise
