"""What the reads of directories tell over time: who stood in which group, what went unread.

A part row says from which snapshot until which a group held the same members; rows that follow
one another with the account in both are one stretch, whatever else changed in the group.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from syncd.core.ids import AccountId
from syncd.ports.listing import Stretch, UnreadDirectory
from syncd.store.codec import dumps
from syncd.store.moments import decode_moment
from syncd.store.tables import STILL, audit, chunks, parts, snapshots

_UNREAD = "directory.unread"

_Span = tuple[int, int]
"""The first snapshot that shows it, and the first that shows it no more."""


def unread_directories(connection: Connection) -> tuple[UnreadDirectory, ...]:
    """Return each directory that could not be read whole since it last was, with the latest why."""
    newest = (
        select(snapshots.c.directory, func.max(snapshots.c.read_at).label("read_at"))
        .group_by(snapshots.c.directory)
        .subquery()
    )
    failed = (
        select(audit.c.subject, audit.c.at, audit.c.leaf, newest.c.read_at)
        .outerjoin(newest, newest.c.directory == audit.c.subject)
        .where(
            audit.c.event == _UNREAD,
            or_(newest.c.read_at.is_(None), audit.c.at > newest.c.read_at),
        )
        .order_by(audit.c.id)
    )
    since: dict[str, str] = {}
    told: dict[str, UnreadDirectory] = {}
    for directory, at, leaf, read_at in connection.execute(failed):
        first = since.setdefault(directory, at)
        why = str(json.loads(bytes(leaf))["ground"].get("why", ""))
        last = None if read_at is None else decode_moment(read_at)
        told[directory] = UnreadDirectory(directory, why, decode_moment(first), last)
    return tuple(told[directory] for directory in sorted(told))


def stretches(
    connection: Connection, accounts: Mapping[str, Collection[AccountId]]
) -> tuple[Stretch, ...]:
    """Return when each account (by directory) stood in each group, as far as snapshots tell."""
    return tuple(
        found
        for directory, wanted in sorted(accounts.items())
        if wanted
        for found in _in_directory(connection, directory, sorted(set(wanted)))
    )


def _in_directory(
    connection: Connection, directory: str, wanted: list[AccountId]
) -> Iterable[Stretch]:
    held: dict[tuple[str, str, AccountId], list[_Span]] = {}
    for key, begins, ends, body in _versions(connection, directory, wanted):
        name, *_, blocks = json.loads(body)
        members = {account for _, _, accounts in blocks for account in accounts}
        for account in members.intersection(wanted):
            _extend(held.setdefault((key, name, account), []), (begins, ends))
    first = connection.scalar(
        select(func.min(snapshots.c.id)).where(snapshots.c.directory == directory)
    )
    moments = _moments(connection, {n for spans in held.values() for span in spans for n in span})
    for (key, name, account), spans in sorted(held.items()):
        for begins, ends in spans:
            yield Stretch(
                directory=directory,
                group=key,
                name=name,
                account=account,
                first_seen_at=moments[begins],
                gone_at=moments.get(ends),
                since_first_read=begins == first,
            )


def _versions(
    connection: Connection, directory: str, wanted: list[AccountId]
) -> Iterable[tuple[str, int, int, bytes]]:
    """Yield every content of a group that names a wanted account, in the order of time."""
    query = (
        select(parts.c.part, parts.c.from_snapshot, parts.c.until_snapshot, chunks.c.body)
        .join(chunks, chunks.c.digest == parts.c.digest)
        .where(parts.c.directory == directory, parts.c.kind == "group")
        .order_by(parts.c.part, parts.c.from_snapshot)
    )
    marks = [dumps(account).encode() for account in wanted]
    for key, begins, ends, packed in connection.execute(query):
        body = zlib.decompress(packed)
        # Most groups name none of them; looking at the bytes costs a tenth of parsing them.
        if any(mark in body for mark in marks):
            yield key, begins, ends, body


def _extend(spans: list[_Span], span: _Span) -> None:
    """Add a span to those of the same group, joined where one begins as the other ends."""
    if spans and spans[-1][1] == span[0]:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)


def _moments(connection: Connection, numbers: set[int]) -> dict[int, datetime]:
    wanted = sorted(numbers - {STILL})
    query = select(snapshots.c.id, snapshots.c.read_at).where(snapshots.c.id.in_(wanted))
    return {number: decode_moment(read_at) for number, read_at in connection.execute(query)}
