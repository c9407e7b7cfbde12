"""Who is who and which section is where, as of a run: what lists of cases show and sort by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from syncd.core.cards import LAST_RANK, LAST_TEXT, Card, Section, sortable_kana
from syncd.core.facts import Facts
from syncd.core.ground import Ground
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.org import OrgChart
from syncd.flow.collect import known_facts
from syncd.flow.site import Site
from syncd.ports.store import Unit


def record_roll(unit: Unit, ground: Ground) -> None:
    """Keep how the people of all cases that have not ended are shown, and the section table."""
    unit.save_sections(_sections(ground.facts, ground.chart, ground.on))
    numbers = dict.fromkeys(c.staff_number for c in unit.cases() if c.staff_number is not None)
    if numbers:
        unit.save_cards(ground.people.card(number) for number in numbers)


def _sections(facts: Facts, chart: OrgChart, as_of: date) -> list[Section]:
    """Return the sections that stand; without a table, those that the newest rosters name."""
    standing = {
        row.code: Section(
            row.code, row.name, row.parent, LAST_RANK if row.rank is None else row.rank
        )
        for row in facts.org_units
        if (row.starts_on is None or row.starts_on <= as_of)
        and (row.ends_on is None or row.ends_on >= as_of)
    }
    for roster in facts.rosters:
        for entry in roster.entries:
            code = entry.org_unit
            if code is not None and code not in standing and chart.lists(code):
                standing[code] = Section(code, entry.org_unit_name, None, LAST_RANK)
    return list(standing.values())


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as one is looked for; `sections` are those of their posts and designations."""

    card: Card
    sections: frozenset[OrgUnitCode]
    looked_in: str


def roll_of(site: Site, today: date) -> Mapping[StaffNumber, Listed]:
    """Return everybody whom the facts name, by フリガナ; a whole city takes a second or two."""
    with site.store.begin() as unit:
        facts = known_facts(unit, site, today)
    ground = Ground(facts, site.policy, today)
    listed = [_listed(ground, number) for number in ground.people]
    listed.sort(key=lambda one: (one.card.kana or LAST_TEXT, one.card.staff_number))
    return {one.card.staff_number: one for one in listed}


def _listed(ground: Ground, number: StaffNumber) -> Listed:
    card, person = ground.people.card(number), ground.people.get(number)
    readings = () if person is None else person.readings
    sections = {post.org_unit for state in readings for post in state.posts}
    sections |= {line.org_unit for line in ground.designations.get(number, ())}
    looked_in = " ".join((_squeezed(card.name), _squeezed(card.kana), number))
    return Listed(card, frozenset(sections), looked_in)


def find_people(
    roll: Iterable[Listed], text: str, visible: frozenset[OrgUnitCode] | None
) -> list[Card]:
    """Return the people whose name, フリガナ or number holds every word, in the order of the roll.

    Width, kana and the space between the names make no difference. Who may see sections only
    finds the people of those sections.
    """
    words = [_squeezed(word) for word in text.split()]
    return [
        one.card
        for one in roll
        if words
        and all(word in one.looked_in for word in words)
        and (visible is None or visible & one.sections)
    ]


def _squeezed(text: str) -> str:
    """Return a text as it is looked for: katakana for hiragana, full width, no space at all."""
    return "".join(sortable_kana(text).split()).casefold()
