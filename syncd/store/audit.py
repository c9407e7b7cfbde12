"""The audit trail: records appended in the unit of what they record, numbered afterwards.

Units that run side by side commit in another order than they began, so a record gets its number
only when it can be seen by all: `checkpoint` is the one sequencer, and numbers have no gaps. The
tree's peaks are kept with each checkpoint, so that a checkpoint costs as much as it adds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from syncd.core.audit import AuditRecord
from syncd.core.merkle import Tree, leaf_hash
from syncd.ports.store import Checkpoint
from syncd.store.codec import dumps
from syncd.store.locks import claim
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.tables import audit, checkpoints

_BATCH = 5_000


def append(connection: Connection, records: Iterable[AuditRecord]) -> None:
    """Append records in this unit, in their order."""
    rows = [
        {
            "at": encode_moment(record.at),
            "event": str(record.event),
            "actor": record.actor,
            "subject": record.subject,
            "leaf": (leaf := record.canonical()),
            "leaf_hash": leaf_hash(leaf),
        }
        for record in records
    ]
    if rows:
        connection.execute(insert(audit), rows)


def leaves(connection: Connection, after: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (number, leaf, stored hash) of the numbered records after a number, in order."""
    columns = audit.c.seq, audit.c.leaf, audit.c.leaf_hash
    while True:
        query = select(*columns).where(audit.c.seq > after).order_by(audit.c.seq).limit(_BATCH)
        rows = connection.execute(query).all()
        for seq, leaf, hashed in rows:
            yield seq, bytes(leaf), bytes(hashed)
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]


def checkpoint(connection: Connection, at: datetime) -> Checkpoint:
    """Give numbers to what was appended so far; record and return the tree's size and root."""
    claim(connection, "audit sequence")
    tree = _newest_tree(connection)
    while _sequence_batch(connection, tree):
        pass
    made = Checkpoint(tree.size, tree.root().hex(), decode_moment(encode_moment(at)))
    peaks = dumps([[size, node.hex()] for size, node in tree.peaks])
    connection.execute(
        insert(checkpoints).values(
            size=made.size, root=made.root, at=encode_moment(at), peaks=peaks
        )
    )
    return made


def find_checkpoints(connection: Connection) -> tuple[Checkpoint, ...]:
    """Return every checkpoint, oldest first."""
    columns = checkpoints.c.size, checkpoints.c.root, checkpoints.c.at
    rows = connection.execute(select(*columns).order_by(checkpoints.c.id))
    return tuple(Checkpoint(size, root, decode_moment(at)) for size, root, at in rows)


def _newest_tree(connection: Connection) -> Tree:
    newest = select(checkpoints.c.peaks).order_by(checkpoints.c.id.desc()).limit(1)
    peaks = json.loads(connection.scalar(newest) or "[]")
    return Tree.resumed((size, bytes.fromhex(node)) for size, node in peaks)


def _sequence_batch(connection: Connection, tree: Tree) -> bool:
    query = select(audit.c.id, audit.c.leaf_hash).where(audit.c.seq.is_(None))
    rows = connection.execute(query.order_by(audit.c.id).limit(_BATCH)).all()
    numbered = []
    for record_id, hashed in rows:
        tree.append(bytes(hashed))
        numbered.append({"record_id": record_id, "seq": tree.size})
    if numbered:
        statement = update(audit).where(audit.c.id == bindparam("record_id"))
        connection.execute(statement, numbered)
    return bool(numbered)
