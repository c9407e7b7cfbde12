"""An input that was refused is looked at again by the short tick: a broken file is sent once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.flow.delta import has_work
from tests.flow.town import APRIL, Town, account, town_in, transfer


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = town_in(tmp_path)
    town.sync()
    return town


def ticks(town: Town) -> bool:
    """Let the short tick look, and run where it finds work."""
    due = has_work(town.site())
    if due:
        town.sync()
    return due


def break_orders(town: Town) -> None:
    town.orders.records = (transfer(1, "20010"),)
    town.orders.broken = "ends in the middle of a line"
    assert town.sync(APRIL).refused


def test_a_refused_input_is_tried_once_more_and_then_left_until_it_changes(town: Town):
    break_orders(town)
    assert [ticks(town) for _ in range(3)] == [True, False, False]


def test_an_input_that_was_mended_in_place_is_taken_by_the_next_tick(town: Town):
    break_orders(town)
    ticks(town)
    town.orders.broken = ""
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))
    assert ticks(town)
    with town.store.begin() as unit:
        assert unit.refused_inputs() == ()
        assert {case.account for case in unit.cases()} == {account(1), account(2)}
    assert not ticks(town)


def test_a_second_break_is_noticed_like_the_first(town: Town):
    break_orders(town)
    ticks(town)
    town.orders.broken = ""
    town.orders.records = (transfer(2, "20010"),)
    assert ticks(town)
    break_orders(town)
    assert [ticks(town) for _ in range(2)] == [True, False]
