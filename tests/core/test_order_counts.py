"""What is counted: the orders in force of a 発令日, each once, of the authority that is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.facts import Facts, OrderCount
from syncd.core.ground import Ground
from syncd.core.guards import Guard, Trip
from syncd.core.order_counts import Deviation, Shortfall, compare, concerns
from syncd.core.scopes import Authorities, Authority
from tests import builders as b

DAY = timedelta(days=1)


def found(orders: list, on: date = b.APRIL, kind: str = "", authorities: Authorities | None = None):
    policy = b.policy() if authorities is None else replace(b.policy(), authorities=authorities)
    people = Ground(Facts(b.KNOWN_AT, orders=tuple(orders)), policy, b.APRIL).people
    stated = OrderCount(on, kind, 1_000_000, source="counts")
    (deviation,) = compare([stated], people, policy.authorities, b.APRIL).deviations
    return deviation.found


def moves(first: int, last: int, **changes) -> list:
    return [b.order(f"R9-{n}", number=n, to="15000", **changes) for n in range(first, last + 1)]


def test_orders_are_counted_by_their_day_and_kind():
    leaving = b.order("R9-9", "退職", b.APRIL - DAY, number=9)
    assert found([*moves(1, 3), leaving]) == 3
    assert found([*moves(1, 3), leaving], kind="配置換") == 3
    assert found([*moves(1, 3), leaving], kind="退職") == 0
    assert found([*moves(1, 3), leaving], on=b.APRIL - DAY) == 1


def test_an_order_that_ends_employment_counts_for_the_day_that_it_bears():
    assert found([b.order("R9-9", "退職", b.APRIL - DAY)], on=b.APRIL - DAY, kind="退職") == 1


def test_a_corrected_day_counts_and_the_day_before_the_correction_does_not():
    order = b.order("R9-1", to="15000", effective_on=b.APRIL - DAY)
    right = b.order("R9-2", "訂正", b.APRIL, target="R9-1")
    assert found([order, right]) == 1
    assert found([order, right], on=b.APRIL - DAY) == 0


def test_an_order_that_was_brought_and_came_by_the_feed_counts_once():
    (order,) = moves(1, 1)
    assert found([order, replace(order, source="console", line=9)]) == 1


def test_one_number_for_many_people_counts_for_each_of_them():
    assert found([replace(o, order_number="R9-1") for o in moves(1, 5)]) == 5


def test_an_order_of_a_kind_that_nobody_knows_does_not_count():
    assert found([*moves(1, 2), b.order("R9-3", "配置替", to="15000", number=3)]) == 2


def test_a_count_of_one_authority_is_held_against_its_own_orders():
    authorities = Authorities(
        {"市長": Authority("市長"), "教育": Authority("教育", prefix="E")},
        {"orders": "市長", "board": "教育", "counts": "教育"},
    )
    board = [replace(o, source="board", staff_number=f"E-{o.staff_number}") for o in moves(1, 2)]
    assert found([*moves(1, 5), *board], authorities=authorities) == 2
    both = replace(authorities, of_source={"orders": "市長", "board": "教育"})
    assert found([*moves(1, 5), *board], authorities=both) == 7


@given(there=st.integers(0, 30), stated=st.integers(0, 30), tolerance=st.integers(0, 10))
def test_a_run_is_held_exactly_where_the_difference_exceeds_the_tolerance(
    there: int, stated: int, tolerance: int
):
    people = Ground(Facts(b.KNOWN_AT, orders=tuple(moves(1, there))), b.policy(), b.APRIL).people
    counted = compare([OrderCount(b.APRIL, "", stated, tolerance)], people, Authorities(), b.APRIL)
    assert bool(counted.deviations) is (abs(there - stated) > tolerance)
    assert bool(counted.vouched) is (there > 0 and not counted.deviations)


@given(days=st.integers(-40, 40), cites=st.booleans())
def test_a_case_waits_exactly_where_the_day_may_speak_of_it(days: int, cites: bool):
    from syncd.core.findings import Because

    since = b.APRIL + days * DAY
    because = (Because("order", "R9-1", b.APRIL if cites else since - 100 * DAY),)
    case = replace(b.case(), since=since, because=because)
    deviation = Deviation(Shortfall.DIFFERS, b.APRIL, stated=3)
    assert concerns(deviation, case) is (cites or days >= 0)


def test_a_trip_survives_the_trail_and_the_store():
    deviation = Deviation(Shortfall.DIFFERS, b.APRIL, "退職", "市長", 3, 5, 1)
    trip = Trip(Guard.ORDER_COUNTS, "", "", 4, 0, 0, deviation=deviation)
    assert Trip.of(trip.ground()) == trip
    older = {k: v for k, v in trip.ground().items() if k != "deviation"}
    assert Trip.of(older) == replace(trip, deviation=None)
