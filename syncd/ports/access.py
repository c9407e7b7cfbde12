"""The part of a store's unit that keeps who may sign in, and as whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from syncd.core.acting import Delegation


class AccessUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    # --- deputies ---
    def save_delegation(self, delegation: Delegation) -> None:
        """Record that somebody decides for another."""
        ...

    def delegations_to(self, deputy: str, on: date) -> tuple[Delegation, ...]:
        """Return what stands handed to an account on a day, oldest first."""
        ...

    def delegations_by(self, principal: str) -> tuple[Delegation, ...]:
        """Return everything that an account handed over, newest first, ended ones too."""
        ...

    def end_delegation(self, delegation_id: str, at: datetime) -> bool:
        """End one early; return whether it stood."""
        ...
