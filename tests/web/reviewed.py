"""The city under review on the morning of 1 April: every section was told that it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from syncd.core.ids import OrgUnitCode
from syncd.core.reviews.questions import Sheet, Standing
from syncd.core.reviews.review import AccessReview
from syncd.flow.reviews.beginning import start_review
from tests.web.conftest import Office

SECTION = OrgUnitCode("20020")
NAME = "令和9年度 第1回 棚卸"


def reviewed(office: Office) -> AccessReview:
    """Begin a review as of today, and note that the tax section was told of it."""
    site = office.opened.site
    review = start_review(site, office.opened.actor("unyo"), NAME, office.opened.today())
    with site.store.begin() as unit:
        for sheet in unit.review_sheets(review.review_id):
            if sheet.section == SECTION:
                told = replace(sheet, asked_at=office.clock(), asked_of=("hosaka",))
                unit.note_sheet(review.review_id, told)
    return review


def sheet_of(office: Office, review: AccessReview, section: str | None = SECTION) -> Sheet:
    """Return the sheet of a section as it stands."""
    with office.opened.site.store.begin() as unit:
        return next(s for s in unit.review_sheets(review.review_id) if s.section == section)


def waiting(
    office: Office, review: AccessReview, section: str | None = SECTION
) -> tuple[Standing, ...]:
    """Return what waits for the answer of a section."""
    code = None if section is None else OrgUnitCode(section)
    with office.opened.site.store.begin() as unit:
        return unit.questions_waiting(review.review_id, [code])


def reviewed_office(make_office: Callable[[], Office]) -> tuple[Office, AccessReview]:
    """Return a console of its own with its review."""
    office = make_office()
    return office, reviewed(office)
