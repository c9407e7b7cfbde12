"""A run, from what was read to what was removed, on a real store and a directory in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.core.cases import CaseState
from syncd.core.findings import Notice, Reason, Verdict
from syncd.core.policy import GuardPolicy
from syncd.errors import AlreadyRunning, IllegalMove, NotPermitted
from syncd.flow.evidence import verify_trail
from syncd.flow.restore import restore_case
from syncd.flow.site import Mode
from syncd.flow.vote import approve_cases, approve_plan, refuse_case
from syncd.ports.directory import Capability
from tests.fakes.directory import dn
from tests.flow.town import (
    APRIL,
    TAX,
    Town,
    account,
    approver,
    cancellation,
    separation,
    town_in,
    transfer,
)


def the_case(report, number=1):
    return report.cases["ad", "TAX-EDIT", account(number)]


def test_nothing_is_found_when_every_right_has_its_ground(town: Town):
    report = town.sync()
    assert report.exit_code == 0
    assert (report.counts.memberships, report.counts.justified) == (10, 10)


def test_a_transfer_opens_a_case_that_waits_for_an_approver(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    report = town.sync()
    assert report.exit_code == 3
    assert the_case(report).state is CaseState.OPEN
    assert the_case(report).reasons == (Reason.TRANSFERRED,)
    assert dn(account(1)) in town.members()


def test_an_approved_case_is_removed_read_back_and_recorded(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    case = the_case(town.sync())
    approve_cases(town.site(), [approver("sato")], [case.case_id])
    report = town.sync()
    assert [r.outcome for r in report.removals] == ["verified"]
    assert dn(account(1)) not in town.members()
    assert report.exit_code == 0
    assert verify_trail(town.store).faults == ()


def test_a_second_run_finds_nothing_and_writes_nothing(town: Town):
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    town.sync()
    before = list(town.directory.written)
    report = town.sync()
    assert (report.counts.stale, report.removals) == (0, ())
    assert town.directory.written == before


def test_a_separation_is_removed_without_a_vote(town: Town):
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    report = town.sync()
    assert [r.outcome for r in report.removals] == ["verified"]


def test_a_person_works_through_their_last_day(town: Town):
    town.orders.records = (separation(1, APRIL),)
    assert town.sync().counts.stale == 0
    assert town.sync(APRIL + timedelta(days=1)).counts.removed == 1


def test_nothing_is_written_in_mode_propose(tmp_path):
    town = town_in(tmp_path, mode=Mode.PROPOSE)
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    report = town.sync()
    assert the_case(report).state is CaseState.APPROVED
    assert town.directory.written == []


def test_no_case_is_opened_in_mode_observe(tmp_path):
    town = town_in(tmp_path, mode=Mode.OBSERVE)
    town.orders.records = (transfer(1, "20010"),)
    report = town.sync()
    assert (report.exit_code, report.counts.stale, report.cases) == (3, 1, {})


def test_a_cancelled_transfer_withdraws_the_case(town: Town):
    town.orders.records = (transfer(1, "20010", order="R9-1"),)
    case = the_case(town.sync())
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"))
    report = town.sync()
    assert report.counts.stale == 0
    with town.store.begin() as unit:
        assert unit.case(case.case_id).state is CaseState.WITHDRAWN


def test_an_approved_line_is_left_out_when_the_facts_change_before_it_is_applied(town: Town):
    town.orders.records = (transfer(1, "20010", order="R9-1"),)
    case = the_case(town.sync())
    approve_cases(town.site(), [approver("sato")], [case.case_id])
    town.orders.records = (*town.orders.records, cancellation(1, "R9-1"))
    report = town.sync()
    assert report.removals == ()
    assert dn(account(1)) in town.members()


def test_a_right_that_somebody_else_removed_is_gone(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    case = the_case(town.sync())
    town.directory.groups[TAX].remove(dn(account(1)))
    town.sync()
    with town.store.begin() as unit:
        assert unit.case(case.case_id).state is CaseState.GONE


def test_a_right_that_comes_back_opens_a_case_that_says_so(town: Town):
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    first = town.sync().removals[0].case
    town.directory.groups[TAX].append(dn(account(1)))
    report = town.sync()
    assert report.removals[0].case.regrant_of == first.case_id


def test_nobody_approves_their_own_case_or_what_they_asked_for(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    case = the_case(town.sync(actor="tanaka"))
    with pytest.raises(NotPermitted):
        approve_cases(town.site(), [approver("me", 1)], [case.case_id])
    with pytest.raises(NotPermitted):
        approve_cases(town.site(), [approver("tanaka")], [case.case_id])


def test_people_approve_exactly_the_plan_they_saw(town: Town):
    town.orders.records = tuple(transfer(n, "20010") for n in (1, 2, 3))
    plan = town.sync().proposed
    town.orders.records = (*town.orders.records, transfer(4, "20010"))
    town.sync()
    result = approve_plan(town.site(), [approver("sato")], plan.hash[:12])
    assert len(result.cases) == 3
    assert len(town.sync().removals) == 3
    assert dn(account(4)) in town.members()


def test_an_exception_needs_two_persons_and_ends_on_its_day(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    case = the_case(town.sync())
    until = APRIL + timedelta(days=7)
    first = refuse_case(town.site(), [approver("sato", 901)], case.case_id, until, "引継ぎ")
    again = refuse_case(town.site(), [approver("sato2", 901)], case.case_id, until, "引継ぎ")
    second = refuse_case(town.site(), [approver("ito", 902)], case.case_id, until, "引継ぎ")
    assert (first.case.state, again.case.state) == (CaseState.REFUSED, CaseState.REFUSED)
    assert second.case.state is CaseState.EXCEPTED
    report = town.sync()
    assert report.findings[0].verdict is Verdict.EXCEPTED
    assert report.exit_code == 0
    later = town.sync(until + timedelta(days=1))
    assert the_case(later).state is CaseState.OPEN


def test_silence_escalates_and_then_revokes(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    town.now += timedelta(days=2)
    assert the_case(town.sync()).escalated
    town.now += timedelta(days=8)
    assert town.sync().removals[0].outcome == "verified"


def test_a_removal_can_be_put_back_by_two_persons(town: Town):
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    case = town.sync().removals[0].case
    restore_case(town.site(), [approver("sato", 901)], case.case_id, "誤った発令")
    assert dn(account(1)) not in town.members()
    restore_case(town.site(), [approver("ito", 902)], case.case_id, "誤った発令")
    assert dn(account(1)) in town.members()
    with pytest.raises(IllegalMove):
        restore_case(town.site(), [approver("ito", 902)], case.case_id, "もう一度")


# --- inputs and directories that fail ---


def test_a_refused_input_makes_the_answer_unknown_and_removes_nothing(town: Town):
    town.sync(date(2027, 3, 31))
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    town.orders.broken = "実在する日付"
    report = town.sync()
    assert report.exit_code == 5
    assert report.counts.unknown == 10
    assert town.directory.written == []


def test_the_last_good_facts_stay_in_force_after_a_refusal(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    town.roster.records = town.roster.records[:5]
    report = town.sync()
    assert [r.source for r in report.refused] == ["roster"]
    assert report.findings[0].reasons == (Reason.TRANSFERRED,)
    assert report.findings[0].verdict is Verdict.UNKNOWN


def test_a_directory_that_cannot_be_read_is_unknown_and_never_empty(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    case = the_case(town.sync())
    town.directory.unreadable = "connection refused"
    report = town.sync()
    assert (report.exit_code, report.counts.unknown) == (5, 10)
    assert not report.complete
    with town.store.begin() as unit:
        assert unit.case(case.case_id).state is CaseState.OPEN


def test_a_person_who_vanishes_from_the_roster_is_unknown_and_keeps_the_right(town: Town):
    town.sync()
    town.roster.records = town.roster.records[1:]
    town.roster.base_on = date(2027, 3, 31)
    report = town.sync()
    assert report.findings[0].verdict is Verdict.UNKNOWN
    assert [n.notice for n in report.decision.notices] == [Notice.VANISHED_FROM_ROSTER]
    assert town.directory.written == []


def test_a_write_that_does_not_take_is_tried_again_and_then_fails_loudly(town: Town):
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    town.directory.deaf = True
    outcomes = [town.sync().removals[0].outcome for _ in range(3)]
    assert outcomes == ["retry", "retry", "failed"]


def test_one_bad_value_is_one_failed_case_and_not_a_failed_batch(town: Town):
    town.orders.records = tuple(separation(n, date(2027, 3, 31)) for n in (1, 2, 3))
    town.directory.bad_values.add(dn(account(2)))
    report = town.sync()
    assert sorted(r.outcome for r in report.removals) == ["retry", "verified", "verified"]


def test_a_deferred_directory_is_verified_by_its_next_export(town: Town):
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    town.directory.capabilities -= {Capability.READ_BACK}
    first = town.sync()
    assert [r.outcome for r in first.removals] == ["written"]
    assert (first.exit_code, town.sync().removals) == (3, ())
    town.directory.groups[TAX].remove(dn(account(1)))
    town.sync()
    with town.store.begin() as unit:
        assert unit.case(first.removals[0].case.case_id).state is CaseState.VERIFIED


def test_only_one_run_goes_on_at_a_time(town: Town):
    def second_run() -> None:
        with pytest.raises(AlreadyRunning):
            town.sync()
        tried.append(True)

    tried: list[bool] = []
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    town.directory.before_write = second_run
    town.sync()
    assert tried == [True]


# --- guards ---


def crowd(tmp_path, **changes) -> Town:
    return town_in(tmp_path, people=60, **changes)


def test_more_removals_than_the_orders_explain_are_held(tmp_path):
    town = crowd(tmp_path)
    town.orders.records = tuple(separation(n, date(2027, 3, 5)) for n in range(1, 21))
    report = town.sync()
    assert report.exit_code == 4
    assert town.directory.written == []
    assert len(report.held.lines) == 20


def test_removals_that_the_orders_of_the_day_explain_go_on(tmp_path):
    town = crowd(tmp_path)
    town.orders.records = tuple(separation(n, date(2027, 3, 31)) for n in range(1, 21))
    assert town.sync().counts.removed == 20


def test_the_limit_counts_what_was_removed_earlier_the_same_day(tmp_path):
    town = crowd(tmp_path)
    town.orders.records = tuple(separation(n, date(2027, 3, 5)) for n in range(1, 9))
    assert town.sync().counts.removed == 8
    later = tuple(separation(n, date(2027, 3, 5)) for n in range(9, 17))
    town.orders.records = (*town.orders.records, *later)
    assert town.sync().exit_code == 4


def test_a_held_plan_is_released_once_by_two_persons(tmp_path):
    town = crowd(tmp_path)
    town.orders.records = tuple(separation(n, date(2027, 3, 5)) for n in range(1, 21))
    held = town.sync().held
    one = approve_plan(town.site(), [approver("sato", 901)], held.hash, "確認済み")
    assert not one.released
    assert town.sync().exit_code == 4
    two = approve_plan(town.site(), [approver("ito", 902)], held.hash, "確認済み")
    assert two.released
    assert town.sync().counts.removed == 20
    town.directory.groups[TAX] = [dn(account(n)) for n in range(1, 61)]
    assert town.sync().exit_code == 4


def test_the_last_member_of_a_group_stays_for_a_person(tmp_path):
    town = town_in(tmp_path, people=1)
    town.orders.records = (separation(1, date(2027, 3, 31)),)
    report = town.sync()
    assert report.exit_code == 4
    assert town.members() == {dn(account(1))}
    assert "1人以上" in str(report.trips[0])


def test_a_protected_account_is_never_removed_without_two_persons(town: Town):
    from syncd.core.policy import DirectoryPolicy

    rules = DirectoryPolicy(protected_accounts=frozenset({account(1)}))
    town.policy = replace(town.policy, directories={"ad": rules})
    town.orders.records = tuple(separation(n, date(2027, 3, 31)) for n in (1, 2))
    report = town.sync()
    assert [line.account for line in report.held.lines] == [account(1)]
    assert report.counts.removed == 1


def test_a_group_that_also_conveys_a_justified_right_is_not_cut(town: Town):
    from tests.flow.town import _designated, _entitlement

    other = replace(_entitlement("WEL-EDIT", TAX), affairs=frozenset({"WEL"}))
    town.entitlements.records = (*town.entitlements.records, other)
    wel = tuple(replace(_designated(n), affair="WEL", org_unit="20010") for n in range(1, 11))
    town.designations.records = (*town.designations.records, *wel)
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    with town.store.begin() as unit:
        case = next(c for c in unit.cases() if c.key == ("ad", "TAX-EDIT", account(1)))
    approve_cases(town.site(), [approver("sato")], [case.case_id])
    report = town.sync()
    assert dn(account(1)) in town.members()
    assert any("WEL-EDIT" in b.why for b in report.blocked)


def test_limits_are_data(tmp_path):
    town = crowd(tmp_path)
    town.policy = replace(town.policy, guards=GuardPolicy(max_removals=30))
    town.orders.records = tuple(separation(n, date(2027, 3, 5)) for n in range(1, 21))
    assert town.sync().counts.removed == 20
