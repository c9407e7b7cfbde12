"""People, nights and directories in any order: no right goes by a review but by two persons' words.

Ten people of one section hold a right on good ground. Whatever is answered, taken back, sent
elsewhere, left unanswered or closed, and whatever days pass between, these must hold.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from syncd.core.calendar import EVER, day_of, midnight
from syncd.core.cases import CaseState
from syncd.core.policy import OnSilence
from syncd.core.reviews.questions import Choice, set_sha256
from syncd.core.reviews.review import ReviewState
from syncd.core.votes import Actor, Role
from syncd.errors import IllegalMove, NoSuchCase, NotPermitted, UsageError
from syncd.flow.reviews.answering import answer, answer_rest, assign, shown_sha256
from syncd.flow.reviews.beginning import start_review
from syncd.flow.reviews.ending import close_review, confirm_review, drop_review
from syncd.flow.vote import approve_cases
from tests.fakes.directory import dn
from tests.flow.reviews.reviewing import (
    AUDITOR,
    CHIEF,
    DAY,
    HOLDING,
    OPERATOR,
    POLICY,
    SATO,
    SECTION,
    asked,
    at,
)
from tests.flow.town import TAX, account, staff, town_in

KATO = Actor("kato", staff(902), frozenset({Role.APPROVER}), frozenset({SECTION}))
ONE_OF_THEM = replace(KATO, account="u0003", staff_number=staff(3))
DEPUTY = replace(KATO, account="dairi", staff_number=staff(960), deputy_for="sato")
PEOPLE = (SATO, KATO, ONE_OF_THEM, DEPUTY, CHIEF, OPERATOR, AUDITOR)
REFUSALS = (IllegalMove, NoSuchCase, NotPermitted, UsageError)
numbers = st.sets(st.integers(1, 10), min_size=1, max_size=4)


class Reviewed(RuleBasedStateMachine):
    """One review of ten rights, and everybody who may or may not have a say in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.town = town_in(Path(self.folder.name))
        self.by_hand: set[str] = set()

    def teardown(self) -> None:
        self.town.store.close()
        self.folder.cleanup()

    @initialize(policy=st.sampled_from([POLICY, HOLDING]), told=st.booleans())
    def begin(self, policy, told: bool) -> None:
        self.town.policy = policy
        self.town.sync(DAY)
        self.town.now = at(1)
        self.review = start_review(self.town.site(), OPERATOR, "第1回", DAY)
        self.told = told
        if told:
            with self.town.store.begin() as unit:
                asked(unit, self.review)

    @property
    def today(self) -> date:
        return day_of(self.town.now)

    def standings(self):
        with self.town.store.begin() as unit:
            return list(unit.frozen_questions(self.review.review_id))

    def current(self):
        with self.town.store.begin() as unit:
            return unit.review(self.review.review_id)

    def attempt(self, step, *words) -> None:
        try:
            step(self.town.site(), *words)
        except REFUSALS:
            return

    @rule(who=st.sampled_from(PEOPLE), which=numbers, choice=st.sampled_from(Choice))
    def answer(self, who, which, choice) -> None:
        self.attempt(answer, [who], self.review.review_id, which, choice, "理由")

    @rule(who=st.sampled_from(PEOPLE), section=st.sampled_from([SECTION, None]))
    def answer_all_that_is_left(self, who, section) -> None:
        with self.town.store.begin() as unit:
            shown = shown_sha256(unit, self.review, section)
        self.attempt(answer_rest, [who], self.review.review_id, section, shown)

    @rule(who=st.sampled_from(PEOPLE), which=numbers)
    def ask_elsewhere(self, who, which) -> None:
        self.attempt(assign, who, self.review.review_id, which, SECTION)

    @rule(days=st.integers(1, 4))
    def nights_pass(self, days: int) -> None:
        for _ in range(days):
            self.town.now = midnight(self.today + timedelta(days=1))
            self.town.sync(self.today)
        self.town.now += timedelta(hours=9)

    @rule(who=st.sampled_from(PEOPLE))
    def approve_what_waits(self, who) -> None:
        with self.town.store.begin() as unit:
            waiting = [case.case_id for case in unit.cases([CaseState.OPEN])]
        for case_id in waiting:
            self.attempt(approve_cases, [who], [case_id])

    @rule(number=st.integers(1, 10))
    def somebody_takes_a_right_away(self, number: int) -> None:
        members = self.town.directory.groups[TAX]
        if dn(account(number)) in members and len(members) > 1:
            members.remove(dn(account(number)))
            self.by_hand.add(account(number))

    @rule(who=st.sampled_from(PEOPLE), step=st.sampled_from([close_review, confirm_review]))
    def end(self, who, step) -> None:
        self.attempt(step, who, self.review.review_id)

    @rule(who=st.sampled_from([SATO, CHIEF]))
    def drop(self, who) -> None:
        if self.today.day > 20:  # late, or most stories would end before they begin
            self.attempt(drop_review, who, self.review.review_id, "誤り")

    @invariant()
    def the_set_is_as_it_was_frozen(self) -> None:
        with self.town.store.begin() as unit:
            systems = unit.reviewed_systems(self.review.review_id)
        found = [standing.question for standing in self.standings()]
        assert set_sha256(DAY, systems, found) == self.review.sha256

    @invariant()
    def every_question_stands_in_one_way(self) -> None:
        with self.town.store.begin() as unit:
            sheets = unit.review_sheets(self.review.review_id)
        assert sum(s.questions for s in sheets) == 10
        assert sum(s.answered + s.silent + s.waiting for s in sheets) == 10

    @invariant()
    def nobody_answered_about_themself(self) -> None:
        with self.town.store.begin() as unit:
            given = unit.review_answers(self.review.review_id)
        assert not [a for a in given if a.by == "u0003" and 3 in a.numbers]

    @invariant()
    def what_is_stated_is_what_was_answered(self) -> None:
        with self.town.store.begin() as unit:
            stated = unit.facts(EVER).review_outcomes
        ended = {outcome.account for outcome in stated if outcome.ends_on is not None}
        answered = {
            s.question.account
            for s in self.standings()
            if s.choice is Choice.NOT_NEEDED or (s.silent and s.correct_by is not None)
        }
        assert ended == answered

    @invariant()
    def silence_ends_nothing_of_who_was_not_asked_or_under_hold(self) -> None:
        silent = [s for s in self.standings() if s.silent and s.correct_by is not None]
        assert not silent or self.current().on_silence is OnSilence.REVOKE
        if silent and not self.told:
            with self.town.store.begin() as unit:
                assert unit.answerers(self.review.review_id)

    @invariant()
    def what_syncd_took_away_two_voices_took_away(self) -> None:
        """An answer and somebody else's approval, or two deadlines; and never what is needed."""
        present = self.town.members()
        gone = {account(n) for n in range(1, 11) if dn(account(n)) not in present} - self.by_hand
        with self.town.store.begin() as unit:
            cases = {c.account: c for c in unit.cases([CaseState.VERIFIED, CaseState.REMOVED])}
            given = unit.review_answers(self.review.review_id)
            for name in gone:
                case, number = cases[name], int(name.removeprefix("u"))
                asked_for = {
                    a.by for a in given if a.choice is Choice.NOT_NEEDED and number in a.numbers
                }
                assert case.requested_by in asked_for or not case.requested_by
                if not case.requested_by:
                    assert self.current().state is not ReviewState.OPEN  # silence spoke
                assert str(case.because[0]) == f"review {self.review.review_id}"
                voters = {vote.voter for vote in unit.votes(case_id=case.case_id)}
                late = case.updated_at >= case.hard_deadline_at
                assert (voters - {case.requested_by}) or late

    @invariant()
    def who_confirmed_answered_nothing(self) -> None:
        review = self.current()
        if review.state is ReviewState.CONFIRMED:
            with self.town.store.begin() as unit:
                answerers = {name for name, _ in unit.answerers(self.review.review_id)}
            assert review.confirmed_by in ("kacho", "kansa")
            assert review.confirmed_by not in answerers


TestReviewed = Reviewed.TestCase
TestReviewed.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
