"""`designation-ended` for one right only: an access review (棚卸) settled that it is not needed.

What had begun by then justifies the right no more; a designation that begins later is a new one.
"""

from __future__ import annotations

from syncd.core.facts import Designation, ReviewOutcome
from syncd.core.findings import Because, Fault, Reason
from syncd.core.subject import cite_designation


def check(line: Designation, outcome: ReviewOutcome) -> Fault | None:
    """Return the fault where the outcome ends what the designation gave this right."""
    ends_on = outcome.ends_on
    if ends_on is None or (line.designated_on is not None and line.designated_on > ends_on):
        return None
    return Fault(Reason.DESIGNATION_ENDED, ends_on, (cite_review(outcome), cite_designation(line)))


def cite_review(outcome: ReviewOutcome) -> Because:
    """Return how a review is cited in reasons and evidence."""
    return Because("review", outcome.review_id, outcome.ends_on)
