"""What must always hold of plans over random nested groups, beside an oracle that tries it all."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.core import cutting
from syncd.core.findings import Verdict
from syncd.core.plan import Plan
from tests.core.nests import AnEdge, Held, Nest, edge_of, subsets

SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
GROUPS = ("g1", "g2", "g3", "g4", "g5")
ACCOUNTS = ("u1", "u2", "u3")
RIGHTS = ("R1", "R2")
VERDICTS = [Verdict.STALE] * 3 + [Verdict.JUSTIFIED] * 2 + [Verdict.UNKNOWN, Verdict.EXCEPTED]


@st.composite
def nests(draw: st.DrawFn) -> Nest:
    """Groups in groups, cycles and all; some groups on the list, some people's primary group."""
    holds = {}
    for group in GROUPS:
        others = [g for g in GROUPS if g != group] + [group]
        inside = draw(st.lists(st.sampled_from(others), unique=True, max_size=2))
        people = draw(st.lists(st.sampled_from(ACCOUNTS), unique=True, max_size=2))
        holds[group] = [*inside, *people]
    listing = st.lists(st.sampled_from(GROUPS), unique=True, min_size=1, max_size=2)
    primary = {}
    if draw(st.booleans()):
        primary = {draw(st.sampled_from(GROUPS)): [draw(st.sampled_from(ACCOUNTS))]}
    nest = Nest(
        holds,
        {right: draw(listing) for right in RIGHTS},
        primary=primary,
        primary_climbs=draw(st.booleans()),
    )
    for account in nest.accounts:
        for right in RIGHTS:
            nest.verdicts[account, right] = draw(st.sampled_from(VERDICTS))
    return nest


def cuts_of(plan: Plan) -> set[AnEdge]:
    return {edge_of(line) for line in plan.lines}


def is_safe(nest: Nest, cuts: frozenset[AnEdge], going: set[Held], subject: str = "") -> bool:
    """Nobody loses a right that is not going, nor a group off the list without such a right."""
    return all(
        all((account, right) in going for right in rights) and (rights or account == subject)
        for account, (rights, _) in nest.losses(cuts).items()
    )


@SLOW
@given(nests(), st.data())
def test_no_plan_takes_a_right_from_somebody_for_whom_it_is_not_stale_and_approved(
    nest: Nest, drawn: st.DataObject
) -> None:
    approved = [held for held in nest.stale() if drawn.draw(st.booleans())]
    cuts = frozenset(cuts_of(nest.plan(approved)))
    assert is_safe(nest, cuts, set(approved))
    assert {group for group, _ in cuts} <= nest.listed


@SLOW
@given(nests())
def test_each_case_is_ended_on_every_way_or_told_as_blocked(nest: Nest) -> None:
    going = nest.stale()
    plan = nest.plan(going)
    cuts = cuts_of(plan)
    ended = {(line.account, line.entitlement) for line in plan.lines}
    blocked = {tuple(b.case_id.split("/")) for b in plan.blocked}
    assert ended | blocked == set(going)
    assert not ended & blocked
    for account, right in going:
        assert (right not in nest.rights_of(account, cuts)) == ((account, right) in ended)


@SLOW
@given(nests())
def test_whoever_loses_something_by_the_edge_of_a_group_is_named_on_it(nest: Nest) -> None:
    plan = nest.plan(nest.stale())
    lost = nest.losses(cuts_of(plan))
    for line in plan.lines:
        if line.cut is None:
            continue
        named = {
            loss.account: ({r for r, _ in loss.rights}, set(loss.groups))
            for loss in line.cut.losses
        }
        assert line.account in named
        for account, (rights, groups) in named.items():
            assert rights <= lost[account][0]
            assert groups <= lost[account][1]
        for account, (rights, groups) in nest.losses({edge_of(line)}).items():
            assert rights <= named[account][0]
            assert groups <= named[account][1]


@SLOW
@given(nests(), st.data())
def test_what_is_cut_affects_no_more_others_than_any_other_safe_choice(
    nest: Nest, drawn: st.DataObject
) -> None:
    stale = nest.stale()
    if not stale:
        return
    account, right = drawn.draw(st.sampled_from(stale))
    going = set(stale)
    plan = nest.plan([(account, right)], alongside=[h for h in stale if h != (account, right)])
    candidates = [
        (group, member)
        for group, member in nest.edges()
        if group in nest.listed and member in (account, *nest.holds)
    ]
    safe = [
        cuts
        for cuts in subsets(candidates)
        if right not in nest.rights_of(account, cuts) and is_safe(nest, cuts, going, account)
    ]
    if not safe:
        assert plan.blocked
        assert not plan.lines
        return
    assert not plan.blocked

    def others(cuts: frozenset[AnEdge]) -> int:
        return len(nest.losses(cuts).keys() - {account})

    assert others(frozenset(cuts_of(plan))) == min(map(others, safe))


@SLOW
@given(nests(), st.integers(0, 3))
def test_however_few_sets_are_tried_what_is_cut_is_safe_and_ends_the_right(
    nest: Nest, tried: int
) -> None:
    going = nest.stale()
    for account, right in going:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cutting, "MOST_TRIED", tried)
            others = [held for held in going if held != (account, right)]
            cuts = frozenset(cuts_of(nest.plan([(account, right)], alongside=others)))
        assert is_safe(nest, cuts, set(going), account)
        assert not cuts or right not in nest.rights_of(account, cuts)


@SLOW
@given(nests(), st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_any_sequence(nest: Nest, shuffle: random.Random) -> None:
    holds = list(nest.holds.items())
    shuffle.shuffle(holds)
    turned = replace(nest, holds={g: shuffle.sample(m, len(m)) for g, m in holds})
    going = nest.stale()
    one, other = nest.plan(going), turned.plan(shuffle.sample(going, len(going)))
    assert one.hash == other.hash
    assert one.blocked == other.blocked
