"""`separated`: the last day of work lies before the day."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.career import PersonState
from syncd.core.facts import EmploymentStatus
from syncd.core.findings import Reason
from syncd.core.rules import separated
from tests import builders as b


@pytest.mark.parametrize(
    ("last_day", "holds"),
    [(None, False), (b.APRIL + b.DAY, False), (b.APRIL, False), (b.APRIL - b.DAY, True)],
)
def test_separated_from_the_day_after_the_last_day_of_work(
    last_day: date | None, holds: bool
) -> None:
    fault = separated.check(PersonState(b.staff(1), last_day=last_day), b.APRIL, b.policy())
    assert (fault is not None) is holds


def test_since_is_the_day_after_the_last_day_of_work() -> None:
    fault = separated.check(PersonState(b.staff(1), last_day=b.BASE), b.APRIL, b.policy())
    assert fault is not None
    assert (fault.reason, fault.since) == (Reason.SEPARATED, date(2027, 3, 2))


@pytest.mark.parametrize(
    ("dated", "day", "reasons"),
    [
        (date(2027, 3, 31), date(2027, 3, 31), ()),
        (date(2027, 3, 31), b.APRIL, ("separated",)),
        (b.APRIL, b.APRIL, ()),
        (b.APRIL, date(2027, 4, 2), ("separated",)),
        (b.BASE, b.BASE, ()),
        (b.BASE, date(2027, 3, 2), ("separated",)),
    ],
)
def test_an_order_of_separation_works_through_its_day(
    dated: date, day: date, reasons: tuple[str, ...]
) -> None:
    known = b.facts(orders=[b.order(kind="退職", effective_on=dated)])
    assert b.verdict_of(known, on=day)[1] == reasons


@pytest.mark.parametrize("kind", ["退職", "辞職", "免職", "失職", "解職", "死亡"])
def test_every_word_that_ends_employment_separates(kind: str) -> None:
    known = b.facts(orders=[b.order(kind=kind, effective_on=date(2027, 3, 31))])
    assert b.verdict_of(known)[1] == ("separated",)


def test_the_roster_separates_without_an_order() -> None:
    known = b.facts(b.roster_entry(separated_on=date(2027, 3, 31)))
    assert b.verdict_of(known)[1] == ("separated",)


def test_a_roster_that_says_left_without_a_day_separates() -> None:
    known = b.facts(b.roster_entry(status=EmploymentStatus.SEPARATED))
    assert b.verdict_of(known)[1] == ("separated",)
