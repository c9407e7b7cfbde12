"""The store's half of `ports.tasks`: what people must do, and what they attached."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    case,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from syncd.core.cards import Card
from syncd.core.ids import CaseId
from syncd.core.tasks import STANDING, Evidence, Task, TaskState
from syncd.errors import IllegalMove, NoSuchCase, UsageError
from syncd.ports.tasks import TaskCounts, TaskLine, TaskPage, TaskQuery
from syncd.store.cases import CASE_COLUMNS, decode_case
from syncd.store.codec import dumps
from syncd.store.console_tables import cards, sections
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.tables import cases
from syncd.store.task_tables import evidence, tasks
from syncd.store.upsert import insert_new

_MOMENTS = ("handed_over_at", "due_at")
_MAYBE = ("done_at", "checked_at", "rejected_at", "ended_at")
_STANDS = sorted(str(state) for state in STANDING)
_LISTED = [column for column in evidence.c if column.name != "content"]
_SORT = (tasks.c.due_at, tasks.c.task_id)


class TaskUnitQueries:
    """Implements `ports.tasks.TasksUnit` over a unit's connection."""

    _connection: Connection

    def add_task(self, task: Task) -> bool:
        """Keep a new task; False, and nothing kept, where the case has one that stands."""
        return insert_new(self._connection, tasks, _values(task))

    def task(self, task_id: str) -> Task:
        """Return one task; raises NoSuchCase."""
        row = self._connection.execute(select(tasks).where(tasks.c.task_id == task_id)).first()
        if row is None:
            raise NoSuchCase.task(task_id)
        return _task(row)

    def update_task(self, before: Task, after: Task) -> None:
        """Replace a task; raises IllegalMove when the stored one is no longer `before`."""
        same = tasks.c.task_id == before.task_id, tasks.c.version == before.version
        result = self._connection.execute(update(tasks).where(*same).values(_values(after)))
        if result.rowcount != 1:
            raise IllegalMove(
                f"task {before.task_id} was changed meanwhile by somebody else. Look at it again.",
                ja=f"作業 {before.task_id} は、その間にほかの人が変えました。"
                "もう一度見て、判断し直してください。",
            )

    def standing_tasks(self) -> tuple[Task, ...]:
        """Return the tasks on which somebody must act, the earliest due first."""
        return self._found(select(tasks).where(tasks.c.state.in_(_STANDS)).order_by(*_SORT))

    def tasks_of(self, case_id: CaseId) -> tuple[Task, ...]:
        """Return every task of a case, oldest first."""
        wanted = select(tasks).where(tasks.c.case_id == case_id)
        return self._found(wanted.order_by(tasks.c.handed_over_at, tasks.c.task_id))

    def checked_tasks(self, directory: str, after: datetime) -> tuple[Task, ...]:
        """Return the tasks of a directory that were done after a moment and checked."""
        wanted = select(tasks).where(
            tasks.c.directory == directory,
            tasks.c.state == str(TaskState.CHECKED),
            tasks.c.done_at > encode_moment(after),
        )
        return self._found(wanted.order_by(*_SORT))

    def task_page(self, query: TaskQuery) -> TaskPage:
        """Return one page of the tasks that match."""
        wanted = _conditions(query)
        total = self._connection.scalar(select(func.count()).select_from(tasks).where(*wanted))
        if query.after:
            wanted.append(_later_than(query.after))
        limited = _lines().where(*wanted).limit(query.limit + 1)
        rows = self._connection.execute(limited).mappings().all()
        shown = [_line(row) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        last = shown[-1].task if more else None
        after = () if last is None else (encode_moment(last.due_at), last.task_id)
        return TaskPage(tuple(shown), int(total or 0), after)

    def task_counts(self, query: TaskQuery, now: datetime) -> TaskCounts:
        """Return how many of the tasks that an asker sees wait, and how many are overdue."""
        over = case((tasks.c.due_at <= encode_moment(now), 1), else_=0)
        counted = select(tasks.c.state, func.count(), func.sum(over)).group_by(tasks.c.state)
        found = {
            TaskState(state): (int(count), int(late))
            for state, count, late in self._connection.execute(counted.where(*_conditions(query)))
        }
        (to_do, late_to_do), (to_check, late_to_check) = (
            found.get(state, (0, 0)) for state in (TaskState.OPEN, TaskState.DONE)
        )
        return TaskCounts(to_do, to_check, late_to_do + late_to_check)

    def add_evidence(self, listed: Evidence, content: bytes) -> None:
        """Keep a file of a task."""
        values = {column.name: getattr(listed, column.name) for column in _LISTED}
        values |= {"attached_at": encode_moment(listed.attached_at), "content": content}
        self._connection.execute(insert(evidence).values(values))

    def evidence_of(self, task_ids: Collection[str]) -> tuple[Evidence, ...]:
        """Return what is attached to these tasks, oldest first."""
        wanted = select(*_LISTED).where(evidence.c.task_id.in_(sorted(task_ids)))
        ordered = wanted.order_by(evidence.c.attached_at, evidence.c.evidence_id)
        return tuple(_evidence(row) for row in self._connection.execute(ordered))

    def evidence(self, evidence_id: str) -> tuple[Evidence, bytes]:
        """Return a file with its bytes; raises NoSuchCase."""
        wanted = select(*_LISTED, evidence.c.content).where(evidence.c.evidence_id == evidence_id)
        row = self._connection.execute(wanted).first()
        if row is None:
            raise NoSuchCase.task(evidence_id)
        return _evidence(row[:-1]), bytes(row[-1])

    def _found(self, query: Select[Any]) -> tuple[Task, ...]:
        return tuple(_task(row) for row in self._connection.execute(query))


def _lines() -> Select[Any]:
    """Return what a line shows, labelled by table: the names of their columns meet."""
    columns = [
        *(column.label(f"task_{column.name}") for column in tasks.c),
        *(column.label(f"case_{column.name}") for column in CASE_COLUMNS),
        *(column.label(f"card_{column.name}") for column in cards.c),
        sections.c.name.label("section_name"),
    ]
    return (
        select(*columns)
        .select_from(tasks)
        .join(cases, cases.c.case_id == tasks.c.case_id)
        .outerjoin(cards, cards.c.staff_number == cases.c.staff_number)
        .outerjoin(sections, sections.c.code == tasks.c.section)
        .order_by(*_SORT)
    )


def _conditions(query: TaskQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.states:
        found.append(tasks.c.state.in_(sorted(str(state) for state in query.states)))
    if query.visible is not None:
        seen = tasks.c.section.in_(sorted(query.visible))
        found.append(or_(seen, tasks.c.directory.in_(sorted(query.own_directories))))
    if query.section is not None:
        found.append(tasks.c.section == query.section)
    if query.directory:
        found.append(tasks.c.directory == query.directory)
    if query.overdue_at is not None:
        found.append(tasks.c.due_at <= encode_moment(query.overdue_at))
        found.append(tasks.c.state.in_(_STANDS))
    return found


def _later_than(after: tuple[str, ...]) -> ColumnElement[bool]:
    """Return what lies after a cursor; raises UsageError for one that is none."""
    if len(after) != len(_SORT):
        raise UsageError(
            "the page begins nowhere; go back to the first page.",
            ja="そのページはありません。最初のページに戻ってください。",
        )
    return tuple_(*_SORT) > tuple_(*after)


def _line(row: RowMapping) -> TaskLine:
    card = None
    if row["card_staff_number"] is not None:
        card = Card(*(row[f"card_{column.name}"] for column in cards.c))
    decoded = _task_of(*(row[f"task_{column.name}"] for column in tasks.c))
    about = decode_case(*(row[f"case_{column.name}"] for column in CASE_COLUMNS))
    return TaskLine(decoded, about, card, row["section_name"] or decoded.section or "")


def _values(task: Task) -> dict[str, Any]:
    values = {column.name: getattr(task, column.name) for column in tasks.c}
    values |= {name: encode_moment(values[name]) for name in _MOMENTS}
    values |= {name: encode_maybe(values[name]) for name in _MAYBE}
    return values | {"state": str(task.state), "groups": dumps(task.groups)}


def _task(row: Row[Any]) -> Task:
    return _task_of(*row)


def _task_of(*stored: Any) -> Task:  # noqa: ANN401 - the columns of the table, in their order
    fields: dict[str, Any] = dict(zip(tasks.c.keys(), stored, strict=True))
    fields |= {name: decode_moment(fields[name]) for name in _MOMENTS}
    fields |= {name: decode_maybe(fields[name]) for name in _MAYBE}
    fields |= {"state": TaskState(fields["state"]), "groups": tuple(json.loads(fields["groups"]))}
    return Task(**fields)


def _evidence(row: Any) -> Evidence:  # noqa: ANN401 - a row of the listed columns
    fields: dict[str, Any] = dict(zip((column.name for column in _LISTED), row, strict=True))
    return Evidence(**fields | {"attached_at": decode_moment(fields["attached_at"])})
