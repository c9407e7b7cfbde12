"""What directories held: content-addressed chunks, and the time for which each was the content.

A group, and each of 256 slices of the accounts, is one chunk, named by its SHA-256 and stored
once; a part row says from which snapshot until which it stood. A read that changed three groups
writes three chunks, and any past snapshot is rebuilt exactly, in its order.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from syncd.core.ids import AccountId, RunId
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
)
from syncd.store.codec import decode_proof, dumps, encode_proof
from syncd.store.digests import ACCOUNTS, FIRST_FIELDS, GROUP, LATER_FIELDS, Digests, Part
from syncd.store.locks import claim
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.tables import STILL, chunks, parts, snapshots
from syncd.store.upsert import insert_missing


def record_snapshot(
    connection: Connection, snapshot: DirectorySnapshot, run: RunId, memory: Digests
) -> int:
    """Keep what a directory held; return how many groups changed (or came, or went)."""
    claim(connection, f"snapshot {snapshot.directory}")
    contents = memory.contents_of(snapshot)
    digests = contents.digests
    standing = _standing(connection, snapshot.directory)
    changed = [part for part, digest in digests.items() if standing.get(part) != digest]
    closed = [part for part, digest in standing.items() if digests.get(part) != digest]
    snapshot_id = _insert_snapshot(connection, snapshot, run)
    packed = {digests[part]: zlib.compress(contents.body(part).encode(), 6) for part in changed}
    insert_missing(connection, chunks, [{"digest": d, "body": b} for d, b in packed.items()])
    _close_parts(connection, snapshot.directory, closed, snapshot_id)
    _open_parts(connection, snapshot.directory, {p: digests[p] for p in changed}, snapshot_id)
    return len({name for kind, name in {*changed, *closed} if kind == GROUP})


def last_snapshot(
    connection: Connection, directory: str, at: datetime | None
) -> DirectorySnapshot | None:
    """Return the newest snapshot of a directory (as of `at`), rebuilt."""
    query = select(snapshots).where(snapshots.c.directory == directory)
    if at is not None:
        query = query.where(snapshots.c.read_at <= encode_moment(at))
    newest = query.order_by(snapshots.c.read_at.desc(), snapshots.c.id.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None else _rebuild(connection, row)


def _group(key: str, plain: Sequence[Any]) -> Group:
    further: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in zip(LATER_FIELDS, plain[FIRST_FIELDS:], strict=False)
    }
    return Group(key, *plain[:FIRST_FIELDS], **further)


def _standing(connection: Connection, directory: str) -> dict[Part, str]:
    query = select(parts.c.kind, parts.c.part, parts.c.digest).where(
        parts.c.directory == directory, parts.c.until_snapshot == STILL
    )
    return {(kind, part): digest for kind, part, digest in connection.execute(query)}


def _insert_snapshot(connection: Connection, snapshot: DirectorySnapshot, run: RunId) -> int:
    statement = (
        insert(snapshots)
        .values(
            directory=snapshot.directory,
            read_at=encode_moment(snapshot.read_at),
            run=run,
            proof=encode_proof(snapshot.proof),
            warnings=dumps(snapshot.warnings),
            layout=_layout(snapshot),
        )
        .returning(snapshots.c.id)
    )
    return int(connection.execute(statement).scalar_one())


def _layout(snapshot: DirectorySnapshot) -> bytes:
    """Return the order of groups and blocks where it is not the sorted one, packed."""
    keys = [group.key for group in snapshot.groups]
    rank = {key: number for number, key in enumerate(sorted(keys))}
    groups = [rank[key] for key in keys]
    blocks = [rank[block.group] for block in snapshot.blocks]
    if groups == sorted(groups) and blocks == sorted(blocks):
        return b""
    return zlib.compress(dumps([groups, blocks]).encode())


def _close_parts(
    connection: Connection, directory: str, closed: Iterable[Part], snapshot_id: int
) -> None:
    statement = update(parts).where(
        parts.c.directory == directory,
        parts.c.kind == bindparam("closed_kind"),
        parts.c.part == bindparam("closed_part"),
        parts.c.until_snapshot == STILL,
    )
    rows = [
        {"closed_kind": kind, "closed_part": part, "until_snapshot": snapshot_id}
        for kind, part in closed
    ]
    if rows:
        connection.execute(statement, rows)


def _open_parts(
    connection: Connection, directory: str, opened: Mapping[Part, str], snapshot_id: int
) -> None:
    common = {"directory": directory, "from_snapshot": snapshot_id, "until_snapshot": STILL}
    rows = [
        common | {"kind": kind, "part": part, "digest": digest}
        for (kind, part), digest in opened.items()
    ]
    if rows:
        connection.execute(insert(parts), rows)


def _rebuild(connection: Connection, row: RowMapping) -> DirectorySnapshot:
    accounts: dict[AccountId, Account] = {}
    for _, fields in _parts_of(connection, row, ACCOUNTS):
        accounts |= {a[0]: Account(*a) for a in fields}
    shared: dict[str, AccountId] = {account: account for account in accounts}
    groups, blocks = list[Group](), list[list[MembershipBlock]]()
    for key, (*plain, stored_blocks) in _parts_of(connection, row, GROUP):
        groups.append(_group(key, plain))
        blocks.append([_block(key, shared, *block) for block in stored_blocks])
    ordered_groups, ordered_blocks = _ordered(row["layout"], groups, blocks)
    return DirectorySnapshot(
        directory=row["directory"],
        read_at=decode_moment(row["read_at"]),
        proof=decode_proof(row["proof"]),
        accounts=accounts,
        groups=ordered_groups,
        blocks=ordered_blocks,
        warnings=tuple(json.loads(row["warnings"])),
    )


def _parts_of(connection: Connection, row: RowMapping, kind: str) -> list[tuple[str, list[Any]]]:
    """Return the names and contents of one kind of part of a snapshot, sorted by name."""
    query = (
        select(parts.c.part, chunks.c.body)
        .join(chunks, chunks.c.digest == parts.c.digest)
        .where(
            parts.c.directory == row["directory"],
            parts.c.kind == kind,
            parts.c.until_snapshot > row["id"],
            parts.c.from_snapshot <= row["id"],
        )
    )
    found = [(part, json.loads(zlib.decompress(body))) for part, body in connection.execute(query)]
    return sorted(found, key=lambda named: named[0])


def _block(
    key: str,
    shared: Mapping[str, AccountId],
    through: Sequence[str],
    primary: bool,  # noqa: FBT001 - decoded JSON
    accounts: Sequence[str],
) -> MembershipBlock:
    # Members share the strings of the accounts: a city has ten memberships an account.
    members = tuple(shared.get(account, cast("AccountId", account)) for account in accounts)
    return MembershipBlock(key, Path(tuple(through), primary), members)


def _ordered(
    layout: bytes, groups: Sequence[Group], blocks: Sequence[Sequence[MembershipBlock]]
) -> tuple[tuple[Group, ...], tuple[MembershipBlock, ...]]:
    if not layout:
        return tuple(groups), tuple(block for of_group in blocks for block in of_group)
    group_ranks, block_ranks = json.loads(zlib.decompress(layout))
    waiting = [iter(of_group) for of_group in blocks]
    return tuple(groups[n] for n in group_ranks), tuple(next(waiting[n]) for n in block_ranks)
