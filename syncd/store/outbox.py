"""The store's half of `ports.outbox`: what was told to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from syncd.ports.outbox import Cursor, Dispatch, OutgoingMessage
from syncd.store.console_tables import outbox, outbox_cursors
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.upsert import insert_new, upsert


class OutboxUnitQueries:
    """Implements `ports.outbox.OutboxUnit` over a unit's connection."""

    _connection: Connection

    def cursor(self, reader: str) -> Cursor | None:
        """Return how far a reader has come; None before its first time."""
        query = select(outbox_cursors).where(outbox_cursors.c.reader == reader)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else Cursor(row["number"], decode_moment(row["at"]))

    def move_cursor(self, reader: str, cursor: Cursor) -> None:
        """Keep how far a reader has come."""
        values = {"reader": reader, "number": cursor.number, "at": encode_moment(cursor.at)}
        upsert(self._connection, outbox_cursors, values)

    def add_messages(self, messages: Iterable[OutgoingMessage]) -> int:
        """Keep messages to be sent; what was told already is left out. Return how many were new."""
        return sum(insert_new(self._connection, outbox, _values(m)) for m in messages)

    def due_messages(self, now: datetime, limit: int) -> tuple[OutgoingMessage, ...]:
        """Return messages that wait and whose time has come, oldest first, `limit` a notifier."""
        due = outbox.c.state == Dispatch.WAITING, outbox.c.next_at <= encode_moment(now)
        place = func.row_number().over(partition_by=outbox.c.notifier, order_by=outbox.c.id)
        placed = select(outbox.c.id, place.label("place")).where(*due).subquery()
        first = select(placed.c.id).where(placed.c.place <= limit)
        query = select(outbox).where(outbox.c.id.in_(first)).order_by(outbox.c.id)
        return tuple(_message(row) for row in self._connection.execute(query).mappings())

    def update_message(self, message: OutgoingMessage) -> None:
        """Set what became of a message."""
        same = outbox.c.id == message.message_id
        self._connection.execute(update(outbox).where(same).values(_values(message)))

    def messages(self, limit: int) -> tuple[OutgoingMessage, ...]:
        """Return the newest messages, newest first."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        return tuple(_message(row) for row in self._connection.execute(query).mappings())

    def message_counts(self) -> Mapping[tuple[str, Dispatch], int]:
        """Return how many messages stand in each state, by notifier."""
        columns = outbox.c.notifier, outbox.c.state
        rows = self._connection.execute(select(*columns, func.count()).group_by(*columns))
        return {(notifier, Dispatch(state)): count for notifier, state, count in rows}

    def forget_messages(self, before: datetime) -> None:
        """Remove messages that were made before a moment and no longer wait."""
        over = outbox.c.state != Dispatch.WAITING, outbox.c.created_at < encode_moment(before)
        self._connection.execute(delete(outbox).where(*over))


def _values(message: OutgoingMessage) -> dict[str, Any]:
    return {
        "notifier": message.notifier,
        "recipient": message.recipient,
        "account": message.account,
        "kind": message.kind,
        "object": message.object,
        "created_at": encode_moment(message.created_at),
        "subject": message.subject,
        "body": message.body,
        "state": str(message.state),
        "attempts": message.attempts,
        "next_at": encode_moment(message.next_at),
        "sent_at": encode_maybe(message.sent_at),
        "last_error": message.last_error,
    }


def _message(row: RowMapping) -> OutgoingMessage:
    return OutgoingMessage(
        notifier=row["notifier"],
        recipient=row["recipient"],
        account=row["account"],
        kind=row["kind"],
        object=row["object"],
        subject=row["subject"],
        body=row["body"],
        created_at=decode_moment(row["created_at"]),
        next_at=decode_moment(row["next_at"]),
        state=Dispatch(row["state"]),
        attempts=row["attempts"],
        sent_at=decode_maybe(row["sent_at"]),
        last_error=row["last_error"],
        message_id=row["id"],
    )
