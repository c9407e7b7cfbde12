"""Which orders count: cancelled, corrected, confirmed, understood, in the sequence of their effect."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from syncd.core.facts import Order
from syncd.core.findings import Verdict
from syncd.core.orders import contradictory, orders_in_force
from tests import builders as b

MOVE = b.order("R9-1", "配置換", b.APRIL, "15000")
BACK = b.order("R9-2", "配置換", b.APRIL, b.SECTION)


def _cancel(order_number: str, target: str, **more: Any) -> Order:
    return b.order(order_number, "取消", date(2027, 3, 25), target=target, **more)


def _correct(order_number: str, target: str, **more: Any) -> Order:
    return b.order(
        order_number, "訂正", more.pop("on", None), more.pop("to", None), target=target, **more
    )


def _in_force(orders: Iterable[Order]) -> list[tuple[str, date, str | None]]:
    good, _ = orders_in_force(orders, b.ORDER_KINDS)
    return [
        (o.order.order_number, o.effective_on, o.order.org_unit) for o in good.get(b.staff(1), [])
    ]


def _held(orders: Iterable[Order]) -> list[str]:
    return sorted(h.order.order_number for h in orders_in_force(orders, b.ORDER_KINDS)[1])


def _in_any_sequence(*orders: Order) -> Any:
    """Return what is in force, having seen that the sequence of arrival does not matter."""
    found = [_in_force(feed) for feed in itertools.permutations(orders)]
    assert all(one == found[0] for one in found)
    return found[0]


AS_IS = [("R9-1", b.APRIL, "15000")]


def test_an_order_is_in_force_as_given() -> None:
    assert _in_any_sequence(MOVE) == AS_IS


def test_a_cancelled_order_has_no_effect() -> None:
    assert _in_any_sequence(MOVE, _cancel("R9-2", "R9-1")) == []


def test_a_cancelled_cancellation_has_no_effect() -> None:
    assert _in_any_sequence(MOVE, _cancel("R9-2", "R9-1"), _cancel("R9-3", "R9-2")) == AS_IS


def test_a_cancellation_cancelled_and_cancelled_again_stands() -> None:
    feed = (MOVE, _cancel("R9-2", "R9-1"), _cancel("R9-3", "R9-2"), _cancel("R9-4", "R9-3"))
    assert _in_any_sequence(*feed) == []


def test_two_cancellations_of_one_order_need_both_to_fall() -> None:
    twice = (MOVE, _cancel("R9-2", "R9-1"), _cancel("R9-3", "R9-1"))
    assert _in_any_sequence(*twice, _cancel("R9-4", "R9-2")) == []
    assert _in_any_sequence(*twice, _cancel("R9-4", "R9-2"), _cancel("R9-5", "R9-3")) == AS_IS


@pytest.mark.parametrize("loop", [["R9-2"], ["R9-3", "R9-2"]])
def test_cancellations_that_name_one_another_end(loop: list[str]) -> None:
    numbers = [f"R9-{n}" for n in range(2, 2 + len(loop))]
    feed = [_cancel(number, target) for number, target in zip(numbers, loop, strict=True)]
    assert _in_any_sequence(MOVE, *feed) == AS_IS


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"on": date(2027, 4, 2)}, ("R9-1", date(2027, 4, 2), "15000")),
        ({"to": "16000"}, ("R9-1", b.APRIL, "16000")),
        ({"on": date(2027, 4, 2), "to": "16000"}, ("R9-1", date(2027, 4, 2), "16000")),
        ({}, AS_IS[0]),
    ],
)
def test_a_correction_replaces_what_it_gives(given: Any, after: object) -> None:
    assert _in_any_sequence(MOVE, _correct("R9-2", "R9-1", **given)) == [after]


def test_a_correction_leaves_the_word_as_it_was() -> None:
    leave = b.order("R9-1", "休職", b.APRIL)
    good, _ = orders_in_force([leave, _correct("R9-2", "R9-1", ends_on=b.APRIL)], b.ORDER_KINDS)
    (found,) = good[b.staff(1)]
    assert (found.kind.word, found.order.ends_on) == ("休職", b.APRIL)


def test_several_corrections_apply_by_number_and_not_by_text() -> None:
    feed = (MOVE, _correct("R9-9", "R9-1", to="16000"), _correct("R9-10", "R9-1", to="17000"))
    assert _in_any_sequence(*feed) == [("R9-1", b.APRIL, "17000")]


def test_a_correction_of_a_correction_counts() -> None:
    feed = (MOVE, _correct("R9-2", "R9-1", to="16000"), _correct("R9-3", "R9-2", to="17000"))
    assert _in_any_sequence(*feed) == [("R9-1", b.APRIL, "17000")]


def test_a_cancelled_correction_corrects_nothing() -> None:
    feed = (MOVE, _correct("R9-2", "R9-1", to="16000"), _cancel("R9-3", "R9-2"))
    assert _in_any_sequence(*feed) == AS_IS


def test_a_corrected_order_can_be_cancelled() -> None:
    feed = (MOVE, _correct("R9-2", "R9-1", to="16000"), _cancel("R9-3", "R9-1"))
    assert _in_any_sequence(*feed) == []


def test_corrections_that_name_one_another_end() -> None:
    feed = (MOVE, _correct("R9-2", "R9-3", to="16000"), _correct("R9-3", "R9-2", to="17000"))
    assert _in_any_sequence(*feed) == AS_IS


@pytest.mark.parametrize("amend", [_cancel, _correct])
def test_a_target_of_somebody_else_is_not_found(amend: Any) -> None:
    feed = [MOVE, amend("R9-2", "R9-1", number=2)]
    assert _in_force(feed) == AS_IS
    assert _held(feed) == ["R9-2"]


@pytest.mark.parametrize("amend", [_cancel, _correct])
def test_an_unknown_target_is_held_and_changes_nothing(amend: Any) -> None:
    known = b.facts(orders=[amend("R9-2", "R9-404")])
    assert _held(known.orders) == ["R9-2"]
    assert b.verdict_of(known)[0] is Verdict.JUSTIFIED


@pytest.mark.parametrize(
    ("day", "verdict"), [(date(2027, 3, 31), Verdict.JUSTIFIED), (b.APRIL, Verdict.UNKNOWN)]
)
def test_an_unknown_word_leaves_the_person_unknown_from_its_day(
    day: date, verdict: Verdict
) -> None:
    known = b.facts(orders=[b.order(kind="謎の発令")])
    assert b.verdict_of(known, on=day)[0] is verdict
    assert _held(known.orders) == ["R9-1"]


def test_a_further_post_without_a_section_is_held() -> None:
    assert _held([b.order(kind="兼務", to=None)]) == ["R9-1"]


def test_an_order_without_a_day_is_held_until_a_correction_gives_one() -> None:
    undated = b.order("R9-1", "配置換", None, "15000")
    assert _held([undated]) == ["R9-1"]
    assert _in_any_sequence(undated, _correct("R9-2", "R9-1", on=b.APRIL)) == AS_IS


@pytest.mark.parametrize(
    ("first", "last"), [("R9-9", "R9-10"), ("R9-2", "R9-11"), ("Ｒ９－９", "R9-10")]
)
def test_orders_of_one_day_are_netted_by_number(first: str, last: str) -> None:
    there = b.order(first, to="15000")
    again = b.order(last, to=b.SECTION)
    for feed in ([there, again], [again, there]):
        assert b.verdict_of(b.facts(orders=feed))[1] == ()


def test_an_end_of_employment_comes_before_an_opening_of_its_first_day() -> None:
    retired = b.order("R9-99", "退職", date(2027, 3, 31))
    again = b.order("R9-1", "再任用", b.APRIL, b.SECTION)
    for feed in ([retired, again], [again, retired]):
        assert b.verdict_of(b.facts(orders=feed))[1] == ()


def test_an_advance_notice_never_counts() -> None:
    notice = b.order("R9-1", to="15000", confirmed=False)
    assert b.verdict_of(b.facts(orders=[notice]))[1] == ()


def test_an_advance_notice_that_is_confirmed_counts_as_confirmed() -> None:
    notice = b.order("R9-1", to="16000", confirmed=False)
    assert _in_any_sequence(notice, MOVE) == AS_IS


def test_an_advance_notice_cancels_nothing() -> None:
    assert _in_any_sequence(MOVE, _cancel("R9-2", "R9-1", confirmed=False)) == AS_IS


def test_one_number_that_opens_two_sections_contradicts_itself() -> None:
    feed = [b.order("R9-1", to="15000"), b.order("R9-1", to=b.SECTION)]
    good, _ = orders_in_force(feed, b.ORDER_KINDS)
    assert contradictory(good[b.staff(1)])
    for sequence in (feed, feed[::-1]):
        found = b.decision(b.facts(orders=sequence)).findings[0]
        assert found.reasons == ("transferred", "hr-conflict")
        assert found.needs_person


def test_two_numbers_that_open_two_sections_do_not() -> None:
    good, _ = orders_in_force([MOVE, BACK], b.ORDER_KINDS)
    assert not contradictory(good[b.staff(1)])
