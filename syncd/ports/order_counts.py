"""What was ever said of how many orders there are; part of a unit of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syncd.core.facts import OrderCount


@dataclass(frozen=True, slots=True)
class StatedCount:
    """One statement, when it became known, and when another one took its place (None: it stands).

    A statement that was taken back is one whose count is None.
    """

    stated: OrderCount
    at: datetime
    replaced_at: datetime | None


class OrderCountsUnit(Protocol):
    """Reading the statements; they are written as every fact is, by accepting an input."""

    def stated_counts(self) -> tuple[StatedCount, ...]:
        """Return every statement ever made, the newest first."""
        ...
