"""People, lists and runs in any order: nothing is verified that nobody checked and no list showed."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from syncd.core.calendar import day_of, midnight
from syncd.core.cases import CaseState
from syncd.core.tasks import STANDING, TaskState
from syncd.errors import IllegalMove, NotPermitted, UsageError
from tests.flow.manual_town import (
    CHECKER,
    DOER,
    DOERS_OTHER_ACCOUNT,
    OTHER_DOER,
    PROOF,
    manual_town,
)

PEOPLE = (DOER, DOERS_OTHER_ACCOUNT, OTHER_DOER, CHECKER)
REFUSALS = (IllegalMove, NotPermitted, UsageError)


class Town(RuleBasedStateMachine):
    """The lists say what is so: `held` is the world, which a doer changes by doing, or does not."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.town = manual_town(Path(self.folder.name))
        self.town.hand_over()
        self.held = True
        self.listed_on, self.listed_held = date(2027, 3, 31), True

    def teardown(self) -> None:
        self.town.store.close()
        self.folder.cleanup()

    @property
    def today(self) -> date:
        return day_of(self.town.now)

    @rule(who=st.sampled_from(PEOPLE), honest=st.booleans())
    def report(self, who, honest: bool) -> None:
        try:
            self.town.report(who)
        except REFUSALS:
            return
        self.held = self.held and not honest

    @rule(who=st.sampled_from(PEOPLE))
    def check(self, who) -> None:
        if self.held:  # people who look see what is so
            return
        try:
            self.town.check(who, (PROOF,))
        except REFUSALS:
            return

    @rule(who=st.sampled_from(PEOPLE))
    def reject(self, who) -> None:
        try:
            self.town.reject(who)
        except REFUSALS:
            return

    @rule()
    def export(self) -> None:
        """A list of the morning of today: what was so at midnight is what it shows."""
        if self.today > self.listed_on:
            self.listed_on, self.listed_held = self.today, self.at_midnight
            self.town.export(self.today, range(1 if self.listed_held else 2, 11))

    @rule(days=st.integers(min_value=1, max_value=3))
    def wait(self, days: int) -> None:
        self.town.now = midnight(self.today + timedelta(days=days)) + timedelta(hours=1)
        self.at_midnight = self.held

    at_midnight = True

    @rule()
    def run(self) -> None:
        self.town.sync(self.today)

    @invariant()
    def what_is_verified_was_checked_or_a_list_showed_it(self) -> None:
        for case in self.town.cases(CaseState.VERIFIED):
            assert not self.held
            with self.town.store.begin() as unit:
                last = unit.tasks_of(case.case_id)[-1]
            if last.state is TaskState.CHECKED:
                assert last.checked_by != last.done_by
                assert last.checked_by_number != last.done_by_number
            else:
                assert last.state is TaskState.CONFIRMED
                assert not self.listed_held

    @invariant()
    def a_right_that_stands_has_a_case_until_somebody_took_it_away(self) -> None:
        assert not self.held or self.town.cases(
            CaseState.APPLYING, CaseState.REMOVED, CaseState.APPROVED, CaseState.FAILED
        )

    @invariant()
    def one_case_has_one_task_at_most_on_which_somebody_must_act(self) -> None:
        for case in self.town.cases():
            with self.town.store.begin() as unit:
                states = [task.state for task in unit.tasks_of(case.case_id)]
            standing = [state for state in states if state in STANDING]
            going = case.state in (CaseState.APPLYING, CaseState.REMOVED)
            assert len(standing) == going

    @invariant()
    def no_case_opens_twice_for_a_list_that_is_old(self) -> None:
        assert len(self.town.cases()) == 1


TestTown = Town.TestCase
TestTown.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
