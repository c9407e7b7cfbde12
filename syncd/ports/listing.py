"""The part of a store's unit that keeps what the console lists."""

from __future__ import annotations

from typing import Protocol


class ListingUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""
