"""What is told to whom: approvers what waits for them, the others what they must act on.

Pure: cases, people and a day in, the contents of messages out. 内示 cannot get in: cases rest on
confirmed orders only, and nothing else here is about a person. Who is told is who may act: an
approver hears of exactly the cases they may decide, a deputy of those they may decide in somebody's
place, the chief of what nobody else could decide and of what nobody did decide in time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from syncd.core.acting import Grant
from syncd.core.calendar import is_open, last_day_before
from syncd.core.cases import Case, CaseState
from syncd.core.ids import OrgUnitCode
from syncd.core.votes import MAY_DECIDE, Actor, Role, answers_for, may_decide

WAITS = frozenset({CaseState.OPEN, CaseState.REFUSED})
"""The states in which a case waits for somebody's decision."""


class MessageKind(StrEnum):
    """What a message is about; permanent names, which configurations and templates use."""

    NEW_CASES = "new-cases"
    REGRANTED = "regranted"
    DEADLINE = "deadline"
    PRE_APPROVAL = "pre-approval"
    ESCALATION = "escalation"
    PLAN_HELD = "plan-held"
    ORDER_COUNTS = "order-counts"
    INPUT_REFUSED = "input-refused"
    DIRECTORY_UNREAD = "directory-unread"
    RUN_MISSED = "run-missed"
    REPORT_READY = "report-ready"
    GUARD_ALARM = "guard-alarm"
    TASKS_TO_DO = "tasks-to-do"
    TASKS_TO_CHECK = "tasks-to-check"
    TASKS_OVERDUE = "tasks-overdue"
    RESIDUAL_ASKED = "residual-asked"
    RESIDUAL_DEADLINE = "residual-deadline"
    REVIEW_ASKED = "review-asked"
    REVIEW_REMINDER = "review-reminder"
    REVIEW_ESCALATION = "review-escalation"
    REVIEW_CORRECTION = "review-correction"
    REVIEW_CLOSED = "review-closed"


TOLD: Mapping[MessageKind, frozenset[Role]] = MappingProxyType(
    {
        MessageKind.PLAN_HELD: frozenset({Role.CHIEF, Role.OPERATOR}),
        MessageKind.ORDER_COUNTS: frozenset({Role.PERSONNEL, Role.CHIEF, Role.OPERATOR}),
        MessageKind.INPUT_REFUSED: frozenset({Role.OPERATOR, Role.PERSONNEL}),
        MessageKind.DIRECTORY_UNREAD: frozenset({Role.OPERATOR}),
        MessageKind.REPORT_READY: frozenset({Role.CHIEF, Role.OPERATOR}),
        MessageKind.GUARD_ALARM: frozenset({Role.OPERATOR, Role.ADMIN, Role.CHIEF}),
        MessageKind.REVIEW_CLOSED: frozenset({Role.CHIEF, Role.OPERATOR}),
        MessageKind.RUN_MISSED: frozenset({Role.OPERATOR, Role.ADMIN, Role.CHIEF}),
    }
)
"""Who is told what is not about cases; of cases those are told who may decide them."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be told: their account, their mail address (empty: none known).

    `account` is that of a post (`post:12010 課長`) where nobody knows its holder's. `actors` are
    the capacities in which they act today, their own right first.
    """

    account: str
    mail: str
    actors: tuple[Actor, ...]

    @property
    def own(self) -> Actor:
        """Return them in their own right."""
        return self.actors[0]

    @property
    def is_told(self) -> bool:
        """Tell whether anything is ever told to them: an auditor only reads."""
        return any(actor.roles - {Role.AUDITOR} for actor in self.actors)


@dataclass(frozen=True, slots=True)
class Share:
    """The cases that one recipient is told of, in one capacity (`deputy_for` empty: their own)."""

    recipient: Recipient
    cases: tuple[Case, ...]
    deputy_for: str = ""


def holding(recipients: Iterable[Recipient], roles: Collection[Role]) -> tuple[Recipient, ...]:
    """Return who holds one of these roles in their own right."""
    return tuple(r for r in recipients if r.own.roles & frozenset(roles))


def shares(
    recipients: Sequence[Recipient], cases: Iterable[Case], *, chief_too: bool = False
) -> tuple[Share, ...]:
    """Return for each recipient the cases they are told of, in one capacity after the other.

    The chief may decide everything, and is told only of what no approver may decide, unless
    `chief_too`. A case that somebody has in their own right they are not told of again as a deputy.
    """
    told: dict[tuple[Recipient, str], list[Case]] = {}
    near: dict[OrgUnitCode | None, list[_Near]] = {}
    for case in cases:
        if case.section not in near:
            near[case.section] = list(_answering(recipients, case.section))
        deciders = [found for one in near[case.section] for found in _capacity(*one, case)]
        approvers = [found for found in deciders if Role.CHIEF not in found[1].roles]
        for recipient, actor in deciders if chief_too or not approvers else approvers:
            told.setdefault((recipient, actor.deputy_for), []).append(case)
    return tuple(Share(r, tuple(theirs), deputy) for (r, deputy), theirs in told.items())


_Near: TypeAlias = tuple[Recipient, tuple[Actor, ...]]
"""Somebody with those of their capacities that answer for a section; an approver's come first."""


def _answering(recipients: Iterable[Recipient], section: OrgUnitCode | None) -> Iterator[_Near]:
    """Yield who answers for a section: on 1 April thousands of cases share a few of them."""
    for recipient in recipients:
        able = [a for a in recipient.actors if a.roles & MAY_DECIDE and answers_for(a, section)]
        if able:
            # A person may be both; as the approver of the section they are told first.
            yield recipient, tuple(sorted(able, key=lambda actor: Role.CHIEF in actor.roles))


def _capacity(
    recipient: Recipient, actors: tuple[Actor, ...], case: Case
) -> Iterator[tuple[Recipient, Actor]]:
    """Yield the first capacity in which somebody may decide a case, if any."""
    able = next((actor for actor in actors if may_decide(actor, case)), None)
    if able is not None:
        yield recipient, able


def reminders(
    cases: Iterable[Case],
    today: date,
    open_days: Collection[int],
    closed_days: Collection[date],
) -> Mapping[tuple[date, int], tuple[Case, ...]]:
    """Return the waiting cases to remind of, by (last day, open days ahead of it).

    `open_days` are how many open days ahead people want to hear. A day on which nobody looked is
    made up for: the nearest of them that is due counts, until the deadline is over.
    """
    due: dict[tuple[date, int], list[Case]] = {}
    for case in cases:
        last_day = last_day_before(case.hard_deadline_at)
        left = open_days_until(today, last_day, closed_days)
        nearest = min((n for n in open_days if left <= n), default=None)
        if case.state in WAITS and nearest is not None and last_day >= today:
            due.setdefault((last_day, nearest), []).append(case)
    return {key: tuple(due[key]) for key in sorted(due)}


def open_days_until(today: date, last_day: date, closed_days: Collection[date]) -> int:
    """Return how many open days follow today up to a day, that one included."""
    ahead = (today + timedelta(days=n) for n in range(1, (last_day - today).days + 1))
    return sum(is_open(day, closed_days) for day in ahead)


def address_of(grants: Iterable[Grant], mail_domain: str, account: str) -> str:
    """Return where mail reaches somebody: the address a grant of theirs gives, else their account.

    An account is an address within `mail_domain`; with neither there is no address. One that is
    written as an address elsewhere has none: an approver names any account as deputy, and what
    waits for a decision must not leave the body by that.
    """
    given = next((grant.mail for grant in grants if grant.mail), "")
    if given or not (mail_domain and account):
        return given
    if "@" not in account:
        return f"{account}@{mail_domain}"
    is_within = account.rpartition("@")[2].casefold() == mail_domain.casefold()
    return account if is_within else ""
