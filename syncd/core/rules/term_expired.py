"""`term-expired`: 任期満了日 is over and no later appointment followed. It needs no order."""

from __future__ import annotations

from datetime import date, timedelta

from syncd.core.career import PersonState
from syncd.core.findings import Fault, Reason
from syncd.core.policy import Policy


def check(person: PersonState, on: date, _policy: Policy) -> Fault | None:
    """Return the fault where the term has ended (任期満了日 is the last day)."""
    if person.term_ends_on is None or person.term_ends_on >= on:
        return None
    because = () if person.term_because is None else (person.term_because,)
    return Fault(Reason.TERM_EXPIRED, person.term_ends_on + timedelta(days=1), because)
