"""Reminders of what waits on a coming day: by open day, to who may decide it, and never of 内示."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.calendar import midnight
from syncd.core.findings import Reason
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.flow.preapproval.plan import plan_ahead
from syncd.flow.preapproval.vote import approve_ahead
from syncd.flow.telling.composing import compose
from tests.flow.test_composing import notices, told
from tests.flow.town import APRIL, KINDS, Town, approver, town_in, transfer

NINE = timedelta(hours=9)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = town_in(tmp_path)
    town.now = midnight(date(2027, 3, 11)) + NINE
    town.orders.records = (transfer(1, "20010"), replace(transfer(2, "20010"), confirmed=False))
    town.sync(town.now.date())
    return town


def days_told(town: Town, first: date, until: date) -> list[tuple[date, str, str]]:
    """Let the daemon look once on each of some days; return who was told on which, and of whom."""
    found = []
    day = first
    while day <= until:
        town.now = midnight(day) + NINE
        before = len(told(town))
        compose(town.site(), notices())
        found += [
            (day, m.account, m.body.partition(" ")[0])
            for m in told(town)[before:]
            if m.subject.startswith("pre-approval")
        ]
        day += timedelta(days=1)
    return found


def test_who_decides_is_reminded_on_the_open_days_that_the_policy_names(town: Town):
    told_on = days_told(town, date(2027, 3, 16), APRIL)
    assert told_on == [
        (date(2027, 3, 24), "sato", "u0001"),  # five open days before 31 March
        (date(2027, 3, 29), "sato", "u0001"),
        (date(2027, 3, 31), "chief", "u0001"),
        (date(2027, 3, 31), "sato", "u0001"),
    ]


def test_what_is_approved_is_reminded_of_no_more(town: Town):
    plan = plan_ahead(town.site(), APRIL, with_notices=False)
    approve_ahead(town.site(), (approver("sato"),), plan)
    assert days_told(town, date(2027, 3, 16), APRIL) == []


def test_the_first_of_two_votes_is_asked_for_earlier(town: Town):
    two = ApprovalPolicy({Reason.TRANSFERRED: Approval.TWO})
    town.policy = Policy(order_kinds=KINDS, approval=two)
    days = {day for day, *_ in days_told(town, date(2027, 3, 16), APRIL)}
    assert days == {date(2027, 3, 22), date(2027, 3, 25), date(2027, 3, 29)}
