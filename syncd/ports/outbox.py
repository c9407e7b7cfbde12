"""The part of a store's unit that keeps what was told to whom, and how far the telling has come.

A message is written here in the same unit that moves the cursor over the records it tells of: each
record is told of once, whatever happens in between. Sending follows, and may happen twice where a
process dies between the other side's yes and ours (`ports.notifier`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Dispatch(StrEnum):
    """What became of a message. FAILED: it was refused, or given up."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to one recipient by one notifier.

    `recipient` is what the notifier needs (an address or an account), `account` is who that is, for
    the record. `object` says what it is about: the same is never told twice. `message_id` is the
    store's number (0: not kept yet).
    """

    notifier: str
    recipient: str
    account: str
    kind: str
    object: str
    subject: str
    body: str
    created_at: datetime
    next_at: datetime
    state: Dispatch = Dispatch.WAITING
    attempts: int = 0
    sent_at: datetime | None = None
    last_error: str = ""
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader of the audit trail has come: the last number seen, and when it acted."""

    number: int
    at: datetime


class OutboxUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def cursor(self, reader: str) -> Cursor | None:
        """Return how far a reader has come; None before its first time."""
        ...

    def move_cursor(self, reader: str, cursor: Cursor) -> None:
        """Keep how far a reader has come."""
        ...

    def add_messages(self, messages: Iterable[OutgoingMessage]) -> int:
        """Keep messages to be sent; what was told already is left out. Return how many were new."""
        ...

    def due_messages(self, now: datetime, limit: int) -> tuple[OutgoingMessage, ...]:
        """Return messages that wait and whose time has come, oldest first, `limit` a notifier.

        What piles up for one that is down must not stand before what others could carry.
        """
        ...

    def update_message(self, message: OutgoingMessage) -> None:
        """Set what became of a message."""
        ...

    def messages(self, limit: int) -> tuple[OutgoingMessage, ...]:
        """Return the newest messages, newest first."""
        ...

    def message_counts(self) -> Mapping[tuple[str, Dispatch], int]:
        """Return how many messages stand in each state, by notifier."""
        ...

    def forget_messages(self, before: datetime) -> None:
        """Remove messages that were made before a moment and no longer wait."""
        ...
