"""Numbered inputs: every one that has come is taken in a run, in order; none is left out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.facts import Provides
from syncd.errors import RowFault, SourceRefused
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.ports.source import SourceReading
from tests.fakes.source import FakeSource
from tests.flow.town import APRIL, Town, town_in, transfer


@dataclass
class Numbered(FakeSource):
    """Inputs by number, as a drop folder holds them."""

    waiting: dict[int, tuple] = field(default_factory=dict)
    stray: bool = False

    def following(self, sequence, sha256):
        left = sorted(n for n in self.waiting if sequence is None or n > sequence)
        if left and sequence is not None and left[0] != sequence + 1:
            raise self._refused(f"number {sequence + 1} is missing")
        if left:
            return replace(self, records=self.waiting[left[0]], waiting={left[0]: ()})
        if self.stray:
            raise self._refused("a stray file")
        return None

    def read(self) -> SourceReading:
        number = max(self.waiting)
        records = self.records or self.waiting[number]
        return replace(replace(self, records=records).plain(), sequence=number)

    def fingerprint(self):
        return self.read().fingerprint

    def plain(self) -> SourceReading:
        return FakeSource(
            self.name, self.provides, self.modified_at, self.records, self.base_on
        ).read()

    def _refused(self, why: str) -> SourceRefused:
        return SourceRefused(self.name, "drop", (RowFault(0, "", None, why),))


@pytest.fixture
def town(tmp_path) -> Town:
    town = town_in(tmp_path)
    orders = Numbered("orders", Provides.ORDERS, town.now)
    orders.waiting = {1: (transfer(1, "20010"),), 2: (transfer(2, "20010"),)}
    town.orders = orders
    return town


def stale(report) -> set[str]:
    return {finding.account for finding in report.decision.findings}


def accepted(town: Town) -> list[int]:
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        leaves = [bytes(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [
        leaf.count(b'"subject":"orders"')
        for leaf in leaves
        if f'"{AuditEvent.INPUT_ACCEPTED}"'.encode() in leaf and b'"orders"' in leaf
    ]


def test_all_that_have_come_are_taken_in_one_run_each_on_record(town: Town):
    assert stale(town.sync()) == {"u0001", "u0002"}
    assert len(accepted(town)) == 2


def test_what_was_taken_is_not_taken_again_and_the_next_one_is(town: Town):
    town.sync()
    town.sync()
    assert len(accepted(town)) == 2
    town.orders.waiting = {3: (transfer(3, "20010"),)}
    assert stale(town.sync()) == {"u0001", "u0002", "u0003"}


def test_those_before_a_gap_are_taken_and_the_gap_is_refused(town: Town):
    town.orders.waiting[4] = (transfer(4, "20010"),)
    report = town.sync()
    assert (report.exit_code, len(accepted(town))) == (5, 2)
    assert "3" in report.refused[0].faults[0].expected
    town.orders.waiting[3] = (transfer(3, "20010"),)
    assert stale(town.sync()) == {f"u000{n}" for n in (1, 2, 3, 4)}


def test_when_a_stray_file_is_gone_the_input_is_good_again(town: Town):
    town.orders.stray = True
    assert town.sync().exit_code == 5
    town.orders.stray = False
    assert town.sync().exit_code == 3
    assert town.sync().complete


def test_an_input_that_stays_away_too_long_is_refused(town: Town):
    town.sync()
    site = town.site()
    seats = tuple(replace(seat, max_age=timedelta(hours=36)) for seat in site.sources)
    town.now += timedelta(days=3)
    report = run(replace(site, sources=seats), RunRequest(APRIL + timedelta(days=3), "syncd"))
    assert "orders" in {refusal.source for refusal in report.refused}
