"""The progress of any run stands in the store while it goes on: for every node, and without names."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.calendar import midnight
from syncd.core.findings import Reason
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.flow.steps import Going, going_on, latest
from syncd.ports.syncs import SyncEvent
from syncd.store import SqlStore, open_store
from tests.fakes.directory import dn
from tests.flow.town import APRIL, KINDS, Town, account, transfer

AUTO = Policy(order_kinds=KINDS, approval=ApprovalPolicy(dict.fromkeys(Reason, Approval.AUTO)))


@pytest.fixture
def town(tmp_path: Path, store: SqlStore) -> Town:
    return Town(tmp_path, store, policy=AUTO)


def steps_of(town: Town, run: str) -> tuple[SyncEvent, ...]:
    with town.store.begin() as unit:
        return unit.sync_events(run)


def slow(town: Town) -> None:
    """Let the first write of a run take a second by the clock."""

    def wait() -> None:
        town.now += timedelta(seconds=1)

    town.directory.before_write = wait


def test_while_a_run_goes_on_every_node_sees_how_far_it_is(
    town: Town, store_url: str, tmp_path: Path
):
    seen: list[Going | None] = []
    other = open_store(store_url, tmp_path)
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))

    def look() -> None:
        town.now += timedelta(seconds=1)
        town.site().progress("x", 0, None)
        elsewhere = Town(tmp_path, other)
        seen.append(going_on(elsewhere.site()))

    town.directory.before_write = look
    report = town.sync()
    other.close()
    assert seen[0] is not None
    assert seen[0].row.run == report.run
    assert going_on(town.site()) is None


def test_what_a_run_did_stands_under_its_own_id_with_what_was_verified_and_what_failed(town: Town):
    slow(town)
    town.orders.records = (transfer(1, "20010"), transfer(2, "20010"))
    town.directory.bad_values = {dn(account(2))}
    report = town.sync()
    steps = {step.what: (step.done, step.total) for step in latest(steps_of(town, report.run))}
    assert steps["sources"] == (4, 4)
    assert steps["directories"] == (1, 1)
    assert steps["removals"] == (2, 2)
    assert (steps["verified"], steps["failed"]) == ((1, 2), (1, 2))
    numbers = [step.number for step in steps_of(town, report.run)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_run_that_ends_at_once_writes_nothing(town: Town):
    assert steps_of(town, town.sync().run) == ()


def test_progress_is_written_a_few_times_a_second_at_most(town: Town):
    site = town.site()
    slow(town)
    town.orders.records = (transfer(1, "20010"),)
    report = town.sync()
    assert len(steps_of(town, report.run)) <= 10
    assert site.clock() < midnight(APRIL) + timedelta(seconds=30)


def test_steps_are_forgotten_after_a_week(town: Town):
    slow(town)
    town.orders.records = (transfer(1, "20010"),)
    report = town.sync()
    assert steps_of(town, report.run)
    town.now += timedelta(days=8)
    town.sync(date(2027, 4, 9))
    assert steps_of(town, report.run) == ()
