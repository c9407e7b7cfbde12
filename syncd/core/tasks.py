"""Tasks: a removal that only people can make, from the hand-over to somebody else's check.

A directory that nothing can reach (an operator's ID, a door, a key) is changed by a person. What
may follow what stands in `TASK_MOVES`; who may do and who may check is decided here and nowhere
else. Promise: nobody checks their own work, whatever account or capacity they come in; nothing
counts as removed on the word of one person alone. What a later list says is `core.caseload`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from syncd.core.acting import acting_on
from syncd.core.calendar import day_of, end_of_open_day
from syncd.core.cases import Case
from syncd.core.ids import AccountId, CaseId, OrgUnitCode, StaffNumber
from syncd.core.policy import Policy
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NotPermitted


class ThingKind(StrEnum):
    """What kind of thing a right is taken away from; for the words of the task only."""

    OPERATOR_ID = "operator-id"
    APPLICATION = "application"
    DOOR = "door"
    KEY = "key"
    DEVICE_PERMIT = "device-permit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class HandOver:
    """How the changes of a directory are handed to people (its options).

    `doers` are accounts; with none, whoever is an operator does it. `contact` and `instructions`
    are shown as they stand. `needs_evidence`: nothing is checked without a file attached.
    `due_open_days` None: the deadlines of the policy hold.
    """

    kind: ThingKind = ThingKind.OTHER
    doers: frozenset[str] = frozenset()
    contact: str = ""
    instructions: str = ""
    needs_evidence: bool = True
    due_open_days: int | None = None


class TaskState(StrEnum):
    """Where a task stands; permanent names.

    OPEN: somebody must do it. DONE: somebody says they did; somebody else must check. CHECKED:
    somebody else did. CONFIRMED: a later list shows that it was done, and nobody checked.
    CONTRADICTED: a list of after the report still shows the right. DROPPED: no longer needed.
    """

    OPEN = "open"
    DONE = "done"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    DROPPED = "dropped"


class TaskEvent(StrEnum):
    """What can happen to a task."""

    REPORT = "report"
    CHECK = "check"
    REJECT = "reject"
    CONFIRM = "confirm"
    CONTRADICT = "contradict"
    DROP = "drop"


STANDING = frozenset({TaskState.OPEN, TaskState.DONE})
"""The states in which somebody must act."""

_S, _E = TaskState, TaskEvent

TASK_MOVES: Mapping[tuple[TaskState, TaskEvent], TaskState] = MappingProxyType(
    {
        (_S.OPEN, _E.REPORT): _S.DONE,
        (_S.OPEN, _E.CONFIRM): _S.CONFIRMED,
        (_S.OPEN, _E.DROP): _S.DROPPED,
        (_S.DONE, _E.CHECK): _S.CHECKED,
        (_S.DONE, _E.REJECT): _S.OPEN,
        (_S.DONE, _E.CONFIRM): _S.CONFIRMED,
        (_S.DONE, _E.CONTRADICT): _S.CONTRADICTED,
        (_S.DONE, _E.DROP): _S.DROPPED,
        (_S.CONFIRMED, _E.CHECK): _S.CHECKED,
    }
)


@dataclass(frozen=True, slots=True)
class Task:
    """One hand-over of one case; all moments are aware.

    `groups` and `account` are what was handed over, as the directory's list names them. `done_*`
    are of the last report (empty again after a rejection), `checked_for` is the account in whose
    place a deputy checked. `rejected_*` are of the last rejection. `version` counts the changes.
    """

    task_id: str
    case_id: CaseId
    directory: str
    account: AccountId
    groups: tuple[str, ...]
    section: OrgUnitCode | None
    state: TaskState
    handed_over_at: datetime
    due_at: datetime
    done_by: str = ""
    done_by_number: StaffNumber | None = None
    done_at: datetime | None = None
    done_note: str = ""
    checked_by: str = ""
    checked_by_number: StaffNumber | None = None
    checked_for: str = ""
    checked_at: datetime | None = None
    check_note: str = ""
    rejected_by: str = ""
    rejected_at: datetime | None = None
    rejected_because: str = ""
    rejections: int = 0
    ended_at: datetime | None = None
    version: int = 1

    @property
    def is_standing(self) -> bool:
        """Tell whether somebody must still act."""
        return self.state in STANDING

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should have been done and checked by now."""
        return self.is_standing and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file attached to a task, as it is listed; `sha256` is lower-case hex of its bytes."""

    evidence_id: str
    task_id: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    attached_by: str
    attached_at: datetime


def handed_over(case: Case, task_id: str, at: datetime, policy: Policy, order: HandOver) -> Task:
    """Return the task of a case that is to be carried out at `at`."""
    return Task(
        task_id=task_id,
        case_id=case.case_id,
        directory=case.directory,
        account=case.account,
        groups=case.groups,
        section=case.section,
        state=TaskState.OPEN,
        handed_over_at=at,
        due_at=_due_at(case, day_of(at), policy, order),
    )


def _due_at(case: Case, today: date, policy: Policy, order: HandOver) -> datetime:
    """Return the end of the open days that the directory gives, else the case's own deadline.

    Whoever is handed a case at its deadline has the days of the policy's first deadline left.
    """
    if order.due_open_days is not None:
        return end_of_open_day(today, order.due_open_days, policy.closed_days)
    least = end_of_open_day(today, policy.deadlines.escalate_open_days, policy.closed_days)
    return max(case.hard_deadline_at, least)


def _moved(task: Task, event: TaskEvent, at: datetime, **changes: Any) -> Task:  # noqa: ANN401 - dataclasses.replace
    after = TASK_MOVES.get((task.state, event))
    if after is None:
        raise IllegalMove(
            f"task {task.task_id} is {task.state}: {event} is not possible from there. "
            "Look at the task again.",
            ja=f"作業 {task.task_id} は、その間に状態が変わったため、この操作はできません。"
            "作業をもう一度見てください。",
        )
    if after not in STANDING:
        changes.setdefault("ended_at", at)
    return replace(task, state=after, version=task.version + 1, **changes)


def reported(task: Task, doer: Actor, at: datetime, note: str) -> Task:
    """Return the task after somebody said that they did it; raises IllegalMove."""
    return _moved(
        task,
        TaskEvent.REPORT,
        at,
        done_by=doer.account,
        done_by_number=doer.identity,
        done_at=at,
        done_note=note,
    )


def checked(task: Task, checker: Actor, at: datetime, note: str) -> Task:
    """Return the task after somebody else checked it; raises NotPermitted and IllegalMove."""
    _check_is_somebody_else(task, checker)
    return _moved(
        task,
        TaskEvent.CHECK,
        at,
        checked_by=checker.account,
        checked_by_number=checker.identity,
        checked_for=checker.deputy_for,
        checked_at=at,
        check_note=note,
    )


def rejected(task: Task, checker: Actor, at: datetime, because: str) -> Task:
    """Return the task after somebody else found it not done; raises NotPermitted, IllegalMove."""
    _check_is_somebody_else(task, checker)
    return _moved(
        task,
        TaskEvent.REJECT,
        at,
        done_by="",
        done_by_number=None,
        done_at=None,
        done_note="",
        rejected_by=checker.account,
        rejected_at=at,
        rejected_because=because,
        rejections=task.rejections + 1,
    )


def followed(task: Task, event: TaskEvent, at: datetime) -> Task:
    """Return the task after what a run saw: CONFIRM, CONTRADICT or DROP; raises IllegalMove."""
    return _moved(task, event, at)


def _check_is_somebody_else(task: Task, checker: Actor) -> None:
    """Hold that doer and checker are two persons; a deputy is held for both that they are."""
    accounts = {checker.account, *checker.other_accounts, checker.deputy_for} - {""}
    numbers = checker.numbers | checker.principal_numbers
    if task.done_by and task.done_by not in accounts and task.done_by_number not in numbers:
        return
    raise NotPermitted(
        f"task {task.task_id} was done by {task.done_by or 'nobody yet'}: somebody else checks it.",
        ja=f"作業 {task.task_id} を行ったのは {task.done_by or '（まだいません）'} です。"
        "ほかの人が確認します。",
    )


def check_may_do(actor: Actor, case: Case, order: HandOver) -> None:
    """Raise NotPermitted where somebody may not do what a case asks for.

    It is done in one's own right; a deputy decides, and does nothing in somebody's place.
    """
    names = {actor.account, *actor.other_accounts}
    if case.account in names or case.staff_number in actor.numbers:
        raise NotPermitted(
            f"case {case.case_id} concerns {actor.account}'s own right. Somebody else does it.",
            ja=f"案件 {case.case_id} は {actor.account} 自身の権限についてのものです。"
            "ほかの人が行います。",
        )
    named = bool(order.doers & names)
    if named or (not order.doers and Role.OPERATOR in actor.roles):
        return
    who = "、".join(sorted(order.doers)) or str(Role.OPERATOR)
    raise NotPermitted(
        f"{actor.account} does not do the tasks of {case.directory}; these do: {who}.",
        ja=f"{case.directory} の作業を行うのは {who} で、{actor.account} ではありません。",
    )


def may_do(actor: Actor, case: Case, order: HandOver) -> bool:
    """Tell whether somebody may do what a case asks for."""
    try:
        check_may_do(actor, case, order)
    except NotPermitted:
        return False
    return True


def checking(actors: Sequence[Actor], case: Case, task: Task, order: HandOver) -> Actor:
    """Return the first of a person's capacities in which they may check a task.

    Whoever may decide the case may check it, and so may another doer of the directory; never the
    one who did it. Raises NotPermitted with what stands against the person's own right.
    """
    own = actors[0]
    _check_is_somebody_else(task, own)
    if may_do(own, case, order):
        return own
    able = [actor for actor in actors if _is_somebody_else(task, actor)]
    return acting_on(able, case)


def may_check(actors: Sequence[Actor], case: Case, task: Task, order: HandOver) -> bool:
    """Tell whether a person may check a task now."""
    if (task.state, TaskEvent.CHECK) not in TASK_MOVES:
        return False
    try:
        checking(actors, case, task, order)
    except NotPermitted:
        return False
    return True


def _is_somebody_else(task: Task, actor: Actor) -> bool:
    try:
        _check_is_somebody_else(task, actor)
    except NotPermitted:
        return False
    return True
