"""A city of 45,000 before its 1 April: who works where, who holds which right, which orders come.

Nothing here is by chance and nothing here decides: everything follows from a person's number, so
that `promise` can say apart from syncd whose right ends when.

A third of the staff has an order: 12,000 move to another section, 1,200 are promoted where they
are, 300 people are appointed who were never there before, 1,500 retire on 31 March: 15,000. In
each section the first 27 of 90 handle My Number data. They hold the five rights of their
section's work, in 300 of the directory's 3,000 groups; the other groups give no such right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

APRIL = date(2027, 4, 1)
BASE_ON = date(2027, 3, 1)
PEOPLE, SECTIONS, DESK = 45_000, 500, 90
HANDLERS_EACH, AFFAIRS, RIGHTS_EACH = 27, 60, 5
OTHER_GROUPS = 2_700
APPOINTED = 300
LATE, CANCELLED, RETROACTIVE, DROPPED = 200, 50, 20, 30


class Kind(StrEnum):
    """What an order does, in the words of 発令区分."""

    MOVE = "配置換"
    PROMOTION = "昇任"
    APPOINTMENT = "採用"
    RETIREMENT = "退職"
    CANCELLATION = "取消"


@dataclass(frozen=True, slots=True)
class Sent:
    """One row of the file of orders, as the personnel system writes it."""

    number: str
    effective_on: date
    kind: Kind
    person: int
    section: str = ""
    target: str = ""
    confirmed: bool = True

    def row(self) -> tuple[str, ...]:
        """Return the row in the canonical columns."""
        return (
            self.number,
            self.effective_on.isoformat(),
            self.kind,
            staff_number(self.person),
            name_of(self.person),
            self.section,
            self.target,
            "確定" if self.confirmed else "内示",
        )


def staff_number(person: int) -> str:
    """Return a staff number; those of the newly appointed begin with 8 and occur nowhere else."""
    return f"{person:07}" if person <= PEOPLE else f"8{person:06}"


def name_of(person: int) -> str:
    """Return a name that occurs in no other place: numbers in words of one syllable."""
    syllables = "あかさたなはまやらわ"
    return "苗字" + "".join(syllables[int(digit)] for digit in f"{person:05}")


def account(person: int) -> str:
    """Return the account of a person."""
    return f"u{person:07}"


def section_code(section: int) -> str:
    """Return the code of a section, counted from 0."""
    return f"{section % SECTIONS + 100:05}"


def section_of(person: int) -> int:
    """Return the section in which a person works until an order moves them."""
    return (person - 1) // DESK


def handles(person: int) -> bool:
    """Tell whether a person handles My Number data before the transfer."""
    return person <= PEOPLE and (person - 1) % DESK < HANDLERS_EACH


def affair_of(section: int) -> int:
    """Return the work for which a section needs My Number data."""
    return section % AFFAIRS


def right(affair: int, turn: int) -> str:
    """Return a right of a work, which is also the name of its group."""
    return f"mn-{affair:02}-{turn}"


def rights_of(person: int) -> tuple[str, ...]:
    """Return the rights that a person holds before the transfer."""
    if not handles(person):
        return ()
    return tuple(right(affair_of(section_of(person)), turn) for turn in range(RIGHTS_EACH))


def other_groups_of(person: int) -> Iterator[int]:
    """Yield the groups of a person that give no My Number right: eight or nine."""
    for turn in range(8 + person % 2):
        yield (person * 7 + turn * 317) % OTHER_GROUPS


class Orders:
    """The orders of this 1 April, by the moment at which the personnel system sends them."""

    @cached_property
    def planned(self) -> tuple[Sent, ...]:
        """Return the 15,000 that stand in the 内示."""
        appointed = iter(range(PEOPLE + 1, PEOPLE + 1 + APPOINTED))
        return tuple(self._planned(person, appointed) for person in range(3, PEOPLE + 1, 3))

    def _planned(self, person: int, appointed: Iterator[int]) -> Sent:
        number = f"R9-{person:05}"
        if person % 30 == 12:
            return Sent(number, date(2027, 3, 31), Kind.RETIREMENT, person)
        here = section_of(person)
        if person % 30 == 3:
            newcomer = next(appointed, None)
            if newcomer is not None:
                return Sent(number, APRIL, Kind.APPOINTMENT, newcomer, section_code(here))
            return Sent(number, APRIL, Kind.PROMOTION, person, section_code(here))
        return Sent(number, APRIL, Kind.MOVE, person, section_code(here + 7))

    @cached_property
    def confirmed(self) -> tuple[Sent, ...]:
        """Return what comes of the 内示: thirty of the moves of handlers never become orders."""
        moving = [o for o in self.planned if o.kind is Kind.MOVE and handles(o.person)]
        dropped = {o.number for o in moving[:: len(moving) // DROPPED][:DROPPED]}
        return tuple(order for order in self.planned if order.number not in dropped)

    @cached_property
    def cancelled(self) -> tuple[Sent, ...]:
        """Return 50 cancellations, each of the order of a handler who would have moved."""
        moving = [o for o in self.confirmed if o.kind is Kind.MOVE and handles(o.person)]
        some = moving[:: len(moving) // CANCELLED][:CANCELLED]
        return tuple(
            Sent(f"C9-{o.person:05}", APRIL, Kind.CANCELLATION, o.person, target=o.number)
            for o in some
        )

    @cached_property
    def late(self) -> tuple[Sent, ...]:
        """Return 200 orders for handlers of whom no 内示 spoke."""
        return tuple(self._more("L9", 1, LATE, APRIL))

    @cached_property
    def retroactive(self) -> tuple[Sent, ...]:
        """Return 20 orders that become known after the day from which they hold."""
        back = tuple(self._more("B9", 2, RETROACTIVE, APRIL))
        since = date(2027, 3, 15)
        return (
            *back[: RETROACTIVE // 2],
            *(Sent(o.number, since, o.kind, o.person, o.section) for o in back[RETROACTIVE // 2 :]),
        )

    @staticmethod
    def _more(prefix: str, rest: int, count: int, on: date) -> Iterator[Sent]:
        """Yield moves of handlers whose number leaves this rest by three: no other order has."""
        there = [p for p in range(1, PEOPLE + 1) if p % 3 == rest and handles(p)]
        for person in there[:: len(there) // count][:count]:
            to = section_code(section_of(person) + 11)
            yield Sent(f"{prefix}-{person:05}", on, Kind.MOVE, person, to)


def as_notice(orders: Iterable[Sent]) -> tuple[Sent, ...]:
    """Return orders as 内示 tells of them."""
    return tuple(replace(order, confirmed=False) for order in orders)
