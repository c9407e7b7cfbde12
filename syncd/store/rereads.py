"""Comparing a new read of a directory with the recorded one, without rebuilding that.

Parts that have the same digest hold the same: only the others are unpacked, so that a night on
which nothing changed costs nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from syncd.core.memberships import DirectorySnapshot
from syncd.core.reread import SnapshotChange
from syncd.store.digests import ACCOUNTS, GROUP, Digests, Part, slice_of
from syncd.store.moments import decode_moment
from syncd.store.tables import STILL, chunks, parts, snapshots

_AT_ONCE = 500
_DIRECT_COUNT = 2
_STAFF_NUMBER = 2


def snapshot_change(
    connection: Connection, snapshot: DirectorySnapshot, memory: Digests
) -> SnapshotChange | None:
    """Return how a snapshot differs from the newest recorded one; None where there is none."""
    query = select(snapshots.c.read_at).where(snapshots.c.directory == snapshot.directory)
    before_at = connection.scalar(query.order_by(snapshots.c.id.desc()).limit(1))
    if before_at is None:
        return None
    standing = _standing(connection, snapshot.directory)
    digests = memory.contents_of(snapshot).digests
    changed = {part: d for part, d in standing.items() if digests.get(part) != d}
    bodies = dict(_bodies(connection, changed))
    slices = {
        name
        for (kind, name), digest in digests.items()
        if kind == ACCOUNTS and standing.get((kind, name)) != digest
    }
    accounts, gone, renumbered = _accounts(snapshot, bodies, slices)
    groups = [part for part in standing if part[0] == GROUP]
    return SnapshotChange(
        decode_moment(before_at),
        (accounts, gone),
        (len(groups), sum(part not in digests for part in groups)),
        _members(snapshot, bodies, {key for _, key in groups}),
        renumbered,
    )


def _accounts(
    snapshot: DirectorySnapshot, bodies: Mapping[Part, Any], fresh: Collection[str]
) -> tuple[int, int, int]:
    """Return how many accounts there were, and how many of them are gone or renumbered.

    `fresh` names the slices whose content is new; what stands in the others stood there before.
    """
    changed = {name for kind, name in bodies if kind == ACCOUNTS} | set(fresh)
    if not changed:
        return len(snapshot.accounts), 0, 0
    same = sum(slice_of(account) not in changed for account in snapshot.accounts)
    before = [row for (kind, _), rows in bodies.items() if kind == ACCOUNTS for row in rows]
    gone = renumbered = 0
    for row in before:
        now = snapshot.accounts.get(row[0])
        if now is None:
            gone += 1
        elif row[_STAFF_NUMBER] and now.staff_number != row[_STAFF_NUMBER]:
            renumbered += 1
    return same + len(before), gone, renumbered


def _members(
    snapshot: DirectorySnapshot, bodies: Mapping[Part, Any], known: Collection[str]
) -> tuple[int, int]:
    """Return how many direct members the groups had, and how many fewer they have."""
    now = {group.key: group.direct_count for group in snapshot.groups}
    before = {key: body[_DIRECT_COUNT] for (kind, key), body in bodies.items() if kind == GROUP}
    lost = sum(max(0, count - now.get(key, 0)) for key, count in before.items())
    return sum(now[key] for key in now.keys() & known - before.keys()) + sum(before.values()), lost


def _standing(connection: Connection, directory: str) -> dict[Part, str]:
    query = select(parts.c.kind, parts.c.part, parts.c.digest).where(
        parts.c.directory == directory, parts.c.until_snapshot == STILL
    )
    return {(kind, part): digest for kind, part, digest in connection.execute(query)}


def _bodies(connection: Connection, changed: dict[Part, str]) -> Iterator[tuple[Part, Any]]:
    wanted = sorted(set(changed.values()))
    packed: dict[str, bytes] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = select(chunks.c.digest, chunks.c.body).where(chunks.c.digest.in_(some))
        packed |= {digest: body for digest, body in connection.execute(query)}  # noqa: C416 - rows are not pairs to dict()
    for part, digest in changed.items():
        yield part, json.loads(zlib.decompress(packed[digest]))
