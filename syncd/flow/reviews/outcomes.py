"""What reviews settled becomes fact: stated once, kept beside what was stated before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from syncd.core.facts import Provides, ReviewOutcome
from syncd.core.reviews.questions import Question
from syncd.core.reviews.review import AccessReview
from syncd.flow.collect import REVIEWED
from syncd.ports.source import Fingerprint, SourceReading
from syncd.ports.store import Unit


def outcome(
    review: AccessReview, question: Question, ends_on: date | None, stated_by: str
) -> ReviewOutcome:
    """Return what a review settled about the right of a question; see `ReviewOutcome`."""
    return ReviewOutcome(
        question.directory,
        question.entitlement,
        question.account,
        ends_on=ends_on,
        review_id=review.review_id,
        stated_by=stated_by,
    )


def state_outcomes(unit: Unit, outcomes: Sequence[ReviewOutcome], at: datetime) -> None:
    """Make facts of what a review settled; the newest statement about a right counts.

    The record of it is the caller's, in the same transaction.
    """
    stated = tuple(
        replace(each, source=REVIEWED, line=line) for line, each in enumerate(outcomes, 1)
    )
    sha256 = hashlib.sha256(repr((stated, at)).encode()).hexdigest()
    reading = SourceReading(
        source=REVIEWED,
        provides=Provides.REVIEW_OUTCOMES,
        fingerprint=Fingerprint(sha256, at, REVIEWED),
        base_on=None,
        rows=len(stated),
        records=stated,
    )
    unit.accept(reading, at)
