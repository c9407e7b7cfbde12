"""The store's half of `ports.exposure`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, String, and_, cast, func, or_, select

from syncd.core.calendar import last_day_before
from syncd.core.cases import ENDED, Case
from syncd.core.exposure.spans import OrderKey
from syncd.core.facts import Provides
from syncd.core.ids import OrgUnitCode
from syncd.ports.runs import RunRow
from syncd.store.cases import CASE_COLUMNS, decode_case
from syncd.store.codec import ORDER_CONFIRMED
from syncd.store.moments import decode_moment, encode_moment
from syncd.store.runs import decode_run
from syncd.store.tables import audit, cases, facts, inputs, runs

_KEYS_A_QUERY = 10_000
_ENDED = sorted(str(state) for state in ENDED)
_GOOD = ("input.accepted", "directory.read")
_BAD = ("input.refused", "directory.unread")


class ExposureUnitQueries:
    """Implements `ports.exposure.ExposureUnit` over a unit's connection."""

    _connection: Connection

    def cases_standing(
        self,
        from_at: datetime,
        until_at: datetime,
        visible: frozenset[OrgUnitCode] | None = None,
    ) -> tuple[Case, ...]:
        """Return the visible cases that concern a stretch; see the port."""
        last_day = last_day_before(until_at).isoformat()
        wanted: list[ColumnElement[bool]] = [
            or_(cases.c.state.not_in(_ENDED), cases.c.updated_at >= encode_moment(from_at)),
            or_(cases.c.since <= last_day, cases.c.opened_at < encode_moment(until_at)),
        ]
        if visible is not None:
            wanted.append(cases.c.section.in_(sorted(visible)))
        query = select(*CASE_COLUMNS).where(*wanted).order_by(cases.c.opened_at, cases.c.case_id)
        return tuple(decode_case(*row) for row in self._connection.execute(query))

    def orders_recorded(
        self, keys: Collection[OrderKey]
    ) -> Mapping[OrderKey, tuple[datetime, ...]]:
        """Return when each of these orders was taken in as confirmed, and when it changed."""
        named = {"\t".join(key): key for key in keys}
        texts = sorted(named)
        found: dict[OrderKey, list[datetime]] = {}
        query = (
            select(facts.c.key, facts.c.payload, inputs.c.recorded_at)
            .join(inputs, inputs.c.id == facts.c.from_input)
            .where(facts.c.provides == str(Provides.ORDERS))
            .order_by(facts.c.from_input)
        )
        for start in range(0, len(texts), _KEYS_A_QUERY):
            part = facts.c.key.in_(texts[start : start + _KEYS_A_QUERY])
            for key, payload, recorded_at in self._connection.execute(query.where(part)):
                if json.loads(payload)[ORDER_CONFIRMED]:
                    found.setdefault(named[key], []).append(decode_moment(recorded_at))
        return {key: tuple(moments) for key, moments in found.items()}

    def outage_leaves(self, from_at: datetime, until_at: datetime) -> tuple[bytes, ...]:
        """Return the records of inputs and directories that tell of a stretch; see the port."""
        begins = encode_moment(from_at)
        last_good = (
            select(audit.c.subject, func.max(audit.c.id).label("id"))
            .where(audit.c.event.in_(_GOOD), audit.c.at < begins)
            .group_by(audit.c.subject)
            .subquery()
        )
        earlier = and_(
            audit.c.event.in_(_BAD), or_(last_good.c.id.is_(None), audit.c.id > last_good.c.id)
        )
        within = and_(audit.c.event.in_([*_GOOD, *_BAD]), audit.c.at >= begins)
        query = (
            select(audit.c.leaf)
            .outerjoin(last_good, last_good.c.subject == audit.c.subject)
            .where(or_(earlier, within), audit.c.at < encode_moment(until_at))
            .order_by(audit.c.id)
        )
        return tuple(bytes(leaf) for leaf in self._connection.scalars(query))

    def first_complete_run(self, from_at: datetime, until_at: datetime) -> RunRow | None:
        """Return the first complete run that began in a stretch and judged by that very day."""
        its_own_day = func.substr(runs.c.started_at, 1, 10) == cast(runs.c.as_of, String)
        query = select(runs).where(
            runs.c.complete.is_(True),
            runs.c.started_at >= encode_moment(from_at),
            runs.c.started_at < encode_moment(until_at),
            its_own_day,
        )
        first = query.order_by(runs.c.finished_at, runs.c.started_at).limit(1)
        row = self._connection.execute(first).mappings().first()
        return None if row is None else decode_run(row)
