"""Residual reports, opened and ended by runs over a small town."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.findings import Reason
from syncd.core.ids import CaseId
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.core.reporting import ResidualPolicy
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.flow.vote import approve_cases, refuse_case
from tests.fakes.directory import dn
from tests.flow.town import (
    APRIL,
    KINDS,
    TAX,
    Town,
    account,
    approver,
    cancellation,
    town_in,
    transfer,
)

AUTO = ApprovalPolicy(dict.fromkeys(Reason, Approval.AUTO))


def reports(town: Town, *states: ResidualState) -> tuple[ResidualReport, ...]:
    with town.store.begin() as unit:
        return unit.residuals(states or tuple(ResidualState))


def records(town: Town, subject: str) -> list[dict]:
    with town.store.begin() as unit:
        return [json.loads(leaf) for leaf in unit.history(subject)]


def at(day: int, hour: int = 9) -> datetime:
    return midnight(date(2027, 4, day)) + timedelta(hours=hour)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = town_in(tmp_path, policy=Policy(order_kinds=KINDS, approval=AUTO))
    made.sync(date(2027, 3, 31))
    return made


def test_an_order_that_takes_effect_on_its_day_leaves_no_residue(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    assert dn(account(1)) not in town.members()
    town.now = at(2)
    town.sync(date(2027, 4, 2))
    assert reports(town) == ()


def test_a_retroactive_order_opens_a_report_in_the_run_that_ends_the_right(town: Town):
    town.now = at(10)
    town.orders.records = (transfer(1, "20010"),)
    found = town.sync(date(2027, 4, 10))
    (report,) = reports(town)
    assert report.state is ResidualState.OPENED
    assert report.from_at == midnight(APRIL)
    (case,) = found.cases.values()
    assert case.state is CaseState.VERIFIED
    assert report.until_at == case.updated_at
    assert report.window.days(town.now) == 9
    assert report.reasons == ("transferred",)
    assert "order R9-1" in report.because
    (opened,) = records(town, report.report_id)
    assert opened["event"] == AuditEvent.RESIDUAL_OPENED
    assert opened["run"] == found.run
    assert opened["ground"]["residual_days"] == 9
    assert opened["ground"]["window_from"] == "2027-04-01T00:00:00+09:00"


def test_one_that_still_stands_has_an_open_end_until_it_was_read_back(town: Town):
    town.policy = Policy(order_kinds=KINDS)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    assert reports(town) == ()
    town.now = at(3)
    town.sync(date(2027, 4, 3))
    (report,) = reports(town)
    assert report.until_at is None
    assert report.window.days(town.now) == 2
    town.now = at(5)
    approve_cases(town.site(), [approver("sato")], [CaseId(report.case_id)])
    town.sync(date(2027, 4, 5))
    (ended,) = reports(town)
    assert ended.report_id == report.report_id
    assert ended.until_at is not None
    assert ended.until_at > at(5)
    events = [r["event"] for r in records(town, report.report_id)]
    assert events == ["residual.opened", "residual.window_ended"]


def test_a_cancelled_order_withdraws_the_report_of_a_right_that_is_long_gone(town: Town):
    town.now = at(10)
    town.orders.records = (transfer(1, "20010"),)
    town.sync(date(2027, 4, 10))
    (report,) = reports(town)
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"))
    town.now = at(11)
    town.sync(date(2027, 4, 11))
    (withdrawn,) = reports(town)
    assert withdrawn.report_id == report.report_id
    assert withdrawn.state is ResidualState.WITHDRAWN
    assert records(town, report.report_id)[-1]["event"] == AuditEvent.RESIDUAL_WITHDRAWN


def test_a_right_that_came_back_after_its_removal_has_a_window_of_its_own(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    town.directory.groups[TAX].append(dn(account(1)))
    town.now = at(4)
    town.sync(date(2027, 4, 4))
    (report,) = reports(town)
    with town.store.begin() as unit:
        again = unit.case(report.case_id)
        first = unit.case(again.regrant_of)
    assert report.from_at == first.updated_at
    assert report.until_at == again.updated_at


def test_what_stands_under_an_exception_waits_until_it_ends(town: Town):
    town.policy = Policy(order_kinds=KINDS)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    with town.store.begin() as unit:
        (case,) = unit.cases()
    for name, number in (("sato", 900), ("abe", 901)):
        refuse_case(town.site(), [approver(name, number)], case.case_id, date(2027, 4, 5), "引継ぎ")
    town.now = at(4)
    town.sync(date(2027, 4, 4))
    assert reports(town) == ()
    town.now = at(7)
    town.sync(date(2027, 4, 7))
    (report,) = reports(town)
    assert report.from_at == midnight(APRIL)


def test_a_bound_of_its_own_decides_what_is_told_of(tmp_path: Path):
    strict = Policy(
        order_kinds=KINDS, approval=AUTO, residual=ResidualPolicy(longer_than=timedelta(hours=1))
    )
    town = town_in(tmp_path, policy=strict)
    town.sync(date(2027, 3, 31))
    town.orders.records = (transfer(1, "20010"),)
    town.now = at(1, 2)
    town.sync()
    (report,) = reports(town)
    assert report.window.days(town.now) == 0


def test_a_second_run_opens_nothing_twice(town: Town):
    town.now = at(10)
    town.orders.records = (transfer(1, "20010"),)
    town.sync(date(2027, 4, 10))
    town.now = at(11)
    town.sync(date(2027, 4, 11))
    (report,) = reports(town)
    assert len(records(town, report.report_id)) == 1
