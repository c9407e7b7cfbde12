"""From news to messages: whoever must act is told once, and nobody else.

Composing writes the messages and moves the cursors over what they tell of, all in one unit: killed
at any moment it neither forgets nor repeats. New cases come as one digest, not as one message each:
the first at once, the next ones together after a while. Nothing here sends (`delivery`), and
nothing here puts things into words (`reports.letters`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from syncd.core.calendar import day_of
from syncd.core.cases import Case
from syncd.core.guards import Trip
from syncd.core.ids import CaseId, PlanHash
from syncd.core.messages import (
    TOLD,
    WAITS,
    MessageKind,
    Recipient,
    holding,
    reminders,
    shares,
)
from syncd.errors import AlreadyRunning
from syncd.flow.site import Site
from syncd.flow.telling.ahead import topics_ahead
from syncd.flow.telling.letter import Letter
from syncd.flow.telling.news import Event, News, read_news, reminders_are_due
from syncd.flow.telling.recipients import Addresses, recipients_of
from syncd.flow.telling.residuals import about_residuals, residual_letters
from syncd.flow.telling.reviews import about_reviews, review_letters
from syncd.flow.telling.tasks import about_tasks, task_letters
from syncd.ports.notifier import Addressing, Notifier
from syncd.ports.outbox import OutgoingMessage
from syncd.ports.store import Unit

_RIGHT = "composing"
_KEPT_FOR = timedelta(days=90)


Render: TypeAlias = Callable[[Letter], tuple[str, str]]
"""Puts a letter into words: its subject and its body."""


@dataclass(frozen=True, slots=True)
class NotifierSeat:
    """A notifier with what the site tells through it."""

    notifier: Notifier
    kinds: frozenset[MessageKind] = frozenset(MessageKind)


@dataclass(frozen=True, slots=True)
class Notices:
    """Everything that telling people needs.

    A digest of new cases comes `digest_every` at the most; `remind_open_days` are how many open
    days before a deadline people are reminded of it.
    """

    seats: tuple[NotifierSeat, ...]
    addresses: Addresses
    render: Render
    digest_every: timedelta = timedelta(hours=2)
    remind_open_days: frozenset[int] = frozenset({1})


def compose(site: Site, notices: Notices) -> int:
    """Write what must be told into the outbox; return how many messages are new.

    The first time ever only what waits now is told, not all that ever happened. Where another
    process composes, nothing: two that read behind one cursor would tell the same twice. Raises
    StoreError.
    """
    try:
        with site.store.exclusive(_RIGHT):
            return _compose(site, notices)
    except AlreadyRunning:
        return 0


def _compose(site: Site, notices: Notices) -> int:
    now = site.clock()
    ahead = _topics_ahead(site, now)
    with site.store.begin() as unit:
        news = read_news(unit, notices.digest_every, now)
        if not news.cursors:
            return 0
        letters = tuple(_letters(unit, site, notices, news, ahead))
        for reader, cursor in news.cursors.items():
            unit.move_cursor(reader, cursor)
        unit.forget_messages(now - _KEPT_FOR)
        return unit.add_messages(_addressed(letters, notices, now))


def _topics_ahead(site: Site, now: datetime) -> tuple[_Topic, ...]:
    """Return today's reminders of coming days; worked out once a day, outside of any unit."""
    with site.store.begin() as unit:
        if not reminders_are_due(unit, now):
            return ()
    return tuple(
        _Topic(
            MessageKind.PRE_APPROVAL,
            topic.object,
            topic.cases,
            chief_too=not topic.open_days,
            last_day=topic.last_day,
            open_days=topic.open_days,
        )
        for topic in topics_ahead(site, day_of(now))
    )


def _letters(
    unit: Unit, site: Site, notices: Notices, news: News, ahead: tuple[_Topic, ...]
) -> Iterator[Letter]:
    """Yield every letter; people are looked up only where there is something to tell."""
    found = (*_about_cases(unit, site, notices, news), *(ahead if news.reminds else ()))
    tasks = (*about_tasks(unit, news, site.clock()),)
    residuals = (*about_residuals(unit, site, news, site.clock()),)
    reviews = (*about_reviews(unit, site, news, site.clock()),)
    if not (found or tasks or residuals or reviews or news.events):
        return
    today = day_of(site.clock())
    recipients = recipients_of(unit, site, notices.addresses, today)
    names = {str(section.code): section.name for section in unit.sections()}
    for topic in found:
        for letter in topic.letters(recipients):
            yield replace(letter, section_names=names)
    for letter in task_letters(unit, site, tasks, recipients):
        yield replace(letter, section_names=names)
    reaches = partial(_reaches, notices)
    for letter in residual_letters(unit, site, residuals, recipients, reaches):
        yield replace(letter, section_names=names)
    yield from review_letters(unit, site, reviews, recipients, reaches)
    for event in news.events:
        for recipient in holding(recipients, TOLD[event.kind]):
            yield Letter(event.kind, _object_of(event, today), recipient, about=_about(unit, event))


@dataclass(frozen=True, slots=True)
class _Topic:
    """Cases that are told of together, to whoever may decide them."""

    kind: MessageKind
    object: str
    cases: tuple[Case, ...]
    chief_too: bool = False
    last_day: date | None = None
    open_days: int = 0

    def letters(self, recipients: tuple[Recipient, ...]) -> Iterator[Letter]:
        """Yield a letter for each recipient and capacity."""
        for share in shares(recipients, self.cases, chief_too=self.chief_too):
            yield Letter(
                self.kind,
                "/".join(filter(None, (self.object, share.deputy_for))),
                share.recipient,
                share.cases,
                share.deputy_for,
                self.last_day,
                self.open_days,
            )


def _about_cases(unit: Unit, site: Site, notices: Notices, news: News) -> Iterator[_Topic]:
    """Yield the topics that are about cases; those that nobody need decide any more are left out.

    A right that came back is told of whatever became of its case: somebody granted it again.
    """
    waiting = {case.case_id: case for case in _waiting(unit, news)}

    def still(case_ids: Iterable[CaseId]) -> tuple[Case, ...]:
        return tuple(waiting[case_id] for case_id in case_ids if case_id in waiting)

    again = unit.cases_of(news.regranted)
    new = tuple(waiting.values()) if news.is_first else still(news.opened)
    for kind, cases, chief_too in (
        (MessageKind.NEW_CASES, new, False),
        (MessageKind.REGRANTED, again, True),
        (MessageKind.ESCALATION, still(news.escalated), True),
    ):
        if cases:
            yield _Topic(kind, f"trail:{news.number}", cases, chief_too)
    if news.reminds:
        due = reminders(
            waiting.values(),
            day_of(site.clock()),
            notices.remind_open_days,
            site.policy.closed_days,
        )
        for (last_day, ahead), cases in due.items():
            about = f"{last_day.isoformat()}:{ahead}"
            yield _Topic(MessageKind.DEADLINE, about, cases, last_day=last_day, open_days=ahead)


def _waiting(unit: Unit, news: News) -> tuple[Case, ...]:
    """Return the cases that wait; nothing is read where no topic can come of it."""
    if news.is_first or news.reminds or news.opened or news.escalated:
        return unit.cases(WAITS)
    return ()


def _object_of(event: Event, today: date) -> str:
    """Return under what an event is told once: each held plan, the same trouble once a day."""
    if event.kind is MessageKind.PLAN_HELD:
        return f"plan:{event.subject}:{event.number}"
    detail = ":".join(str(event.ground[key]) for key in ("faults", "first") if key in event.ground)
    return ":".join(filter(None, (event.subject, today.isoformat(), detail)))


def _about(unit: Unit, event: Event) -> dict[str, Any]:
    about: dict[str, Any] = {**event.ground, "subject": event.subject}
    if event.kind is MessageKind.PLAN_HELD:
        stored = unit.plan(PlanHash(event.subject))
        about |= {"trips": [str(trip) for trip in stored.trips], "lines": len(stored.plan.lines)}
    if event.kind is MessageKind.ORDER_COUNTS:
        about["trips"] = [str(Trip.of(trip)) for trip in event.ground["trips"]]
    return about


def _addressed(
    letters: Iterable[Letter], notices: Notices, now: datetime
) -> Iterator[OutgoingMessage]:
    """Yield each letter once for each notifier that tells of it and can reach its recipient."""
    for letter in letters:
        subject, body = notices.render(letter)
        for seat in notices.seats:
            where = _address(seat, letter.kind, letter.recipient)
            if where:
                yield OutgoingMessage(
                    notifier=seat.notifier.name,
                    recipient=where,
                    account=letter.recipient.account,
                    kind=str(letter.kind),
                    object=letter.object,
                    subject=subject,
                    body=body,
                    created_at=now,
                    next_at=now,
                )


def _address(seat: NotifierSeat, kind: MessageKind, recipient: Recipient) -> str:
    """Return where a notifier reaches somebody with a kind of message; nothing where it cannot."""
    if kind not in seat.kinds:
        return ""
    by_mail = seat.notifier.addressing is Addressing.MAIL
    return recipient.mail if by_mail else recipient.account


def _reaches(notices: Notices, kind: MessageKind, recipient: Recipient) -> bool:
    """Tell whether some notifier reaches somebody with a kind of message."""
    return any(_address(seat, kind, recipient) for seat in notices.seats)
