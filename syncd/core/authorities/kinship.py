"""Which staff numbers are one person on a day: by the person links, and by nothing else.

Names are never compared. A link that names two people, or that runs in a circle, joins nobody: who
is who is then for a person to say, and everybody it touches is contested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from syncd.core.facts import (
    Designation,
    Facts,
    ListedAccount,
    PersonLink,
    TrainingRecord,
    VanishedDesignation,
)
from syncd.core.findings import Because
from syncd.core.ids import StaffNumber

Named = TypeVar("Named", Designation, TrainingRecord)


def cite_link(link: PersonLink) -> Because:
    """Return how a person link is cited: `0009001=0001234`."""
    ref = f"{link.staff_number}={link.person}"
    return Because("link", ref, link.starts_on, link.source, link.line)


@dataclass(frozen=True)
class Kinship:
    """The person links as of a day."""

    links: tuple[PersonLink, ...]
    on: date

    @cached_property
    def _named(self) -> Mapping[StaffNumber, Mapping[StaffNumber, PersonLink]]:
        """Return whom the links in force name for each number."""
        named: dict[StaffNumber, dict[StaffNumber, PersonLink]] = defaultdict(dict)
        for link in sorted(self.links, key=lambda one: (one.staff_number, one.person, one.line)):
            if link.staff_number != link.person and _in_force(link, self.on):
                named[link.staff_number].setdefault(link.person, link)
        return dict(named)

    @cached_property
    def contested(self) -> Mapping[StaffNumber, tuple[Because, ...]]:
        """Return the numbers of which links say two things, with those links."""
        found: dict[StaffNumber, dict[Because, None]] = defaultdict(dict)
        for number, people in self._named.items():
            circle = self._circle(number)
            if len(people) > 1 or circle:
                for link in people.values():
                    for each in (number, *people, *circle):
                        found[each][cite_link(link)] = None
        return {number: tuple(links) for number, links in found.items()}

    def _circle(self, number: StaffNumber) -> tuple[StaffNumber, ...]:
        """Return the numbers of the circle in which a number stands, where it stands in one."""
        seen = [number]
        while True:
            people = self._named.get(seen[-1], {})
            if len(people) != 1:
                return ()
            following = next(iter(people))
            if following == number:
                return tuple(seen)
            if following in seen:
                return ()
            seen.append(following)

    @cached_property
    def _canonical(self) -> Mapping[StaffNumber, StaffNumber]:
        return {number: self._follow(number) for number in self._named}

    def _follow(self, number: StaffNumber) -> StaffNumber:
        while True:
            people = self._named.get(number, {})
            if len(people) != 1 or self._circle(number):
                return number
            number = next(iter(people))

    def canonical(self, number: StaffNumber) -> StaffNumber:
        """Return the number under which a person is known on the day."""
        return self._canonical.get(number, number)

    @cached_property
    def _numbers(self) -> Mapping[StaffNumber, tuple[StaffNumber, ...]]:
        found: dict[StaffNumber, list[StaffNumber]] = defaultdict(list)
        for number, person in sorted(self._canonical.items()):
            if number != person:
                found[person].append(number)
        return {person: (person, *others) for person, others in found.items()}

    def numbers(self, person: StaffNumber) -> tuple[StaffNumber, ...]:
        """Return every number of a person on the day, the one they are known under first."""
        return self._numbers.get(person, (person,))

    @property
    def joined(self) -> Iterable[StaffNumber]:
        """Yield the people who have several numbers."""
        return self._numbers.keys()

    def rewritten(self, facts: Facts) -> Facts:
        """Return facts in which lists, training and accounts name each person by one number.

        Rosters and orders keep the numbers they give: each is read as it stands, then joined.
        """
        if not self._numbers:
            return facts
        return replace(
            facts,
            designations=self._renamed(facts.designations),
            vanished_designations=tuple(map(self._vanished, facts.vanished_designations)),
            training=self._renamed(facts.training),
            accounts=tuple(map(self._account, facts.accounts)),
        )

    def _renamed(self, records: tuple[Named, ...]) -> tuple[Named, ...]:
        moved = self._canonical
        return tuple(
            replace(one, staff_number=moved[one.staff_number]) if one.staff_number in moved else one
            for one in records
        )

    def _vanished(self, line: VanishedDesignation) -> VanishedDesignation:
        (renamed,) = self._renamed((line.designation,))
        return replace(line, designation=renamed)

    def _account(self, row: ListedAccount) -> ListedAccount:
        number = row.staff_number
        if number is None or number not in self._canonical:
            return row
        return replace(row, staff_number=self.canonical(number))


def everyone(links: Iterable[PersonLink], number: StaffNumber) -> frozenset[StaffNumber]:
    """Return every number that any link, whatever its days, may make the same human being.

    That is what separates two persons who vote: a link that ended, or that names two people,
    may still mean one human being.
    """
    beside: dict[StaffNumber, set[StaffNumber]] = defaultdict(set)
    for link in links:
        beside[link.staff_number].add(link.person)
        beside[link.person].add(link.staff_number)
    found, asked = {number}, [number]
    while asked:
        new = beside.get(asked.pop(), set()) - found
        found |= new
        asked.extend(new)
    return frozenset(found)


def _in_force(link: PersonLink, on: date) -> bool:
    return (link.starts_on is None or link.starts_on <= on) and (
        link.ends_on is None or link.ends_on >= on
    )
