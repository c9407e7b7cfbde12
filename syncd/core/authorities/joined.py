"""Who is who where several authorities speak, or links join numbers: a reading of each, together.

Every authority's rosters and orders are read by themselves (`people`), so that no authority cancels
another's order and no roster hides what another says; what they say of one person is put together
by `together`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TypeAlias

from syncd.core.authorities.kinship import Kinship
from syncd.core.authorities.together import Voice, together
from syncd.core.cards import Card
from syncd.core.facts import Facts, Order
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.orders import HeldOrder, OrderInForce
from syncd.core.org import OrgChart
from syncd.core.people import People, Person
from syncd.core.policy import Policy
from syncd.core.scopes import Authorities

Everybody: TypeAlias = "People | JoinedPeople"


def people_of(facts: Facts, policy: Policy, on: date, chart: OrgChart, kin: Kinship) -> Everybody:
    """Return who is who on a day; without authorities and links, as one roster and its orders."""
    if not policy.authorities.by_name and not kin.links:
        return People(facts, policy, on, chart)
    return JoinedPeople(facts, policy, on, chart, kin)


_Spoken: TypeAlias = tuple[People, str, StaffNumber]
"""Who speaks, for which authority, of which number."""


class JoinedPeople(Mapping[StaffNumber, Person]):
    """Everybody whom any authority names, each under the number that the links give them."""

    def __init__(
        self, facts: Facts, policy: Policy, on: date, chart: OrgChart, kin: Kinship
    ) -> None:
        """Part the facts by authority; people follow when asked for."""
        self.on = on
        self._kin = kin
        self._of = {
            name: People(theirs, policy, on, chart)
            for name, theirs in sorted(_parted(facts, policy.authorities).items())
        }
        heard = {name for name, people in self._of.items() if people.has_roster}
        self.has_roster = bool(heard)
        asked = {policy.authorities.of_source.get(s, "") for s in policy.authorities.roster_sources}
        self.nameless = next((p.nameless for p in self._of.values() if p.nameless), "")
        self.unheard = tuple(sorted(asked - heard - {""}))
        self._known: dict[StaffNumber, Person] = {}

    @property
    def held_orders(self) -> list[HeldOrder]:
        """Return the orders of all authorities that nobody understands."""
        return [held for people in self._of.values() for held in people.held_orders]

    def __getitem__(self, staff_number: StaffNumber) -> Person:
        """Return the person; raises KeyError for a number that nothing names, or not as theirs."""
        person = self._known.get(staff_number)
        if person is None:
            person = self._known[staff_number] = self._work_out(staff_number)
        return person

    def __contains__(self, staff_number: object) -> bool:
        """Tell whether anything names somebody known under this number."""
        return staff_number in self._names

    def __iter__(self) -> Iterator[StaffNumber]:
        """Yield the number of everybody."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many people there are."""
        return len(self._names)

    @cached_property
    def _names(self) -> Mapping[StaffNumber, None]:
        canonical = self._kin.canonical
        return {canonical(number): None for people in self._of.values() for number in people}

    def _voices(self, person: StaffNumber) -> list[_Spoken]:
        """Return who speaks of a person, under which of their numbers: their own number first."""
        spoken = [
            (people, authority, number)
            for number in self._kin.numbers(person)
            for authority, people in self._of.items()
            if number in people
        ]
        employed = [voice for voice in spoken if not voice[0].takes_for_contractor(voice[2])]
        return employed or _of_the_sponsor(spoken)

    def _work_out(self, number: StaffNumber) -> Person:
        spoken = self._voices(number)
        if not spoken or self._kin.canonical(number) != number:
            raise KeyError(number)
        voices = [Voice(a, _said(people, n, spoken), people.hired_on(n)) for people, a, n in spoken]
        person = voices[0].person if len(voices) == 1 else together(number, voices, self.on)
        if person.staff_number != number:
            readings = tuple(replace(state, staff_number=number) for state in person.readings)
            person = replace(person, staff_number=number, readings=readings)
        contested = self._kin.contested.get(number, ())
        others = self._kin.numbers(number)[1:]
        if contested or others:
            conflict = tuple(dict.fromkeys((*person.conflict, *contested)))
            person = replace(person, conflict=conflict, other_numbers=others)
        return person

    def card(self, staff_number: StaffNumber) -> Card:
        """Return how lists show a person, by the voice that says most of them."""
        number = self._kin.canonical(staff_number)
        cards = [people.card(n) for people, _, n in self._voices(number)]
        best = max(cards, key=lambda c: (c.section is not None, bool(c.name)), default=None)
        if best is None:
            return Card(number, "", "", None, "")
        return replace(best, staff_number=number)

    def plain_units(self, staff_number: StaffNumber) -> frozenset[OrgUnitCode] | None:
        """Return the sections of somebody of whom one voice speaks plainly, else None."""
        voices = self._voices(staff_number)
        if len(voices) != 1 or staff_number in self._kin.contested:
            return None
        people, _, number = voices[0]
        return people.plain_units(number)

    def named_units(self) -> set[OrgUnitCode]:
        """Return every section code that rosters and orders of the day name."""
        return set().union(*(people.named_units() for people in self._of.values()))

    def contradictable(self) -> Iterable[StaffNumber]:
        """Yield everybody of whom two things may be said: by orders, links or authorities."""
        canonical = self._kin.canonical
        ordered = (n for people in self._of.values() for n in people.contradictable())
        named = dict.fromkeys(map(canonical, ordered))
        named |= dict.fromkeys(self._several)
        named |= {n: None for n in map(canonical, self._kin.contested) if n in self._names}
        return iter(named)

    @cached_property
    def _several(self) -> tuple[StaffNumber, ...]:
        """Return the people of whom more than one voice speaks."""
        counted: dict[StaffNumber, int] = defaultdict(int)
        for people in self._of.values():
            for number in people:
                counted[self._kin.canonical(number)] += 1
        return tuple(number for number, voices in counted.items() if voices > 1)

    def orders_on(self, day: date) -> Iterator[OrderInForce]:
        """Yield the orders in force whose effect begins on a day, under each person's number."""
        for people in self._of.values():
            for found in people.orders_on(day):
                number = self._kin.canonical(found.order.staff_number)
                yield replace(found, order=replace(found.order, staff_number=number))

    def orders_in_force(self, authority: str = "") -> Iterator[OrderInForce]:
        """Yield every order in force of all authorities, or of one, under the number it names."""
        for name, people in self._of.items():
            if authority in ("", name):
                yield from people.orders_in_force()

    def as_of(self, day: date) -> JoinedPeople:
        """Return the same people on a day near this one, by the same rosters and links."""
        other = copy(self)
        other.on, other._kin = day, Kinship(self._kin.links, day)  # noqa: SLF001 - of our own
        other._of = {name: people.as_of(day) for name, people in self._of.items()}  # noqa: SLF001
        other._known = {}  # noqa: SLF001
        for cached in ("_names", "_several"):
            other.__dict__.pop(cached, None)
        return other

    def vanished(self) -> Iterable[StaffNumber]:
        """Yield the people whom an earlier roster named and no newest one does."""
        gone = {self._kin.canonical(n) for people in self._of.values() for n in people.vanished()}
        return iter(sorted(gone))


def _said(people: People, number: StaffNumber, spoken: list[_Spoken]) -> Person:
    """Return what one voice says; of a guest by its orders alone.

    併任: the roster of the receiving authority need not list whom another employs, so that its
    silence contradicts no order that gives a further post.
    """
    if not people.lists(number) and any(other.lists(n) for other, _, n in spoken):
        return people.further_posts_by_orders(number) or people[number]
    return people[number]


def _of_the_sponsor(spoken: list[_Spoken]) -> list[_Spoken]:
    """Return the one voice that knows most of a contractor: that which knows the 管理者.

    The account list is nobody's: every authority reads it, and one has the sponsor.
    """

    def knows(voice: _Spoken) -> bool:
        people, _, number = voice
        person = people[number]
        doubts = person.unknown_because or person.vanished_because
        return bool(doubts or any(state.posts for state in person.readings))

    return sorted(spoken, key=lambda voice: not knows(voice))[:1]


def _parted(facts: Facts, authorities: Authorities) -> dict[str, Facts]:
    """Return the facts as each authority states them; what is nobody's stands under ""."""
    of = authorities.of_source
    parts = {
        name: replace(
            facts,
            rosters=tuple(r for r in facts.rosters if of.get(r.source, "") == name),
            orders=(),
            held=tuple(h for h in facts.held if of.get(h.source, "") == name),
        )
        for name in {"", *authorities.by_name}
    }
    for name, orders in _orders_by_authority(facts, authorities).items():
        parts[name] = replace(parts[name], orders=tuple(orders))
    if authorities.by_name and not (parts[""].rosters or parts[""].orders or parts[""].held):
        del parts[""]
    return parts


def _orders_by_authority(facts: Facts, authorities: Authorities) -> dict[str, list[Order]]:
    """Part the orders; one that a person brought goes to the authority it is about."""
    found: dict[str, list[Order]] = defaultdict(list)
    brought: list[Order] = []
    for order in facts.orders:
        name = authorities.of_source.get(order.source, "")
        (found[name] if name in authorities.by_name else brought).append(order)
    if not authorities.by_name:
        return {"": brought}
    about = _About(facts, authorities, found)
    for order in brought:
        for name in about.authorities_of(order):
            found[name].append(order)
    return found


class _About:
    """Tells which authorities an order of nobody's feed is about."""

    def __init__(
        self, facts: Facts, authorities: Authorities, orders: Mapping[str, list[Order]]
    ) -> None:
        """Remember of whom, and by which orders, each authority speaks."""
        self._authorities = authorities
        self._orders = {
            name: {(o.order_number, o.staff_number) for o in theirs}
            for name, theirs in orders.items()
        }
        self._people: dict[str, set[StaffNumber]] = defaultdict(set)
        for roster in facts.rosters:
            name = authorities.of_source.get(roster.source, "")
            self._people[name] |= {e.staff_number for e in (*roster.entries, *roster.vanished)}
        for name, theirs in orders.items():
            self._people[name] |= {o.staff_number for o in theirs}

    def authorities_of(self, order: Order) -> list[str]:
        """Return the authority whose order it amends, whose section it names, or who knows them.

        Where that does not tell one, it counts for all who know the person: whoever brings an
        order need not know the authorities, and it must not be lost.
        """
        for told in (self._amended, self._placing, self._knowing):
            names = [name for name in self._authorities.by_name if told(name, order)]
            if names:
                return names
        return [""]

    def _amended(self, name: str, order: Order) -> bool:
        return order.target is not None and (order.target, order.staff_number) in self._orders.get(
            name, ()
        )

    def _placing(self, name: str, order: Order) -> bool:
        authority = self._authorities.by_name[name]
        if order.org_unit is None or not authority.sections:
            return False
        owns = authority.owns(order.staff_number, self._authorities.prefixes)
        return owns and authority.speaks_of_section(order.org_unit)

    def _knowing(self, name: str, order: Order) -> bool:
        return order.staff_number in self._people.get(name, ())
