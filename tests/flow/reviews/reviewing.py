"""The small town under review: who answers, and the steps that every test takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from syncd.core.calendar import midnight
from syncd.core.ids import OrgUnitCode
from syncd.core.policy import OnSilence, Policy, ReviewPolicy
from syncd.core.reviews.review import AccessReview
from syncd.core.votes import Actor, Role
from syncd.flow.reviews.beginning import start_review
from syncd.ports.store import Unit
from tests.flow.town import KINDS, Town, staff

SECTION = OrgUnitCode("12010")
DAY = date(2027, 4, 1)
QUICK = ReviewPolicy(
    answer_open_days=3,
    remind_open_days=frozenset({1, 0}),
    silence_open_days=2,
    correct_open_days=4,
)
POLICY = Policy(order_kinds=KINDS, review=QUICK)
HOLDING = replace(POLICY, review=replace(QUICK, on_silence=OnSilence.HOLD))

SATO = Actor("sato", staff(900), frozenset({Role.APPROVER}), frozenset({SECTION}))
OTHER = Actor("mori", staff(901), frozenset({Role.APPROVER}), frozenset({OrgUnitCode("20010")}))
CHIEF = Actor("kacho", staff(910), frozenset({Role.CHIEF}))
OPERATOR = Actor("unyo", staff(800), frozenset({Role.OPERATOR}))
AUDITOR = Actor("kansa", staff(950), frozenset({Role.AUDITOR}))


def at(day: int, hour: int = 9) -> datetime:
    """Return an hour of a day of April 2027; the 1st is a Thursday."""
    return midnight(date(2027, 4, day)) + timedelta(hours=hour)


def reviewed(town: Town, policy: Policy = POLICY) -> AccessReview:
    """Return a review that was frozen on 1 April, after the night's run."""
    town.policy = policy
    town.sync(DAY)
    town.now = at(1)
    return start_review(town.site(), OPERATOR, "令和9年度 第1回", DAY)


def asked(unit: Unit, review: AccessReview, section: OrgUnitCode | None = SECTION) -> None:
    """Note that the section was told that it is asked, as a letter that reaches somebody does."""
    for sheet in unit.review_sheets(review.review_id):
        if sheet.section == section:
            note = replace(sheet, asked_at=review.frozen_at, asked_of=("sato",))
            unit.note_sheet(review.review_id, note)
