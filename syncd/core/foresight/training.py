"""Whose training is due by a coming day (番号法 29条の2), by the months that policy asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from syncd.core.career import PersonState
from syncd.core.facts import Designation
from syncd.core.findings import Reason
from syncd.core.foresight.lines import ArrivalLine, TrainingLine, TrainingState
from syncd.core.ground import Ground
from syncd.core.ids import StaffNumber
from syncd.core.rules.training_overdue import good_since, months_later


def training_due(
    ground: Ground, arriving: Iterable[ArrivalLine], within: timedelta
) -> Iterator[TrainingLine]:
    """Yield the handlers whose training is overdue on the day or falls due `within` it.

    Those who arrive without a designation come after them, where they would need training.
    """
    if ground.policy.training_months is None:
        return
    told: set[str] = set()
    far = good_since(ground.on + within + timedelta(days=1), ground.policy.training_months)
    for number, lines in ground.designations.items():
        trained_on = ground.trained_on(number)
        if trained_on is not None and far is not None and trained_on >= far:
            continue
        line = _handler(ground, number, lines, trained_on, within)
        if line is not None:
            told.add(number)
            yield line
    for one in arriving:
        line = _newcomer(ground, one)
        if line is not None and one.staff_number not in told:
            told.add(one.staff_number)
            yield line


def _handler(
    ground: Ground,
    number: StaffNumber,
    lines: list[Designation],
    trained_on: date | None,
    within: timedelta,
) -> TrainingLine | None:
    person = ground.people.get(number)
    if person is None or person.unknown_because or person.vanished_because:
        return None
    state = person.readings[0]
    if ground.person_faults(state):
        return None
    standing = [line for line in lines if _stands_but_for_training(ground, state, line)]
    if not standing:
        return None
    trained_until = _trained_until(ground, trained_on)
    found = _state(ground, standing, trained_until, within)
    if found is None:
        return None
    section = state.posts[0].org_unit if state.posts else standing[0].org_unit
    affairs = tuple(sorted({line.affair for line in standing}))
    return TrainingLine(number, section, found[0], trained_on, found[1], affairs)


def _state(
    ground: Ground, lines: list[Designation], trained_until: date | None, within: timedelta
) -> tuple[TrainingState, date | None] | None:
    """Return how it stands with what covers, and until when; None where nothing is due."""
    if trained_until is not None and trained_until >= ground.on:
        due = trained_until <= ground.on + within
        return (TrainingState.DUE, trained_until) if due else None
    graces = [_grace_until(ground, line) for line in lines]
    first = min(graces, key=lambda day: day or date.min)
    if first is not None and first >= ground.on:
        return (TrainingState.GRACE, first)
    return (TrainingState.OVERDUE, max(filter(None, (first, trained_until)), default=None))


def _grace_until(ground: Ground, line: Designation) -> date | None:
    if line.designated_on is None:
        return None
    return line.designated_on + timedelta(days=ground.policy.training_grace_days)


def _stands_but_for_training(ground: Ground, state: PersonState, line: Designation) -> bool:
    return {fault.reason for fault in ground.designation_faults(state, line)} <= {
        Reason.TRAINING_OVERDUE
    }


def _newcomer(ground: Ground, arrival: ArrivalLine) -> TrainingLine | None:
    trained_on = ground.trained_on(StaffNumber(arrival.staff_number))
    until = _trained_until(ground, trained_on)
    if until is not None and until >= ground.on:
        return None
    return TrainingLine(
        arrival.staff_number,
        arrival.section,
        TrainingState.ARRIVING,
        trained_on,
        until,
        arrival.affairs,
    )


def _trained_until(ground: Ground, trained_on: date | None) -> date | None:
    months = ground.policy.training_months
    return None if trained_on is None or months is None else months_later(trained_on, months)
