"""The store's half of `ports.syncs`: the runs that people and machines asked for."""

from __future__ import annotations

from sqlalchemy import Connection


class SyncsUnitQueries:
    """Implements `ports.syncs.SyncsUnit` over a unit's connection."""

    _connection: Connection
