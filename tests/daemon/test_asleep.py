"""A host that slept, was stopped, was killed, or whose clock was set: what was missed is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.ids import RunId
from syncd.ports.runs import RunRow
from tests.daemon.night import ORDERS, MovedClock, Night, at, make_site, night, transfer, wait_until
from tests.daemon.night import write as write_file


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(at("2027-03-31T23:50:00"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    made = make_site(tmp_path / "site")
    write_file(made.parent, "orders.csv", ORDERS + transfer(1))
    return made


def records(node: Night, event: AuditEvent) -> list[dict]:
    with node.opened.site.store.begin() as unit:
        unit.checkpoint(node.clock.now)
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [leaf for leaf in leaves if leaf["event"] == event]


def test_a_machine_that_was_suspended_over_midnight_catches_up_as_it_wakes(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        node.move_to("2027-04-01T05:30:00")
        wait_until(lambda: len(node.last_runs("2027-04-01")) == 1)
        assert {case.account for case in node.cases()} == {"u1"}
        node.move_to("2027-04-01T05:34:00")
        wait_until(lambda: node.firings("delta") == at("2027-04-01T05:30:00"))
        assert [as_of for _, as_of in node.last_runs("2027-04-01")] == ["2027-04-01"]
        wait_until(lambda: bool(records(node, AuditEvent.CLOCK_JUMPED)))  # it waits for the run
        (jump, *_) = records(node, AuditEvent.CLOCK_JUMPED)
        assert jump["ground"]["seconds"] == 5 * 3600 + 40 * 60


def test_who_wakes_after_the_deadline_raises_the_alarm_only_where_the_run_fails(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        write_file(config.parent, "roster.csv", "nothing of use\n")
        node.move_to("2027-04-01T07:00:00")
        wait_until(lambda: bool(records(node, AuditEvent.ALARM_RAISED)))


def test_a_process_that_was_stopped_over_midnight_catches_up_as_it_starts(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as first:
        wait_until(lambda: len(first.runs()) == 1)
    clock.now = at("2027-04-01T08:30:00")
    with night(config, clock, monkeypatch) as second:
        wait_until(lambda: len(second.last_runs("2027-04-01")) == 1)


@pytest.mark.parametrize("full", ["0 0 * * *", "0 3 * * *"])
def test_a_run_that_was_killed_in_the_middle_is_taken_up_first(
    tmp_path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch, full: str
):
    config = make_site(tmp_path / "other", full=full)
    with night(config, clock, monkeypatch) as first:
        wait_until(lambda: len(first.runs()) == 1)
        begun = RunRow(
            RunId("killed"), "delta", clock.now.date(), "syncd", at("2027-03-31T23:51:00")
        )
        with first.opened.site.store.begin() as unit:
            unit.save_run(begun)
    clock.now = at("2027-03-31T23:52:00")
    with night(config, clock, monkeypatch) as second:
        wait_until(lambda: len(second.last_runs("2027-03-31T23:51:01")) == 1)


def test_a_run_that_broke_off_in_a_living_process_is_made_up_for_by_the_next_tick(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        begun = RunRow(
            RunId("broken"), "full", clock.now.date(), "syncd", at("2027-03-31T23:51:00")
        )
        with node.opened.site.store.begin() as unit:
            unit.save_run(begun)
        node.move_to("2027-03-31T23:55:00")
        wait_until(lambda: len(node.last_runs("2027-03-31T23:51:01")) >= 1)


def test_a_clock_set_back_over_midnight_lets_midnight_come_again(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        node.move_to("2027-04-01T00:30:00")
        wait_until(lambda: node.firings("full") == at("2027-04-01T00:00:00"))
        node.move_to("2027-03-31T23:30:00")
        wait_until(lambda: node.firings("full") != at("2027-04-01T00:00:00"))
        node.move_to("2027-04-01T00:00:00")
        wait_until(lambda: node.firings("full") == at("2027-04-01T00:00:00"))
        wait_until(lambda: [r for r in node.runs() if r.started_at == at("2027-04-01T00:00:00")])


def test_a_clock_that_ran_a_week_ahead_and_was_set_right_costs_no_midnight_and_no_tick(
    config: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        node.move_to("2027-04-07T10:00:00")
        wait_until(lambda: node.firings("full") == at("2027-04-07T00:00:00"))
        wait_until(lambda: node.firings("delta") == at("2027-04-07T10:00:00"))
        node.move_to("2027-03-31T23:52:00")
        wait_until(lambda: node.firings("delta") != at("2027-04-07T10:00:00"))
        node.move_to("2027-03-31T23:55:00")
        wait_until(lambda: node.firings("delta") == at("2027-03-31T23:55:00"))
        node.move_to("2027-04-01T00:00:00")
        wait_until(lambda: node.firings("full") == at("2027-04-01T00:00:00"))
        wait_until(lambda: [r for r in node.runs() if r.started_at == at("2027-04-01T00:00:00")])
