"""What each word of 発令区分 does to posts, leave, term and employment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from syncd.core.career import PersonState
from syncd.core.facts import Order, RosterEntry
from syncd.core.org import OrgChart
from syncd.core.people import People
from syncd.core.policy import Aspect, Policy
from tests import builders as b


def _state(
    *orders: Order,
    on: date = b.APRIL,
    entry: RosterEntry | None = None,
    under: Policy | None = None,
) -> PersonState:
    known = b.facts(entry or b.roster_entry(), orders=list(orders))
    return People(known, under or b.policy(), on, OrgChart((), on))[b.staff(1)].readings[0]


def _posts(*orders: Order, **more: Any) -> set[tuple[str, str]]:
    return {(p.org_unit, p.kind) for p in _state(*orders, **more).posts}


HOME = (b.SECTION, "本務")


@pytest.mark.parametrize(
    "kind",
    ["採用", "配置換", "転任", "昇任", "降任", "任命換え", "身分換", "再任用", "臨時的任用"],
)
def test_an_opening_closes_the_former_primary_post(kind: str) -> None:
    assert _posts(b.order(kind=kind, to="15000")) == {("15000", "本務")}


@pytest.mark.parametrize("kind", ["昇任", "再任用", "配置換"])
def test_a_blank_section_leaves_the_person_where_they_are(kind: str) -> None:
    assert _posts(b.order(kind=kind, to=None)) == {HOME}


FURTHER = ["兼務", "兼職", "併任", "事務取扱", "事務代理", "充て職", "心得"]


@pytest.mark.parametrize("kind", FURTHER)
def test_a_further_post_is_opened_and_closed_by_its_own_word(kind: str) -> None:
    opened = b.order("R9-1", kind, date(2027, 3, 10), "15000")
    closed = b.order("R9-2", f"{kind}解除", b.APRIL, "15000")
    assert _posts(opened) == {HOME, ("15000", kind)}
    assert _posts(opened, closed) == {HOME}


def test_closing_names_the_post_of_its_own_word_first() -> None:
    both = [
        b.order("R9-1", "兼務", b.BASE + b.DAY, "15000"),
        b.order("R9-2", "併任", b.BASE + b.DAY, "15000"),
    ]
    assert _posts(*both, b.order("R9-3", "併任解除", to="15000")) == {HOME, ("15000", "兼務")}


def test_closing_without_a_section_closes_every_post_of_the_word_and_no_other() -> None:
    opened = [
        b.order("R9-1", "兼務", b.BASE + b.DAY, "15000"),
        b.order("R9-2", "兼務", b.BASE + b.DAY, "16000"),
        b.order("R9-3", "併任", b.BASE + b.DAY, "17000"),
    ]
    assert _posts(*opened, b.order("R9-4", "兼務解除")) == {HOME, ("17000", "併任")}


def test_a_further_post_of_the_roster_is_closed_by_any_word() -> None:
    entry = b.roster_entry(concurrent=["15000"])
    assert _posts(b.order(kind="併任解除", to="15000"), entry=entry) == {HOME}


@pytest.mark.parametrize(("day", "holds"), [(date(2027, 3, 20), True), (date(2027, 3, 21), False)])
def test_a_further_post_lasts_through_its_last_day(day: date, holds: bool) -> None:
    opened = b.order("R9-1", "兼務", date(2027, 3, 10), "15000", ends_on=date(2027, 3, 20))
    assert (("15000", "兼務") in _posts(opened, on=day)) is holds


def test_a_further_post_that_ended_names_the_order_and_the_day_after() -> None:
    opened = b.order("R9-1", "兼務", date(2027, 3, 10), "15000", ends_on=date(2027, 3, 20))
    (closure,) = _state(opened).closures
    assert (closure.org_unit, closure.on) == ("15000", date(2027, 3, 21))


def test_a_further_post_given_again_is_one_post() -> None:
    first = b.order("R9-1", "兼務", date(2027, 3, 10), "15000", ends_on=date(2027, 3, 20))
    again = b.order("R9-2", "兼務", date(2027, 3, 20), "15000")
    (post,) = [p for p in _state(first, again).posts if p.kind == "兼務"]
    assert post.ends_on is None


def test_a_transfer_leaves_further_posts_by_default() -> None:
    opened = b.order("R9-1", "兼務", date(2027, 3, 10), "15000")
    assert _posts(opened, b.order("R9-2", to="16000")) == {("16000", "本務"), ("15000", "兼務")}


def _also_ends(word: str, *aspects: Aspect) -> Policy:
    kind = replace(b.ORDER_KINDS[word], also_ends=frozenset(aspects))
    return b.policy(order_kinds={**b.ORDER_KINDS, word: kind})


@pytest.mark.parametrize("word", ["配置換", "出向"])
def test_a_site_can_say_that_a_word_also_ends_further_posts(word: str) -> None:
    opened = b.order("R9-1", "兼務", date(2027, 3, 10), "15000")
    found = _posts(
        opened, b.order("R9-2", word, to="16000"), under=_also_ends(word, Aspect.FURTHER)
    )
    assert ("15000", "兼務") not in found


def test_a_word_that_also_ends_further_posts_leaves_the_one_it_opens() -> None:
    opened = b.order("R9-1", "兼務", date(2027, 3, 10), "15000")
    other = b.order("R9-2", "併任", to="16000")
    found = _posts(opened, other, under=_also_ends("併任", Aspect.FURTHER))
    assert found == {HOME, ("16000", "併任")}


def test_a_site_can_say_that_a_word_also_ends_the_primary_post() -> None:
    assert _posts(b.order(kind="休職"), under=_also_ends("休職", Aspect.PRIMARY)) == set()


def test_a_site_can_say_that_a_word_also_ends_a_leave() -> None:
    leave = b.order("R9-1", "休職", date(2027, 3, 10))
    under = _also_ends("配置換", Aspect.SUSPENSION)
    assert _state(leave, b.order("R9-2", to="15000"), under=under).leave is None
    assert _state(leave, b.order("R9-2", to="15000")).leave is not None


def test_being_sent_away_leaves_further_posts() -> None:
    opened = b.order("R9-1", "兼務", date(2027, 3, 10), "15000")
    assert _posts(opened, b.order("R9-2", "出向")) == {("15000", "兼務")}


def test_a_leave_takes_no_post() -> None:
    state = _state(b.order(kind="育児休業"))
    assert state.leave is not None
    assert {(p.org_unit, p.kind) for p in state.posts} == {HOME}


def test_reappointment_begins_work_anew() -> None:
    left = b.order("R9-1", "退職", date(2027, 3, 10))
    again = b.order("R9-2", "再任用", b.APRIL, "15000", ends_on=date(2028, 3, 31))
    state = _state(left, again)
    assert state.last_day is None
    assert state.term_ends_on == date(2028, 3, 31)
    assert [p.org_unit for p in state.posts] == ["15000"]


@pytest.mark.parametrize("kind", ["配置換", "兼務", "昇任"])
def test_any_other_order_for_somebody_who_left_contradicts(kind: str) -> None:
    left = b.order("R9-1", "退職", date(2027, 3, 10))
    found = b.decision(b.facts(orders=[left, b.order("R9-2", kind, to=b.SECTION)])).findings[0]
    assert found.reasons == ("separated", "hr-conflict")
    assert found.needs_person


def test_a_renamed_section_keeps_the_designation_in_the_old_code() -> None:
    renamed = b.order(kind="組織改正読替", to="99999")
    assert b.verdict_of(b.facts(orders=[renamed]))[1] == ()
    line = b.designation(org_unit="99999")
    assert b.verdict_of(b.facts(orders=[renamed], designations=[line]))[1] == ()
