"""`operation-exceeded`: the right allows an 操作 outside the designation's 取扱範囲."""

from __future__ import annotations

import pytest

from syncd.core.rules import operation_exceeded
from tests import builders as b


@pytest.mark.parametrize(
    ("scope", "operations", "holds"),
    [
        ((), (), False),
        ((), ("更新",), False),
        (("照会",), (), False),
        (("照会",), ("照会",), False),
        (("照会", "更新"), ("照会",), False),
        (("照会",), ("照会", "更新"), True),
        (("照会",), ("更新",), True),
        (("全て",), ("更新",), False),
        (("すべて",), ("更新",), False),
        (("全部", "照会"), ("更新",), False),
        (("全操作",), ("更新",), False),
    ],
)
def test_scope_must_hold_every_operation(
    scope: tuple[str, ...], operations: tuple[str, ...], holds: bool
) -> None:
    line = b.designation(scope=frozenset(scope))
    right = b.entitlement(operations=operations)
    fault = operation_exceeded.check(line, right, b.policy())
    assert (fault is not None) is holds


def test_it_names_the_line_and_the_right() -> None:
    line = b.designation(scope=frozenset({"照会"}))
    fault = operation_exceeded.check(line, b.entitlement(operations=("更新",)), b.policy())
    assert fault is not None
    assert [str(c) for c in fault.because] == ["designation TAX/12010", "entitlement TAX-EDIT"]
    assert fault.since is None
