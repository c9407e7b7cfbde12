"""The store's half of `ports.syncs`: the runs that people and machines asked for."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import Connection, RowMapping, case, delete, func, insert, select, update

from syncd.core.ids import RunId
from syncd.errors import IdempotencyConflict
from syncd.ports.syncs import CheckedFeed, RequestedSync, SyncEvent, SyncState, Upload
from syncd.store.codec import dumps
from syncd.store.console_tables import sync_events, syncs, uploads
from syncd.store.locks import claim
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.sentences import pack_text, unpack_text


class SyncsUnitQueries:
    """Implements `ports.syncs.SyncsUnit` over a unit's connection."""

    _connection: Connection

    def save_upload(self, upload: Upload) -> None:
        """Keep a brought file."""
        values = {
            "upload_id": upload.upload_id,
            "account": upload.account,
            "at": encode_moment(upload.at),
            "file_name": upload.file_name,
            "sha256": upload.sha256,
            "content": upload.content,
            "expected_rows": upload.expected_rows,
        }
        self._connection.execute(insert(uploads).values(values))

    def upload(self, upload_id: str) -> Upload | None:
        """Return a brought file."""
        query = select(uploads).where(uploads.c.upload_id == upload_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        return Upload(
            upload_id=row["upload_id"],
            account=row["account"],
            at=decode_moment(row["at"]),
            file_name=row["file_name"],
            sha256=row["sha256"],
            content=bytes(row["content"]),
            expected_rows=row["expected_rows"],
        )

    def request_sync(self, wanted: RequestedSync) -> RequestedSync:
        """Record a request, or return the one of the same account and key."""
        claim(self._connection, "syncs")
        if wanted.idempotency_key is not None:
            query = select(syncs).where(
                syncs.c.requested_by == wanted.requested_by,
                syncs.c.idempotency_key == wanted.idempotency_key,
            )
            row = self._connection.execute(query).mappings().first()
            if row is not None:
                return _same(_sync(row), wanted)
        self._connection.execute(insert(syncs).values(_values(wanted)))
        return wanted

    def update_sync(self, row: RequestedSync) -> None:
        """Set what became of a request."""
        statement = update(syncs).where(syncs.c.sync_id == row.sync_id).values(_values(row))
        self._connection.execute(statement)

    def sync(self, sync_id: str) -> RequestedSync | None:
        """Return one request."""
        query = select(syncs).where(syncs.c.sync_id == sync_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _sync(row)

    def syncs(self, limit: int) -> tuple[RequestedSync, ...]:
        """Return the newest requests, newest first."""
        query = select(syncs).order_by(syncs.c.requested_at.desc(), syncs.c.sync_id).limit(limit)
        return tuple(_sync(row) for row in self._connection.execute(query).mappings())

    def unfinished_sync(self) -> RequestedSync | None:
        """Return the oldest request that is running or waits; a running one comes first."""
        running_first = case((syncs.c.state == str(SyncState.RUNNING), 0), else_=1)
        query = (
            select(syncs)
            .where(syncs.c.state.in_([str(SyncState.RUNNING), str(SyncState.WAITING)]))
            .order_by(running_first, syncs.c.requested_at, syncs.c.sync_id)
            .limit(1)
        )
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _sync(row)

    def add_sync_event(
        self, sync_id: str, at: datetime, what: str, done: int, total: int | None
    ) -> SyncEvent:
        """Append a step of progress under the next number."""
        last = select(func.max(sync_events.c.number)).where(sync_events.c.sync_id == sync_id)
        event = SyncEvent(int(self._connection.scalar(last) or 0) + 1, at, what, done, total)
        values = {
            "sync_id": sync_id,
            "number": event.number,
            "at": encode_moment(at),
            "what": what,
            "done": done,
            "total": total,
        }
        self._connection.execute(insert(sync_events).values(values))
        return event

    def forget_sync_events(self, before: datetime) -> None:
        """Forget the steps of before a moment, of all runs."""
        old = sync_events.c.at < encode_moment(before)
        self._connection.execute(delete(sync_events).where(old))

    def sync_events(self, sync_id: str, after: int = 0) -> tuple[SyncEvent, ...]:
        """Return the steps after a number, in order."""
        events = sync_events
        columns = events.c.number, events.c.at, events.c.what, events.c.done, events.c.total
        query = select(*columns).where(events.c.sync_id == sync_id, events.c.number > after)
        return tuple(
            SyncEvent(number, decode_moment(at), what, done, total)
            for number, at, what, done, total in self._connection.execute(
                query.order_by(events.c.number)
            )
        )


def _same(found: RequestedSync, wanted: RequestedSync) -> RequestedSync:
    if found.request_hash != wanted.request_hash:
        raise IdempotencyConflict(
            f"the key {wanted.idempotency_key!r} was used for another request. Take a new key.",
            ja=(
                f"キー {wanted.idempotency_key} は別の要求に使われました。"
                "新しいキーを使ってください。"
            ),
        )
    return found


def _values(row: RequestedSync) -> dict[str, object]:
    return {
        "sync_id": row.sync_id,
        "requested_by": row.requested_by,
        "requested_at": encode_moment(row.requested_at),
        "idempotency_key": row.idempotency_key,
        "request_hash": row.request_hash,
        "as_of": row.as_of,
        "upload_id": row.upload_id,
        "state": str(row.state),
        "run": row.run,
        "started_at": encode_maybe(row.started_at),
        "finished_at": encode_maybe(row.finished_at),
        "exit_code": row.exit_code,
        "error": pack_text(row.error),
        "feed": None if row.feed is None else dumps(astuple(row.feed)),
    }


def _sync(row: RowMapping) -> RequestedSync:
    return RequestedSync(
        sync_id=row["sync_id"],
        requested_by=row["requested_by"],
        requested_at=decode_moment(row["requested_at"]),
        as_of=row["as_of"],
        request_hash=row["request_hash"],
        idempotency_key=row["idempotency_key"],
        upload_id=row["upload_id"],
        state=SyncState(row["state"]),
        run=None if row["run"] is None else RunId(row["run"]),
        started_at=decode_maybe(row["started_at"]),
        finished_at=decode_maybe(row["finished_at"]),
        exit_code=row["exit_code"],
        error=unpack_text(row["error"]),
        feed=None if row["feed"] is None else CheckedFeed(*json.loads(row["feed"])),
    )
