"""`term-expired`: 任期満了日 is over and no later appointment followed."""

from __future__ import annotations

from datetime import date

import pytest

from tests import builders as b

END = date(2027, 3, 31)


def _reasons(*orders: object, day: date = b.APRIL) -> tuple[str, ...]:
    known = b.facts(b.roster_entry(term_ends_on=END), orders=list(orders))
    return b.verdict_of(known, on=day)[1]


@pytest.mark.parametrize(
    ("day", "reasons"),
    [(END, ()), (b.APRIL, ("term-expired",)), (date(2028, 1, 1), ("term-expired",))],
)
def test_the_term_holds_through_its_last_day(day: date, reasons: tuple[str, ...]) -> None:
    assert _reasons(day=day) == reasons


@pytest.mark.parametrize("kind", ["採用", "再任用", "任命換え", "臨時的任用", "転任", "身分換"])
def test_a_later_appointment_begins_a_new_term(kind: str) -> None:
    assert _reasons(b.order(kind=kind, to=b.SECTION)) == ()


def test_a_later_appointment_brings_its_own_last_day() -> None:
    again = b.order(kind="再任用", ends_on=date(2028, 3, 31))
    assert _reasons(again, day=date(2028, 3, 31)) == ()
    assert _reasons(again, day=date(2028, 4, 1)) == ("term-expired",)


def test_an_appointment_within_the_term_without_a_last_day_leaves_the_term() -> None:
    assert _reasons(b.order(kind="任命換え", effective_on=date(2027, 3, 15))) == ("term-expired",)


def test_an_appointment_within_the_term_with_a_last_day_moves_it() -> None:
    longer = b.order(kind="任命換え", effective_on=date(2027, 3, 15), ends_on=date(2027, 9, 30))
    assert _reasons(longer) == ()


def test_a_transfer_is_no_appointment() -> None:
    assert _reasons(b.order(kind="配置換", to=b.SECTION)) == ("term-expired",)


def test_term_expired_does_not_say_transferred() -> None:
    assert "transferred" not in _reasons()
