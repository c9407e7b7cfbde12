"""The life of a case: what may follow what, and that nothing else may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from syncd.core.cases import ENDED, TRANSITIONS, CaseEvent, CaseState, moved
from syncd.errors import IllegalMove
from tests import builders as b

EVERY_MOVE = [(state, event) for state in CaseState for event in CaseEvent]

TABLE = """
open      -> approve approved, refuse refused, withdraw withdrawn, vanish gone
approved  -> claim applying, reopen open, refuse refused, withdraw withdrawn, vanish gone
applying  -> remove removed, retry approved, fail failed
removed   -> verify verified, retry approved, fail failed
refused   -> except excepted, approve approved, withdraw withdrawn, vanish gone
excepted  -> end-exception open, withdraw withdrawn, vanish gone
failed    -> retry approved, reopen open, withdraw withdrawn, vanish gone
verified  ->
withdrawn ->
gone      ->
"""


def _legal() -> dict[tuple[str, str], str]:
    legal = {}
    for line in TABLE.strip().splitlines():
        state, _, moves = line.partition("->")
        for move in filter(None, moves.strip().split(", ")):
            event, after = move.split()
            legal[state.strip(), event] = after
    return legal


LEGAL = _legal()


@pytest.mark.parametrize(("state", "event"), EVERY_MOVE)
def test_a_case_moves_as_the_table_says_and_no_other_way(
    state: CaseState, event: CaseEvent
) -> None:
    after = LEGAL.get((state, event))
    if after is None:
        with pytest.raises(IllegalMove, match="C1"):
            moved(b.case(1, state), event, b.KNOWN_AT)
    else:
        assert moved(b.case(1, state), event, b.KNOWN_AT).state == after


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_never_moves(state: CaseState) -> None:
    assert b.case(1, state).is_ended
    assert not [event for before, event in TRANSITIONS if before is state]


def test_a_right_is_removed_only_after_it_was_approved_and_claimed() -> None:
    assert {s for (s, e) in TRANSITIONS if e is CaseEvent.CLAIM} == {CaseState.APPROVED}
    assert {s for (s, e) in TRANSITIONS if e is CaseEvent.REMOVE} == {CaseState.APPLYING}


def test_a_right_is_kept_only_by_an_exception() -> None:
    assert {s for (s, e) in TRANSITIONS if e is CaseEvent.EXCEPT} == {CaseState.REFUSED}


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (CaseState.EXCEPTED, CaseEvent.END_EXCEPTION),
        (CaseState.APPROVED, CaseEvent.REOPEN),
        (CaseState.FAILED, CaseEvent.REOPEN),
    ],
)
def test_a_case_that_opens_again_asks_for_new_votes(state: CaseState, event: CaseEvent) -> None:
    assert moved(b.case(1, state), event, b.KNOWN_AT).round == 2


class LifeOfACase(RuleBasedStateMachine):
    """Throws every event at a case, in any sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.case = b.case(1)
        self.now = b.KNOWN_AT
        self.events: list[CaseEvent] = []

    @precondition(lambda self: not self.case.is_ended)
    @rule(event=st.sampled_from(list(CaseEvent)))
    def happen(self, event: CaseEvent) -> None:
        self.now += timedelta(minutes=1)
        if (self.case.state, event) not in TRANSITIONS:
            before = self.case
            with pytest.raises(IllegalMove):
                moved(self.case, event, self.now)
            assert self.case == before
            return
        self.case = moved(self.case, event, self.now)
        self.events.append(event)

    @precondition(lambda self: self.case.is_ended)
    @rule(event=st.sampled_from(list(CaseEvent)))
    def happen_too_late(self, event: CaseEvent) -> None:
        with pytest.raises(IllegalMove):
            moved(self.case, event, self.now)

    @invariant()
    def verified_was_approved_claimed_and_removed_in_that_sequence(self) -> None:
        if self.case.state is CaseState.VERIFIED:
            assert self.events[-4:] == [
                CaseEvent.APPROVE,
                CaseEvent.CLAIM,
                CaseEvent.REMOVE,
                CaseEvent.VERIFY,
            ] or self.events[-4:] == [
                CaseEvent.RETRY,
                CaseEvent.CLAIM,
                CaseEvent.REMOVE,
                CaseEvent.VERIFY,
            ]
            assert CaseEvent.APPROVE in self.events

    @invariant()
    def the_round_counts_how_often_it_opened(self) -> None:
        opened = sum(e in (CaseEvent.REOPEN, CaseEvent.END_EXCEPTION) for e in self.events)
        assert self.case.round == 1 + opened

    @invariant()
    def it_is_the_same_case(self) -> None:
        assert self.case.key == b.case(1).key
        assert self.case.opened_at == b.KNOWN_AT


TestLifeOfACase = LifeOfACase.TestCase
