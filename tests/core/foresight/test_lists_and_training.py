"""Which sections have not updated their list, and whose training is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from syncd.core.facts import Facts
from syncd.core.foresight.lines import ListLine, TrainingLine, TrainingState
from syncd.core.foresight.lists import Moments
from tests import builders as b
from tests.core.foresight.looking import look, look_with_notices, moment

MONTHLY = b.policy(training_months=12)
MARCH = date(2027, 3, 10)


def lists(known: Facts, moments: Moments | None = None) -> tuple[ListLine, ...]:
    return look(known, moments=moments).lists


def moving(**changes: object) -> Facts:
    return b.facts(orders=[b.order("R9-1", to="20010", **changes)])


def known_at(day: date, *, changed: date | None = None, listed: date | None = None) -> Moments:
    return Moments(
        {("R9-1", b.staff(1)): moment(day)},
        {} if changed is None else {b.SECTION: moment(changed)},
        None if listed is None else moment(listed),
    )


def test_a_list_that_names_who_leaves_is_told_with_its_lines_and_since_when():
    (line,) = lists(moving(), known_at(MARCH, listed=b.BASE))
    assert (line.section, line.since, line.known_at) == (b.SECTION, b.APRIL, moment(MARCH))
    assert [(x.staff_number, x.affair, x.orders) for x in line.lines] == [
        (b.staff(1), "TAX", ("R9-1",))
    ]


def test_a_list_that_releases_who_leaves_is_up_to_date():
    released = b.designation(released_on=b.APRIL)
    assert lists(b.facts(orders=[b.order(to="20010")], designations=[released])) == ()


@pytest.mark.parametrize(
    ("moments", "untouched"),
    [
        (known_at(MARCH, listed=b.BASE), True),
        (known_at(MARCH, listed=MARCH), True),
        (known_at(MARCH, changed=MARCH - b.DAY, listed=b.BASE), True),
        (known_at(MARCH, changed=MARCH + b.DAY, listed=b.BASE), False),
    ],
    ids=["never changed", "came together", "changed before", "changed since"],
)
def test_whether_a_section_has_done_anything_since_it_could_know(moments: Moments, untouched: bool):
    (line,) = lists(moving(), moments)
    assert line.untouched is untouched


def test_where_no_order_says_it_nobody_is_said_to_have_known():
    known = b.facts(b.roster_entry(term_ends_on=b.APRIL - b.DAY))
    (line,) = lists(known, known_at(MARCH))
    assert line.known_at is None
    assert not line.untouched


def test_what_an_advance_notice_makes_stale_is_marked():
    known = moving(confirmed=False)
    assert lists(known) == ()
    (line,) = look_with_notices(known).lists
    assert line.notice
    assert [each.notice for each in line.lines] == [True]


def test_in_a_list_only_the_lines_that_rest_on_an_advance_notice_are_marked():
    known = b.facts(
        b.roster_entry(1),
        b.roster_entry(2),
        designations=[b.designation(1), b.designation(2)],
        orders=[b.order(to="20010"), b.order("R9-2", to="20010", number=2, confirmed=False)],
    )
    (line,) = look_with_notices(known).lists
    assert line.notice
    assert [each.notice for each in line.lines] == [False, True]


def trained(day: date | None, **changes: object) -> Facts:
    given = [] if day is None else [b.training(1, day)]
    return b.facts(training=given, designations=[b.designation(**changes)])


def due(known: Facts) -> list[TrainingLine]:
    return list(look(known, under=MONTHLY).training)


@pytest.mark.parametrize(
    ("trained_on", "state"),
    [
        (b.APRIL - timedelta(days=366), TrainingState.OVERDUE),
        (date(2026, 4, 1), TrainingState.DUE),
        (date(2026, 5, 31), TrainingState.DUE),
        (date(2026, 6, 1), None),
        (None, TrainingState.OVERDUE),
    ],
)
def test_training_is_due_by_the_months_of_the_policy(
    trained_on: date | None, state: TrainingState | None
):
    found = due(trained(trained_on))
    assert [line.state for line in found] == ([] if state is None else [state])


def test_when_it_falls_due_is_told():
    (line,) = due(trained(date(2026, 5, 1)))
    assert line.good_until == date(2027, 5, 1)
    assert line.affairs == ("TAX",)


def test_who_is_excused_only_by_newness_is_told_until_when():
    (line,) = due(trained(None, designated_on=date(2027, 3, 20)))
    assert (line.state, line.good_until) == (TrainingState.GRACE, date(2027, 4, 19))


def test_who_has_left_by_the_day_needs_no_training():
    known = b.facts(b.roster_entry(separated_on=b.APRIL - b.DAY), training=[])
    assert due(known) == []


def test_who_moves_away_needs_none_for_the_work_they_leave():
    assert due(b.facts(orders=[b.order(to="20010")], training=[])) == []


def test_where_policy_asks_for_no_training_none_is_due():
    assert look(trained(None)).training == ()


def test_who_arrives_untrained_needs_training_for_a_designation():
    known = b.facts(
        b.roster_entry(1),
        b.roster_entry(2, "30010"),
        orders=[b.order(to=b.SECTION, number=2)],
        training=[b.training(1)],
    )
    (line,) = due(known)
    assert (line.staff_number, line.state) == (b.staff(2), TrainingState.ARRIVING)
    assert (
        due(
            b.facts(
                *known.rosters[0].entries,
                orders=known.orders,
                training=[b.training(1), b.training(2)],
            )
        )
        == []
    )
