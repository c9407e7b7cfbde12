"""Sending what the outbox holds: at least once, one process at a time, never for ever.

A message that cannot be handed over now is tried again, later and later, for three days; while a
notifier is down nothing else is tried through it. What is given up stands on record and shows in
the console and the metrics: silence must not look like nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.errors import AlreadyRunning, MessageRefused, NotifierUnavailable
from syncd.flow.site import Site
from syncd.flow.telling.composing import Notices
from syncd.ports.notifier import Message, Notifier
from syncd.ports.outbox import Dispatch, OutgoingMessage

ACTOR = "syncd"
GIVE_UP_AFTER = timedelta(days=3)
_BATCH = 200
_RIGHT = "notices"
_DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
_UNWRITABLE = "its recipient, subject or text cannot be written as a message"
_GONE = "no notifier of this name is configured any more"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a round: how many messages were sent, put off and given up."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0


def deliver(site: Site, notices: Notices) -> Delivery:
    """Send what is due; where another process does, nothing. Raises StoreError."""
    try:
        with site.store.exclusive(_RIGHT):
            return _deliver(site, notices)
    except AlreadyRunning:
        return Delivery()


def _deliver(site: Site, notices: Notices) -> Delivery:
    notifiers = {seat.notifier.name: seat.notifier for seat in notices.seats}
    with site.store.begin() as unit:
        due = unit.due_messages(site.clock(), _BATCH)
    down: set[str] = set()
    done: list[OutgoingMessage] = []
    try:
        for message in due:
            if site.stopping():
                break
            if message.notifier in down:
                continue
            after = _tried(site, notifiers.get(message.notifier), message)
            _record(site, after)
            done.append(after)
            down |= {after.notifier} if after.state is Dispatch.WAITING else set()
    finally:
        for notifier in notifiers.values():
            notifier.close()
    states = [message.state for message in done]
    return Delivery(*(states.count(s) for s in (Dispatch.SENT, Dispatch.WAITING, Dispatch.FAILED)))


def _tried(site: Site, notifier: Notifier | None, message: OutgoingMessage) -> OutgoingMessage:
    """Hand one message over, with no transaction open; return what became of it."""
    if notifier is None:
        return replace(message, state=Dispatch.FAILED, last_error=_GONE)
    attempt = replace(message, attempts=message.attempts + 1)
    try:
        told = _told(message)
    except ValueError:  # one that cannot be written must not hold up all others
        return replace(attempt, state=Dispatch.FAILED, last_error=_UNWRITABLE)
    try:
        notifier.send(told)
    except MessageRefused as why:
        return replace(attempt, state=Dispatch.FAILED, last_error=str(why))
    except NotifierUnavailable as why:
        return _put_off(attempt, why, site.clock())
    return replace(attempt, state=Dispatch.SENT, sent_at=site.clock(), last_error="")


def _told(message: OutgoingMessage) -> Message:
    """Return a message for its notifier; raises ValueError for what cannot be written."""
    return Message(
        kind=message.kind,
        subject=message.subject,
        body=message.body,
        recipient=message.recipient,
        object=message.object,
        written_at=message.created_at,
    )


def _put_off(message: OutgoingMessage, why: NotifierUnavailable, now: datetime) -> OutgoingMessage:
    """Try again later and later, no sooner than the other side asks; give up after a while."""
    if now - message.created_at >= GIVE_UP_AFTER:
        return replace(message, state=Dispatch.FAILED, last_error=str(why))
    delay = _DELAYS[min(message.attempts, len(_DELAYS)) - 1]
    asked = timedelta(seconds=why.retry_after_s or 0)
    return replace(message, next_at=now + max(delay, asked), last_error=str(why))


def _record(site: Site, message: OutgoingMessage) -> None:
    """Keep what became of a message, with its record; the record names the account, no address."""
    events = {Dispatch.SENT: AuditEvent.NOTICE_SENT, Dispatch.FAILED: AuditEvent.NOTICE_FAILED}
    ground = {"notifier": message.notifier, "kind": message.kind, "object": message.object}
    event = events.get(message.state)
    with site.store.begin() as unit:
        unit.update_message(message)
        if event is not None:
            record = AuditRecord(site.clock(), event, ACTOR, message.account, None, ground)
            unit.audit([record])
