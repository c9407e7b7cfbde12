"""Orders, cancellations and votes in any order before the day: only what was approved as it stands goes."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from syncd.core.calendar import midnight
from syncd.core.facts import Order
from syncd.core.findings import Reason
from syncd.core.policy import Approval, ApprovalPolicy, Policy
from syncd.core.preapproval.line import AheadLine
from syncd.flow.preapproval.plan import look_ahead, plan_ahead
from syncd.flow.preapproval.vote import approve_ahead
from tests.flow.town import (
    APRIL,
    KINDS,
    Town,
    account,
    approver,
    cancellation,
    dn,
    town_in,
    transfer,
)

PEOPLE = st.integers(1, 4)
VOTERS = st.sampled_from(["sato", "suzuki"])
_NUMBERS = {"sato": 900, "suzuki": 901}


class ApprovingAhead(RuleBasedStateMachine):
    """`voted` is the model: who approved which order of whom, by its number, before the day."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="syncd-"))
        self.orders: list[Order] = []
        self.standing: dict[int, str] = {}
        self.voted: dict[tuple[int, str], set[str]] = {}
        self.numbers = 0
        self.needed = 1
        self.has_come = False
        self.gone: set[str] = set()

    @initialize(two=st.booleans())
    def open_the_town(self, two: bool) -> None:
        self.needed = 2 if two else 1
        asked = ApprovalPolicy({Reason.TRANSFERRED: Approval.TWO if two else Approval.ONE})
        self.town: Town = town_in(self.folder, policy=Policy(order_kinds=KINDS, approval=asked))
        self.town.now = midnight(date(2027, 3, 20)) + timedelta(hours=9)
        self.town.sync(self.town.now.date())

    @precondition(lambda self: not self.has_come)
    @rule(person=PEOPLE)
    def an_order_comes(self, person: int) -> None:
        if person in self.standing:
            return
        self.numbers += 1
        number = f"R9-{self.numbers}"
        self.standing[person] = number
        self._take(transfer(person, "20010", order=number))

    @precondition(lambda self: not self.has_come)
    @rule(person=PEOPLE)
    def it_is_cancelled(self, person: int) -> None:
        number = self.standing.pop(person, None)
        if number is not None:
            self.numbers += 1
            order = cancellation(person, number)
            self._take(Order(**{**_fields(order), "order_number": f"R9-{self.numbers}"}))

    @precondition(lambda self: not self.has_come)
    @rule(voter=VOTERS, person=PEOPLE)
    def somebody_approves_one(self, voter: str, person: int) -> None:
        self._vote(voter, lambda line: line.account == account(person))

    @precondition(lambda self: not self.has_come)
    @rule(voter=VOTERS)
    def somebody_approves_all_that_waits(self, voter: str) -> None:
        self._vote(voter, lambda _: True)

    @precondition(lambda self: not self.has_come)
    @rule()
    def the_day_comes(self) -> None:
        self.has_come = True
        self.town.sync(APRIL)
        self.gone = {
            account(person)
            for person, number in self.standing.items()
            if len(self.voted.get((person, number), ())) >= self.needed
        }
        assert self._missing() == self.gone

    @precondition(lambda self: self.has_come)
    @rule()
    def another_run_comes(self) -> None:
        self.town.sync(APRIL)
        assert self._missing() == self.gone

    @invariant()
    def nothing_goes_before_the_day(self) -> None:
        if not self.has_come and hasattr(self, "town"):
            assert self._missing() == set()

    def _take(self, order: Order) -> None:
        self.orders.append(order)
        self.town.orders.records = tuple(self.orders)
        self.town.now += timedelta(minutes=10)
        self.town.orders.modified_at = self.town.now
        assert not self.town.sync(self.town.now.date()).refused

    def _vote(self, voter: str, which) -> None:
        site = self.town.site()
        plan = plan_ahead(site, APRIL, with_notices=False)
        ahead = look_ahead(site, plan)
        chosen: list[AheadLine] = [
            line for line in plan.lines if which(line) and ahead.standings.waits(line)
        ]
        if not chosen:
            return
        actor = approver(voter, _NUMBERS[voter])
        approve_ahead(site, (actor,), plan, chosen=[line.digest for line in chosen])
        for line in chosen:
            person = int(line.account[1:])
            self.voted.setdefault((person, self.standing[person]), set()).add(voter)

    def _missing(self) -> set[str]:
        return {account(n) for n in range(1, 11) if dn(account(n)) not in self.town.members()}

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.store.close()
        shutil.rmtree(self.folder)


def _fields(order: Order) -> dict[str, object]:
    return {name: getattr(order, name) for name in Order.__dataclass_fields__}


TestApprovingAhead = ApprovingAhead.TestCase
TestApprovingAhead.settings = settings(max_examples=25, stateful_step_count=14, deadline=None)
