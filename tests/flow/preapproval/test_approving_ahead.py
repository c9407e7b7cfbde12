"""Approving days ahead: what was approved goes at midnight by itself, what changed waits, and only that."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.facts import Order
from syncd.core.findings import Reason
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.core.preapproval.standing import Standing
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.preapproval.plan import look_ahead, plan_ahead
from syncd.flow.preapproval.vote import AheadVoteResult, approve_ahead
from tests.flow.town import (
    APRIL,
    KINDS,
    Town,
    account,
    approver,
    cancellation,
    dn,
    separation,
    staff,
    town_in,
    transfer,
)

EVE = date(2027, 3, 31)
SATO, SUZUKI = approver("sato", 900), approver("suzuki", 901)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = town_in(tmp_path)
    town.now = midnight(date(2027, 3, 25)) + timedelta(hours=9)
    return town


def orders(town: Town, *given: Order) -> None:
    """Let the personnel system say this, and the daemon take it up."""
    town.orders.records = given
    town.orders.modified_at = town.now
    town.sync(town.now.date())


def notice(order: Order) -> Order:
    return replace(order, confirmed=False)


def approve(
    town: Town, *actors: Actor, with_notices: bool = False, **more: object
) -> AheadVoteResult:
    plan = plan_ahead(town.site(), APRIL, with_notices=with_notices)
    return approve_ahead(town.site(), actors or (SATO,), plan, **more)  # type: ignore[arg-type]


def standings(town: Town, *, with_notices: bool = False) -> dict[str, Standing]:
    ahead = look_ahead(town.site(), plan_ahead(town.site(), APRIL, with_notices=with_notices))
    return {line.account: ahead.standings.of(line) for line in ahead.plan.lines}


def gone(town: Town, *, with_notices: bool = False) -> list[str]:
    ahead = look_ahead(town.site(), plan_ahead(town.site(), APRIL, with_notices=with_notices))
    return [line.key[2] for line in ahead.standings.gone if line.key]


def missing(town: Town) -> set[str]:
    return {account(n) for n in range(1, 11) if dn(account(n)) not in town.members()}


def trail(town: Town) -> str:
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        return "\n".join(leaf.decode() for _, leaf, _ in unit.audit_leaves())


def test_what_was_approved_ahead_goes_at_midnight_without_anybodys_act(town: Town):
    orders(town, transfer(1, "20010"), transfer(2, "20010"))
    done = approve(town)
    assert (done.voted, done.approved, done.waiting) == (2, 2, 0)
    assert missing(town) == set()
    report = town.sync()
    assert missing(town) == {account(1), account(2)}
    assert {removal.outcome for removal in report.removals} == {"verified"}
    record = next(
        r for r in map(json.loads, trail(town).splitlines()) if r["ground"].get("pre_approved")
    )
    assert record["event"] == "case.approved"


def test_nothing_is_removed_before_the_day(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town)
    town.sync(EVE)
    assert missing(town) == set()
    assert standings(town) == {account(1): Standing.APPROVED}


def test_a_late_order_is_a_difference_to_approve_and_only_that(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town)
    orders(town, transfer(1, "20010"), transfer(2, "20010"))
    assert standings(town) == {account(1): Standing.APPROVED, account(2): Standing.NEW}
    assert approve(town, SATO).voted == 1
    town.sync()
    assert missing(town) == {account(1), account(2)}


def test_a_late_order_that_nobody_approved_waits_as_a_case(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town)
    orders(town, transfer(1, "20010"), transfer(2, "20010"))
    town.sync()
    assert missing(town) == {account(1)}
    with town.store.begin() as unit:
        assert [case.account for case in unit.cases([CaseState.OPEN])] == [account(2)]


def test_a_cancelled_order_takes_its_line_away_and_nothing_is_asked(town: Town):
    orders(town, transfer(1, "20010"), transfer(2, "20010"))
    approve(town)
    orders(town, transfer(1, "20010"), transfer(2, "20010"), cancellation(2, "R9-2"))
    assert standings(town) == {account(1): Standing.APPROVED}
    assert gone(town) == [account(2)]
    town.sync()
    assert missing(town) == {account(1)}
    assert "pre_approval.lapsed" in trail(town)


def test_another_order_for_the_same_person_asks_again(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town)
    again = transfer(1, "20020", order="R9-77")
    orders(town, transfer(1, "20010"), cancellation(1, "R9-1"), again)
    assert standings(town) == {account(1): Standing.CHANGED}
    town.sync()
    assert missing(town) == set()


def test_what_lapsed_does_not_come_back_to_life(town: Town):
    orders(town, transfer(1, "20010"), transfer(2, "20010"))
    approve(town)
    orders(town, transfer(1, "20010"), transfer(2, "20010"), cancellation(2, "R9-2"))
    town.sync()
    town.orders.records = (transfer(2, "20010"),)  # the cancellation is taken back too late
    town.orders.modified_at = town.now
    void = replace(cancellation(2, "R9-C2"), order_number="R9-CC2")
    town.orders.records = (*town.orders.records, cancellation(2, "R9-2"), void)
    town.sync()
    assert missing(town) == {account(1)}
    with town.store.begin() as unit:
        assert [case.account for case in unit.cases([CaseState.OPEN])] == [account(2)]


def test_two_persons_are_two_persons_ahead_too(town: Town):
    two = ApprovalPolicy({Reason.TRANSFERRED: Approval.TWO})
    town.policy = Policy(order_kinds=KINDS, approval=two)
    orders(town, transfer(1, "20010"))
    assert approve(town, SATO).waiting == 1
    assert approve(town, approver("sato-admin", 900)).waiting == 1  # the same person
    assert standings(town) == {account(1): Standing.PARTLY}
    assert approve(town, SUZUKI).approved == 1
    town.sync()
    assert missing(town) == {account(1)}


def test_one_vote_of_two_is_taken_over_to_the_case(town: Town):
    two = ApprovalPolicy({Reason.TRANSFERRED: Approval.TWO})
    town.policy = Policy(order_kinds=KINDS, approval=two)
    orders(town, transfer(1, "20010"))
    approve(town, SATO)
    town.sync()
    assert missing(town) == set()
    with town.store.begin() as unit:
        case = unit.cases([CaseState.OPEN])[0]
        assert [vote.voter for vote in unit.votes(case_id=case.case_id)] == ["sato"]


def test_nobody_approves_their_own_ahead(town: Town):
    orders(town, transfer(1, "20010"))
    with pytest.raises(NotPermitted):
        approve(town, Actor("u0001", staff(1), frozenset({Role.APPROVER})))


def test_who_asks_for_the_run_on_the_day_has_not_decided_it(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town, SATO)
    town.sync(actor="sato")
    assert missing(town) == set()


def test_what_policy_approves_needs_nobody(town: Town):
    orders(town, separation(1, EVE))
    assert standings(town) == {account(1): Standing.AUTO}
    assert approve(town).voted == 0
    town.sync()
    assert missing(town) == {account(1)}


def test_a_day_that_has_come_is_decided_among_the_cases(town: Town):
    orders(town, transfer(1, "20010"))
    town.sync()
    with pytest.raises(IllegalMove):
        approve(town)


def test_a_choice_of_nothing_is_told(town: Town):
    orders(town, transfer(1, "20010"))
    with pytest.raises(UsageError):
        approve(town, chosen=["nothing"])


def test_only_what_was_chosen_is_approved(town: Town):
    orders(town, transfer(1, "20010"), transfer(2, "20010"))
    plan = plan_ahead(town.site(), APRIL, with_notices=False)
    approve(town, chosen=[plan.lines[0].digest])
    assert sorted(standings(town).values()) == [Standing.APPROVED, Standing.NEW]


def test_a_host_that_was_asleep_at_midnight_takes_the_votes_over_when_it_wakes(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town)
    town.sync(date(2027, 4, 3))
    assert missing(town) == {account(1)}


def test_a_broken_input_at_midnight_keeps_the_approval_for_when_it_is_mended(town: Town):
    orders(town, transfer(1, "20010"))
    approve(town)
    town.orders.records = (*town.orders.records, transfer(2, "20010"))
    town.orders.broken = "ends in the middle of a line"
    town.sync()
    assert missing(town) == set()
    town.orders.broken = ""
    town.sync()
    assert missing(town) == {account(1)}
    with town.store.begin() as unit:
        assert [case.account for case in unit.cases([CaseState.OPEN])] == [account(2)]


def test_an_advance_notice_is_shown_to_none_who_may_not_see_it(town: Town):
    orders(town, notice(transfer(1, "20010")))
    assert standings(town) == {}
    assert standings(town, with_notices=True) == {account(1): Standing.NEW}


def test_an_approval_under_advance_notice_holds_once_the_same_order_is_confirmed(town: Town):
    orders(town, notice(transfer(1, "20010")))
    assert approve(town, with_notices=True).approved == 1
    orders(town, transfer(1, "20010"))
    assert standings(town) == {account(1): Standing.APPROVED}
    town.sync()
    assert missing(town) == {account(1)}


def test_an_advance_notice_is_never_carried_out_however_approved(town: Town):
    orders(town, notice(transfer(1, "20010")))
    approve(town, with_notices=True)
    town.sync()
    assert missing(town) == set()


def test_what_was_approved_under_notice_and_never_confirmed_is_gone_for_few(town: Town):
    orders(town, notice(transfer(1, "20010")))
    approve(town, with_notices=True)
    orders(town, notice(transfer(1, "20010")), notice(cancellation(1, "R9-1")))
    assert gone(town, with_notices=True) == [account(1)]
    assert gone(town) == []


def test_what_was_approved_under_notice_and_cancelled_once_confirmed_is_gone_for_all(town: Town):
    orders(town, notice(transfer(1, "20010")))
    approve(town, with_notices=True)
    orders(town, transfer(1, "20010"))
    orders(town, transfer(1, "20010"), cancellation(1, "R9-1"))
    assert gone(town) == [account(1)]


def test_the_trail_seals_what_rests_on_advance_notice(town: Town):
    orders(town, notice(transfer(1, "20010")), transfer(2, "20010"))
    plan = plan_ahead(town.site(), APRIL, with_notices=True)
    approve(town, with_notices=True)
    told = trail(town)
    under_notice = next(line for line in plan.lines if line.rests_on_notice)
    assert under_notice.digest not in told
    assert plan.hash not in told
    casts = [r for r in map(json.loads, told.splitlines()) if r["event"] == "pre_approval.cast"]
    assert sorted("sealed" in r["ground"] for r in casts) == [False, True]
    with town.store.begin() as unit:
        seal = unit.seals(APRIL)[0]
    assert seal.digests == (under_notice.digest,)


def test_a_notice_that_never_came_true_leaves_only_a_digest(town: Town):
    orders(town, notice(transfer(1, "20010")))
    approve(town, with_notices=True)
    town.sync()
    with town.store.begin() as unit:
        (line,) = unit.kept_lines(APRIL)
    assert (line.key, line.staff_number, line.orders) == (None, None, ())
    assert "R9-1" not in trail(town)
