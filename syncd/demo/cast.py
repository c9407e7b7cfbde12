"""Who holds which right in みほん市, by what designation, and what 1 April does to it.

The expected answer for every right stands here beside the person's fate, put there by the one who
invented the story; the decision is never asked. So the demo can compare the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from syncd.core.findings import Reason
from syncd.demo.people import PART_TIME, Person
from syncd.demo.sections import DESKS, ELSEWHERE, NESTED, RIGHTS, Desk

OPERATIONS = {right.entitlement: right.operations for right in RIGHTS}
_HOLDERS = range(1, 8)


class Fate(StrEnum):
    """What happens to a person, or happened long ago and nobody told the systems."""

    STAYS = "stays"
    MOVES = "moves"
    PROMOTED_AWAY = "promoted-away"
    PROMOTED_HERE = "promoted-here"
    MOVES_DESK = "moves-desk"
    KEEPS_CONCURRENT = "keeps-concurrent"
    CANCELLED = "cancelled"
    CORRECTED = "corrected"
    RELEASED = "released"
    RETIRES = "retires"
    SECONDED = "seconded"
    CHILDCARE = "childcare"
    SICK = "sick"
    RETURNS = "returns"
    RENEWED = "renewed"
    TERM_ENDS = "term-ends"
    LEFT_BEHIND = "left-behind"
    NEVER_DESIGNATED = "never-designated"
    LONG_GONE = "long-gone"
    UNTRAINED = "untrained"


BEFORE: dict[Fate, Reason] = {
    Fate.LEFT_BEHIND: Reason.TRANSFERRED,
    Fate.NEVER_DESIGNATED: Reason.NOT_DESIGNATED,
    Fate.LONG_GONE: Reason.SEPARATED,
    Fate.UNTRAINED: Reason.TRAINING_OVERDUE,
}
"""Why a right is stale already before 1 April."""

AFTER: dict[Fate, Reason] = BEFORE | {
    Fate.MOVES: Reason.TRANSFERRED,
    Fate.PROMOTED_AWAY: Reason.TRANSFERRED,
    Fate.RELEASED: Reason.TRANSFERRED,
    Fate.SECONDED: Reason.TRANSFERRED,
    Fate.RETIRES: Reason.SEPARATED,
    Fate.CHILDCARE: Reason.SUSPENDED,
    Fate.SICK: Reason.SUSPENDED,
    Fate.TERM_ENDS: Reason.TERM_EXPIRED,
}
"""The first reason for which a right is stale on 1 April."""

_M, _P, _R, _B = Fate.MOVES, Fate.PROMOTED_AWAY, Fate.RETIRES, Fate.CHILDCARE
_HERE, _UP, _DESK, _BACK = Fate.STAYS, Fate.PROMOTED_HERE, Fate.MOVES_DESK, Fate.RETURNS
_BOTH = Fate.KEEPS_CONCURRENT
_SEATS: dict[int, tuple[Fate, ...]] = {
    2: (_M, _M, _P, _M, _R, _M, _BOTH, _M, _B, _M, _M, _P, _M, _R),
    5: (
        *(_R, _M, Fate.CANCELLED, _M, _M, _DESK, Fate.SICK),
        *(_M, _M, Fate.SECONDED, _M, _M, _P, _B),
    ),
    6: (_HERE, _BACK, _HERE, _UP, _HERE, _HERE, _BACK, _DESK, _HERE, _HERE, _UP),
    7: (
        *(_HERE, _M, _M, _P, Fate.CORRECTED, _R, _M, _BOTH),
        *(_HERE, Fate.UNTRAINED, _HERE, Fate.LONG_GONE, _M),
    ),
}
"""By seat at a desk, desk after desk; who is not named stays."""

_PART_TIME: dict[str, tuple[Fate, ...]] = {
    "20012": (Fate.NEVER_DESIGNATED,) * 3 + (Fate.RENEWED, Fate.TERM_ENDS),
}
_ELSEWHERE = {("40030", 4): Fate.LEFT_BEHIND, ("10030", 3): Fate.RELEASED}
CONCURRENT = "20030"
"""The 課 in which the one with Fate.RELEASED holds a further post until 1 April."""


@dataclass(frozen=True, slots=True)
class Designation:
    """One line of the list of designated handlers."""

    affair: str
    section: str
    staff_number: str
    name: str
    scope: tuple[str, ...]
    designated_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A person in the story; `rights` are all that the person holds, through others included.

    `to` is the section to which the person goes on 1 April, "" where they stay.
    """

    person: Person
    fate: Fate = Fate.STAYS
    rights: tuple[str, ...] = ()
    designation: Designation | None = None
    to: str = ""

    @property
    def direct(self) -> tuple[str, ...]:
        """Return the rights in whose groups the account itself stands."""
        through = {NESTED[right] for right in self.rights if right in NESTED}
        return tuple(right for right in self.rights if right not in through)


def cast(people: Iterable[Person]) -> tuple[Role, ...]:
    """Give every person of the roster their part."""
    desks = {desk.section: (number, desk) for number, desk in enumerate(DESKS)}
    elsewhere = _turns()
    roles = []
    for person in people:
        if person.section in desks:
            number, desk = desks[person.section]
            roles.append(_at_desk(person, number, desk, elsewhere))
        else:
            roles.append(_in_no_desk(person))
    return tuple(roles)


def _turns() -> Iterator[str]:
    """Yield the sections without My-Number affairs, over and over."""
    while True:
        yield from ELSEWHERE


def _at_desk(person: Person, number: int, desk: Desk, elsewhere: Iterator[str]) -> Role:
    fate = _fate(person, number)
    holds = person.seat in _HOLDERS or person.employment == PART_TIME
    if not holds:
        return Role(person, fate)
    rights = _rights(person, desk, fate)
    to = ""
    if fate in (_M, _P, Fate.KEEPS_CONCURRENT, Fate.CANCELLED, Fate.CORRECTED):
        to = next(elsewhere)
    elif fate is Fate.MOVES_DESK:
        to = desk.section[:4] + ("2" if desk.section[4] == "1" else "1")
    designated = None if fate is Fate.NEVER_DESIGNATED else _designation(person, desk, rights)
    return Role(person, fate, () if fate is Fate.RETURNS else rights, designated, to)


def _fate(person: Person, number: int) -> Fate:
    if person.employment == PART_TIME:
        fates = _PART_TIME.get(person.section, ())
        place = person.seat - 10
        return fates[place] if place < len(fates) else Fate.RENEWED
    fates = _SEATS.get(person.seat, ())
    return fates[number] if number < len(fates) else Fate.STAYS


def _rights(person: Person, desk: Desk, fate: Fate) -> tuple[str, ...]:
    """Return what the desk gives: odd seats edit too, part-time staff only what they need."""
    if fate is Fate.NEVER_DESIGNATED:
        return (desk.edits,)
    edits = desk.edits and person.seat % 2 == 1 and person.employment != PART_TIME
    return (desk.views, desk.edits) if edits else (desk.views,)


def _designation(person: Person, desk: Desk, rights: Iterable[str]) -> Designation:
    scope = tuple(dict.fromkeys(op for right in rights for op in OPERATIONS[right]))
    division = desk.section[:4] + "0"
    since = date(2026, 4, 1) if person.employment == PART_TIME else date(2024, 4, 1)
    until = date(2028, 3, 31) if person.employment == PART_TIME else None
    number, name = person.staff_number, person.name
    return Designation(desk.affair, division, number, name, scope, since, until)


def _in_no_desk(person: Person) -> Role:
    fate = _ELSEWHERE.get((person.section, person.seat), Fate.STAYS)
    if person.employment == PART_TIME:
        return Role(person, Fate.RENEWED)
    number, name, since = person.staff_number, person.name, date(2023, 4, 1)
    if fate is Fate.LEFT_BEHIND:
        line = Designation("TAX", "20020", number, name, ("照会", "更新"), since)
        return Role(person, fate, ("TAX-VIEW", "TAX-EDIT"), line)
    if fate is Fate.RELEASED:
        line = Designation("PAY", CONCURRENT, number, name, ("照会", "更新"), since)
        return Role(person, fate, ("PAY-EDIT",), line)
    return Role(person, fate)
