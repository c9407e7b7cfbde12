"""`transferred`: the designated section is not, and stands not above, any post of the day."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.facts import EmploymentStatus
from tests import builders as b

CHART = [b.org_unit("12000"), b.org_unit("12010", "12000"), b.org_unit("15000")]


def _found(*orders: object, day: date = b.APRIL, **known: object) -> object:
    return b.decision(b.facts(orders=list(orders), **known), on=day).findings[0]


@pytest.mark.parametrize(("day", "reasons"), [(date(2027, 3, 31), ()), (b.APRIL, ("transferred",))])
def test_a_transfer_takes_effect_on_its_day(day: date, reasons: tuple[str, ...]) -> None:
    known = b.facts(orders=[b.order(to="15000")])
    assert b.verdict_of(known, on=day)[1] == reasons


@pytest.mark.parametrize(
    ("designated", "reasons"), [("12010", ()), ("12000", ()), ("15000", ("transferred",))]
)
def test_a_designation_of_a_section_above_holds(designated: str, reasons: tuple[str, ...]) -> None:
    known = b.facts(designations=[b.designation(org_unit=designated)], org_units=CHART)
    assert b.verdict_of(known)[1] == reasons


def test_a_designation_of_a_section_below_does_not_hold() -> None:
    known = b.facts(b.roster_entry(org_unit="12000"), org_units=CHART)
    assert b.verdict_of(known)[1] == ("transferred",)


def test_it_names_the_order_that_moved_them() -> None:
    found = _found(b.order("R9-0123", to="15000"), b.order("R9-0124", "昇任", to=None))
    assert [str(c) for c in found.because] == ["order R9-0123", "designation TAX/12010"]
    assert found.since == b.APRIL


def test_it_names_the_order_that_left_the_section_and_not_a_later_one() -> None:
    moves = [
        b.order("R9-1", effective_on=date(2027, 3, 10), to="15000"),
        b.order("R9-2", to="16000"),
    ]
    found = _found(*moves)
    assert (str(found.because[0]), found.since) == ("order R9-1", date(2027, 3, 10))


def test_a_further_post_in_the_section_keeps_the_right() -> None:
    known = b.facts(orders=[b.order("R9-1", to="15000"), b.order("R9-2", "兼務", to=b.SECTION)])
    assert b.verdict_of(known)[1] == ()


@pytest.mark.parametrize("kind", ["出向", "派遣"])
def test_being_sent_away_closes_the_primary_post(kind: str) -> None:
    assert b.verdict_of(b.facts(orders=[b.order(kind=kind)]))[1] == ("transferred",)


def test_a_roster_alone_tells_that_they_moved_and_not_when() -> None:
    found = b.decision(b.facts(b.roster_entry(org_unit="15000"))).findings[0]
    assert (found.reasons, found.since) == (("transferred",), None)
    assert [str(c) for c in found.because] == ["roster 0000001", "designation TAX/12010"]


def test_away_in_the_roster_is_transferred() -> None:
    known = b.facts(b.roster_entry(status=EmploymentStatus.AWAY))
    assert b.verdict_of(known)[1] == ("transferred",)


def test_before_being_hired_a_person_holds_no_post() -> None:
    known = b.facts(b.roster_entry(hired_on=b.APRIL + b.DAY))
    assert b.verdict_of(known)[1] == ("transferred",)
    assert b.verdict_of(known, on=b.APRIL + b.DAY)[1] == ()


def test_separation_closes_no_post() -> None:
    known = b.facts(orders=[b.order(kind="退職", effective_on=date(2027, 3, 31))])
    assert b.verdict_of(known)[1] == ("separated",)
