"""What happened since people were last told: the trail's records behind a cursor, each read once.

Three readers have a cursor each: `events` is told at once, `digest` gathers new cases until the
next digest is due, `reminders` looks at the open cases once a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from syncd.core.audit import AuditEvent
from syncd.core.calendar import day_of
from syncd.core.ids import CaseId
from syncd.core.messages import MessageKind
from syncd.ports.outbox import Cursor
from syncd.ports.store import Unit

EVENTS, DIGEST, REMINDERS = "events", "digest", "reminders"

_TOLD_OF = {
    AuditEvent.PLAN_HELD: MessageKind.PLAN_HELD,
    AuditEvent.ORDER_COUNTS_DEVIATED: MessageKind.ORDER_COUNTS,
    AuditEvent.INPUT_REFUSED: MessageKind.INPUT_REFUSED,
    AuditEvent.DIRECTORY_UNREAD: MessageKind.DIRECTORY_UNREAD,
    AuditEvent.ALARM_RAISED: MessageKind.RUN_MISSED,
    AuditEvent.REPORT_READIED: MessageKind.REPORT_READY,
    AuditEvent.REVIEW_CLOSED: MessageKind.REVIEW_CLOSED,
}

_ASKS_ANEW = frozenset(
    {AuditEvent.REVIEW_FROZEN, AuditEvent.REVIEW_ANSWERED, AuditEvent.REVIEW_ASSIGNED}
)
"""After these a section may have questions of a review of which it does not know."""

_ABOUT_GUARDS = frozenset({"drill", "clock"})
"""The subjects of alarms that are about a guard, and not about a run that did not come."""


@dataclass(frozen=True, slots=True)
class Event:
    """A record that is told of by itself, with its number in the trail."""

    number: int
    kind: MessageKind
    subject: str
    ground: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """What is new. `cursors` are where the readers stand afterwards; none moves: nothing is new.

    `is_first` tells that nobody was ever told anything: then all that waits is new. `reminds`
    tells that today's reminders are due. `handed` are the tasks that somebody must do since then
    (those sent back, too), `reported` those that somebody did. `residuals` tells that a report of
    a residual right was opened, `uses_shown` are those whose logs showed a use. `reviews` tells
    that somebody may be asked in an access review who was not before.
    """

    cursors: Mapping[str, Cursor]
    is_first: bool = False
    opened: tuple[CaseId, ...] = ()
    regranted: tuple[CaseId, ...] = ()
    escalated: tuple[CaseId, ...] = ()
    handed: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    residuals: bool = False
    uses_shown: tuple[str, ...] = ()
    reviews: bool = False
    events: tuple[Event, ...] = ()
    reminds: bool = False

    @property
    def number(self) -> int:
        """Return a number that no other news have; what is told with them is named by it."""
        return max((cursor.number for cursor in self.cursors.values()), default=0)


def read_news(unit: Unit, digest_every: timedelta, now: datetime) -> News:
    """Return what happened behind the cursors; reads only what was numbered meanwhile."""
    reminds = reminders_are_due(unit, now)
    cursors = {REMINDERS: Cursor(0, now)} if reminds else {}
    events, digest = unit.cursor(EVENTS), unit.cursor(DIGEST)
    if events is None or digest is None:
        checkpoints = unit.checkpoints()
        size = checkpoints[-1].size if checkpoints else 0
        here = {EVENTS: Cursor(size, now), DIGEST: Cursor(size, now - digest_every)}
        return News({**cursors, **here}, is_first=True, reminds=reminds)
    records = tuple(_records(unit, events.number))
    if records:
        cursors[EVENTS] = Cursor(records[-1][0], now)
    opened: tuple[CaseId, ...] = ()
    if digest.at > now or digest.at + digest_every <= now:
        gathered = tuple(_records(unit, digest.number))
        opened = _cases(gathered, AuditEvent.CASE_OPENED)
        # Where no case was opened, the next one is told at once.
        at = now if opened else digest.at
        cursors |= {DIGEST: Cursor(gathered[-1][0], at)} if gathered else {}
    return News(
        cursors,
        opened=opened,
        regranted=_cases(records, AuditEvent.CASE_OPENED, having="regranted"),
        escalated=_cases(records, AuditEvent.CASE_ESCALATED),
        handed=_tasks(records, AuditEvent.TASK_HANDED_OVER, AuditEvent.TASK_REJECTED),
        reported=_tasks(records, AuditEvent.TASK_DONE),
        residuals=any(r["event"] == AuditEvent.RESIDUAL_OPENED for _, r in records),
        uses_shown=_cases(records, AuditEvent.RESIDUAL_LOG_READ, having="uses"),
        reviews=any(r["event"] in _ASKS_ANEW for _, r in records),
        events=tuple(_event(n, r) for n, r in records if r["event"] in _TOLD_OF),
        reminds=reminds,
    )


def reminders_are_due(unit: Unit, now: datetime) -> bool:
    """Tell whether nobody was reminded today."""
    reminded = unit.cursor(REMINDERS)
    # "Not" and not "before": a clock that ran ahead and was set back must not silence anything.
    return reminded is None or day_of(reminded.at) != day_of(now)


_Numbered: TypeAlias = tuple[int, Mapping[str, Any]]


def _records(unit: Unit, after: int) -> Iterator[_Numbered]:
    for number, leaf, _ in unit.audit_leaves(after):
        yield number, json.loads(leaf)


def _event(number: int, record: Mapping[str, Any]) -> Event:
    kind = _TOLD_OF[AuditEvent(record["event"])]
    if kind is MessageKind.RUN_MISSED and record["subject"] in _ABOUT_GUARDS:
        kind = MessageKind.GUARD_ALARM
    return Event(number, kind, record["subject"], record["ground"])


def _cases(records: Iterable[_Numbered], event: AuditEvent, having: str = "") -> tuple[CaseId, ...]:
    """Return the cases of one kind of record, each once; `having` names what its ground says."""
    found = (
        CaseId(record["subject"])
        for _, record in records
        if record["event"] == event and (not having or record["ground"].get(having))
    )
    return tuple(dict.fromkeys(found))


def _tasks(records: Iterable[_Numbered], *events: AuditEvent) -> tuple[str, ...]:
    """Return the tasks of some kinds of records, each once."""
    found = (str(record["ground"]["task"]) for _, record in records if record["event"] in events)
    return tuple(dict.fromkeys(found))
