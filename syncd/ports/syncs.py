"""The part of a store's unit that keeps the runs that people and machines asked for."""

from __future__ import annotations

from typing import Protocol


class SyncsUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""
