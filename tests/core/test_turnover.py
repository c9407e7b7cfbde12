"""What an input may not change at once, though it has all its rows and sections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.core.facts import (
    Designation,
    EmploymentStatus,
    Entitlement,
    Facts,
    Order,
    Provides,
    Record,
    Roster,
    RosterEntry,
)
from syncd.core.ids import AffairCode, EntitlementId, OrderNumber, OrgUnitCode, StaffNumber
from syncd.core.intake import InputGuard, guards_of
from syncd.core.turnover import Before, before_of, check_base_day, check_turnover
from tests.builders import APRIL, BASE, DAY, KNOWN_AT, designation, policy, roster_entry, staff

PEOPLE = range(1, 41)
ROSTER = tuple(roster_entry(n) for n in PEOPLE)
LIST = tuple(designation(n) for n in PEOPLE)
EVERYBODY = frozenset(map(staff, PEOPLE))


def order(number: int, kind: str = "退職", on: date = APRIL, who: int | None = None) -> Order:
    person = staff(number if who is None else who)
    return Order(OrderNumber(f"R9-{number}"), on, kind, person, "", None, "", None, None, True)


def refused(before: tuple[Record, ...], after: tuple[Record, ...]) -> set[InputGuard]:
    known = Before(before, BASE, EVERYBODY)
    return set(guards_of(check_turnover(known, after, policy(), APRIL)))


def shifted(record: RosterEntry | Designation) -> RosterEntry | Designation:
    number = record.staff_number
    return replace(record, staff_number=StaffNumber(number[1:] + number[0]))


@pytest.mark.parametrize("lines", [ROSTER, LIST])
def test_numbers_that_slipped_by_a_digit_are_refused_with_all_their_rows(lines):
    assert refused(lines, tuple(map(shifted, lines))) == {InputGuard.KEY_LOSS}


def test_a_third_of_new_people_is_what_the_first_of_april_looks_like():
    new = tuple(roster_entry(n + 100) for n in range(13))
    assert refused(ROSTER, (*ROSTER[13:], *new)) == set()


def test_rights_that_point_to_other_groups_are_refused_and_one_alone_is_not():
    def right(name: str, group: str) -> Entitlement:
        affairs = frozenset({AffairCode("TAX")})
        return Entitlement(EntitlementId(name), "ad", (group,), "", affairs, frozenset())

    two = (right("A", "cn=a"), right("B", "cn=b"))
    assert refused(two, (right("A", "cn=b"), right("B", "cn=a"))) == {InputGuard.KEY_LOSS}
    assert refused(two[:1], (right("A", "cn=b"),)) == set()


@pytest.mark.parametrize(
    "ended",
    [
        {"status": EmploymentStatus.SEPARATED},
        {"separated_on": APRIL - DAY},
        {"term_ends_on": APRIL - DAY},
    ],
)
def test_a_roster_in_which_everybody_has_left_is_refused(ended):
    assert refused(ROSTER, tuple(replace(e, **ended) for e in ROSTER)) == {InputGuard.STANDING_LOSS}


@pytest.mark.parametrize(
    "ended", [{"released_on": APRIL}, {"expires_on": APRIL - DAY}, {"designated_on": APRIL + DAY}]
)
def test_a_list_in_which_every_designation_is_over_is_refused(ended):
    assert refused(LIST, tuple(replace(d, **ended) for d in LIST)) == {InputGuard.STANDING_LOSS}


@pytest.mark.parametrize("kind", ["退職", "休職", "配置換", "出向", "取消"])
def test_new_orders_that_move_more_than_half_of_the_staff_are_refused(kind):
    known = (order(900, who=900),)
    flood = tuple(order(n, kind) for n in range(1, 22))
    assert refused(known, (*known, *flood)) == {InputGuard.ORDER_MASS}
    assert refused(known, (*known, *flood[:20])) == set()


def test_appointments_and_orders_that_were_known_move_nobody():
    flood = tuple(order(n, "再任用") for n in PEOPLE)
    assert refused(flood[:1], flood) == set()
    ends = tuple(order(n) for n in PEOPLE)
    assert refused(ends, ends) == set()


def test_advance_notices_in_any_number_are_no_reason_to_refuse():
    flood = tuple(replace(order(n), confirmed=False) for n in PEOPLE)
    assert refused(flood[:1], flood) == set()


def test_known_orders_with_another_day_are_refused_and_a_few_are_not():
    known = tuple(order(n, "再任用") for n in PEOPLE)
    moved = tuple(replace(o, effective_on=APRIL + timedelta(days=365)) for o in known)
    assert refused(known, moved) == {InputGuard.ORDER_REWRITTEN}
    assert refused(known, (*moved[:10], *known[10:])) == set()


def test_two_orders_of_one_number_are_no_order_that_moved():
    known = tuple(order(n, "再任用", APRIL + day * DAY) for n in PEOPLE for day in (0, 1))
    assert refused(known, known[::-1]) == set()


def guards_of_day(before: date | None, after: date | None) -> set[InputGuard]:
    return set(guards_of(check_base_day(before, after, APRIL, 31)))


def test_a_roster_of_another_year_is_refused_on_either_side():
    assert guards_of_day(BASE, APRIL + 32 * DAY) == {InputGuard.BASE_DAY_AHEAD}
    assert guards_of_day(BASE, BASE - DAY) == {InputGuard.BASE_DAY_OLDER}
    assert guards_of_day(None, APRIL + 366 * DAY) == {InputGuard.BASE_DAY_AHEAD}
    for fine in (BASE, APRIL, APRIL + 31 * DAY, None):
        assert guards_of_day(BASE, fine) == set()


def test_a_roster_prepared_for_a_coming_day_does_not_make_todays_old():
    ahead = Roster("roster", APRIL + 20 * DAY, KNOWN_AT, ROSTER)
    now = Roster("roster", BASE, KNOWN_AT, ROSTER[:3])
    facts = Facts(KNOWN_AT, rosters=(now, ahead))
    known = before_of(facts, "roster", Provides.ROSTER, APRIL)
    assert (known.base_on, len(known.records)) == (BASE, 3)
    assert OrgUnitCode("12010") in {e.org_unit for e in known.records if isinstance(e, RosterEntry)}
