"""`separated`: the last day of work lies before the day (退職 dated D works through D)."""

from __future__ import annotations

from datetime import date, timedelta

from syncd.core.career import PersonState
from syncd.core.findings import Fault, Reason
from syncd.core.policy import Policy


def check(person: PersonState, on: date, _policy: Policy) -> Fault | None:
    """Return the fault where the person's last day of work is over."""
    if person.last_day is None or person.last_day >= on:
        return None
    because = () if person.last_day_because is None else (person.last_day_because,)
    return Fault(Reason.SEPARATED, person.last_day + timedelta(days=1), because)
