"""What is told of one person is the same, whether everybody's facts are read for it or only theirs."""

from __future__ import annotations

import pytest

from syncd.core.ground import Ground
from syncd.core.ids import StaffNumber
from syncd.demo import DemoCity, advance_to_transfer_day
from syncd.flow.collect import known_facts
from syncd.flow.explain import explain
from syncd.flow.judge import judge
from tests.demo.conftest import Visit


def everybody(visit: Visit) -> list[StaffNumber]:
    """Return whom the facts name: staff, contractors, guests of no roster."""
    with visit.open.site.store.begin() as unit:
        facts = known_facts(unit, visit.open.site, visit.moment.date())
        cases = unit.cases()
    people = Ground(facts, visit.open.site.policy, visit.moment.date()).people
    special = {c.staff_number for c in cases if c.staff_number} | {
        number for number in people if not number.isdecimal()
    }
    return sorted({*special, *list(people)[::5]})


@pytest.mark.parametrize("days_later", [0, 400])
def test_everybody_of_the_city_is_told_alike(city: DemoCity, visit: Visit, days_later: int):
    visit.run(city.eve)
    advance_to_transfer_day(city)
    visit.run(city.transfer_day)
    site, day = visit.open.site, city.transfer_day
    day = day.fromordinal(day.toordinal() + days_later)
    decision = judge(site, day)
    told = 0
    for number in everybody(visit):
        assert explain(site, number, day, decision) == explain(site, number, day), number
        told += 1
    assert told > 80
