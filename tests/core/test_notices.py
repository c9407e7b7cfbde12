"""The other direction: what is reported and never acted on."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.core.facts import Facts
from syncd.core.findings import Notice, NoticeFinding
from syncd.core.memberships import Reading, Unread
from syncd.core.policy import DirectoryPolicy
from tests import builders as b

UNREAD = Unread("ad", b.KNOWN_AT, "timeout", "try again", last_known=1)


def _notices(
    notice: Notice, known: Facts | None = None, *readings: Reading, **more: Any
) -> list[NoticeFinding]:
    return [n for n in b.decision(known, *readings, **more).notices if n.notice is notice]


def test_a_town_without_fault_has_no_notices() -> None:
    assert b.decision().notices == ()


def test_a_sound_designation_without_the_right_is_reported() -> None:
    known = b.facts(
        b.roster_entry(1), b.roster_entry(2), designations=[b.designation(1), b.designation(2)]
    )
    (notice,) = _notices(Notice.DESIGNATED_WITHOUT_RIGHT, known)
    assert notice.staff_number == b.staff(2)
    assert [str(c) for c in notice.because] == ["designation TAX/12010"]


@pytest.mark.parametrize(
    "known",
    [
        b.facts(designations=[b.designation(released_on=b.BASE)]),
        b.facts(orders=[b.order(to="15000")]),
        b.facts(entitlements=[]),
    ],
)
def test_a_designation_that_does_not_stand_or_serves_no_right_lacks_none(known: Facts) -> None:
    nobody = b.snapshot(b.block())
    assert _notices(Notice.DESIGNATED_WITHOUT_RIGHT, known, nobody) == []


def test_a_right_in_any_directory_is_enough_and_an_unread_one_may_hold_it() -> None:
    rights = [b.entitlement(), b.entitlement("TAX-L", directory="lgwan")]
    known = b.facts(entitlements=rights)
    nobody = b.snapshot(b.block())
    with_right = b.snapshot(directory="lgwan")
    assert _notices(Notice.DESIGNATED_WITHOUT_RIGHT, known, nobody, with_right) == []
    elsewhere = Unread("lgwan", b.KNOWN_AT, "timeout", "try again")
    assert _notices(Notice.DESIGNATED_WITHOUT_RIGHT, known, nobody, elsewhere) == []
    assert _notices(Notice.DESIGNATED_WITHOUT_RIGHT, known, UNREAD) == []


def test_a_further_account_that_holds_the_right_is_enough() -> None:
    directory = b.snapshot(b.block("u1b"), accounts=[b.account(1), b.account("u1b", 1)])
    assert _notices(Notice.DESIGNATED_WITHOUT_RIGHT, b.facts(), directory) == []


@pytest.mark.parametrize(
    "order",
    [
        b.order("R9-5", to="15000"),
        b.order("R9-5", "退職", b.APRIL - b.DAY),
        b.order("R9-5", "出向"),
    ],
)
def test_a_line_of_somebody_who_left_is_to_be_released(order: Any) -> None:
    (notice,) = _notices(Notice.DESIGNATION_STALE, b.facts(orders=[order]))
    assert notice.staff_number == b.staff(1)
    assert [str(c) for c in notice.because] == ["order R9-5", "designation TAX/12010"]
    assert b.SECTION in notice.detail


@pytest.mark.parametrize(
    "line",
    [
        b.designation(released_on=b.APRIL),
        b.designation(expires_on=b.BASE),
        b.designation(designated_on=b.APRIL + b.DAY),
    ],
)
def test_a_line_not_in_force_needs_no_release(line: Any) -> None:
    known = b.facts(orders=[b.order(to="15000")], designations=[line])
    assert _notices(Notice.DESIGNATION_STALE, known) == []


def test_a_leave_or_missing_training_asks_for_no_release() -> None:
    known = b.facts(orders=[b.order(kind="育児休業")])
    assert _notices(Notice.DESIGNATION_STALE, known, under=b.policy(training_months=12)) == []


def test_a_my_number_group_that_no_list_names_is_reported() -> None:
    under = b.policy(directories={"ad": DirectoryPolicy(my_number_groups="^mynumber-")})
    groups = [b.group(), b.group("cn=mynumber-old,ou=groups"), b.group("cn=printers,ou=groups")]
    (notice,) = _notices(Notice.ENTITLEMENT_UNLISTED, None, b.snapshot(groups=groups), under=under)
    assert "cn=mynumber-old,ou=groups" in notice.detail


def test_an_entitlement_whose_group_is_gone_is_reported() -> None:
    known = b.facts(entitlements=[b.entitlement(groups=["cn=gone"])])
    (notice,) = _notices(Notice.ENTITLEMENT_WITHOUT_GROUP, known)
    assert (notice.directory, notice.entitlement) == ("ad", "TAX-EDIT")


def test_a_contradiction_is_reported_once_for_a_person() -> None:
    known = b.facts(orders=[b.order("R9-7", effective_on=b.BASE, to="15000")])
    (notice,) = _notices(Notice.HR_CONFLICT, known)
    assert [str(c) for c in notice.because] == ["order R9-7"]


def test_who_vanished_is_reported() -> None:
    known = b.facts(rosters=[b.roster(b.roster_entry(2), gone=[b.roster_entry(1)])])
    (notice,) = _notices(Notice.VANISHED_FROM_ROSTER, known)
    assert notice.staff_number == b.staff(1)


def test_who_left_before_the_roster_has_not_vanished() -> None:
    gone = b.roster_entry(1, separated_on=b.BASE - b.DAY)
    known = b.facts(rosters=[b.roster(b.roster_entry(2), gone=[gone])])
    assert _notices(Notice.VANISHED_FROM_ROSTER, known) == []


@pytest.mark.parametrize(
    "order",
    [
        b.order("R9-8", "謎の発令"),
        b.order("R9-8", "取消", target="R9-404"),
        b.order("R9-8", "訂正", target="R9-404"),
        b.order("R9-8", "兼務"),
    ],
)
def test_an_order_that_cannot_be_placed_is_reported(order: Any) -> None:
    (notice,) = _notices(Notice.ORDER_HELD, b.facts(orders=[order]))
    assert [str(c) for c in notice.because] == ["order R9-8"]


def test_a_section_that_the_table_lacks_is_reported_once() -> None:
    people = [b.roster_entry(1), b.roster_entry(2), b.roster_entry(3, "15000")]
    known = b.facts(*people, org_units=[b.org_unit("15000")])
    (notice,) = _notices(Notice.ORG_UNIT_UNLISTED, known)
    assert b.SECTION in notice.detail
    assert _notices(Notice.ORG_UNIT_UNLISTED, b.facts(*people)) == []
