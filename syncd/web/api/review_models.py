"""What the API takes and gives of access reviews (棚卸), worded as `syncd review --json` is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from syncd.core.reviews.questions import Choice, Standing
from syncd.core.reviews.review import AccessReview
from syncd.flow.reviews.answering import AnswerResult
from syncd.flow.reviews.record import ReviewRecord
from syncd.reports.review import record_json, review_json, standing_json
from syncd.web.pages.reviews import MOST_NUMBER

_MOST_AT_ONCE = 500

Numbers = Annotated[
    list[Annotated[int, Field(ge=1, le=MOST_NUMBER)]],
    Field(min_length=1, max_length=_MOST_AT_ONCE),
]
Reason = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Section = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReviewOut(_Model):
    """One review. Answers are due before `answer_by`; at `silence_at` silence speaks."""

    review: str
    name: str
    as_of: date
    state: str
    started_by: str
    started_at: datetime
    frozen_at: datetime | None
    sha256: str
    questions: int
    answer_by: datetime | None
    silence_at: datetime | None
    on_silence: str
    closed_by: str
    closed_at: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None
    note: str
    dropped_by: str
    dropped_because: str

    @classmethod
    def of(cls, review: AccessReview) -> ReviewOut:
        """Return a review as the API gives it."""
        return cls.model_validate(review_json(review))


class ReviewsOut(_Model):
    """Every review, the newest first."""

    items: list[ReviewOut]
    total: int


class ReviewCountsOut(_Model):
    """How many questions there are, and how they stand."""

    questions: int
    needed: int
    not_needed: int
    silent: int
    waiting: int
    corrected: int


class ReviewedSystemOut(_Model):
    """A system of the set; `read_at` null: it was not read, and nothing of it is in the set."""

    directory: str
    read_at: datetime | None
    method: str
    sha256: str
    memberships: int


class ReviewSectionOut(ReviewCountsOut):
    """How a section stands; `section` null: what no section answers for, which the chief does."""

    section: str | None
    name: str
    asked_at: datetime | None
    asked_of: list[str]
    reminded: int
    reminded_on: date | None
    escalated_at: datetime | None


class ReviewRecordOut(ReviewOut):
    """A review with its systems, and the sections that the caller may see with their sum."""

    counts: ReviewCountsOut
    systems: list[ReviewedSystemOut]
    sections: list[ReviewSectionOut]

    @classmethod
    def of_record(cls, record: ReviewRecord) -> ReviewRecordOut:
        """Return a record as the API gives it."""
        return cls.model_validate(record_json(record))


class QuestionOut(_Model):
    """One right of the set with the answer in force; `section` is who is asked now."""

    number: int
    directory: str
    entitlement: str
    account: str
    staff_number: str | None
    section: str | None
    unit: str | None
    designation: str
    verdict: str
    reasons: list[str]
    answer: str | None
    silent: bool
    answered_by: str
    answered_for: str
    answered_at: datetime | None
    because: str
    correct_by: datetime | None
    corrected_at: datetime | None

    @classmethod
    def of(cls, standing: Standing) -> QuestionOut:
        """Return a question as the API gives it."""
        return cls.model_validate(standing_json(standing))


class QuestionsOut(_Model):
    """A page of questions by their numbers; `next` is the cursor of the following page.

    `shown` stands on the last page of all that is left of one section, and only where nothing of
    that changed since the first page: with it all of it may be answered at once.
    """

    items: list[QuestionOut]
    total: int
    next: str | None
    shown: str | None


class AnswerIn(_Model):
    """An answer to single questions; all but `needed` takes a reason."""

    numbers: Numbers
    choice: Choice
    reason: Reason = ""


class AnswerRestIn(_Model):
    """All that is left of a section (`-`: of none) is needed, as it was `shown`."""

    section: Section
    shown: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AssignIn(_Model):
    """Questions of which the chief asks another section."""

    numbers: Numbers
    section: Section
    reason: Reason = ""


class AnsweredOut(_Model):
    """How many questions were answered, and why others were not (each reason once)."""

    review: str
    answered: int
    refused: list[str]

    @classmethod
    def of(cls, review_id: str, result: AnswerResult) -> AnsweredOut:
        """Return what an answer led to as the API gives it."""
        refused = [str(why) for why in result.refused]
        return cls(review=review_id, answered=result.answered, refused=refused)
