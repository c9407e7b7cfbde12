"""Several people and a run at the same moment, on both databases: nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.core.calendar import EVER
from syncd.core.ids import RunId
from syncd.core.reviews.questions import Choice
from syncd.core.reviews.review import GOING, ReviewState
from syncd.errors import AlreadyRunning, IllegalMove
from syncd.flow.reviews.answering import answer
from syncd.flow.reviews.beginning import start_review
from syncd.flow.reviews.ending import close_due
from syncd.ports.store import Store
from tests.flow.reviews.reviewing import CHIEF, DAY, OPERATOR, POLICY, SATO, asked, at, reviewed
from tests.flow.town import Town, account

REFUSALS = (AlreadyRunning, IllegalMove)


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Town:
    return Town(tmp_path, store)


def at_once(*steps: Callable[[], object]) -> list[Exception]:
    """Let everybody begin at the same moment; return what went wrong, refusals left out."""
    gate, wrong = threading.Barrier(len(steps)), []

    def do(step: Callable[[], object]) -> None:
        gate.wait()
        try:
            step()
        except REFUSALS:
            return
        except Exception as error:  # noqa: BLE001 - what a thread meets, the test tells
            wrong.append(error)

    threads = [threading.Thread(target=do, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_answers_of_many_at_once_are_all_kept_and_all_stated(town: Town):
    review, site = reviewed(town), town.site()
    steps = [
        lambda n=n: answer(
            site, [SATO if n % 2 else CHIEF], review.review_id, [n], Choice.NOT_NEEDED, "異動"
        )
        for n in range(1, 11)
    ]
    assert at_once(*steps) == []
    with town.store.begin() as unit:
        stated = {o.account for o in unit.facts(EVER).review_outcomes if o.ends_on}
        given = unit.review_answers(review.review_id)
        assert stated == {account(n) for n in range(1, 11)}
        assert sorted(n for a in given for n in a.numbers) == list(range(1, 11))


def test_an_answer_and_the_closing_at_one_moment_do_not_both_count(town: Town):
    review, site = reviewed(town), town.site()
    with town.store.begin() as unit:
        asked(unit, review)
    town.now = at(8, 23)
    late = [
        lambda n=n: answer(site, [SATO], review.review_id, [n], Choice.NEEDED) for n in (1, 2, 3)
    ]

    def close() -> None:
        town.now = at(9, 0)
        close_due(site, RunId("night"))

    assert at_once(*late, close) == []
    with town.store.begin() as unit:
        standings = list(unit.frozen_questions(review.review_id))
        ended = {o.account for o in unit.facts(EVER).review_outcomes if o.ends_on}
        assert unit.review(review.review_id).state is ReviewState.CLOSED
    assert not [s for s in standings if s.silent and s.choice is not None]
    assert ended == {s.question.account for s in standings if s.silent}


def test_two_who_begin_a_review_at_once_begin_one(town: Town):
    town.policy = POLICY
    town.sync(DAY)
    town.now = at(1)
    site = town.site()
    steps = [lambda n=n: start_review(site, OPERATOR, f"第{n}回", DAY) for n in range(4)]
    assert at_once(*steps) == []
    with town.store.begin() as unit:
        assert len(unit.reviews(GOING)) == 1


def test_who_answers_waits_for_who_ends_the_review(town: Town):
    review, site, done = reviewed(town), town.site(), threading.Event()

    def say() -> None:
        answer(site, [SATO], review.review_id, [1], Choice.NEEDED)
        done.set()

    thread = threading.Thread(target=say)
    with town.store.begin() as unit:
        unit.review(review.review_id, held=True)
        thread.start()
        assert not done.wait(1)
    thread.join()
    assert done.is_set()
