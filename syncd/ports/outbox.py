"""The part of a store's unit that keeps what was told to whom."""

from __future__ import annotations

from typing import Protocol


class OutboxUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""
