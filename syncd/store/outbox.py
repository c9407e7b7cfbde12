"""The store's half of `ports.outbox`: what was told to whom."""

from __future__ import annotations

from sqlalchemy import Connection


class OutboxUnitQueries:
    """Implements `ports.outbox.OutboxUnit` over a unit's connection."""

    _connection: Connection
