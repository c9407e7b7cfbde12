"""What must always hold of cases and plans, in random towns with nested groups and shared ones."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.core.calendar import midnight
from syncd.core.caseload import Sight, advance, agrees
from syncd.core.cases import ENDED, CaseState
from syncd.core.decide import decide
from syncd.core.doubts import with_doubts
from syncd.core.facts import Provides
from syncd.core.findings import Verdict
from syncd.core.guards import Census, guard
from syncd.core.planning import PlanBasis, plan_for
from syncd.core.reach import present, reach_of
from tests import builders as b
from tests.core import worlds
from tests.nested_blocks import blocks_of

SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
REFUSED = st.frozensets(st.sampled_from(list(Provides)), max_size=2)


class Seen:
    """A town decided on a day, its cases opened, all of them approved, and the plans made."""

    def __init__(self, facts, snapshot, refused=frozenset()):
        self.policy = b.policy()
        self.reach = reach_of(snapshot, facts.entitlements)
        decision = decide(facts, [snapshot], self.policy, b.APRIL)
        self.decision = with_doubts(decision, refused)
        self.findings = {f.key: f for f in self.decision.findings}
        self.ids = itertools.count(1)
        self.basis = PlanBasis(self.findings, {snapshot.directory: self.reach}, self.policy)

    def sight(self, cases=(), days=0):
        keys = [case.key for case in cases]
        now = midnight(b.APRIL) + timedelta(days=days)
        return Sight(
            as_of=b.APRIL + timedelta(days=days),
            now=now,
            findings=self.findings,
            seen=present(self.reach, keys),
            looked=keys,
            proposing={self.reach.directory},
        )

    def advance(self, cases=(), days=0):
        moves = advance(
            cases,
            self.sight(cases, days),
            self.policy,
            lambda _key: None,
            lambda: f"c{next(self.ids)}",
        )
        after = {case.case_id: case for case in cases}
        after.update({move.after.case_id: move.after for move in moves})
        return [case for case in after.values() if case.state not in ENDED], moves


@SLOW
@given(worlds.towns(), worlds.directories(), REFUSED)
def test_no_plan_ever_takes_anything_justified(facts, snapshot, refused):
    seen = Seen(facts, snapshot, refused)
    cases, _ = seen.advance()
    plan = plan_for(cases, seen.basis)
    after = without_edges(snapshot, {(line.group, line.member) for line in plan.lines})
    kept = holders(after, facts)
    for line in plan.lines:
        assert line.group in seen.reach.listed
    for held in holders(snapshot, facts) - kept:
        assert seen.findings["ad", *held].verdict is Verdict.STALE


def holders(snapshot, facts):
    return {
        (conveyed.entitlement.entitlement, account)
        for conveyed in reach_of(snapshot, facts.entitlements).conveyed
        for block in conveyed.blocks
        for account in block.accounts
    }


def without_edges(snapshot, cuts):
    """Return what a connector would read once these members are out of their groups."""
    natives = {account.native: name for name, account in snapshot.accounts.items()}
    gone = {(group, natives.get(member, member)) for group, member in cuts}
    holds = {g.key: [*g.subgroups] for g in snapshot.groups}
    primary = {g.key: [] for g in snapshot.groups}
    climbs = any(b.path.primary and b.path.through for b in snapshot.blocks)
    for block in snapshot.blocks:
        if not block.path.through:
            (primary if block.path.primary else holds)[block.group].extend(block.accounts)
    left = {g: [m for m in members if (g, m) not in gone] for g, members in holds.items()}
    return replace(snapshot, blocks=tuple(blocks_of(left, primary, primary_climbs=climbs)))


@SLOW
@given(worlds.towns(), worlds.directories(), REFUSED)
def test_every_stale_membership_is_in_exactly_one_case_and_nothing_else_is(
    facts, snapshot, refused
):
    seen = Seen(facts, snapshot, refused)
    cases, _ = seen.advance()
    stale = Counter(f.key for f in seen.decision.findings if f.verdict is Verdict.STALE)
    assert Counter(case.key for case in cases) == stale
    assert set(stale.values()) <= {1}


@SLOW
@given(worlds.towns(), worlds.directories())
def test_a_run_repeated_moves_no_case(facts, snapshot):
    seen = Seen(facts, snapshot)
    cases, _ = seen.advance()
    again, moves = seen.advance(cases)
    assert moves == ()
    assert again == cases


@SLOW
@given(worlds.towns(), worlds.directories())
def test_what_needs_a_person_is_never_approved_by_a_policy(facts, snapshot):
    seen = Seen(facts, snapshot)
    cases, _ = seen.advance()
    later, _ = seen.advance(cases, days=60)
    for case in [*cases, *later]:
        if case.needs_person:
            assert case.state is CaseState.OPEN


@SLOW
@given(worlds.towns(), worlds.directories())
def test_a_guard_only_ever_splits_a_plan(facts, snapshot):
    seen = Seen(facts, snapshot)
    cases, _ = seen.advance()
    plan = plan_for(cases, seen.basis)
    groups = {(snapshot.directory, g.key): g for g in snapshot.groups}
    guarded = guard(plan, Census({snapshot.directory: 3}, groups, {}), seen.policy)
    assert not set(guarded.free.lines) & set(guarded.held.lines)
    assert set(guarded.free.lines) | set(guarded.held.lines) <= set(plan.lines)
    if set(guarded.free.lines) != set(plan.lines):
        assert guarded.trips


@SLOW
@given(worlds.towns(), worlds.towns(), worlds.directories(), worlds.directories())
def test_what_is_known_to_agree_moves_as_what_is_compared(facts, later_facts, snapshot, later):
    cases, _ = Seen(facts, snapshot).advance()
    seen = Seen(later_facts, later)
    sight = seen.sight(cases, days=1)
    agreeing = {
        case.key
        for case in cases
        if case.key in sight.findings and agrees(case, sight.findings[case.key])
    }
    moves = [
        advance(cases, told, seen.policy, lambda _key: None, lambda: "new")
        for told in (sight, replace(sight, agreeing=agreeing))
    ]
    assert moves[0] == moves[1]
