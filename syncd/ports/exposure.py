"""The part of a store's unit that the morning report and the exposure ledger are read from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from syncd.core.cases import Case
from syncd.core.exposure.spans import OrderKey
from syncd.core.ids import OrgUnitCode
from syncd.ports.runs import RunRow


class ExposureUnit(Protocol):
    """Read inside one transaction; see `ports.store` for what a unit promises."""

    def cases_standing(
        self,
        from_at: datetime,
        until_at: datetime,
        visible: frozenset[OrgUnitCode] | None = None,
    ) -> tuple[Case, ...]:
        """Return the visible cases that concern a stretch [`from_at`, `until_at`), oldest first.

        Those whose right may have stood without ground at some moment of it, whenever that was
        found; and those that opened or ended in it.
        """
        ...

    def orders_recorded(
        self, keys: Collection[OrderKey]
    ) -> Mapping[OrderKey, tuple[datetime, ...]]:
        """Return when each of these orders was taken in as confirmed, and when it changed."""
        ...

    def outage_leaves(self, from_at: datetime, until_at: datetime) -> tuple[bytes, ...]:
        """Return the records of inputs and directories, read and not, that tell of a stretch.

        Those of the stretch, and for each source and directory all since it was last good before
        it, oldest first.
        """
        ...

    def first_complete_run(self, from_at: datetime, until_at: datetime) -> RunRow | None:
        """Return the first complete run that began in a stretch and judged by that very day."""
        ...
