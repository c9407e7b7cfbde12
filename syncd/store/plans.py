"""Frozen plans, found by their hash or the part of it that people type."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from syncd.core.findings import Reason
from syncd.core.guards import Trip
from syncd.core.ids import PlanHash, RunId
from syncd.core.plan import Blocked, Plan, PlanLine
from syncd.errors import NoSuchCase
from syncd.ports.store import PlanState, StoredPlan
from syncd.store.codec import dumps
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.tables import plans
from syncd.store.upsert import upsert

SHORTEST_PREFIX = 8
_HEX_DIGITS = frozenset("0123456789abcdef")


def save_plan(connection: Connection, stored: StoredPlan) -> None:
    """Record a plan by its hash, or set what became of the one that is there."""
    blocked = [[b.case_id, b.directory, b.group, b.why] for b in stored.plan.blocked]
    upsert(
        connection,
        plans,
        {
            "hash": stored.plan.hash,
            "state": str(stored.state),
            "frozen_at": encode_moment(stored.frozen_at),
            "run": stored.run,
            "trips": dumps([trip.ground() for trip in stored.trips]),
            "lines": dumps([[*line.canonical(), line.explained] for line in stored.plan.lines]),
            "blocked": dumps(blocked),
        },
    )


def find_plan(connection: Connection, plan_hash: PlanHash) -> StoredPlan:
    """Return a plan by its hash or an unambiguous prefix of at least 8; raises NoSuchCase."""
    wanted = plan_hash.lower()
    if len(wanted) < SHORTEST_PREFIX or not set(wanted) <= _HEX_DIGITS:
        raise NoSuchCase(
            f"{plan_hash!r} names no plan: give at least {SHORTEST_PREFIX} hexadecimal digits.",
            ja=(
                f"{plan_hash} という計画はありません。{SHORTEST_PREFIX} "
                "桁以上の16進数で書いてください。"
            ),
        )
    query = select(plans).where(plans.c.hash.startswith(wanted)).limit(2)
    rows = connection.execute(query).mappings().all()
    if len(rows) == 1:
        return _decode(rows[0])
    raise NoSuchCase.plan(plan_hash, many=bool(rows))


def find_plans(
    connection: Connection, state: PlanState, limit: int | None = None
) -> tuple[StoredPlan, ...]:
    """Return the plans in one state, newest first."""
    query = select(plans).where(plans.c.state == str(state)).limit(limit)
    ordered = query.order_by(plans.c.frozen_at.desc(), plans.c.hash)
    return tuple(_decode(row) for row in connection.execute(ordered).mappings())


def _decode(row: RowMapping) -> StoredPlan:
    lines = tuple(_line(fields) for fields in json.loads(row["lines"]))
    blocked = tuple(Blocked(*fields) for fields in json.loads(row["blocked"]))
    return StoredPlan(
        plan=Plan(lines, blocked),
        state=PlanState(row["state"]),
        frozen_at=decode_moment(row["frozen_at"]),
        run=RunId(row["run"]),
        trips=tuple(Trip.of(trip) for trip in json.loads(row["trips"])),
    )


def _line(fields: list[Any]) -> PlanLine:
    reasons = tuple(Reason(reason) for reason in fields[7])
    directory, group, member, entitlement, case_id, account, staff_number = fields[:7]
    explained = fields[8]
    return PlanLine(
        directory, group, member, entitlement, case_id, account, staff_number, reasons, explained
    )
