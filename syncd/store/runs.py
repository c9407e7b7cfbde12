"""Runs, and the due moments of schedules that somebody has claimed."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import Connection, RowMapping, String, cast, delete, func, select

from syncd.core.findings import Counts
from syncd.core.ids import RunId
from syncd.ports.runs import RunRow
from syncd.store.codec import dumps
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.tables import firings, runs
from syncd.store.upsert import insert_new, upsert


def save_run(connection: Connection, row: RunRow) -> None:
    """Add a run or set what became of it."""
    upsert(
        connection,
        runs,
        {
            "run": row.run,
            "kind": row.kind,
            "as_of": row.as_of,
            "actor": row.actor,
            "started_at": encode_moment(row.started_at),
            "finished_at": encode_maybe(row.finished_at),
            "complete": row.complete,
            "exit_code": row.exit_code,
            "counts": None if row.counts is None else dumps(astuple(row.counts)),
        },
    )


def last_complete_run(connection: Connection, until: datetime | None = None) -> RunRow | None:
    """Return the run that was complete and finished last, of those that began until a moment.

    One as of another day proves nothing.
    """
    its_own_day = func.substr(runs.c.started_at, 1, 10) == cast(runs.c.as_of, String)
    query = select(runs).where(
        runs.c.complete.is_(True), runs.c.finished_at.is_not(None), its_own_day
    )
    if until is not None:
        query = query.where(runs.c.started_at <= encode_moment(until))
    newest = query.order_by(runs.c.finished_at.desc(), runs.c.started_at.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None else decode_run(row)


def last_run(connection: Connection) -> RunRow | None:
    """Return the run that started last."""
    newest = select(runs).order_by(runs.c.started_at.desc(), runs.c.run).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None else decode_run(row)


def find_run(connection: Connection, run: RunId) -> RunRow | None:
    """Return one run."""
    row = connection.execute(select(runs).where(runs.c.run == run)).mappings().first()
    return None if row is None else decode_run(row)


def find_runs(connection: Connection, limit: int, before: datetime | None) -> tuple[RunRow, ...]:
    """Return runs that started before a moment, newest first."""
    query = select(runs).order_by(runs.c.started_at.desc(), runs.c.run).limit(limit)
    if before is not None:
        query = query.where(runs.c.started_at < encode_moment(before))
    return tuple(decode_run(row) for row in connection.execute(query).mappings())


def decode_run(row: RowMapping) -> RunRow:
    """Return a run from the columns of its row."""
    return RunRow(
        run=RunId(row["run"]),
        kind=row["kind"],
        as_of=row["as_of"],
        actor=row["actor"],
        started_at=decode_moment(row["started_at"]),
        finished_at=decode_maybe(row["finished_at"]),
        complete=row["complete"],
        exit_code=row["exit_code"],
        counts=None if row["counts"] is None else Counts(*json.loads(row["counts"])),
    )


def claim_firing(connection: Connection, schedule: str, due_at: datetime, now: datetime) -> bool:
    """Return whether this caller is the first to claim a due moment of a schedule."""
    due, claimed = encode_moment(due_at), encode_moment(now)
    values = {"schedule": schedule, "due_at": due, "claimed_at": claimed}
    return insert_new(connection, firings, values)


def unclaim_firings(connection: Connection, after: datetime) -> int:
    """Give back the due moments after a moment; return how many."""
    later = firings.c.due_at > encode_moment(after)
    return connection.execute(delete(firings).where(later)).rowcount


def last_firing(connection: Connection, schedule: str) -> datetime | None:
    """Return the newest claimed due moment of a schedule."""
    query = select(func.max(firings.c.due_at)).where(firings.c.schedule == schedule)
    return decode_maybe(connection.scalar(query))
