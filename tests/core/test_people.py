"""Which roster counts, what it says beside the orders, and who is missing from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from syncd.core.facts import EmploymentStatus, HeldRow, Provides
from syncd.core.findings import Verdict
from tests import builders as b

JUSTIFIED = (Verdict.JUSTIFIED, ())
FEBRUARY = date(2027, 2, 1)


def _rosters(*rosters: Any) -> Any:
    return b.facts(rosters=list(rosters))


def test_the_newest_roster_of_the_day_counts() -> None:
    known = _rosters(
        b.roster(b.roster_entry(), base_on=FEBRUARY),
        b.roster(b.roster_entry(org_unit="15000"), base_on=b.BASE),
    )
    assert b.verdict_of(known, on=date(2027, 2, 28)) == JUSTIFIED
    assert b.verdict_of(known, on=b.BASE)[1] == ("transferred",)


def test_of_two_rosters_of_one_day_the_one_recorded_last_counts() -> None:
    first = b.roster(b.roster_entry(org_unit="15000"), recorded_at=b.KNOWN_AT - b.DAY)
    second = b.roster(b.roster_entry())
    for rosters in ((first, second), (second, first)):
        assert b.verdict_of(_rosters(*rosters)) == JUSTIFIED


@pytest.mark.parametrize("day", [b.BASE - b.DAY, date(2020, 4, 1)])
def test_before_the_first_roster_everything_is_unknown(day: date) -> None:
    decided = b.decision(on=day)
    assert [(f.verdict, f.reasons) for f in decided.findings] == [(Verdict.UNKNOWN, ())]


def test_without_any_roster_everything_is_unknown() -> None:
    known = _rosters()
    nobody = b.snapshot(accounts=[b.account("u0001")])
    assert b.verdict_of(known)[0] is Verdict.UNKNOWN
    assert b.verdict_of(known, nobody)[0] is Verdict.UNKNOWN


def test_orders_up_to_the_day_of_the_roster_are_in_it() -> None:
    known = b.facts(
        b.roster_entry(org_unit="15000"),
        orders=[b.order(effective_on=b.BASE, to="15000")],
        designations=[b.designation(org_unit="15000")],
    )
    assert b.verdict_of(known) == JUSTIFIED


@pytest.mark.parametrize("effective_on", [b.BASE, date(2027, 2, 15)])
def test_an_order_that_the_roster_contradicts_is_a_conflict(effective_on: date) -> None:
    known = b.facts(orders=[b.order("R9-7", effective_on=effective_on, to="15000")])
    (found,) = b.decision(known).findings
    assert found.reasons == ("transferred", "hr-conflict")
    assert found.needs_person
    assert "order R9-7" in map(str, found.because)


def test_a_right_that_only_the_orders_justify_is_a_conflict_too() -> None:
    known = b.facts(
        b.roster_entry(org_unit="15000"), orders=[b.order(effective_on=b.BASE, to=b.SECTION)]
    )
    assert b.verdict_of(known) == (Verdict.STALE, ("transferred", "hr-conflict"))


def test_a_right_that_both_readings_justify_stands() -> None:
    known = b.facts(
        orders=[b.order(effective_on=b.BASE, to="12011")],
        designations=[b.designation(org_unit="12000")],
        org_units=[
            b.org_unit("12000"),
            b.org_unit("12010", "12000"),
            b.org_unit("12011", "12000"),
        ],
    )
    assert b.verdict_of(known) == JUSTIFIED


def test_a_separation_of_the_day_of_the_roster_itself_still_counts() -> None:
    known = b.facts(orders=[b.order(kind="退職", effective_on=b.BASE)])
    assert b.verdict_of(known) == (Verdict.STALE, ("separated",))


def test_a_separation_before_the_roster_that_names_them_is_a_conflict() -> None:
    known = b.facts(orders=[b.order(kind="退職", effective_on=b.BASE - b.DAY)])
    assert b.verdict_of(known) == (Verdict.STALE, ("separated", "hr-conflict"))


def test_a_section_replaced_since_is_no_conflict() -> None:
    known = b.facts(
        b.roster_entry(org_unit="12010"),
        orders=[b.order(effective_on=FEBRUARY, to="11990")],
        org_units=[
            b.org_unit("11990", ends_on=date(2027, 2, 20), successors=["12010"]),
            b.org_unit("12010", starts_on=date(2027, 2, 21)),
        ],
    )
    assert b.verdict_of(known) == JUSTIFIED


@pytest.mark.parametrize(
    ("concurrent", "reasons"), [(None, ()), (["15000"], ()), ([], ("transferred", "hr-conflict"))]
)
def test_a_roster_without_the_column_says_nothing_of_further_posts(
    concurrent: list[str] | None, reasons: tuple[str, ...]
) -> None:
    known = b.facts(
        b.roster_entry(org_unit="16000", concurrent=concurrent),
        orders=[b.order(kind="兼務", effective_on=FEBRUARY, to="15000")],
        designations=[b.designation(org_unit="15000")],
    )
    found = b.verdict_of(known)[1]
    if concurrent is None:
        assert "hr-conflict" not in found
    else:
        assert found == reasons


def test_a_person_missing_from_the_newest_roster_is_unknown_and_not_stale() -> None:
    known = _rosters(b.roster(b.roster_entry(2), gone=[b.roster_entry(1)]))
    assert b.verdict_of(known) == (Verdict.UNKNOWN, ())


def test_what_is_stale_on_other_grounds_stays_stale_when_the_person_vanished() -> None:
    known = b.facts(
        rosters=[b.roster(b.roster_entry(2), gone=[b.roster_entry(1)])],
        orders=[b.order(to="15000")],
    )
    assert b.verdict_of(known) == (Verdict.STALE, ("transferred",))


def test_who_is_in_another_authoritys_roster_has_not_vanished() -> None:
    city = b.roster(b.roster_entry(2), gone=[b.roster_entry(1)], source="city")
    board = b.roster(b.roster_entry(1), source="board")
    assert b.verdict_of(_rosters(city, board)) == JUSTIFIED


def test_a_person_in_two_rosters_holds_the_posts_of_both() -> None:
    city = b.roster(b.roster_entry(1, "15000", source="city"), source="city")
    board = b.roster(b.roster_entry(1, source="board"), source="board")
    for rosters in ((city, board), (board, city)):
        assert b.verdict_of(_rosters(*rosters)) == JUSTIFIED


def test_who_left_one_authority_and_works_at_the_other_is_at_work() -> None:
    left = b.roster_entry(1, "15000", status=EmploymentStatus.SEPARATED, source="city")
    city = b.roster(left, source="city")
    board = b.roster(b.roster_entry(1, source="board"), source="board")
    for rosters in ((city, board), (board, city)):
        assert b.verdict_of(_rosters(*rosters)) == JUSTIFIED


def test_a_person_whom_only_orders_name_is_known_by_them() -> None:
    hired = b.order(kind="採用", to=b.SECTION)
    assert b.verdict_of(b.facts(b.roster_entry(2), orders=[hired])) == JUSTIFIED


def test_a_number_that_nothing_ever_named_is_an_unknown_account() -> None:
    assert b.verdict_of(b.facts(b.roster_entry(2))) == (Verdict.STALE, ("unknown-account",))


@pytest.mark.parametrize(
    ("from_on", "verdict"),
    [
        (None, Verdict.UNKNOWN),
        (b.APRIL, Verdict.UNKNOWN),
        (b.APRIL + b.DAY, Verdict.JUSTIFIED),
    ],
)
def test_a_quarantined_row_leaves_the_person_unknown_from_its_day(
    from_on: date | None, verdict: Verdict
) -> None:
    row = HeldRow(Provides.ORDERS, "orders", 7, b.staff(1), "発令日が読めません", from_on)
    assert b.verdict_of(b.facts(held=[row]))[0] is verdict


def test_a_quarantined_row_of_somebody_whom_nothing_else_names_is_not_an_unknown_account() -> None:
    row = HeldRow(Provides.ROSTER, "roster", 7, b.staff(1), "所属コードが読めません", None)
    assert b.verdict_of(b.facts(b.roster_entry(2), held=[row]))[0] is Verdict.UNKNOWN


def test_while_a_roster_has_somebody_without_a_number_nobody_is_a_stranger() -> None:
    row = HeldRow(Provides.ROSTER, "roster", 7, b.staff(""), "職員番号がありません", None)
    stranger = b.facts(b.roster_entry(2), held=[row])
    assert b.verdict_of(stranger)[0] is Verdict.UNKNOWN
    assert b.verdict_of(b.facts(held=[row])) == JUSTIFIED
    moved = b.facts(b.roster_entry(1, "15000"), held=[row])
    assert b.verdict_of(moved) == (Verdict.STALE, ("transferred",))


def test_an_unknown_word_for_somebody_not_yet_in_a_roster_is_not_an_unknown_account() -> None:
    known = b.facts(b.roster_entry(2), orders=[b.order(kind="謎の発令")])
    assert b.verdict_of(known)[0] is Verdict.UNKNOWN
