"""The plan is a value: people approve its hash, and nothing but the lines decides it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.findings import Reason
from syncd.core.plan import Plan
from tests import builders as b


@given(st.permutations([b.plan_line(n) for n in range(1, 6)]))
def test_the_hash_does_not_depend_on_the_sequence(lines: list[Any]) -> None:
    assert Plan.of(lines).hash == Plan.of(sorted(lines)).hash


@pytest.mark.parametrize(
    "change",
    [
        {"directory": "lg"},
        {"group": "cn=other"},
        {"member": "uid=x"},
        {"entitlement": "TAX-VIEW"},
        {"case_id": "C9"},
        {"account": "u0009"},
        {"staff_number": "0000009"},
        {"staff_number": None},
        {"reasons": (Reason.SEPARATED,)},
    ],
)
def test_the_hash_changes_with_anything_that_people_approve(change: dict[str, Any]) -> None:
    line = b.plan_line(1)
    assert Plan.of([line]).hash != Plan.of([replace(line, **change)]).hash


def test_the_hash_changes_with_a_line_more_or_less() -> None:
    lines = [b.plan_line(n) for n in range(1, 4)]
    hashes = {Plan.of(lines[:n]).hash for n in range(4)}
    assert len(hashes) == 4


def test_what_only_the_guard_asks_changes_no_hash() -> None:
    line = b.plan_line(1)
    assert Plan.of([line]).hash == Plan.of([replace(line, explained=True)]).hash


def test_an_edge_stands_once_for_each_entitlement() -> None:
    plan = Plan.of([b.plan_line(1), b.plan_line(1), b.plan_line(1, entitlement="TAX-VIEW")])
    assert len(plan.lines) == 2
    assert plan.case_ids == ("C1",)
