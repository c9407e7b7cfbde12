"""The store's half of `ports.access`: who may sign in, and as whom."""

from __future__ import annotations

from sqlalchemy import Connection


class AccessUnitQueries:
    """Implements `ports.access.AccessUnit` over a unit's connection."""

    _connection: Connection
