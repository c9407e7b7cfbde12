"""00:00 JST, by the real service and a clock that the test moves: what runs when, and once."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest

from syncd.core.cases import CaseState
from syncd.core.votes import Actor, Role
from syncd.flow.preapproval.plan import plan_ahead
from syncd.flow.preapproval.vote import approve_ahead
from syncd.ports.directory import DirectoryReader
from tests.daemon.night import ORDERS, MovedClock, Night, at, make_site, night, transfer, wait_until
from tests.daemon.night import write as write_file

APRIL = date(2027, 4, 1)
SATO = Actor("sato", None, frozenset({Role.CHIEF}))


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(at("2027-03-31T12:00:00"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def approve_all_ahead(node: Night) -> None:
    site = node.opened.site
    result = approve_ahead(site, [SATO], plan_ahead(site, APRIL, with_notices=False))
    assert result.approved


def states(node: Night) -> dict[str, CaseState]:
    return {case.account: case.state for case in node.cases()}


def test_the_approved_plan_runs_by_itself_at_midnight_sharp_and_not_before(
    folder: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    config = make_site(folder)
    write_file(folder, "orders.csv", ORDERS + transfer(1) + transfer(2))
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        approve_all_ahead(node)
        node.move_to("2027-03-31T23:59:59.999999")
        wait_until(lambda: node.firings("delta") == at("2027-03-31T23:55:00"))
        assert (node.firings("full"), node.cases()) == (None, [])
        assert node.last_runs("2027-03-31T12:00:01") == []
        node.move_to("2027-04-01T00:00:00")
        wait_until(lambda: node.last_runs("2027-04-01") == [("full", "2027-04-01")])
        assert states(node) == {"u1": CaseState.VERIFIED, "u2": CaseState.VERIFIED}
        assert {case.updated_at for case in node.cases()} == {at("2027-04-01T00:00:00")}


def metric(node: Night, name: str, **labels: str) -> float | None:
    return node.service._metrics.registry.get_sample_value(name, labels)


class Slow:
    """A reader that a test holds up in the middle of a run."""

    def __init__(self, reader: DirectoryReader) -> None:
        self.reader = reader
        self.entered, self.go_on = Event(), Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self.reader, name)

    def read(self, progress):
        self.entered.set()
        assert self.go_on.wait(60)
        return self.reader.read(progress)


def test_a_run_that_goes_on_over_midnight_judges_by_its_day_and_the_next_one_comes_right_after(
    folder: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    config = make_site(folder)
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        node.rest()  # a tick of noon that still goes on would be held up instead
        seats = node.opened.site.directories
        slow = Slow(seats["ad"].reader)
        seats["ad"] = replace(seats["ad"], reader=slow)
        write_file(folder, "orders.csv", ORDERS + transfer(1))
        node.move_to("2027-03-31T23:59:00")
        assert slow.entered.wait(60)
        assert metric(node, "syncd_running") == 1
        assert metric(node, "syncd_run_total", step="directories") == 1
        assert metric(node, "syncd_run_done", step="directories") == 0
        node.move_to("2027-04-01T00:00:00", busy=True)
        wait_until(lambda: node.firings("full") == at("2027-04-01T00:00:00"))
        assert len(node.runs()) == 1
        node.move_to("2027-04-01T00:01:00", busy=True)
        slow.go_on.set()
        wait_until(lambda: len(node.last_runs("2027-03-31T12:00:01")) == 2)
        assert node.last_runs("2027-03-31T12:00:01") == [
            ("delta", "2027-03-31"),
            ("full", "2027-04-01"),
        ]
        before, after = node.runs()[-2:]
        assert before.counts is not None
        assert after.counts is not None
        assert (before.counts.stale, after.counts.stale) == (0, 1)
        assert before.finished_at == after.started_at == at("2027-04-01T00:01:00")


def test_a_run_of_another_node_at_midnight_only_delays_ours(
    folder: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    config = make_site(folder)
    monkeypatch.setattr("syncd.daemon.service._RETRY_S", 0.01)
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        with node.opened.site.store.exclusive("run"):
            node.move_to("2027-04-01T00:00:00")
            wait_until(lambda: node.firings("full") == at("2027-04-01T00:00:00"))
            node.move_to("2027-04-01T00:00:30", busy=True)
        wait_until(lambda: node.last_runs("2027-04-01") == [("full", "2027-04-01")])


@pytest.mark.parametrize("what", ["order", "term", "designation", "pre-approval"])
def test_a_day_with_effects_does_not_wait_for_a_full_run_at_another_hour(
    folder: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch, what: str
):
    config = make_site(folder, full="0 3 * * *")
    if what in ("order", "pre-approval"):
        write_file(folder, "orders.csv", ORDERS + transfer(1))
    else:
        end_something(folder, what)
    with night(config, clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        if what == "pre-approval":
            approve_all_ahead(node)
        node.move_to("2027-03-31T23:59:59.999999")
        assert node.last_runs("2027-03-31T12:00:01") == []
        node.move_to("2027-04-01T00:00:00")
        wait_until(lambda: node.last_runs("2027-04-01") == [("midnight", "2027-04-01")])
        assert states(node).keys() == {"u1"}
        node.move_to("2027-04-01T03:00:00")
        wait_until(lambda: len(node.last_runs("2027-04-01T03:00:00")) == 1)


def end_something(folder: Path, what: str) -> None:
    """Let the first person's ground end with 31 March by no order at all."""
    name, old, new = {
        "term": ("roster.csv", "2015-04-01,,\n", "2015-04-01,2027-03-31,\n"),
        "designation": ("designations.csv", "2024-04-01,,,課長", "2024-04-01,,2027-03-31,課長"),
    }[what]
    path = folder / "in" / name
    path.write_text(path.read_text().replace(old, new, 1))


def test_a_day_without_effects_waits_for_the_full_run(
    folder: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
):
    with night(make_site(folder, full="0 3 * * *"), clock, monkeypatch) as node:
        wait_until(lambda: len(node.runs()) == 1)
        node.move_to("2027-04-01T00:00:00")
        wait_until(lambda: node.firings("midnight") == at("2027-04-01T00:00:00"))
        node.move_to("2027-04-01T03:00:00")
        wait_until(lambda: node.last_runs("2027-04-01") == [("full", "2027-04-01")])


def test_several_nodes_run_a_midnight_once(
    folder: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch, postgres
):
    url = postgres.fresh_database()
    configs = [make_site(folder / name, full="0 3 * * *", store=url) for name in ("a", "b")]
    for name in ("a", "b"):
        write_file(folder / name, "orders.csv", ORDERS + transfer(1))
    with night(configs[0], clock, monkeypatch) as one:
        wait_until(lambda: len(one.runs()) == 1)
        with night(configs[1], clock, monkeypatch) as two:
            two.rest()
            one.move_to("2027-03-31T23:59:59.999999")
            two.rest()
            one.move_to("2027-04-01T00:00:00")
            wait_until(lambda: len(one.last_runs("2027-04-01")) >= 1)
            two.rest()
            two.move_to("2027-04-01T00:03:00")
            one.rest()
            two.rest()
            assert one.last_runs("2027-04-01") == [("midnight", "2027-04-01")]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "2027-03-14"),
        ("America/New_York", "2027-11-07"),
        ("Pacific/Kiritimati", "2028-02-29"),
        ("UTC", "2028-03-01"),
        ("Asia/Tokyo", "2027-12-31"),
    ],
)
def test_midnight_is_that_of_japan_whatever_zone_the_host_keeps(
    folder: Path, monkeypatch: pytest.MonkeyPatch, zone: str, day: str
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before = at(f"{day}T00:00:00") - timedelta(hours=6)
        clock = MovedClock(before)
        with night(make_site(folder), clock, monkeypatch) as node:
            wait_until(lambda: len(node.runs()) == 1)
            last = (at(f"{day}T00:00:00") - timedelta(microseconds=1)).isoformat()[:26]
            node.move_to(last)
            assert node.last_runs(f"{last[:10]}T18:00:01") == []
            node.move_to(f"{day}T00:00:00")
            wait_until(lambda: node.last_runs(day) == [("full", day)])
    finally:
        monkeypatch.undo()
        time.tzset()
