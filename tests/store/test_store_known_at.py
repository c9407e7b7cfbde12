"""Facts are never overwritten: whatever is accepted later, a past moment answers as it did."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.core.facts import Facts
from syncd.ports.source import SourceReading
from syncd.store import open_store
from tests.fakes.readings import (
    at,
    designation,
    designations,
    order,
    orders,
    person,
    roster,
)

_STAFF = st.sampled_from(["1", "2", "3", "4"])
_UNITS = st.sampled_from(["12010", "13010"])
_LINES = st.integers(2, 5)
_DAYS = st.integers(0, 3).map(lambda n: date(2027, 4, 1) + timedelta(days=n))

_ROSTERS = st.builds(
    lambda people, base_on: roster(*people, base_on=base_on),
    st.lists(st.builds(person, _STAFF, _UNITS, _LINES), unique_by=lambda p: p.staff_number),
    _DAYS,
)
_LISTS = st.lists(
    st.builds(designation, _STAFF, _UNITS, _LINES),
    unique_by=lambda d: (d.staff_number, d.org_unit),
).map(lambda lines: designations(*lines))
_ORDER = st.builds(
    lambda number, staff, unit, confirmed: order(number, staff, unit, confirmed=confirmed),
    st.sampled_from(["R9-1", "R9-2"]),
    _STAFF,
    _UNITS,
    st.booleans(),
)
_ORDERS = st.lists(_ORDER, unique=True).map(lambda lines: orders(*lines))
_INPUTS = st.lists(st.one_of(_ROSTERS, _LISTS, _ORDERS), min_size=1, max_size=8)


def accepted_in_turn(inputs: list[SourceReading]) -> Iterator[tuple[SourceReading, Facts]]:
    """Accept inputs an hour apart and yield each with the facts known then, checking the past."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store("sqlite:///syncd.db", Path(folder))
        answers: list[Facts] = []
        for hour, each in enumerate(inputs):
            with store.begin() as unit:
                unit.accept(each, at(hour))
                answers.append(unit.facts(at(hour)))
            yield each, answers[-1]
        with store.begin() as unit:
            assert [unit.facts(at(hour)) for hour in range(len(inputs))] == answers
        store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_INPUTS)
def test_a_past_moment_answers_as_it_did_whatever_came_later(inputs: list[SourceReading]) -> None:
    for given_input, known in accepted_in_turn(inputs):
        if given_input.source == "roster":
            (held,) = [r for r in known.rosters if r.base_on == given_input.base_on]
            assert held.entries == given_input.records
        if given_input.source == "designations":
            assert known.designations == given_input.records


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_ORDER, unique_by=lambda o: (o.order_number, o.staff_number)), st.data())
def test_an_order_feed_gives_the_same_facts_in_any_order_of_arrival(
    lines: list[object], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(lines))
    known = [
        {frozenset(facts.orders) for _, facts in accepted_in_turn([orders(x) for x in feed])}
        for feed in (lines, shuffled)
    ]
    assert [max(each, key=len, default=frozenset()) for each in known] == [frozenset(lines)] * 2
