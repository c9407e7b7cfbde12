"""Frozen plans, found by their hash or the part of it that people type."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from syncd.core.findings import Reason, Verdict
from syncd.core.guards import Trip
from syncd.core.ids import CaseId, PlanHash, RunId
from syncd.core.plan import Blocked, GroupCut, Loss, Plan, PlanLine
from syncd.errors import NoSuchCase
from syncd.ports.store import PlanState, StoredPlan
from syncd.store.codec import dumps
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.sentences import pack, unpack
from syncd.store.tables import plans
from syncd.store.upsert import upsert

SHORTEST_PREFIX = 8
_HEX_DIGITS = frozenset("0123456789abcdef")
_PLAIN = 8  # fields of a line that are kept as they are hashed


def save_plan(connection: Connection, stored: StoredPlan) -> None:
    """Record a plan by its hash, or set what became of the one that is there."""
    upsert(
        connection,
        plans,
        {
            "hash": stored.plan.hash,
            "state": str(stored.state),
            "frozen_at": encode_moment(stored.frozen_at),
            "run": stored.run,
            "trips": dumps([trip.ground() for trip in stored.trips]),
            "lines": dumps(_encode_lines(stored.plan)),
            "blocked": dumps([_encode_blocked(blocked) for blocked in stored.plan.blocked]),
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


def find_plan_state(connection: Connection, plan_hash: PlanHash) -> PlanState | None:
    """Return what became of a plan, by its whole hash; None where there is no such plan."""
    state = connection.scalar(select(plans.c.state).where(plans.c.hash == plan_hash))
    return None if state is None else PlanState(state)


def find_plans(
    connection: Connection, state: PlanState, limit: int | None = None
) -> tuple[StoredPlan, ...]:
    """Return the plans in one state, newest first."""
    query = select(plans).where(plans.c.state == str(state)).limit(limit)
    ordered = query.order_by(plans.c.frozen_at.desc(), plans.c.hash)
    return tuple(_decode(row) for row in connection.execute(ordered).mappings())


def _encode_lines(plan: Plan) -> object:
    """Return the lines; the edges of groups, which many lines share, stand beside them once."""
    cuts: dict[GroupCut, int] = {}
    for line in plan.lines:
        if line.cut is not None:
            cuts.setdefault(line.cut, len(cuts))
    rows = [
        [*line.canonical()[:_PLAIN], line.explained, *([cuts[line.cut]] if line.cut else [])]
        for line in plan.lines
    ]
    if not cuts:
        return rows
    told = [[c.child, c.names, [loss.canonical() for loss in c.losses]] for c in cuts]
    return {"lines": rows, "cuts": told}


def _encode_blocked(blocked: Blocked) -> list[object]:
    row: list[object] = [blocked.case_id, blocked.directory, blocked.group, pack(blocked.why)]
    instead = [pack(text) for text in blocked.instead]
    return [*row, instead, [loss.canonical() for loss in blocked.others], blocked.affected]


def _decode(row: RowMapping) -> StoredPlan:
    kept = json.loads(row["lines"])
    rows, told = (kept["lines"], kept["cuts"]) if isinstance(kept, dict) else (kept, [])
    cuts = [GroupCut(child, (names[0], names[1]), _losses(lost)) for child, names, lost in told]
    lines = tuple(_line(fields, cuts) for fields in rows)
    blocked = tuple(_blocked(*fields) for fields in json.loads(row["blocked"]))
    return StoredPlan(
        plan=Plan(lines, blocked),
        state=PlanState(row["state"]),
        frozen_at=decode_moment(row["frozen_at"]),
        run=RunId(row["run"]),
        trips=tuple(Trip.of(trip) for trip in json.loads(row["trips"])),
    )


def _line(fields: list[Any], cuts: list[GroupCut]) -> PlanLine:
    directory, group, member, entitlement, case_id, account, staff_number, reasons = fields[:_PLAIN]
    explained, *cut = fields[_PLAIN:]
    return PlanLine(
        directory,
        group,
        member,
        entitlement,
        case_id,
        account,
        staff_number,
        tuple(map(Reason, reasons)),
        explained,
        cuts[cut[0]] if cut else None,
    )


def _blocked(case_id: CaseId, directory: str, group: str, why: Any, *more: Any) -> Blocked:  # noqa: ANN401 - decoded JSON
    """Return what blocked a case; what was kept before says nothing of ways out and of others."""
    instead, others, affected = more or ((), (), 0)
    ways_out = tuple(map(unpack, instead))
    return Blocked(case_id, directory, group, unpack(why), ways_out, _losses(others), affected)


def _losses(kept: Iterable[Any]) -> tuple[Loss, ...]:
    return tuple(
        Loss(account, tuple((right, Verdict(v)) for right, v in rights), tuple(groups))
        for account, rights, groups in kept
    )
