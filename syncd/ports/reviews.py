"""The part of a store's unit that keeps access reviews (棚卸): sets, sheets and answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from syncd.core.cards import Card
from syncd.core.findings import Verdict
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.reviews.questions import (
    Answer,
    Question,
    ReviewedSystem,
    Sheet,
    Standing,
)
from syncd.core.reviews.review import AccessReview, ReviewState


class Answered(StrEnum):
    """What lists of questions can be narrowed to.

    CORRECTING: not needed, and still there.
    """

    WAITING = "waiting"
    NEEDED = "needed"
    NOT_NEEDED = "not-needed"
    SILENT = "silent"
    CORRECTING = "correcting"


@dataclass(frozen=True, slots=True)
class QuestionQuery:
    """Which questions of a review are wanted; None and empty narrow nothing.

    `visible` are the sections that the asker may see; `asked` narrows to those asked of one
    section, where `of_nobody` to those that the chief answers. `text` is looked for in accounts,
    staff numbers, names and rights. `after` is the number of the last question seen.
    """

    review_id: str
    visible: frozenset[OrgUnitCode] | None = None
    asked: OrgUnitCode | None = None
    of_nobody: bool = False
    answered: Answered | None = None
    verdict: Verdict | None = None
    directory: str = ""
    text: str = ""
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as it stands, with the person it concerns (None: nobody known)."""

    standing: Standing
    card: Card | None
    unit_name: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A page of questions by their numbers; `after` is the cursor of the next one (0: none)."""

    lines: tuple[QuestionLine, ...]
    total: int
    after: int = 0


class ReviewsUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def add_review(self, review: AccessReview) -> None:
        """Keep a new review."""
        ...

    def review(self, review_id: str, *, held: bool = False) -> AccessReview:
        """Return one review; raises NoSuchCase.

        `held`: whoever else asks for it so waits until this unit ends, so that what is read of it
        stays true until what is written of it is committed.
        """
        ...

    def reviews(self, states: Collection[ReviewState] = ()) -> tuple[AccessReview, ...]:
        """Return the reviews in these states (none given: all), the newest first."""
        ...

    def update_review(self, before: AccessReview, after: AccessReview) -> None:
        """Replace a review; raises IllegalMove when the stored one is no longer `before`."""
        ...

    def freeze_review(
        self,
        review_id: str,
        systems: Sequence[ReviewedSystem],
        questions: Iterable[Question],
        sheets: Iterable[Sheet],
    ) -> None:
        """Keep a frozen set, once; nothing of it can be changed afterwards."""
        ...

    def reviewed_systems(self, review_id: str) -> tuple[ReviewedSystem, ...]:
        """Return the systems of a review's set, by name."""
        ...

    def review_sheets(self, review_id: str) -> tuple[Sheet, ...]:
        """Return every section's sheet as it stands, by 建制順; the chief's is the last one."""
        ...

    def note_sheet(self, review_id: str, sheet: Sheet) -> None:
        """Keep when a section was asked, reminded and escalated; its counts are not looked at."""
        ...

    def question_page(self, query: QuestionQuery) -> QuestionPage:
        """Return one page of the questions that match."""
        ...

    def questions_standing(self, review_id: str, numbers: Collection[int]) -> tuple[Standing, ...]:
        """Return these questions as they stand, by number; of those that are not there, none."""
        ...

    def questions_waiting(
        self, review_id: str, sections: Collection[OrgUnitCode | None] | None = None
    ) -> tuple[Standing, ...]:
        """Return what waits for an answer, by number (of these sections; None: of all)."""
        ...

    def numbers_waiting(self, review_id: str, section: OrgUnitCode | None) -> tuple[int, ...]:
        """Return the numbers that wait for the answer of a section (None: of the chief)."""
        ...

    def count_waiting(self, review_id: str, visible: Collection[OrgUnitCode] | None) -> int:
        """Return how many questions wait for an answer (of these sections; None: in all)."""
        ...

    def frozen_questions(
        self,
        review_id: str,
        visible: Collection[OrgUnitCode] | None = None,
        after: int = 0,
    ) -> Iterable[Standing]:
        """Yield every question of a review after a number (of these sections; None: of all).

        By number, as it stands; a city has half a million.
        """
        ...

    def add_answer(
        self,
        answer: Answer,
        *,
        asked: OrgUnitCode | None,
        correct_by: datetime | None = None,
    ) -> None:
        """Keep an answer and let its questions stand by it, asked of `asked` from now on."""
        ...

    def review_answers(self, review_id: str, number: int | None = None) -> tuple[Answer, ...]:
        """Return the answers of a review, or those about one question, oldest first."""
        ...

    def answerers(self, review_id: str) -> frozenset[tuple[str, StaffNumber | None]]:
        """Return (account, staff number) of everybody who answered, and whom they stood in for."""
        ...

    def silence_questions(
        self, review_id: str, numbers: Collection[int], correct_by: datetime | None
    ) -> None:
        """Mark questions that nobody answered in time; with `correct_by`, as not needed."""
        ...

    def corrections(self) -> Mapping[str, tuple[Standing, ...]]:
        """Return by review what is not needed and still there, of reviews that were not dropped."""
        ...

    def note_corrected(self, review_id: str, numbers: Collection[int], at: datetime) -> None:
        """Keep that these rights are gone (是正日)."""
        ...
