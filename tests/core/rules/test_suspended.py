"""`suspended`: on leave or suspended on the day; the policy names the kinds."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.facts import EmploymentStatus
from tests import builders as b


@pytest.mark.parametrize("kind", ["休職", "育児休業", "停職"])
@pytest.mark.parametrize(
    ("day", "reasons"),
    [
        (date(2027, 3, 9), ()),
        (date(2027, 3, 10), ("suspended",)),
        (date(2027, 3, 20), ("suspended",)),
        (date(2027, 3, 21), ()),
    ],
)
def test_a_leave_lasts_from_its_day_through_its_last_day(
    kind: str, day: date, reasons: tuple[str, ...]
) -> None:
    leave = b.order(kind=kind, effective_on=date(2027, 3, 10), ends_on=date(2027, 3, 20))
    assert b.verdict_of(b.facts(orders=[leave]), on=day)[1] == reasons


def test_a_leave_without_an_end_lasts_until_reinstatement() -> None:
    leave = b.order("R9-1", "休職", date(2027, 3, 10))
    back = b.order("R9-2", "復職", date(2027, 3, 25))
    known = b.facts(orders=[leave, back])
    assert b.verdict_of(known, on=date(2027, 3, 24))[1] == ("suspended",)
    assert b.verdict_of(known, on=date(2027, 3, 25))[1] == ()


def test_a_leave_of_the_roster_lasts_until_reinstatement() -> None:
    away = b.roster_entry(status=EmploymentStatus.SUSPENDED)
    assert b.verdict_of(b.facts(away))[1] == ("suspended",)
    back = b.order(kind="復職", effective_on=date(2027, 3, 20))
    assert b.verdict_of(b.facts(away, orders=[back]))[1] == ()


@pytest.mark.parametrize(
    ("kinds", "reasons"),
    [(None, ("suspended",)), ({"育児休業"}, ("suspended",)), ({"停職"}, ()), (set(), ())],
)
def test_the_policy_names_the_kinds_that_count(
    kinds: set[str] | None, reasons: tuple[str, ...]
) -> None:
    under = b.policy(suspended_kinds=None if kinds is None else frozenset(kinds))
    known = b.facts(orders=[b.order(kind="育児休業")])
    assert b.verdict_of(known, under=under)[1] == reasons
