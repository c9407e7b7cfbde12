"""Who loses what on a coming day, by which order, and what of it rests on 内示."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given

from syncd.core.facts import Facts
from syncd.core.foresight.losses import ComingLoss, as_if_confirmed, coming_losses
from tests import builders as b
from tests.core.worlds import order_feeds


def losses(known: Facts, *, with_notices: bool = False) -> tuple[ComingLoss, ...]:
    openly = b.decision(known)
    if not with_notices:
        return coming_losses(openly)
    return coming_losses(b.decision(as_if_confirmed(known)), openly)


def moved(**changes: object) -> Facts:
    return b.facts(orders=[b.order("R9-7", to="20010", **changes)])


def test_a_loss_names_the_order_that_takes_the_right():
    (loss,) = losses(moved())
    assert [order.ref for order in loss.orders] == ["R9-7"]
    assert not loss.rests_on_notice


def test_what_was_stale_before_is_not_lost_on_the_day():
    assert losses(moved(effective_on=b.APRIL - b.DAY)) == ()


def test_a_term_that_ends_takes_a_right_without_an_order():
    (loss,) = losses(b.facts(b.roster_entry(term_ends_on=date(2027, 3, 31))))
    assert loss.orders == ()


def test_an_advance_notice_takes_nothing_but_from_who_looks_with_it():
    known = moved(confirmed=False)
    assert losses(known) == ()
    (loss,) = losses(known, with_notices=True)
    assert loss.rests_on_notice
    assert [order.ref for order in loss.orders] == ["R9-7"]


def test_a_loss_by_a_confirmed_order_rests_on_no_advance_notice():
    other = b.order("R9-8", to="20010", number=2, confirmed=False)
    known = replace(moved(), orders=(*moved().orders, other))
    (loss,) = losses(known, with_notices=True)
    assert not loss.rests_on_notice


def test_an_advance_notice_that_changes_why_a_right_is_lost_marks_the_loss():
    known = b.facts(
        b.roster_entry(term_ends_on=date(2027, 3, 31)),
        orders=[b.order("R9-7", to="20010", confirmed=False)],
    )
    (openly,), (noticed,) = losses(known), losses(known, with_notices=True)
    assert not openly.rests_on_notice
    assert noticed.rests_on_notice


@given(order_feeds())
def test_what_does_not_rest_on_an_advance_notice_is_what_everybody_is_told(feed: list[b.Order]):
    known = b.facts(orders=feed)
    openly = {loss.finding for loss in losses(known)}
    unmarked = {x.finding for x in losses(known, with_notices=True) if not x.rests_on_notice}
    assert unmarked <= openly


@given(order_feeds())
def test_facts_without_advance_notices_are_taken_as_they_are(feed: list[b.Order]):
    confirmed = tuple(replace(order, confirmed=True) for order in feed)
    known = b.facts(orders=confirmed)
    assert as_if_confirmed(known) is known
    assert as_if_confirmed(replace(known, orders=tuple(feed))).orders == confirmed
