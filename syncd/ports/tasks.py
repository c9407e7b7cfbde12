"""The part of a store's unit that keeps tasks and the evidence attached to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syncd.core.cards import Card
from syncd.core.cases import Case
from syncd.core.ids import CaseId, OrgUnitCode
from syncd.core.tasks import Evidence, Task, TaskState


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Which tasks are wanted; None and empty narrow nothing.

    `visible` are the sections that the asker may see, `own_directories` those whose tasks they do
    (seen whatever the section). `overdue_at`: only what stands and should have been over by then.
    """

    states: frozenset[TaskState] = frozenset({TaskState.OPEN, TaskState.DONE})
    visible: frozenset[OrgUnitCode] | None = None
    own_directories: frozenset[str] = frozenset()
    section: OrgUnitCode | None = None
    directory: str = ""
    overdue_at: datetime | None = None
    after: tuple[str, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with its case, the person it concerns, and the name of the section."""

    task: Task
    case: Case
    card: Card | None
    section_name: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page of tasks, those due first; `after` is the cursor of the next one."""

    lines: tuple[TaskLine, ...]
    total: int
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks wait to be done and to be checked, and how many of both are overdue."""

    to_do: int = 0
    to_check: int = 0
    overdue: int = 0


class TasksUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def add_task(self, task: Task) -> bool:
        """Keep a new task; False, and nothing kept, where the case has one that stands."""
        ...

    def task(self, task_id: str) -> Task:
        """Return one task; raises NoSuchCase."""
        ...

    def update_task(self, before: Task, after: Task) -> None:
        """Replace a task; raises IllegalMove when the stored one is no longer `before`."""
        ...

    def standing_tasks(self) -> tuple[Task, ...]:
        """Return the tasks on which somebody must act, the earliest due first."""
        ...

    def tasks_of(self, case_id: CaseId) -> tuple[Task, ...]:
        """Return every task of a case, oldest first."""
        ...

    def checked_tasks(self, directory: str, after: datetime) -> tuple[Task, ...]:
        """Return the tasks of a directory that were done after a moment and checked."""
        ...

    def task_page(self, query: TaskQuery) -> TaskPage:
        """Return one page of the tasks that match."""
        ...

    def task_counts(self, query: TaskQuery, now: datetime) -> TaskCounts:
        """Return how many of the tasks that an asker sees wait, and how many are overdue."""
        ...

    def add_evidence(self, evidence: Evidence, content: bytes) -> None:
        """Keep a file of a task."""
        ...

    def evidence_of(self, task_ids: Collection[str]) -> tuple[Evidence, ...]:
        """Return what is attached to these tasks, oldest first."""
        ...

    def evidence(self, evidence_id: str) -> tuple[Evidence, bytes]:
        """Return a file with its bytes; raises NoSuchCase."""
        ...
