"""When a session lives, and how guessing gets slow without locking anybody out."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from syncd.core.sessions import Failures, Session, delay_s, is_throttled
from tests.fakes.readings import at

IDLE = timedelta(minutes=30)
SESSION = Session("ab", "sato", None, "local", "c", at(0), at(2), at(10), "127.0.0.1")


@pytest.mark.parametrize(
    ("hours", "lives"), [(2, True), (2.49, True), (2.5, False), (10, False), (11, False)]
)
def test_a_session_ends_by_idling_and_in_any_case_at_its_end(hours: float, lives: bool):
    assert SESSION.is_live(at(hours), IDLE) is lives


def test_a_busy_session_still_ends_at_its_absolute_end():
    busy = Session("ab", "sato", None, "local", "c", at(0), at(9.9), at(10), "127.0.0.1")
    assert busy.is_live(at(9.99), IDLE)
    assert not busy.is_live(at(10), IDLE)


def test_an_ended_session_is_dead_at_once():
    ended = Session("ab", "sato", None, "local", "c", at(0), at(2), at(10), "127.0.0.1", at(2))
    assert not ended.is_live(at(2), IDLE)


def test_the_first_slips_cost_nothing_and_guessing_costs_more_and_more():
    delays = [delay_s(Failures(of_account=n)) for n in range(12)]
    assert delays[:3] == [0, 0, 0]
    assert all(a <= b for a, b in pairwise(delays))
    assert max(delays) == 8
    assert delay_s(Failures(of_account=10_000)) == 8


def test_an_address_is_not_heard_after_many_failures_and_an_account_always_is():
    assert is_throttled(Failures(of_both=20))
    assert is_throttled(Failures(from_address=80))
    assert not is_throttled(Failures(of_account=10_000, from_address=79, of_both=19))
