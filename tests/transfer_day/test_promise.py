"""What holds the promise against a city must itself notice when it is broken."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from syncd.core.calendar import midnight
from tests.transfer_day.city import APRIL, Kind, Orders, Sent, as_notice, handles, rights_of
from tests.transfer_day.promise import Held, Promise, ends_at

HOUR = timedelta(hours=1)
MIDNIGHT = midnight(APRIL)
MOVED, STAYING = 3, 1


def all_held() -> frozenset[Held]:
    return Promise(frozenset).held


def moved(*, confirmed: bool = True) -> tuple[Sent, ...]:
    return (Sent("R9-1", APRIL, Kind.MOVE, MOVED, "00101", confirmed=confirmed),)


def nothing_unknown() -> frozenset[Held]:
    return frozenset()


def test_a_right_without_ground_that_nobody_ends_is_noticed():
    promise = Promise(all_held, moved())
    promise.check(MIDNIGHT - HOUR, MIDNIGHT, {}, nothing_unknown)
    with pytest.raises(AssertionError, match="nobody ends 5 rights"):
        promise.check(MIDNIGHT, MIDNIGHT + HOUR, {}, nothing_unknown)


def test_a_right_that_is_reported_as_unknown_breaks_no_promise():
    promise = Promise(all_held, moved())
    promise.check(MIDNIGHT, MIDNIGHT + HOUR, {}, all_held)
    assert promise.minutes == 60


def test_a_right_that_went_too_early_is_noticed():
    promise = Promise(lambda: all_held() - {(rights_of(MOVED)[0], MOVED)}, moved())
    with pytest.raises(AssertionError, match="its ground ends"):
        promise.check(MIDNIGHT - HOUR, MIDNIGHT, {}, nothing_unknown)


def test_a_right_that_went_although_its_ground_stands_is_noticed():
    promise = Promise(lambda: all_held() - {(rights_of(STAYING)[0], STAYING)}, moved())
    with pytest.raises(AssertionError, match="and had a ground"):
        promise.check(MIDNIGHT, MIDNIGHT + HOUR, {}, nothing_unknown)


def test_a_right_that_came_back_is_noticed():
    left = [all_held(), all_held() - {(rights_of(MOVED)[0], MOVED)}]
    promise = Promise(left.pop, moved())
    promise.check(MIDNIGHT, MIDNIGHT + HOUR, {}, all_held)
    with pytest.raises(AssertionError, match="came back"):
        promise.check(MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR, {}, all_held)


def test_advance_notices_end_nothing_and_cancelled_orders_neither():
    assert ends_at(moved(confirmed=False)) == {}
    assert ends_at((*moved(), Sent("C", APRIL, Kind.CANCELLATION, MOVED, target="R9-1"))) == {}


def test_who_retires_works_through_the_day_of_the_order():
    order = Sent("R9-2", date(2027, 3, 31), Kind.RETIREMENT, 12)
    assert ends_at((order,)) == {12: MIDNIGHT}


def test_the_city_has_the_orders_that_the_issue_asks_for():
    orders = Orders()
    assert len(orders.planned) == 15_000
    assert len({order.person for order in orders.planned}) == 15_000
    assert (len(orders.cancelled), len(orders.late), len(orders.retroactive)) == (50, 200, 20)
    assert {order.target for order in orders.cancelled} <= {o.number for o in orders.confirmed}
    several = [o.person for o in (*orders.planned, *orders.late, *orders.retroactive)]
    assert len(several) == len(set(several))
    assert all(handles(o.person) for o in (*orders.cancelled, *orders.late, *orders.retroactive))
    assert not any(order.confirmed for order in as_notice(orders.planned))
