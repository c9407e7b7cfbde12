"""`[policy.pre_approval]`: until when people approve what a coming day takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from syncd.core.policy import PreApprovalPolicy
from syncd.settings.base import Table

OpenDays = Annotated[int, Field(ge=0, le=60)]
_DEFAULT = PreApprovalPolicy()


class PreApprovalTable(Table):
    """Open days before the day on which a plan runs; reminders count to the last vote."""

    opens_open_days: OpenDays = _DEFAULT.opens_open_days
    first_vote_open_days: OpenDays = _DEFAULT.first_vote_open_days
    last_vote_open_days: OpenDays = _DEFAULT.last_vote_open_days
    remind_open_days: frozenset[OpenDays] = _DEFAULT.remind_open_days

    @model_validator(mode="after")
    def _in_order(self) -> PreApprovalTable:
        given = (self.opens_open_days, self.first_vote_open_days, self.last_vote_open_days)
        if tuple(sorted(given, reverse=True)) != given:
            raise ValueError(
                "opens_open_days, first_vote_open_days and last_vote_open_days count back from "
                "the day: none may be smaller than the one after it"
            )
        return self

    def policy(self) -> PreApprovalPolicy:
        """Return it as the core knows it."""
        return PreApprovalPolicy(**self.model_dump())
