"""Which designations stand on a day: every line of the list looked at once.

Most people are plainly at work in one section with no order, leave or contradiction to weigh; for
them a line is checked by comparing a few values. Whoever is not so plain is worked out in full,
by the rules. Both ways say the same, which a property test holds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from syncd.core.facts import Designation, Facts
from syncd.core.findings import Fault, Reason
from syncd.core.ground import Ground
from syncd.core.ids import AffairCode, OrgUnitCode, StaffNumber
from syncd.core.policy import Policy

Sound = dict[AffairCode, dict[frozenset[str], set[StaffNumber]]]

_LEFT = frozenset({Reason.TRANSFERRED, Reason.SEPARATED, Reason.TERM_EXPIRED})
_NOT_IN_FORCE = frozenset({Reason.DESIGNATION_ENDED, Reason.DESIGNATION_NOT_BEGUN})


@dataclass(frozen=True, slots=True)
class Standing:
    """The list of designated handlers as of a day.

    `sound` tells who holds a designation without fault, by affair and scope: that is what lets a
    decision over millions of memberships be set arithmetic. Only people of whom the facts speak
    with one voice are in it. `outlived` are lines in force of people who left the section.
    """

    sound: Sound
    outlived: list[tuple[Designation, Fault]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Footing:
    """What decisions of one day stand on: the facts reduced to the day, and the list looked at."""

    ground: Ground
    standing: Standing


def footing_of(facts: Facts, policy: Policy, on: date) -> Footing:
    """Return what decisions of a day stand on; it serves every directory and every look."""
    ground = Ground(facts, policy, on)
    return Footing(ground, standing_of(ground))


def standing_of(ground: Ground) -> Standing:
    """Look at every line of the list once."""
    standing = Standing(defaultdict(lambda: defaultdict(set)))
    if not ground.people.has_roster:
        return standing
    for staff_number, lines in ground.designations.items():
        units = ground.people.plain_units(staff_number)
        if units is None:
            _look_closer(ground, staff_number, lines, standing)
            continue
        doubtful = lines
        if ground.is_trained(staff_number):
            doubtful = []
            for line in lines:
                if _plainly_stands(line, units, ground.on):
                    standing.sound[line.affair][line.scope].add(staff_number)
                else:
                    doubtful.append(line)
        if doubtful:
            _look_closer(ground, staff_number, doubtful, standing)
    return standing


def _plainly_stands(line: Designation, units: frozenset[OrgUnitCode], on: date) -> bool:
    return (
        line.org_unit in units
        and (line.released_on is None or line.released_on > on)
        and (line.expires_on is None or line.expires_on >= on)
        and (line.designated_on is None or line.designated_on <= on)
    )


def _look_closer(
    ground: Ground, staff_number: StaffNumber, lines: list[Designation], standing: Standing
) -> None:
    person = ground.people.get(staff_number)
    if person is None or person.unknown_because or person.vanished_because:
        return
    state = person.readings[0]
    personal = ground.person_faults(state)
    gone = [fault for fault in personal if fault.reason in _LEFT]
    for line in lines:
        faults = ground.designation_faults(state, line)
        if not faults and not personal and person.is_plain:
            standing.sound[line.affair][line.scope].add(staff_number)
        left = [*gone, *(fault for fault in faults if fault.reason in _LEFT)]
        if left and not any(fault.reason in _NOT_IN_FORCE for fault in faults):
            standing.outlived.append((line, left[0]))
