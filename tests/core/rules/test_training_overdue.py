"""`training-overdue`: no training within N months, and the grace is over."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.rules import training_overdue
from tests import builders as b


@pytest.mark.parametrize(
    ("trained_on", "day", "holds"),
    [
        (date(2026, 4, 1), date(2027, 4, 1), False),
        (date(2026, 3, 31), date(2027, 4, 1), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
        (None, date(2027, 4, 1), True),
    ],
)
def test_the_day_n_months_later_is_the_last_good_day(
    trained_on: date | None, day: date, holds: bool
) -> None:
    line = b.designation(designated_on=date(2020, 4, 1))
    asked = b.subject(line, day, trained_on=trained_on, under=b.policy(training_months=12))
    assert (training_overdue.check(asked) is not None) is holds


@pytest.mark.parametrize(("day", "holds"), [(date(2027, 5, 1), False), (date(2027, 5, 2), True)])
def test_the_newly_designated_have_a_grace(day: date, holds: bool) -> None:
    line = b.designation(designated_on=b.APRIL)
    under = b.policy(training_months=12, training_grace_days=30)
    assert (training_overdue.check(b.subject(line, day, under=under)) is not None) is holds


def test_nothing_is_asked_for_without_a_policy() -> None:
    assert b.verdict_of(b.facts(training=[]))[1] == ()


def test_a_training_still_to_come_does_not_count() -> None:
    known = b.facts(training=[b.training(attended_on=b.APRIL + b.DAY)])
    assert b.verdict_of(known, under=b.policy(training_months=12))[1] == ("training-overdue",)


@pytest.mark.parametrize("months", [1, 2, 6, 12, 24])
@pytest.mark.parametrize(
    "day", [date(2027, 2, 28), date(2028, 2, 29), date(2027, 3, 1), date(2027, 3, 31), b.APRIL]
)
def test_the_quick_comparison_never_excuses_what_the_rule_would_not(months: int, day: date) -> None:
    first = training_overdue.good_since(day, months)
    assert first is not None
    assert training_overdue.months_later(first, months) >= day
