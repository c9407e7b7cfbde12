"""What the pages and papers about releases and new handlers show, as of a day. Nothing is written.

With 内示 it is for nobody but those who may see it: whoever takes the question makes sure of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.cards import Card
from syncd.core.facts import Entitlement, Facts
from syncd.core.foresight.losses import as_if_confirmed
from syncd.core.ids import AffairCode, OrgUnitCode, StaffNumber
from syncd.core.releases.room import SectionRoom, rooms_of
from syncd.core.standing import Footing, footing_of
from syncd.flow.collect import known_facts
from syncd.flow.site import Site


@dataclass(frozen=True, slots=True)
class Shown:
    """What papers say of a person; empty and None where nothing is known."""

    card: Card
    employment: str = ""
    trained_on: date | None = None
    accounts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Releases:
    """The rooms of all sections, with the names of what they speak of.

    `entitlements` are the rights by the 事務 that they serve.
    """

    on: date
    with_notices: bool
    rooms: tuple[SectionRoom, ...]
    people: Mapping[StaffNumber, Shown]
    sections: Mapping[OrgUnitCode, str]
    affairs: Mapping[AffairCode, str]
    entitlements: Mapping[AffairCode, tuple[Entitlement, ...]]

    def seen(self, visible: frozenset[OrgUnitCode] | None) -> Releases:
        """Return what somebody who sees these sections is shown (None: all)."""
        if visible is None:
            return self
        rooms = tuple(room for room in self.rooms if room.section in visible)
        numbers = set(_numbers(rooms))
        people = {number: one for number, one in self.people.items() if number in numbers}
        return replace(self, rooms=rooms, people=people)

    def room(self, section: str) -> SectionRoom | None:
        """Return the room of a section; None where it has nothing to do."""
        return next((room for room in self.rooms if room.section == section), None)


def releases_on(site: Site, on: date, *, with_notices: bool) -> Releases:
    """Return what each section has to do about its list as of a day; raises StoreError."""
    with site.store.begin() as unit:
        facts = known_facts(unit, site, on)
        sections = {section.code: section.name for section in unit.sections()}
    openly = footing_of(facts, site.policy, on)
    footing = footing_of(as_if_confirmed(facts), site.policy, on) if with_notices else openly
    rooms = rooms_of(footing, openly if with_notices else None)
    return Releases(
        on=on,
        with_notices=with_notices,
        rooms=rooms,
        people=_people(footing, facts, set(_numbers(rooms))),
        sections={**sections, **{c: n for c, n in footing.ground.chart.names.items() if n}},
        affairs={line.affair: line.affair_name for line in facts.designations if line.affair_name},
        entitlements=_by_affair(facts.entitlements),
    )


def _numbers(rooms: Iterable[SectionRoom]) -> Iterator[StaffNumber]:
    for room in rooms:
        yield from (each.line.staff_number for each in room.releases)
        yield from (each.staff_number for each in room.newcomers)


def _people(
    footing: Footing, facts: Facts, numbers: set[StaffNumber]
) -> Mapping[StaffNumber, Shown]:
    ground = footing.ground
    kinds: dict[StaffNumber, str] = {}
    for roster in facts.rosters:
        for entry in roster.entries:
            number = ground.kin.canonical(entry.staff_number)
            if number in numbers:
                kinds[number] = entry.employment_type
    accounts: dict[StaffNumber, dict[str, str]] = {}
    for account in facts.accounts:
        if account.staff_number is not None:
            number = ground.kin.canonical(account.staff_number)
            if number in numbers:
                accounts.setdefault(number, {})[account.directory] = account.account
    return {
        number: Shown(
            ground.people.card(number),
            kinds.get(number, ""),
            ground.trained_on(number),
            accounts.get(number),
        )
        for number in numbers
    }


def _by_affair(rights: Iterable[Entitlement]) -> Mapping[AffairCode, tuple[Entitlement, ...]]:
    found: dict[AffairCode, list[Entitlement]] = {}
    for right in rights:
        for affair in right.affairs:
            found.setdefault(affair, []).append(right)
    return {
        affair: tuple(sorted(theirs, key=lambda r: (r.directory, r.entitlement)))
        for affair, theirs in found.items()
    }
