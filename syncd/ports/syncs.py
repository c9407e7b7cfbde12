"""The part of a store's unit that keeps the runs that people and machines asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from syncd.core.ids import RunId


class SyncState(StrEnum):
    """Where a requested run stands; FAILED says why in `error`."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of orders that somebody brought, byte for byte.

    `expected_rows` is how many orders they say should be in it: the control total.
    """

    upload_id: str
    account: str
    at: datetime
    file_name: str
    sha256: str
    content: bytes
    expected_rows: int


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """A configured source of orders as somebody checked it before they asked for a run.

    `sha256` is over what they saw, and `expected_rows` is how many orders they said should be in
    it: with 内示 where they may see it (`advance_notices`), else the confirmed ones only.
    """

    source: str
    sha256: str
    expected_rows: int
    advance_notices: bool


@dataclass(frozen=True, slots=True)
class RequestedSync:
    """A run that somebody asked for. `request_hash` is over what was asked, for repeated asking.

    `feed` binds it to what a configured source held when it was checked.
    """

    sync_id: str
    requested_by: str
    requested_at: datetime
    as_of: date
    request_hash: str
    idempotency_key: str | None = None
    upload_id: str | None = None
    state: SyncState = SyncState.WAITING
    run: RunId | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    error: str = ""
    feed: CheckedFeed | None = None


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """One step of a run's progress; numbers grow from 1 without gaps."""

    number: int
    at: datetime
    what: str
    done: int
    total: int | None


class SyncsUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def save_upload(self, upload: Upload) -> None:
        """Keep a brought file."""
        ...

    def upload(self, upload_id: str) -> Upload | None:
        """Return a brought file."""
        ...

    def request_sync(self, wanted: RequestedSync) -> RequestedSync:
        """Record a request, or return the one of the same account and key.

        Raises IdempotencyConflict where the same key came with another request (IETF draft
        idempotency-key-header, section 2.6).
        """
        ...

    def update_sync(self, row: RequestedSync) -> None:
        """Set what became of a request."""
        ...

    def sync(self, sync_id: str) -> RequestedSync | None:
        """Return one request."""
        ...

    def syncs(self, limit: int) -> tuple[RequestedSync, ...]:
        """Return the newest requests, newest first."""
        ...

    def unfinished_sync(self) -> RequestedSync | None:
        """Return the oldest request that is running or waits; a running one comes first."""
        ...

    def add_sync_event(
        self, sync_id: str, at: datetime, what: str, done: int, total: int | None
    ) -> SyncEvent:
        """Append a step of progress under the next number."""
        ...

    def forget_sync_events(self, before: datetime) -> None:
        """Forget the steps of before a moment, of all runs."""
        ...

    def sync_events(self, sync_id: str, after: int = 0) -> tuple[SyncEvent, ...]:
        """Return the steps after a number, in order."""
        ...
