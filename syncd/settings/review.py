"""`[policy.review]`: how an access review (棚卸) goes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from syncd.core.policy import OnSilence, ReviewPolicy
from syncd.settings.base import Table

OpenDays = Annotated[int, Field(ge=0, le=120)]
Some = Annotated[int, Field(ge=1, le=120)]
_DEFAULT = ReviewPolicy()


class ReviewTable(Table):
    """Open days: until answers are due, reminders before that, then until silence speaks.

    A reminder earlier than the day of the questions themselves is none.
    """

    answer_open_days: Some = _DEFAULT.answer_open_days
    remind_open_days: frozenset[OpenDays] = _DEFAULT.remind_open_days
    silence_open_days: Some = _DEFAULT.silence_open_days
    correct_open_days: Some = _DEFAULT.correct_open_days
    on_silence: OnSilence | None = None

    def policy(self) -> ReviewPolicy:
        """Return it as the core knows it."""
        return ReviewPolicy(**self.model_dump())
