"""Deltas over a whole read: nothing is lost between them, and what they missed is found."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.decide import judge_part
from syncd.core.deltas import Missed, missed, part_of, patched
from syncd.core.findings import Notice, Verdict
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot
from syncd.core.reach import reach_of
from syncd.core.standing import footing_of
from tests import builders as b
from tests.core.worlds import directories, policies, towns

OTHER = "cn=other,ou=groups"


def delta_of(before: DirectorySnapshot, after: DirectorySnapshot) -> DirectoryDelta:
    """What a faithful directory tells between two states."""
    was = {g.key: (g, [x for x in before.blocks if x.group == g.key]) for g in before.groups}
    now = {g.key: (g, [x for x in after.blocks if x.group == g.key]) for g in after.groups}
    changed = [key for key in now if was.get(key) != now[key]]
    old, new = before.accounts, after.accounts
    return DirectoryDelta(
        after.directory,
        after.read_at,
        "test",
        "test",
        tuple(now[key][0] for key in changed),
        tuple(block for key in changed for block in now[key][1]),
        tuple(key for key in was if key not in now),
        {name: account for name, account in new.items() if old.get(name) != account},
        tuple(name for name in old if name not in new),
    )


def shape(snapshot: DirectorySnapshot) -> tuple[object, ...]:
    return (
        dict(snapshot.accounts),
        {group.key: group for group in snapshot.groups},
        sorted((x.group, str(x.path), x.accounts) for x in snapshot.blocks),
    )


@given(st.lists(directories(), min_size=2, max_size=4))
def test_deltas_laid_over_a_read_give_what_a_whole_read_gives(states):
    known = states[0]
    for before, after in itertools.pairwise(states):
        known = patched(known, delta_of(before, after))
    assert shape(known) == shape(states[-1])
    assert known.proof == states[0].proof


@given(directories(), directories())
def test_what_a_faithful_delta_told_is_never_missed(before, after):
    delta = delta_of(before, after)
    assert not missed(patched(before, delta), after, None)
    assert not missed(before, after, delta)


@given(directories(), directories())
def test_what_no_delta_told_is_missed(before, after):
    delta = delta_of(before, after)
    found = missed(before, after, None)
    assert set(found.groups) >= {
        g.key
        for g in delta.groups
        if {(x.path, frozenset(x.accounts)) for x in before.blocks if x.group == g.key}
        != {(x.path, frozenset(x.accounts)) for x in after.blocks if x.group == g.key}
    }
    assert set(found.accounts) == {*delta.accounts, *delta.accounts_gone}


def test_in_what_order_members_come_is_no_difference():
    one = b.snapshot(b.block(1, 2), accounts=[b.account(1), b.account(2)])
    other = replace(one, blocks=(b.block(2, 1),))
    assert not missed(one, other, None)


def test_a_group_that_only_the_whole_read_shows_is_missed_and_named():
    known = b.snapshot(b.block(1))
    whole = b.snapshot(b.block(1), b.block(1, key=OTHER))
    found = missed(known, whole, None)
    assert found == Missed("ad", (OTHER,))
    assert found.notice.notice is Notice.DELTA_DIFFERS
    assert OTHER in found.notice.detail
    assert OTHER in found.notice.detail.en


@given(towns(), directories(), policies, st.data())
def test_a_part_is_judged_as_the_whole_is(facts, directory, policy, data):
    keys = [group.key for group in directory.groups]
    changed = data.draw(st.sets(st.sampled_from(keys), min_size=1))
    part, affected = part_of(directory, changed, facts.entitlements)
    whole = b.decision(facts, directory, under=policy)
    theirs = {e.entitlement for e in affected}
    expected = tuple(f for f in whole.findings if f.entitlement in theirs)
    judged = judge_part(footing_of(facts, policy, b.APRIL), part, reach_of(part, affected))
    assert judged == tuple(sorted(expected, key=lambda f: f.key))


def test_a_right_of_two_groups_is_judged_on_both_when_one_changed():
    facts = b.facts(
        b.roster_entry(1), entitlements=[b.entitlement("TAX-EDIT", groups=(b.GROUP, OTHER))]
    )
    directory = b.snapshot(b.block(9), b.block(9, key=OTHER), accounts=[b.account(9)])
    part, affected = part_of(directory, {OTHER}, facts.entitlements)
    (found,) = judge_part(footing_of(facts, b.policy(), b.APRIL), part, reach_of(part, affected))
    assert found.verdict is Verdict.STALE
    assert set(found.groups) == {b.GROUP, OTHER}


def test_an_empty_delta_changes_nothing_at_all():
    known = b.snapshot()
    assert patched(known, DirectoryDelta("ad", known.read_at, "test", "test")) is known
