"""The table `[foresight]` of the configuration: what previews of coming days look out for."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from syncd.core.foresight.foresee import Terms
from syncd.settings.base import Table


class ForesightTable(Table):
    """How long before its end training is told of, and how few members of a group are few."""

    training_within_days: Annotated[int, Field(ge=0, le=366)] = 60
    few_members: Annotated[int, Field(ge=1, le=1000)] = 3

    @property
    def terms(self) -> Terms:
        """Return what previews are asked to tell."""
        return Terms(timedelta(days=self.training_within_days), self.few_members)
