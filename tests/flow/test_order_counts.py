"""Personnel state how many orders there are: a run that finds another number removes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.core.acting import Grant
from syncd.core.audit import AuditEvent
from syncd.core.drill.rows import ROW_MUTATORS, Around
from syncd.core.facts import OrderCount, Provides
from syncd.core.guards import Guard, is_explained
from syncd.core.order_counts import Shortfall
from syncd.core.policy import GuardPolicy, OrderCounts
from syncd.core.votes import Actor, Role
from syncd.errors import UsageError
from syncd.flow.order_counts import state_count
from syncd.flow.telling.composing import compose
from syncd.flow.vote import approve_plan
from syncd.reports.sync_json import render
from syncd.settings.poisons import load_poisons
from syncd.settings.tables import shipped
from tests.fakes.source import FakeSource
from tests.flow.test_composing import GRANTS, notices, told
from tests.flow.town import (
    APRIL,
    Town,
    approver,
    cancellation,
    separation,
    town_in,
    transfer,
)

LAST_DAY = date(2027, 3, 31)
HR = Actor("jinji", None, frozenset({Role.PERSONNEL}))
HR_GRANT = Grant(account="jinji", roles=frozenset({Role.PERSONNEL}))


def leaving(first: int, last: int, on: date = LAST_DAY) -> tuple:
    return tuple(separation(n, on) for n in range(first, last + 1))


def says(count: int | None, kind: str = "", on: date = LAST_DAY, tolerance: int = 0) -> OrderCount:
    return OrderCount(on, kind, count, tolerance, source="counts")


def counted(tmp_path, *stated: OrderCount, required: bool = False, **changes) -> Town:
    town = town_in(tmp_path, people=60, **changes)
    feed = FakeSource("counts", Provides.ORDER_COUNTS, town.now, stated)
    town.more_sources = (feed,)
    if required:
        guards = GuardPolicy(order_counts=OrderCounts.REQUIRED)
        town.policy = replace(town.policy, guards=guards)
    return town


def counts(town: Town) -> FakeSource:
    return town.more_sources[0]


def events(town: Town, event: AuditEvent) -> list[dict]:
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [leaf for leaf in leaves if leaf["event"] == event]


def test_a_run_goes_on_where_there_are_as_many_orders_as_personnel_stated(tmp_path):
    town = counted(tmp_path, says(5, "退職"), says(5))
    town.orders.records = leaving(1, 5)
    report = town.sync()
    assert (report.trips, report.counts.removed) == ((), 5)


def test_a_day_that_agrees_is_on_record(tmp_path):
    town = counted(tmp_path, says(1, on=APRIL))
    town.orders.records = (transfer(1, "20010"),)
    town.sync()
    (record,) = events(town, AuditEvent.ORDER_COUNTS_MET)
    assert record["ground"] == {"met": 1}


@pytest.mark.parametrize("found", [3, 7], ids=["too few", "too many"])
def test_another_number_than_stated_holds_the_run_before_any_write(tmp_path, found: int):
    town = counted(tmp_path, says(5, "退職"))
    town.orders.records = leaving(1, found)
    report = town.sync()
    assert report.exit_code == 4
    assert town.directory.written == []
    assert len(report.held.lines) == found
    (trip,) = report.trips
    told = trip.deviation
    assert told is not None
    assert (trip.guard, told.kind, told.stated, told.found, told.tolerance) == (
        Guard.ORDER_COUNTS,
        "退職",
        5,
        found,
        0,
    )
    for text in (str(trip), trip.told.en):
        assert all(part in text for part in ("2027-03-31", "退職", str(found), "5"))


def test_the_numbers_are_in_the_json_of_the_run(tmp_path):
    town = counted(tmp_path, says(9, "退職", tolerance=1))
    town.orders.records = leaving(1, 3)
    (held,) = render(town.sync())["held"]
    assert held["guard"] == "order-counts"
    assert held["order_count"] == {
        "shortfall": "differs",
        "on": "2027-03-31",
        "kind": "退職",
        "authority": "",
        "stated": 9,
        "found": 3,
        "tolerance": 1,
        "source": "",
    }


def test_a_deviation_within_the_tolerance_holds_nothing(tmp_path):
    town = counted(tmp_path, says(5, tolerance=2))
    town.orders.records = leaving(1, 3)
    assert town.sync().counts.removed == 3


def test_a_stated_count_without_any_order_trips_although_nothing_is_to_be_removed(tmp_path):
    town = counted(tmp_path, says(5, on=APRIL))
    report = town.sync()
    assert report.exit_code == 4
    assert [(t.guard, t.removals) for t in report.trips] == [(Guard.ORDER_COUNTS, 0)]
    assert len(events(town, AuditEvent.ORDER_COUNTS_DEVIATED)) == 1


def test_a_right_that_no_order_cites_waits_too_when_it_may_be_an_order_that_is_missing(tmp_path):
    """A term that ended on 31 March: the order of 1 April that appoints anew may not be there."""
    town = counted(tmp_path, says(1, "配置換", on=APRIL))
    over = replace(town.roster.records[0], term_ends_on=LAST_DAY)
    town.roster.records = (over, *town.roster.records[1:])
    report = town.sync()
    assert (report.exit_code, town.directory.written) == (4, [])
    assert len(report.held.lines) == 1


def test_what_was_stale_before_that_day_is_not_held_up(tmp_path):
    town = counted(tmp_path, says(5, on=APRIL))
    town.orders.records = leaving(1, 2, date(2027, 3, 29))
    report = town.sync()
    assert report.counts.removed == 2
    assert report.exit_code == 4


def test_a_day_that_has_not_come_is_not_counted(tmp_path):
    town = counted(tmp_path, says(500, on=APRIL + timedelta(days=1)))
    town.orders.records = leaving(1, 2)
    assert town.sync().trips == ()


def test_a_cancelled_order_does_not_count_and_neither_does_the_cancellation(tmp_path):
    town = counted(tmp_path, says(2, on=APRIL))
    moved = tuple(transfer(n, "20010") for n in (1, 2, 3))
    town.orders.records = (*moved, cancellation(3, "R9-3"))
    assert town.sync().trips == ()


def test_an_advance_notice_does_not_count(tmp_path):
    town = counted(tmp_path, says(2, on=APRIL))
    notice = replace(transfer(2, "20010"), confirmed=False)
    town.orders.records = (transfer(1, "20010"), notice)
    (trip,) = town.sync().trips
    assert trip.deviation is not None
    assert trip.deviation.found == 1


def test_the_run_goes_on_by_itself_once_the_missing_orders_came(tmp_path):
    town = counted(tmp_path, says(5))
    town.orders.records = leaving(1, 3)
    assert town.sync().exit_code == 4
    town.orders.records = leaving(1, 5)
    assert town.sync().counts.removed == 5


def test_a_corrected_statement_lets_the_run_go_on(tmp_path):
    town = counted(tmp_path, says(5))
    town.orders.records = leaving(1, 3)
    town.sync()
    counts(town).records = (says(3),)
    assert town.sync().counts.removed == 3


def test_a_statement_that_was_taken_back_holds_nothing(tmp_path):
    town = counted(tmp_path, says(5))
    town.orders.records = leaving(1, 3)
    town.sync()
    counts(town).records = (says(None),)
    assert town.sync().counts.removed == 3


def test_a_later_list_without_a_day_does_not_take_its_statement_back(tmp_path):
    town = counted(tmp_path, *(says(5, on=LAST_DAY - timedelta(days=n)) for n in range(9)))
    counts(town).records = (says(5),)
    town.orders.records = leaving(1, 3)
    town.sync()
    counts(town).records = (says(500, on=date(2027, 5, 1)),)
    report = town.sync()
    assert report.refused == ()
    assert report.exit_code == 4


def test_two_persons_release_the_held_plan_once(tmp_path):
    town = counted(tmp_path, says(5))
    town.orders.records = leaving(1, 3)
    held = town.sync().held
    for name, number in (("sato", 901), ("ito", 902)):
        assert town.sync().exit_code == 4
        approve_plan(town.site(), [approver(name, number)], held.hash, "人事に確認した")
    report = town.sync()
    assert report.counts.removed == 3


def test_a_release_does_not_hold_for_other_numbers_than_were_seen(tmp_path):
    town = counted(tmp_path, says(5))
    town.orders.records = leaving(1, 3)
    held = town.sync().held
    for name, number in (("sato", 901), ("ito", 902)):
        approve_plan(town.site(), [approver(name, number)], held.hash, "人事に確認した")
    counts(town).records = (says(500),)
    report = town.sync()
    assert (report.exit_code, report.held.hash) == (4, held.hash)
    assert town.directory.written == []
    for name, number in (("sato", 901), ("ito", 902)):
        approve_plan(town.site(), [approver(name, number)], held.hash, "人事に確認した")
    assert town.sync().counts.removed == 3


# --- a statement that is missing or cannot be read ---


def test_where_counts_are_required_no_order_removes_anything_before_it_was_counted(tmp_path):
    town = counted(tmp_path, required=True)
    town.orders.records = leaving(1, 3)
    report = town.sync()
    assert report.exit_code == 4
    assert town.directory.written == []
    (trip,) = report.trips
    assert trip.deviation is not None
    assert (trip.deviation.shortfall, trip.deviation.found) == (Shortfall.NOT_STATED, 3)
    counts(town).records = (says(3),)
    assert town.sync().counts.removed == 3


def test_a_statement_of_one_kind_says_nothing_of_another(tmp_path):
    town = counted(tmp_path, says(0, "配置換"), required=True)
    town.orders.records = leaving(1, 3)
    (trip,) = town.sync().trips
    assert trip.deviation is not None
    assert (trip.deviation.shortfall, trip.deviation.kind) == (Shortfall.NOT_STATED, "退職")


def test_what_rests_on_no_order_needs_no_count(tmp_path):
    town = counted(tmp_path, required=True)
    over = replace(town.roster.records[0], term_ends_on=LAST_DAY)
    town.roster.records = (over, *town.roster.records[1:])
    assert town.sync().counts.removed == 1


@pytest.mark.parametrize("required", [True, False])
def test_an_input_of_counts_that_cannot_be_read_stops_the_removals(tmp_path, *, required: bool):
    town = counted(tmp_path, says(3), required=required)
    counts(town).broken = "件数が読めません"
    town.orders.records = leaving(1, 3)
    report = town.sync()
    assert report.exit_code == 5
    assert town.directory.written == []
    assert any(t.deviation and t.deviation.shortfall == "unreadable" for t in report.trips)
    counts(town).broken = ""
    assert town.sync().counts.removed == 3


# --- the form ---


def test_what_a_named_person_states_counts_like_a_feed_and_nothing_is_overwritten(tmp_path):
    town = counted(tmp_path)
    town.orders.records = leaving(1, 3)
    state_count(town.site(), HR, OrderCount(LAST_DAY, "退職", 5))
    first = town.now
    assert town.sync().exit_code == 4
    state_count(town.site(), HR, OrderCount(LAST_DAY, "退職", 3))
    assert town.sync().counts.removed == 3
    with town.store.begin() as unit:
        (then,) = unit.facts(first).order_counts
        (now,) = unit.facts(town.now).order_counts
    assert (then.count, now.count, now.stated_by) == (5, 3, "jinji")


def test_a_feed_and_a_person_who_disagree_hold_the_run(tmp_path):
    town = counted(tmp_path, says(3))
    town.orders.records = leaving(1, 3)
    state_count(town.site(), HR, OrderCount(LAST_DAY, "", 5))
    assert town.sync().exit_code == 4


def test_the_record_of_a_statement_does_not_tell_the_number(tmp_path):
    """Until the day it tells how many 内示 there are; auditors do not see those."""
    town = counted(tmp_path)
    state_count(town.site(), HR, OrderCount(date(2027, 5, 1), "退職", 4711))
    (record,) = events(town, AuditEvent.ORDER_COUNT_STATED)
    assert (record["actor"], record["ground"]) == ("jinji", {"on": "2027-05-01"})


@pytest.mark.parametrize("kind", ["取消", "配置替"])
def test_what_is_not_counted_cannot_be_stated(tmp_path, kind: str):
    town = counted(tmp_path)
    with pytest.raises(UsageError):
        state_count(town.site(), HR, OrderCount(APRIL, kind, 1))


# --- the limits count only what the orders do not explain ---


def test_retroactive_orders_are_explained_where_personnel_counted_them(tmp_path):
    long_ago = date(2027, 3, 5)
    town = counted(tmp_path, says(20, on=long_ago))
    town.orders.records = leaving(1, 20, long_ago)
    report = town.sync()
    assert (report.trips, report.counts.removed) == ((), 20)


def test_what_was_removed_on_a_counted_order_does_not_use_the_limit_up(tmp_path):
    long_ago = date(2027, 3, 5)
    town = counted(tmp_path, says(12, on=long_ago), says(0, on=date(2027, 3, 6)))
    town.orders.records = leaving(1, 12, long_ago)
    assert town.sync().counts.removed == 12
    over = tuple(replace(r, term_ends_on=long_ago) for r in town.roster.records[20:28])
    kept = (*town.roster.records[:20], *over, *town.roster.records[28:])
    town.roster.records = kept
    assert town.sync().counts.removed == 8


def test_retroactive_orders_that_nobody_counted_are_limited(tmp_path):
    town = counted(tmp_path)
    town.orders.records = leaving(1, 20, date(2027, 3, 5))
    report = town.sync()
    assert [t.guard for t in report.trips] == [Guard.GROUP_LIMIT, Guard.DIRECTORY_LIMIT]


def test_late_orders_of_the_day_are_explained_without_a_count(tmp_path):
    town = counted(tmp_path)
    town.sync()
    town.orders.records = leaving(1, 20)
    later = APRIL + timedelta(days=2)
    assert town.sync(later).counts.removed == 20


def test_no_order_explains_a_right_that_was_stale_before_it_took_effect(tmp_path):
    """Their designations were ended on 5 March, and they move on 1 April."""
    town = counted(tmp_path, says(20, on=APRIL))
    released = {f"{n:07}": date(2027, 3, 5) for n in range(1, 21)}
    town.designations.records = tuple(
        replace(d, released_on=released.get(d.staff_number)) for d in town.designations.records
    )
    town.orders.records = tuple(transfer(n, "20010") for n in range(1, 21))
    cases = town.sync().cases.values()
    assert len(cases) == 20
    vouched = frozenset({(f"R9-{n}", APRIL) for n in range(1, 21)})
    assert {case.since for case in cases} == {date(2027, 3, 5)}
    assert all(any(b.kind == "order" for b in case.because) for case in cases)
    assert not any(is_explained(case, 3, vouched) for case in cases)


def test_a_drill_sees_the_guard_fire_on_counts_of_another_year(tmp_path):
    town = counted(tmp_path, says(3))
    town.orders.records = leaving(1, 3)
    poisons, _ = load_poisons([shipped("poisons.toml")])
    (poison,) = (p for p in poisons if p.target == Provides.ORDER_COUNTS)
    feed = counts(town)
    around = Around(APRIL, ())
    feed.records = ROW_MUTATORS[poison.mutator](feed.records, around, **poison.parameters)
    report = town.sync()
    assert {str(trip.guard) for trip in report.trips} == poison.expects
    assert town.directory.written == []


# --- telling ---


def test_orders_that_did_not_come_are_told_once_a_day_with_the_numbers(tmp_path):
    town = counted(tmp_path, says(500, "退職", on=APRIL))
    town.sync(LAST_DAY)
    compose(town.site(), notices(*GRANTS, HR_GRANT))
    for _ in range(2):
        assert town.sync(APRIL).exit_code == 4
        compose(town.site(), notices(*GRANTS, HR_GRANT))
    letters = [m for m in told(town) if m.kind == "order-counts"]
    assert [m.account for m in letters] == ["chief", "jinji", "unyo"]
    assert all("500" in m.body and "退職" in m.body for m in letters)
    town.sync(APRIL + timedelta(days=1))
    compose(town.site(), notices(*GRANTS, HR_GRANT))
    assert len([m for m in told(town) if m.kind == "order-counts"]) == 6
