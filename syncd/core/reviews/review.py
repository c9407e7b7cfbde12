"""An access review (棚卸) as a whole, from its plan to its confirmed record.

What may follow what stands in `REVIEW_MOVES`. A review takes nothing away: what people answer, or
do not, becomes a fact (`core.facts.ReviewOutcome`), and the ordinary way of a case follows, with
its approval and its guards (decision record 0026).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from syncd.core.calendar import day_of, end_of_open_day
from syncd.core.ids import StaffNumber
from syncd.core.policy import OnSilence, Policy
from syncd.errors import IllegalMove


class ReviewState(StrEnum):
    """Where a review stands; permanent names.

    PLANNED: its 基準日 has not come, or was not read whole yet. OPEN: frozen, and people answer.
    CLOSED: nobody can answer any more; what nobody answered followed the policy. CONFIRMED:
    somebody who answered nothing looked at its record. DROPPED: it was begun by mistake.
    """

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class ReviewEvent(StrEnum):
    """What can happen to a review."""

    FREEZE = "freeze"
    CLOSE = "close"
    CONFIRM = "confirm"
    DROP = "drop"


_S, _E = ReviewState, ReviewEvent

REVIEW_MOVES: Mapping[tuple[ReviewState, ReviewEvent], ReviewState] = MappingProxyType(
    {
        (_S.PLANNED, _E.FREEZE): _S.OPEN,
        (_S.PLANNED, _E.DROP): _S.DROPPED,
        (_S.OPEN, _E.CLOSE): _S.CLOSED,
        (_S.OPEN, _E.DROP): _S.DROPPED,
        (_S.CLOSED, _E.CONFIRM): _S.CONFIRMED,
    }
)

GOING = frozenset({ReviewState.PLANNED, ReviewState.OPEN})
"""A new one may not begin beside a review in one of these states."""


@dataclass(frozen=True, slots=True)
class AccessReview:
    """One review. `as_of` is its 基準日; all moments are aware.

    `sha256` (lower-case hex) is that of the frozen set, empty before it is frozen; `questions` is
    how many rights are in it. Answers are due before `answer_by`; at `silence_at` what nobody
    answered follows `on_silence`; a right that is not needed should be gone within
    `correct_open_days` of the answer. These stay as they were when the set was frozen, whatever the
    configuration says later. `closed_by` is `syncd` where the deadline closed it. `version` counts
    the changes.
    """

    review_id: str
    name: str
    as_of: date
    state: ReviewState
    started_by: str
    started_at: datetime
    on_silence: OnSilence
    correct_open_days: int
    frozen_at: datetime | None = None
    sha256: str = ""
    questions: int = 0
    answer_by: datetime | None = None
    silence_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    confirmed_by: str = ""
    confirmed_by_number: StaffNumber | None = None
    confirmed_at: datetime | None = None
    note: str = ""
    dropped_by: str = ""
    dropped_because: str = ""
    version: int = 1

    def is_answerable(self, now: datetime) -> bool:
        """Tell whether people may answer: until silence has spoken, whether a run came or not."""
        return self.state is ReviewState.OPEN and (self.silence_at is None or now < self.silence_at)

    def is_silent(self, now: datetime) -> bool:
        """Tell whether the time to answer is over and the review still stands open."""
        return self.state is ReviewState.OPEN and not self.is_answerable(now)


def moved(
    review: AccessReview,
    event: ReviewEvent,
    **changes: Any,  # noqa: ANN401 - dataclasses.replace
) -> AccessReview:
    """Return the review after an event; raises IllegalMove for a move not in the table."""
    after = REVIEW_MOVES.get((review.state, event))
    if after is None:
        raise IllegalMove(
            f"access review {review.review_id} is {review.state}: {event} is not possible from "
            "there. Look at it again.",
            ja=f"棚卸 {review.review_id} は、いまの状態ではこの操作ができません。"
            "もう一度見てください。",
        )
    return replace(review, state=after, version=review.version + 1, **changes)


def begun(
    review_id: str, name: str, as_of: date, started_by: str, at: datetime, policy: Policy
) -> AccessReview:
    """Return a new review, planned: the deadlines count from the day on which it is frozen."""
    asked = policy.review
    return AccessReview(
        review_id=review_id,
        name=name,
        as_of=as_of,
        state=ReviewState.PLANNED,
        started_by=started_by,
        started_at=at,
        on_silence=asked.on_silence or policy.deadlines.on_silence,
        correct_open_days=asked.correct_open_days,
    )


def frozen(
    review: AccessReview, sha256: str, questions: int, at: datetime, policy: Policy
) -> AccessReview:
    """Return the review with its set frozen, and the deadlines that begin with it."""
    asked, closed = policy.review, policy.closed_days
    days = asked.answer_open_days
    return moved(
        review,
        ReviewEvent.FREEZE,
        frozen_at=at,
        sha256=sha256,
        questions=questions,
        on_silence=asked.on_silence or policy.deadlines.on_silence,
        correct_open_days=asked.correct_open_days,
        answer_by=end_of_open_day(day_of(at), days, closed),
        silence_at=end_of_open_day(day_of(at), days + asked.silence_open_days, closed),
    )


def correct_by(review: AccessReview, at: datetime, closed_days: Collection[date]) -> datetime:
    """Return 是正期限 of what is found at a moment not to be needed: the end of an open day."""
    return end_of_open_day(day_of(at), review.correct_open_days, closed_days)
