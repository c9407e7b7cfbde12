"""Who may decide, how many must, and that two accounts of one person are one."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.core.findings import Reason
from syncd.core.ids import EntitlementId
from syncd.core.policy import Approval, ApprovalPolicy
from syncd.core.votes import (
    Actor,
    Choice,
    Role,
    Vote,
    approval_asked,
    check_may_decide,
    distinct_voters,
)
from syncd.errors import NotPermitted
from tests import builders as b

APPROVER = frozenset({Role.APPROVER})


@pytest.mark.parametrize(
    ("reasons", "asked"),
    [
        ([Reason.SEPARATED], Approval.AUTO),
        ([Reason.TERM_EXPIRED], Approval.AUTO),
        *[
            ([reason], Approval.ONE)
            for reason in Reason
            if reason not in (Reason.SEPARATED, Reason.TERM_EXPIRED)
        ],
        ([Reason.SEPARATED, Reason.TRANSFERRED], Approval.AUTO),
        ([], Approval.ONE),
    ],
)
def test_the_default_asks_one_person_except_for_those_who_left(
    reasons: list[Reason], asked: Approval
) -> None:
    found = approval_asked(reasons, "TAX-EDIT", ApprovalPolicy(), needs_person=False)
    assert found is asked


def test_a_single_right_can_ask_for_more_and_never_for_less() -> None:
    strict = ApprovalPolicy(by_entitlement={EntitlementId("X"): Approval.TWO})
    mild = ApprovalPolicy(by_entitlement={EntitlementId("X"): Approval.AUTO})
    asked = [Reason.TRANSFERRED]
    assert approval_asked(asked, "X", strict, needs_person=False) is Approval.TWO
    assert approval_asked(asked, "Y", strict, needs_person=False) is Approval.ONE
    assert approval_asked(asked, "X", mild, needs_person=False) is Approval.ONE


def test_what_the_facts_contradict_always_needs_a_person() -> None:
    reasons = [Reason.SEPARATED, Reason.HR_CONFLICT]
    asked = approval_asked(reasons, "X", ApprovalPolicy(), needs_person=True)
    assert asked is Approval.ONE


@pytest.mark.parametrize("role", [Role.APPROVER, Role.CHIEF])
def test_an_approver_decides_on_another_persons_right(role: Role) -> None:
    check_may_decide(Actor("boss", b.staff(9), frozenset({role})), b.case(1))


@pytest.mark.parametrize(
    ("actor", "changes"),
    [
        *[
            (Actor("x", b.staff(9), frozenset({role})), {})
            for role in Role
            if role not in (Role.APPROVER, Role.CHIEF)
        ],
        (Actor("x", b.staff(9)), {}),
        (Actor("u0001", b.staff(9), APPROVER), {}),
        (Actor("adm-1", b.staff(1), APPROVER), {}),
        (Actor("boss", b.staff(9), APPROVER), {"requested_by": "boss"}),
    ],
)
def test_nobody_decides_without_the_role_on_themselves_or_on_their_own_request(
    actor: Actor, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotPermitted):
        check_may_decide(actor, b.case(1, **changes))


def test_who_has_no_staff_number_is_not_taken_for_an_account_without_one() -> None:
    check_may_decide(Actor("boss", None, APPROVER), b.case(1, staff_number=None))


def test_two_accounts_of_one_staff_number_are_one_person() -> None:
    votes = [
        Vote(Choice.REVOKE, "boss", b.staff(9), b.KNOWN_AT),
        Vote(Choice.REVOKE, "boss-adm", b.staff(9), b.KNOWN_AT),
    ]
    assert distinct_voters(votes) == 1
    assert distinct_voters([*votes, Vote(Choice.REVOKE, "other", None, b.KNOWN_AT)]) == 2
