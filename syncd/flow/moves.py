"""Putting moves of cases into the store, each with its audit record in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from syncd.core.audit import AuditRecord
from syncd.core.caseload import Move
from syncd.core.ids import RunId
from syncd.flow.collect import ACTOR
from syncd.ports.store import Unit


def commit_moves(unit: Unit, moves: Iterable[Move], run: RunId | None, now: datetime) -> None:
    """Write every move and its record; raises IllegalMove where a case changed meanwhile."""
    records = []
    for move in moves:
        if move.before is None:
            unit.insert_case(move.after)
        else:
            unit.update_case(move.before, move.after)
        records.append(
            AuditRecord(now, move.event, ACTOR, move.after.case_id, run, dict(move.ground))
        )
    unit.audit(records)
