"""Every statement of how many orders there are, with the one that took its place beside it."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from syncd.core.facts import Provides
from syncd.ports.order_counts import StatedCount
from syncd.store.codec import CODECS
from syncd.store.moments import decode_moment
from syncd.store.tables import facts, inputs


class OrderCountUnitQueries:
    """The statements, for the unit."""

    _connection: Connection

    def stated_counts(self) -> tuple[StatedCount, ...]:
        """Return every statement ever made, the newest first."""
        return find_stated_counts(self._connection)


def find_stated_counts(connection: Connection) -> tuple[StatedCount, ...]:
    """Return every statement ever made, the newest first."""
    until = inputs.alias("until_input")
    query = (
        select(facts.c.payload, facts.c.source, inputs.c.recorded_at, until.c.recorded_at)
        .join(inputs, inputs.c.id == facts.c.from_input)
        .join(until, until.c.id == facts.c.until_input, isouter=True)
        .where(facts.c.provides == str(Provides.ORDER_COUNTS))
        .order_by(facts.c.from_input.desc(), facts.c.source, facts.c.number)
    )
    decode = CODECS[Provides.ORDER_COUNTS].decode
    return tuple(
        StatedCount(
            decode(json.loads(payload), source, 0),
            decode_moment(at),
            None if replaced_at is None else decode_moment(replaced_at),
        )
        for payload, source, at, replaced_at in connection.execute(query)
    )
