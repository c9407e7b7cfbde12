"""Who is who and which section is where, as of a run: what lists of cases show and sort by."""

from __future__ import annotations

from datetime import date

from syncd.core.cards import LAST_RANK, Section
from syncd.core.facts import Facts
from syncd.core.org import OrgChart
from syncd.core.people import People
from syncd.flow.site import Site
from syncd.ports.store import Unit


def record_roll(unit: Unit, site: Site, facts: Facts, as_of: date) -> None:
    """Keep how the people of all cases that have not ended are shown, and the section table."""
    chart = OrgChart(facts.org_units, as_of)
    unit.save_sections(_sections(facts, chart, as_of))
    numbers = dict.fromkeys(c.staff_number for c in unit.cases() if c.staff_number is not None)
    if numbers:
        people = People(facts, site.policy, as_of, chart)
        unit.save_cards(people.card(number) for number in numbers)


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
