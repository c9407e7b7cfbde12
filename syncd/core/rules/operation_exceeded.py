"""`operation-exceeded`: the right allows an 操作 outside the designation's 取扱範囲."""

from __future__ import annotations

from syncd.core.facts import Designation, Entitlement
from syncd.core.findings import Because, Fault, Reason
from syncd.core.policy import Policy
from syncd.core.subject import cite_designation


def covers(scope: frozenset[str], operations: frozenset[str], policy: Policy) -> bool:
    """Tell whether 取扱範囲 covers the operations; a blank one and 全て set no bound."""
    return not scope or operations <= scope or not scope.isdisjoint(policy.all_operations)


def check(designation: Designation, entitlement: Entitlement, policy: Policy) -> Fault | None:
    """Return the fault where the right allows more than the designation."""
    if covers(designation.scope, entitlement.operations, policy):
        return None
    right = Because(
        "entitlement", entitlement.entitlement, None, entitlement.source, entitlement.line
    )
    return Fault(Reason.OPERATION_EXCEEDED, None, (cite_designation(designation), right))
