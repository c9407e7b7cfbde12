"""`suspended`: on leave or suspended on the day; the policy may name the kinds that count."""

from __future__ import annotations

from datetime import date

from syncd.core.career import PersonState
from syncd.core.findings import Fault, Reason
from syncd.core.policy import Policy


def check(person: PersonState, _on: date, policy: Policy) -> Fault | None:
    """Return the fault where the person is on a leave that takes rights away."""
    leave = person.leave
    if leave is None:
        return None
    kinds = policy.suspended_kinds
    if kinds is not None and leave.word not in kinds:
        return None
    return Fault(Reason.SUSPENDED, leave.since, (leave.because,))
