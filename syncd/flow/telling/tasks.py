"""Telling people of tasks: who must do one, who may check one, and what is overdue.

Who is told is who may act (`core.tasks`): never the person whose right it is, and of a check never
the one who did it. The chief is told only of what nobody else may check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.calendar import day_of
from syncd.core.cases import Case
from syncd.core.messages import MessageKind, Recipient
from syncd.core.tasks import Task, TaskState, may_check, may_do
from syncd.core.votes import MAY_DECIDE, Actor, Role
from syncd.flow.site import Mode, Site
from syncd.flow.tasks import order_of, tasks_done_by
from syncd.flow.telling.letter import Letter
from syncd.flow.telling.news import News
from syncd.flow.telling.recipients import Addresses, recipients_of
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class TaskTopic:
    """Tasks that are told of together, to whoever may act on each."""

    kind: MessageKind
    object: str
    tasks: tuple[Task, ...]


def about_tasks(unit: Unit, news: News, now: datetime) -> Iterator[TaskTopic]:
    """Yield what there is to tell of tasks; one on which nobody need act any more is left out."""
    if not (news.handed or news.reported or news.reminds or news.is_first):
        return
    standing = unit.standing_tasks()
    number = f"trail:{news.number}"
    for kind, state, named in (
        (MessageKind.TASKS_TO_DO, TaskState.OPEN, news.handed),
        (MessageKind.TASKS_TO_CHECK, TaskState.DONE, news.reported),
    ):
        new = _of_state(standing, state, None if news.is_first else named)
        if new:
            yield TaskTopic(kind, number, new)
    late = tuple(task for task in standing if task.is_overdue(now))
    if late and news.reminds:
        yield TaskTopic(MessageKind.TASKS_OVERDUE, f"day:{day_of(now).isoformat()}", late)


def _of_state(
    standing: Iterable[Task], state: TaskState, named: Collection[str] | None
) -> tuple[Task, ...]:
    return tuple(
        task
        for task in standing
        if task.state is state and (named is None or task.task_id in named)
    )


def task_letters(
    unit: Unit, site: Site, topics: Iterable[TaskTopic], recipients: tuple[Recipient, ...]
) -> Iterator[Letter]:
    """Yield a letter for each topic and each recipient who may act on some of its tasks."""
    for topic in topics:
        cases = {case.case_id: case for case in unit.cases_of(t.case_id for t in topic.tasks)}
        theirs: dict[Recipient, list[Task]] = {}
        for task in topic.tasks:
            for recipient in _acting(site, task, cases[task.case_id], recipients):
                theirs.setdefault(recipient, []).append(task)
        for recipient, tasks in theirs.items():
            yield Letter(
                topic.kind,
                topic.object,
                recipient,
                tuple(cases[task.case_id] for task in tasks),
                tasks=tuple(tasks),
            )


def _acting(
    site: Site, task: Task, case: Case, recipients: tuple[Recipient, ...]
) -> tuple[Recipient, ...]:
    """Return who may do a task that is open, or check one that is done."""
    order, is_open = order_of(site, task.directory), task.state is TaskState.OPEN
    able = tuple(
        one
        for one in recipients
        if (may_do(one.own, case, order) if is_open else may_check(one.actors, case, task, order))
    )
    others = tuple(one for one in able if Role.CHIEF not in one.own.roles)
    return others or able


def unmanned(site: Site, addresses: Addresses, today: date) -> tuple[str, ...]:
    """Return the directories whose tasks nobody with a role does, or one person alone.

    Nobody checks their own work: with a single person no task would ever end.
    """
    handed = {s.name for s in site.directories.values() if s.hand_over and s.mode is Mode.APPLY}
    if not handed:
        return ()
    with site.store.begin() as unit:
        people = recipients_of(unit, site, addresses, today)
    deciders = {_who(one.own) for one in people if one.own.roles & MAY_DECIDE}
    found = []
    for name in sorted(handed):
        doers = {_who(one.own) for one in people if name in tasks_done_by(site, one.own)}
        if not doers or len(doers | deciders) == 1:
            found.append(name)
    return tuple(found)


def _who(actor: Actor) -> str:
    """Return the person behind an account: two accounts of one staff number are one."""
    return actor.identity or actor.account
