"""Who is left without a designation for the work of a new section."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.core.facts import Facts
from syncd.core.foresight.lines import ArrivalLine
from tests import builders as b
from tests.core.foresight.looking import look, look_with_notices

TAX = "20010"


def town(*designations: object, orders: object = None, **changes: object) -> Facts:
    """Person 1 comes from 12010, which is nothing to look at, to 20010, where person 2 does TAX."""
    people = (
        b.roster_entry(1, "12010", title="主事"),
        b.roster_entry(2, TAX, title="主事"),
        b.roster_entry(3, TAX, title="係長"),
    )
    known = {
        "designations": [b.designation(2, org_unit=TAX), *designations],
        "orders": [b.order("R9-1", to=TAX, title="主事")] if orders is None else orders,
    }
    return b.facts(*people, **{**known, **changes})


def arriving(known: Facts, **more: object) -> list[ArrivalLine]:
    return list(look(known, **more).arrivals)


def test_who_comes_into_a_section_that_handles_is_left_without_a_designation():
    (line,) = arriving(town())
    assert (line.staff_number, line.section, line.post) == (b.staff(1), TAX, "本務")
    assert (line.orders, line.affairs, line.faults) == (("R9-1",), ("TAX",), ())


def test_who_is_designated_there_by_the_day_is_not():
    assert arriving(town(b.designation(1, org_unit=TAX, designated_on=b.APRIL))) == []


def test_a_designation_of_a_section_above_covers_the_new_post():
    chart = [b.org_unit("20000"), b.org_unit(TAX, "20000")]
    assert arriving(town(b.designation(1, org_unit="20000"), org_units=chart)) == []


def test_a_designation_for_another_section_does_not_help():
    assert len(arriving(town(b.designation(1, org_unit="12010")))) == 1


def test_a_designation_there_for_any_work_of_the_section_is_enough():
    assert arriving(town(b.designation(1, "WELFARE", TAX))) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"designated_on": b.APRIL + b.DAY}, "designation-not-begun"),
        ({"released_on": b.APRIL}, "designation-ended"),
        ({"expires_on": b.APRIL - b.DAY}, "designation-ended"),
    ],
)
def test_a_designation_with_a_fault_is_named_with_it(changes: dict[str, object], fault: str):
    (line,) = arriving(town(b.designation(1, org_unit=TAX, **changes)))
    assert line.faults == (fault,)


def test_training_that_is_overdue_leaves_somebody_without_a_designation():
    line = b.designation(1, org_unit=TAX, designated_on=b.APRIL - timedelta(days=90))
    (found,) = arriving(town(line), under=b.policy(training_months=12))
    assert found.faults == ("training-overdue",)


def test_a_section_whose_own_list_has_nobody_does_no_such_work():
    assert arriving(town(orders=[b.order("R9-1", to="30010")])) == []


def test_a_section_whose_last_line_ends_on_the_day_still_has_the_work():
    ended = b.designation(2, org_unit=TAX, released_on=b.APRIL)
    assert len(arriving(town(designations=[ended]))) == 1


def test_a_section_whose_lines_all_ended_before_has_the_work_no_more():
    ended = b.designation(2, org_unit=TAX, released_on=b.APRIL - b.DAY)
    assert arriving(town(designations=[ended])) == []


def test_a_further_post_brings_somebody_in_as_well():
    (line,) = arriving(town(orders=[b.order("R9-1", "兼務", to=TAX)]))
    assert line.post == "兼務"


def test_who_was_there_before_the_day_is_no_arrival():
    before = b.APRIL - b.DAY
    assert arriving(town(orders=[b.order("R9-1", effective_on=before, to=TAX)])) == []


def test_who_is_on_leave_from_the_day_does_no_work_there():
    orders = [b.order("R9-1", to=TAX), b.order("R9-2", "休職")]
    assert arriving(town(orders=orders)) == []


def test_somebody_new_is_an_arrival():
    (line,) = arriving(town(orders=[b.order("R9-1", "採用", to=TAX, number=9)]))
    assert line.staff_number == b.staff(9)


def test_of_whom_nothing_can_be_said_is_told_as_unknown():
    orders = [b.order("R9-1", to=TAX), b.order("R9-2", "謎の発令")]
    (line,) = arriving(town(orders=orders))
    assert line.faults == ("unknown",)


def test_who_left_a_post_of_the_same_title_that_day_is_named_as_a_hint():
    orders = [
        b.order("R9-1", to=TAX, title="主事"),
        b.order("R9-2", to="30010", number=2),
        b.order("R9-3", to="30010", number=3),
    ]
    (line,) = arriving(town(orders=orders))
    assert line.replaces == ((b.staff(2), ("TAX",)),)


def test_who_left_by_the_end_of_a_term_is_named_as_well():
    people = (
        b.roster_entry(1, "12010"),
        b.roster_entry(2, TAX, title="主事", term_ends_on=b.APRIL - b.DAY),
    )
    (line,) = arriving(
        b.facts(
            *people,
            designations=[b.designation(2, org_unit=TAX)],
            orders=[b.order("R9-1", to=TAX, title="主事")],
        )
    )
    assert [number for number, _ in line.replaces] == [b.staff(2)]


def test_without_a_title_nobody_is_guessed():
    orders = [b.order("R9-1", to=TAX), b.order("R9-2", to="30010", number=2)]
    (line,) = arriving(town(orders=orders))
    assert line.replaces == ()


def test_an_advance_notice_brings_somebody_in_only_for_who_may_see_it():
    known = town(orders=[b.order("R9-1", to=TAX, confirmed=False)])
    assert arriving(known) == []
    (line,) = look_with_notices(known).arrivals
    assert line.notice
