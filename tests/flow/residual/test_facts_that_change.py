"""A window follows the facts, standing or gone; and a run that dies leaves nothing unreported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

import syncd.flow.run
from syncd.core.calendar import midnight
from syncd.core.facts import Order
from syncd.core.ids import OrderNumber
from syncd.core.policy import ApprovalPolicy, OrderEffect, OrderKind, Policy
from syncd.core.residual.reports import Check, Finding, Method, ResidualState
from syncd.flow.residual.steps import check_log
from tests.flow.residual.late import AUTO, OPERATOR, at, events_of, report_of, site_of
from tests.flow.town import KINDS, Town, cancellation, town_in, transfer

CORRECTS = {**KINDS, "訂正": OrderKind("訂正", OrderEffect.CORRECTS)}


def corrected(number: int, target: str, on: date) -> Order:
    order = cancellation(number, target)
    return replace(order, order_number=OrderNumber(f"R9-T{on.day}"), kind="訂正", effective_on=on)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = town_in(tmp_path, policy=Policy(order_kinds=CORRECTS, approval=AUTO))
    made.sync(date(2027, 3, 31))
    return made


def sync(town: Town, moment: datetime) -> None:
    town.now = moment
    town.sync(moment.date())


@pytest.mark.parametrize("day", [5, 25])
def test_a_corrected_order_moves_the_window_of_a_right_that_is_gone(town: Town, day: int):
    on = date(2027, 4, 5) if day == 5 else date(2027, 3, 25)
    town.orders.records = (transfer(1, "20010"),)
    sync(town, at(10))
    first = report_of(town)
    check = Check(Method.ALL, Finding.NONE, "全行")
    check_log(site_of(town, with_log=False), [OPERATOR], first.report_id, check)
    town.orders.records = (*town.orders.records, corrected(1, "R9-1", on))
    sync(town, at(11))
    moved = report_of(town)
    assert moved.from_at == midnight(on)
    assert moved.until_at == first.until_at
    assert (moved.state, moved.finding, moved.checked_by) == (ResidualState.ASKED, None, "")
    assert events_of(town)[-1] == "residual.window_moved"
    sync(town, at(12))
    assert report_of(town) == moved


def test_a_corrected_order_moves_the_window_of_a_right_that_stands(town: Town):
    town.policy = replace(town.policy, approval=ApprovalPolicy())
    town.orders.records = (transfer(1, "20010"),)
    sync(town, at(10))
    town.orders.records = (*town.orders.records, corrected(1, "R9-1", date(2027, 4, 5)))
    sync(town, at(11))
    moved = report_of(town)
    assert (moved.from_at, moved.until_at) == (midnight(date(2027, 4, 5)), None)


def test_an_order_moved_behind_the_removal_withdraws_the_report(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    sync(town, at(10))
    town.orders.records = (*town.orders.records, corrected(1, "R9-1", date(2027, 5, 1)))
    sync(town, at(11))
    assert report_of(town).state is ResidualState.WITHDRAWN


def test_a_designation_of_after_the_window_withdraws_nothing(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    sync(town, at(10))
    before = report_of(town)
    town.orders.records = (*town.orders.records, transfer(1, "12010", date(2027, 4, 11), order="B"))
    sync(town, at(12))
    assert report_of(town) == before


def test_what_was_refused_leaves_the_window_as_it_was(town: Town):
    town.orders.records = (transfer(1, "20010"),)
    sync(town, at(10))
    before = report_of(town)
    town.orders.broken = "読めない"
    sync(town, at(11))
    assert report_of(town) == before


def test_a_run_that_dies_after_its_removals_leaves_the_report_to_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    town.orders.records = (transfer(1, "20010"),)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(syncd.flow.run, "follow_residue", die)
        with pytest.raises(KeyboardInterrupt):
            sync(town, at(10))
    assert len(town.members()) == 9
    sync(town, at(10, 11))
    report = report_of(town)
    assert report.until_at is not None
    assert at(10) < report.until_at < at(10, 10)
