"""The part of a store's unit that keeps who may sign in, and as whom."""

from __future__ import annotations

from typing import Protocol


class AccessUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""
