"""The ledger: every case has its exposure once, its parts add up, and the days hold the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.calendar import JST, midnight
from syncd.core.cases import Case, CaseState
from syncd.core.exposure.spans import Exposure, exposures
from syncd.core.exposure.totals import by_day, percentile, totals
from syncd.core.findings import Because, Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, StaffNumber

APRIL = date(2027, 4, 1)
DAY = midnight(APRIL)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = DAY + timedelta(days=30)


def case(name: str = "c1", **changes: object) -> Case:
    made = Case(
        case_id=CaseId(name),
        directory="ad",
        entitlement=EntitlementId("TAX"),
        account=AccountId("u0001"),
        staff_number=StaffNumber("0000001"),
        member="m",
        groups=("g",),
        path="direct",
        state=CaseState.VERIFIED,
        reasons=(Reason.TRANSFERRED,),
        because=(Because("order", "R9-1"),),
        since=APRIL,
        needs_person=False,
        opened_at=DAY + MINUTE,
        updated_at=DAY + 2 * MINUTE,
        due_at=DAY,
        escalate_at=DAY,
        hard_deadline_at=DAY,
    )
    return replace(made, **changes)


def one(made: Case, *known: datetime, before: Case | None = None) -> Exposure:
    recorded = {("R9-1", "0000001"): known} if known else {}
    (span,) = exposures([made], recorded, {} if before is None else {made.case_id: before})
    return span


def test_a_right_removed_at_midnight_stood_from_midnight_to_its_read_back():
    span = one(case(), DAY - timedelta(days=5))
    assert (span.lost_at, span.ended_at) == (DAY, DAY + 2 * MINUTE)
    assert (span.told_late, span.detection, span.handling(NOW)) == (0 * MINUTE, MINUTE, MINUTE)
    assert (span.minutes(NOW), span.days(NOW), span.is_retroactive) == (2, 0, False)


def test_an_order_of_the_same_day_that_came_late_is_late_and_not_retroactive():
    late = case(opened_at=DAY + 10 * HOUR + MINUTE, updated_at=DAY + 10 * HOUR + 2 * MINUTE)
    span = one(late, DAY + 10 * HOUR)
    assert (span.told_late, span.detection, span.is_retroactive) == (10 * HOUR, MINUTE, False)


def test_a_retroactive_order_counts_from_its_effect_and_not_from_when_it_came():
    came = DAY + timedelta(days=5, hours=9)
    span = one(case(opened_at=came + MINUTE, updated_at=came + 2 * MINUTE), came)
    assert span.is_retroactive
    assert (span.told_late, span.days(NOW)) == (timedelta(days=5, hours=9), 5)


def test_what_changed_in_an_order_after_the_case_opened_does_not_make_it_late():
    assert one(case(), DAY - HOUR, DAY + timedelta(days=2)).told_late == timedelta(0)


def test_a_case_without_an_order_is_known_to_nobody_before_it_is_found():
    span = one(case(because=(Because("designation", "TAX/12010"),)))
    assert (span.known_at, span.told_late, span.detection) == (None, timedelta(0), MINUTE)


def test_a_right_whose_end_no_fact_tells_counts_from_when_it_was_found():
    assert one(case(since=None)).lost_at == DAY + MINUTE


def test_what_was_gone_for_a_while_counts_only_from_its_confirmed_removal():
    before = case("c0")
    again = case(
        regrant_of=CaseId("c0"),
        opened_at=DAY + timedelta(days=9),
        updated_at=DAY + timedelta(days=9, minutes=1),
    )
    span = one(again, DAY, before=before)
    assert (span.lost_at, span.is_regranted) == (before.updated_at, True)


def test_what_the_facts_made_right_again_was_no_exposure():
    assert exposures([case(state=CaseState.WITHDRAWN)], {}, {}) == ()


def test_a_removal_that_was_written_and_not_read_back_still_stands():
    assert one(case(state=CaseState.REMOVED)).ended_at is None


MOMENTS = st.integers(-20 * 1440, 20 * 1440).map(lambda n: DAY + n * MINUTE)
STATES = st.sampled_from(CaseState)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Case], dict[tuple[str, str], tuple[datetime, ...]]]:
    made = [
        case(
            f"c{n}",
            state=draw(STATES),
            since=draw(st.none() | MOMENTS.map(lambda m: m.date())),
            opened_at=draw(MOMENTS),
            updated_at=draw(MOMENTS),
            because=draw(st.sampled_from([(), (Because("order", "R9-1"),)])),
        )
        for n in range(draw(st.integers(0, 6)))
    ]
    known = tuple(sorted(draw(st.lists(MOMENTS, max_size=3))))
    return made, {("R9-1", "0000001"): known}


@given(worlds())
def test_no_case_is_missing_and_none_stands_twice(world):
    made, recorded = world
    wanted = [each.case_id for each in made if each.state is not CaseState.WITHDRAWN]
    assert [span.case_id for span in exposures(made, recorded, {})] == wanted


@given(worlds())
def test_no_stretch_is_ever_negative_and_the_parts_add_up(world):
    for span in exposures(*world, {}):
        parts = (span.told_late, span.detection, span.handling(NOW))
        assert min(parts) >= timedelta(0)
        assert sum(parts, timedelta(0)) == span.stood(NOW)


@given(worlds())
def test_the_days_together_hold_exactly_the_whole(world):
    spans = exposures(*world, {})
    days = by_day(spans, APRIL - timedelta(days=60), APRIL + timedelta(days=60), NOW)
    assert sum((day.stood for day in days), timedelta(0)) == totals(spans, NOW).whole
    assert min((day.stood for day in days), default=timedelta(0)) >= timedelta(0)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_time_that_so_many_do_not_exceed(minutes, percent):
    times = sorted(n * MINUTE for n in minutes)
    found = percentile(times, percent)
    assert found in times
    assert sum(time <= found for time in times) * 100 >= percent * len(times)


def test_totals_of_nothing_are_nothing():
    assert totals((), datetime(2027, 4, 1, tzinfo=JST)).longest == timedelta(0)
