"""Two numbers of one human being are one person wherever two persons are asked for."""

from __future__ import annotations

import pytest

from syncd.core.acting import Deputyship, Someone, deputy_actor, own_actor
from syncd.core.policy import Policy
from syncd.core.residual.persons import check_may_check
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.core.tasks import HandOver, check_may_do, checked, handed_over, reported
from syncd.core.votes import Actor, Role, check_may_decide
from syncd.errors import NotPermitted
from tests import builders as b

CHIEF = frozenset({Role.CHIEF, Role.OPERATOR})
LINKED = frozenset({b.staff(1)})


def actor(account: str, number: int, *others: int) -> Actor:
    linked = frozenset(map(b.staff, others))
    return Actor(account, b.staff(number), CHIEF, other_numbers=linked)


def test_nobody_decides_on_a_right_of_any_number_of_theirs():
    with pytest.raises(NotPermitted):
        check_may_decide(actor("x", 900, 1), b.case(1))
    check_may_decide(actor("x", 900), b.case(1))


def test_nobody_decides_as_deputy_of_somebody_whose_other_number_it_concerns():
    principal = Someone("chief", b.staff(900), roles=CHIEF, other_numbers=LINKED)
    own = own_actor(Someone("x", b.staff(7)), (), (), b.APRIL)
    deputy = deputy_actor(own, Deputyship(principal), (), (), b.APRIL)
    with pytest.raises(NotPermitted):
        check_may_decide(deputy, b.case(1))
    check_may_decide(deputy, b.case(2))


def test_nobody_does_a_task_about_any_number_of_theirs():
    with pytest.raises(NotPermitted):
        check_may_do(actor("x", 900, 1), b.case(1), HandOver())
    check_may_do(actor("x", 900), b.case(1), HandOver())


def test_who_did_a_task_does_not_check_it_under_another_number():
    task = handed_over(b.case(5), "t1", b.KNOWN_AT, Policy(), HandOver())
    done = reported(task, actor("x", 900, 800), b.KNOWN_AT, "")
    with pytest.raises(NotPermitted):
        checked(done, actor("y", 800, 900), b.KNOWN_AT, "")
    assert checked(done, actor("z", 700), b.KNOWN_AT, "").checked_by == "z"


def test_nobody_checks_the_log_of_a_right_of_any_number_of_theirs():
    case = b.case(1)
    report = ResidualReport(
        report_id="r1",
        case_id=case.case_id,
        directory=case.directory,
        entitlement=case.entitlement,
        account=case.account,
        staff_number=case.staff_number,
        section=None,
        reasons=(),
        because=(),
        from_at=b.KNOWN_AT,
        until_at=None,
        state=next(iter(ResidualState)),
        opened_at=b.KNOWN_AT,
    )
    with pytest.raises(NotPermitted):
        check_may_check(actor("x", 900, 1), report)
    check_may_check(actor("x", 900), report)


def test_all_numbers_of_one_human_being_vote_as_one():
    assert actor("x", 900, 800).identity == actor("y", 800, 900).identity == b.staff(800)
    assert actor("x", 900).identity == b.staff(900)
    assert Actor("x").identity is None
