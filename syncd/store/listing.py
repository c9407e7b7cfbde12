"""The store's half of `ports.listing`: what the console lists."""

from __future__ import annotations

from sqlalchemy import Connection


class ListingUnitQueries:
    """Implements `ports.listing.ListingUnit` over a unit's connection."""

    _connection: Connection
