"""`/tasks`: what people must do and check, for a ticket system to list; nothing is done here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from syncd.core.access import Permission
from syncd.core.ids import OrgUnitCode
from syncd.core.tasks import STANDING, Evidence, TaskState
from syncd.ports.tasks import TaskLine, TaskQuery
from syncd.web.api.cursors import decode_cursor, encode_cursor
from syncd.web.gate import api_door, desk_of
from syncd.web.pages.tasks import seen_by
from syncd.web.visitor import Visitor

router = APIRouter(tags=["tasks"])
_MOST = 500


class EvidenceOut(BaseModel):
    """A file attached to a task, by its digest; the console gives it back."""

    model_config = ConfigDict(extra="forbid")

    evidence: str
    media_type: str
    size: int
    sha256: str
    attached_by: str
    attached_at: datetime


class TaskOut(BaseModel):
    """One task: what is to be done, by when, and who did and checked it."""

    model_config = ConfigDict(extra="forbid")

    task: str
    case: str
    directory: str
    account: str
    groups: list[str]
    entitlement: str
    staff_number: str | None
    section: str | None
    state: str
    handed_over_at: datetime
    due_at: datetime
    overdue: bool
    done_by: str | None
    done_at: datetime | None
    checked_by: str | None
    checked_at: datetime | None
    rejections: int
    evidence: list[EvidenceOut]

    @classmethod
    def of(cls, line: TaskLine, evidence: Sequence[Evidence], now: datetime) -> TaskOut:
        """Return a task as the API gives it; names of files may hold a person's and are not in."""
        task, case = line.task, line.case
        return cls(
            task=task.task_id,
            case=task.case_id,
            directory=task.directory,
            account=task.account,
            groups=list(task.groups),
            entitlement=case.entitlement,
            staff_number=case.staff_number,
            section=task.section,
            state=str(task.state),
            handed_over_at=task.handed_over_at,
            due_at=task.due_at,
            overdue=task.is_overdue(now),
            done_by=task.done_by or None,
            done_at=task.done_at,
            checked_by=task.checked_by or None,
            checked_at=task.checked_at,
            rejections=task.rejections,
            evidence=[_evidence(one) for one in evidence if one.task_id == task.task_id],
        )


class TasksOut(BaseModel):
    """A page of tasks, those due first; `next` is the cursor of the following page."""

    model_config = ConfigDict(extra="forbid")

    items: list[TaskOut]
    total: int
    next: str | None


def _evidence(one: Evidence) -> EvidenceOut:
    return EvidenceOut(
        evidence=one.evidence_id,
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256,
        attached_by=one.attached_by,
        attached_at=one.attached_at,
    )


@router.get("/tasks", response_model=TasksOut)
def list_tasks(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    request: Request,
    visitor: Annotated[Visitor, api_door(Permission.READ)],
    state: Annotated[list[TaskState] | None, Query()] = None,
    section: str = "",
    directory: str = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> TasksOut:
    """List the tasks that match; without `state`, those on which somebody must act."""
    opened = desk_of(request).opened
    asked = TaskQuery(
        states=frozenset(state or STANDING),
        section=OrgUnitCode(section) if section else None,
        directory=directory,
        after=decode_cursor(cursor),
        limit=limit,
    )
    with opened.site.store.begin() as unit:
        found = unit.task_page(seen_by(visitor, opened.site, asked))
        evidence = unit.evidence_of([line.task.task_id for line in found.lines])
    items = [TaskOut.of(line, evidence, opened.clock()) for line in found.lines]
    return TasksOut(items=items, total=found.total, next=encode_cursor(found.after))
