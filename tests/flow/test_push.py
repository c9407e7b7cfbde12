"""Orders pushed as JSON: all or none, only as many as stated, and decided on by the next tick."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from syncd.core.votes import Actor, Role
from syncd.errors import SourceRefused
from syncd.flow.collect import API
from syncd.flow.delta import has_work
from syncd.flow.orders_in import canonical
from syncd.flow.push import push_orders
from syncd.flow.sealing import seal_of
from tests.flow.town import Town, staff, town_in

JINJI = Actor("jinji", staff(950), frozenset({Role.PERSONNEL}))


def transfer(number: int, **changes: object) -> dict[str, object]:
    plain = {"order_number": f"R9-{number}", "effective_on": "2027-04-01", "kind": "配置換"}
    return {**plain, "staff_number": str(number), "org_unit": "13010", **changes}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = town_in(tmp_path)
    made.sync()
    return made


def test_pushed_orders_are_facts_and_a_reason_to_look(town: Town):
    assert not has_work(town.site())
    assert push_orders(town.site(), JINJI, [transfer(1), transfer(2)], 2, 7) == 2
    assert has_work(town.site())
    assert town.sync().counts.stale == 2
    assert not has_work(town.site())


@pytest.mark.parametrize(
    ("orders", "expected", "column"),
    [
        ([transfer(1)], 2, "expected"),
        ([transfer(1), transfer(1, org_unit="14010")], 2, "order_number"),
        ([transfer(1, ends_on="2027-03-01")], 1, "ends_on"),
        ([transfer(1), {"order_number": "x"}], 2, "staff_number"),
    ],
)
def test_a_push_with_a_fault_leaves_nothing(
    town: Town, orders: list[object], expected: int, column: str
):
    with pytest.raises(SourceRefused) as refused:
        push_orders(town.site(), JINJI, orders, expected, 7)
    assert column in {fault.column for fault in refused.value.faults}
    assert town.sync().counts.stale == 0


def test_an_advance_notice_that_was_pushed_changes_nothing(town: Town):
    push_orders(town.site(), JINJI, [transfer(1, confirmed=False)], 1, 7)
    assert town.sync().counts.stale == 0


def records_of_pushes(town: Town) -> list[dict[str, object]]:
    with town.store.begin() as unit:
        unit.checkpoint(town.now)
        leaves = [json.loads(leaf) for _, leaf, _ in unit.audit_leaves()]
    return [r["ground"] for r in leaves if r["event"] == "input.accepted" and r["subject"] == API]


def test_a_pushed_advance_notice_cannot_be_guessed_from_the_trail_and_can_be_proved(town: Town):
    pushed = [transfer(1, confirmed=False)]
    push_orders(town.site(), JINJI, pushed, 1, 7)
    guessed = hashlib.sha256(canonical(pushed)).hexdigest()
    (ground,) = records_of_pushes(town)
    assert "sha256" not in ground
    with town.store.begin() as unit:
        assert not any(guessed.encode() in leaf for _, leaf, _ in unit.audit_leaves())
        (kept,) = unit.seals(date(2027, 4, 1))
    assert kept.digests == (guessed,)
    assert ground["sealed"] == kept.seal == seal_of(kept.salt, kept.digests)


def test_what_everybody_may_know_is_openly_on_record(town: Town):
    pushed = [transfer(1)]
    push_orders(town.site(), JINJI, pushed, 1, 7)
    (ground,) = records_of_pushes(town)
    assert ground["sha256"] == hashlib.sha256(canonical(pushed)).hexdigest()
