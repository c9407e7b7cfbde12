"""A city's 1 April from 内示 to the days after it: 45,000 people, 15,000 orders, a real slapd.

The promise of section 1 of the design is held against the directory for every minute while the
story is told (`promise`); what came of it is looked at here.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.morning.lines import ApprovedBy, Outcome, WaitsFor
from syncd.core.preapproval.standing import Standing
from tests.transfer_day.city import (
    APPOINTED,
    APRIL,
    CANCELLED,
    DROPPED,
    LATE,
    PEOPLE,
    RETROACTIVE,
    RIGHTS_EACH,
    Kind,
    handles,
    name_of,
    staff_number,
)
from tests.transfer_day.days import moment
from tests.transfer_day.promise import ends_at
from tests.transfer_day.story import RETROACTIVE_ON, Story, leaks

pytestmark = [pytest.mark.slapd, pytest.mark.timeout(1800)]


def rights_of_orders(story: Story, kind: Kind) -> int:
    """Return how many rights the orders of one kind take from handlers."""
    planned = story.orders.planned
    return RIGHTS_EACH * sum(o.kind is kind and handles(o.person) for o in planned)


def test_the_promise_was_held_for_every_minute(story: Story):
    promise = story.days.promise
    assert promise.minutes > 35 * 24 * 60
    ended = {
        person
        for person, at in ends_at(story.sent).items()
        if at <= moment(RETROACTIVE_ON, "18:00")
    }
    assert {person for _, person in promise.gone_at} == {p for p in ended if handles(p)}


def test_what_was_approved_under_notice_is_asked_again_by_no_confirmed_order(story: Story):
    moves = rights_of_orders(story, Kind.MOVE)
    retired = rights_of_orders(story, Kind.RETIREMENT)
    assert story.asked["under notice"][Standing.NEW] == moves
    assert story.asked["under notice"][Standing.AUTO] == retired
    dropped = DROPPED * RIGHTS_EACH
    assert story.asked["confirmed"] == {
        **dict.fromkeys(Standing, 0),
        Standing.APPROVED: moves - dropped,
        Standing.AUTO: retired,
    }


def test_the_changes_of_the_eve_are_a_difference_and_only_that_is_asked(story: Story):
    asked = story.asked["on the eve"]
    assert asked[Standing.NEW] == 100 * RIGHTS_EACH
    assert asked[Standing.CHANGED] == asked[Standing.PARTLY] == 0
    assert story.gone["on the eve"] == 40 * RIGHTS_EACH


def test_a_feed_that_breaks_at_midnight_takes_nothing_from_anybody(story: Story):
    assert story.removed["at midnight"] == 0


def test_the_approved_plan_runs_by_itself_once_the_feed_is_mended(story: Story):
    approved = rights_of_orders(story, Kind.MOVE) + rights_of_orders(story, Kind.RETIREMENT)
    spared = (DROPPED + CANCELLED) * RIGHTS_EACH
    assert story.removed["when the feed is mended"] == approved - spared + 100 * RIGHTS_EACH


def test_the_morning_report_tells_of_every_right_that_the_day_took(story: Story):
    report = story.morning
    verified = story.removed["when the feed is mended"]
    assert report.counts == {
        **dict.fromkeys(Outcome, 0),
        Outcome.VERIFIED: verified,
        Outcome.WAITING: 60 * RIGHTS_EACH,
    }
    assert report.waiting == {WaitsFor.APPROVAL: 60 * RIGHTS_EACH}
    assert report.approved[ApprovedBy.POLICY] == rights_of_orders(story, Kind.RETIREMENT)
    assert report.approved_ahead == verified - rights_of_orders(story, Kind.RETIREMENT)
    assert report.complete_at is not None
    assert report.complete_at < moment(APRIL, "00:45")


def test_the_report_tells_how_long_the_feed_was_broken(story: Story):
    (outage,) = story.morning.outages
    assert outage.name == "orders"
    assert outage.until_at is not None
    minutes = (outage.until_at - outage.from_at).total_seconds() / 60
    assert 35 <= minutes < 40


def test_every_exposure_runs_from_the_day_of_the_order_to_the_read_back(story: Story):
    ends = ends_at(story.sent)
    exposures = (*story.morning.exposures, *story.last_report.exposures)
    ended = {
        (each.entitlement, int(each.account[1:])): each
        for each in exposures
        if each.ended_at is not None
    }
    assert len(ended) > 0
    for (right, person), each in ended.items():
        assert each.lost_at == ends[person]
        assert each.ended_at is not None
        gone_at = story.days.promise.gone_at[right, person]
        assert gone_at <= each.ended_at < gone_at + timedelta(minutes=5)


def test_each_retroactive_order_has_a_report_of_exactly_its_window(story: Story):
    people = {order.person: order for order in story.orders.retroactive}
    reports = {(r.entitlement, int(r.account[1:])): r for r in story.residual}
    assert {person for _, person in reports} == set(people)
    assert len(reports) == RETROACTIVE * RIGHTS_EACH
    for (right, person), report in reports.items():
        assert report.from_at == midnight(people[person].effective_on)
        gone_at = story.days.promise.gone_at[right, person]
        assert report.until_at is not None
        assert gone_at <= report.until_at < gone_at + timedelta(minutes=5)


def test_late_and_retroactive_orders_are_carried_out_as_they_arrive(story: Story):
    late = story.removed["after the late orders"] - story.removed["when the feed is mended"]
    assert late == (LATE - 100) * RIGHTS_EACH
    back = story.removed["after the retroactive orders"] - story.removed["after the late orders"]
    assert back == RETROACTIVE * RIGHTS_EACH


def test_nobody_whose_order_was_cancelled_or_never_came_lost_anything(story: Story):
    spared = {order.person for order in story.orders.cancelled}
    spared |= {o.person for o in {*story.orders.planned} - {*story.orders.confirmed}}
    assert len(spared) == CANCELLED + DROPPED
    assert not spared & {person for _, person in story.days.promise.gone_at}


def test_every_case_ended_verified_and_none_failed(story: Story):
    assert Counter(case.state for case in story.cases) == {
        CaseState.VERIFIED: len(story.days.promise.gone_at)
    }


def test_no_word_of_an_advance_notice_reaches_whoever_may_not_see_it(story: Story):
    newcomers = range(PEOPLE + 1, PEOPLE + 1 + APPOINTED)
    secrets = {order.number for order in story.orders.planned}
    secrets |= {staff_number(person) for person in newcomers}
    secrets |= {name_of(person) for person in newcomers}
    assert len(story.told_under_notice) > 40
    assert any("mail" in where for where in story.told_under_notice)
    assert leaks(story.told_under_notice, secrets) == {}


def test_the_words_that_are_looked_for_are_found_where_they_may_stand(story: Story):
    told = {"page": f"発令 R9-00003 {staff_number(PEOPLE + 1)} {name_of(PEOPLE + 1)}さん"}
    assert (
        len(leaks(told, {"R9-00003", staff_number(PEOPLE + 1), name_of(PEOPLE + 1)})["page"]) == 3
    )
    browser = story.days.browser("unyo")
    assert "R9-" in browser.get("/cases?state=verified").text


def test_each_removal_was_read_back_within_minutes_of_its_order(story: Story):
    gone = Counter(story.days.promise.gone_at.values())
    assert min(gone) == moment(APRIL, "00:35")
    assert max(gone) == moment(RETROACTIVE_ON, "10:10")
