"""The morning report over a small town: what became of every right of the day, told by runs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.findings import Reason
from syncd.core.ids import OrgUnitCode
from syncd.core.morning.lines import ApprovedBy, MorningLine, Outcome, WaitsFor
from syncd.core.morning.outages import Failing
from syncd.core.morning.report import MorningReport
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.flow.morning.report import morning_report
from syncd.flow.preapproval.plan import plan_ahead
from syncd.flow.preapproval.vote import approve_ahead
from syncd.flow.vote import approve_cases, approve_plan
from tests.flow.town import (
    APRIL,
    KINDS,
    Town,
    account,
    approver,
    cancellation,
    dn,
    separation,
    town_in,
    transfer,
)

EVE = date(2027, 3, 31)
AUTO = Policy(order_kinds=KINDS, approval=ApprovalPolicy(dict.fromkeys(Reason, Approval.AUTO)))
SATO = approver("sato")
DAY = midnight(APRIL)


@pytest.fixture
def auto(tmp_path: Path) -> Town:
    made = town_in(tmp_path, policy=AUTO)
    made.sync(EVE)
    return made


def report(town: Town, on: date = APRIL, **more: object) -> MorningReport:
    return morning_report(town.site(), on, **more)


def line(told: MorningReport, number: int) -> MorningLine:
    (found,) = [each for each in told.lines if each.case.account == account(number)]
    return found


def nonzero(told: MorningReport) -> dict[Outcome, int]:
    return {outcome: n for outcome, n in told.counts.items() if n}


def test_before_a_complete_run_of_the_day_no_report_is_ready(auto: Town):
    assert not report(auto).is_ready
    auto.sync()
    assert report(auto).is_ready


def test_a_right_removed_at_midnight_is_told_with_the_minutes_to_its_read_back(auto: Town):
    auto.orders.records = (transfer(1, "20010"),)
    auto.sync(EVE)
    auto.sync()
    told = report(auto)
    assert nonzero(told) == {Outcome.VERIFIED: 1}
    one = line(told, 1)
    assert (one.done_by, one.approved_by) == ("syncd", ApprovedBy.POLICY)
    assert one.exposure is not None
    assert one.exposure.lost_at == DAY
    assert one.exposure.ended_at == one.case.updated_at
    assert timedelta(0) < one.exposure.stood(told.made_at) < timedelta(seconds=1)
    assert not one.exposure.is_retroactive


def test_an_order_that_comes_in_the_morning_stands_in_the_same_report(auto: Town):
    auto.sync()
    assert not report(auto).has_news
    auto.now = DAY + timedelta(hours=10)
    auto.orders.records = (transfer(2, "20010"),)
    auto.sync()
    one = line(report(auto), 2)
    assert one.outcome is Outcome.VERIFIED
    assert one.exposure is not None
    assert timedelta(hours=10) < one.exposure.told_late < timedelta(hours=10, seconds=1)
    assert not one.exposure.is_retroactive


def test_a_retroactive_order_stands_in_the_report_of_its_effect_and_in_that_of_its_day(auto: Town):
    auto.sync()
    later = APRIL + timedelta(days=5)
    auto.now = midnight(later) + timedelta(hours=9)
    auto.orders.records = (transfer(3, "20010"),)
    auto.sync(later)
    for on in (APRIL, later):
        one = line(report(auto, on), 3)
        assert one.exposure is not None
        assert (one.exposure.is_retroactive, one.exposure.days(auto.now)) == (True, 5)
    assert report(auto, APRIL - timedelta(days=1)).lines == ()


def test_what_was_approved_ahead_is_told_apart_from_what_was_approved_on_the_day(tmp_path: Path):
    town = town_in(tmp_path)
    town.orders.records = (transfer(1, "20010"),)
    town.sync(EVE)
    approve_ahead(town.site(), [SATO], plan_ahead(town.site(), APRIL, with_notices=False))
    town.orders.records = (*town.orders.records, transfer(2, "20010"))
    town.sync()
    waiting = line(report(town), 2)
    assert (waiting.outcome, waiting.waits_for) == (Outcome.WAITING, WaitsFor.APPROVAL)
    assert waiting.approved_by is ApprovedBy.NOBODY
    assert approve_cases(town.site(), [SATO], [waiting.case.case_id])
    assert line(report(town), 2).waits_for is WaitsFor.NEXT_RUN
    town.sync()
    told = report(town)
    assert nonzero(told) == {Outcome.VERIFIED: 2}
    assert [line(told, n).approved_ahead for n in (1, 2)] == [True, False]
    assert [(a.account, a.ahead, a.on_the_day) for a in told.approvers] == [("sato", 1, 1)]


def test_a_removal_that_fails_is_told_with_its_error_and_its_tries(auto: Town):
    auto.orders.records = (transfer(1, "20010"),)
    auto.directory.bad_values = {dn(account(1))}
    auto.sync()
    one = line(report(auto), 1)
    assert (one.outcome, one.case.attempts) == (Outcome.FAILED, 1)
    assert "constraintViolation" in one.case.last_error
    assert one.exposure is not None
    assert one.exposure.ended_at is None


def test_a_cancelled_order_withdraws_its_case_and_leaves_no_exposure(tmp_path: Path):
    town = town_in(tmp_path)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"))
    town.sync()
    told = report(town)
    assert nonzero(told) == {Outcome.WITHDRAWN: 1}
    assert told.exposures == ()


def test_what_a_guard_holds_waits_for_two_persons_and_their_release_is_told(tmp_path: Path):
    town = town_in(tmp_path, people=60, policy=AUTO)
    town.sync(EVE)
    town.orders.records = tuple(separation(n, date(2027, 3, 5)) for n in range(1, 21))
    held = town.sync().held
    assert len(held.lines) == 20
    assert report(town).waiting[WaitsFor.HELD] == len(held.case_ids)
    for who in (approver("ito", 902), approver("abe", 903)):
        approve_plan(town.site(), [who], held.hash, "確認済み")
    town.sync()
    (override,) = report(town).overrides
    assert (override.plan, override.lines) == (held.hash, len(held.lines))
    assert set(override.voters) == {"ito", "abe"}


def test_a_refused_input_is_told_with_how_long_it_lasted(auto: Town):
    auto.orders.records = (transfer(1, "20010"),)
    auto.orders.broken = "no day"
    auto.sync()
    begun = auto.now
    (outage,) = report(auto).outages
    assert (outage.failing, outage.name, outage.until_at) == (Failing.INPUT, "orders", None)
    assert "R99" not in outage.why
    auto.now = DAY + timedelta(minutes=35)
    auto.orders.broken = ""
    auto.sync()
    told = report(auto)
    (outage,) = told.outages
    assert outage.until_at is not None
    assert outage.from_at < begun < DAY + timedelta(minutes=35) <= outage.until_at
    assert nonzero(told) == {Outcome.VERIFIED: 1}


def test_an_approved_right_waits_while_its_directory_or_an_input_is_unknown(tmp_path: Path):
    town = town_in(tmp_path)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    approve_cases(town.site(), [SATO], [line(report(town), 1).case.case_id])
    town.directory.unreadable = "no answer"
    town.sync()
    told = report(town)
    assert line(told, 1).waits_for is WaitsFor.UNKNOWN
    assert [(o.failing, o.name) for o in told.outages] == [(Failing.DIRECTORY, "ad")]


def test_who_answers_for_some_sections_is_told_of_theirs_only(auto: Town):
    auto.orders.records = (transfer(1, "20010"),)
    auto.sync()
    assert len(report(auto, visible=frozenset({OrgUnitCode("12010")})).lines) == 1
    other = report(auto, visible=frozenset({OrgUnitCode("20010")}))
    assert (other.lines, other.approvers, other.unknown) == ((), (), None)


def test_the_counts_of_all_places_are_those_of_the_whole(auto: Town):
    auto.orders.records = (transfer(1, "20010"), separation(2, EVE))
    auto.directory.bad_values = {dn(account(2))}
    auto.sync()
    told = report(auto)
    assert len(told.lines) == 2
    assert sum(n for place in told.places for n in place.counts.values()) == 2
    assert {line.case.state for line in told.lines} == {CaseState.VERIFIED, CaseState.APPROVED}
