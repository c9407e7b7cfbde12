"""A decision that takes over what did not change says what a fresh decision says."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.decide import decide, decide_on
from syncd.core.facts import Facts
from syncd.core.memberships import Account, DirectorySnapshot, Reading, Unread
from syncd.core.policy import Policy
from syncd.core.standing import footing_of
from tests import builders as b
from tests.core import worlds
from tests.core.nests import Nest, key

KEYS = st.tuples(
    st.just("ad"),
    st.sampled_from(["TAX-VIEW", "TAX-EDIT", "BOTH"]),
    st.integers(1, worlds.PEOPLE + 2).map(lambda n: b.account(n).account),
)
EXCEPTIONS = st.frozensets(KEYS, max_size=4)


@st.composite
def another_read(draw: st.DrawFn, before: DirectorySnapshot) -> Reading:
    """What the next read may show: the same, some groups or accounts changed, or nothing."""
    other = draw(worlds.directories())
    kind = draw(st.sampled_from(["same", "groups", "accounts", "all", "unread"]))
    if kind == "same":
        return replace(before, read_at=other.read_at, blocks=tuple(map(replace, before.blocks)))
    if kind == "unread":
        return Unread(before.directory, before.read_at, "down", "", draw(st.integers(0, 9)))
    if kind == "all":
        return other
    if kind == "accounts":
        return replace(before, accounts=other.accounts)
    changed = draw(st.sampled_from(worlds.GROUPS))
    kept = tuple(block for block in before.blocks if block.group != changed)
    new = tuple(block for block in other.blocks if block.group == changed)
    return replace(before, blocks=(*kept, *new))


@given(worlds.towns(), worlds.directories(), worlds.policies, EXCEPTIONS, st.data())
def test_a_decision_that_goes_on_from_the_last_is_the_one_that_begins_anew(
    facts: Facts,
    directory: DirectorySnapshot,
    policy: Policy,
    exceptions: frozenset[tuple[str, str, str]],
    data: st.DataObject,
) -> None:
    footing = footing_of(facts, policy, b.APRIL)
    reading: Reading = directory
    last = decide_on(footing, [reading], exceptions=exceptions)
    for _ in range(3):
        shown = directory if isinstance(reading, Unread) else reading
        reading = data.draw(another_read(shown))
        granted = data.draw(st.sampled_from([exceptions, frozenset()]))
        last = decide_on(footing, [reading], exceptions=granted, before=last)
        fresh = decide(facts, [reading], policy, b.APRIL, exceptions=granted)
        assert last.decision == fresh
        assert sum(last.memberships.values()) == (
            0 if isinstance(reading, Unread) else fresh.counts.memberships
        )


@given(worlds.towns(), worlds.towns(), worlds.directories(), worlds.policies)
def test_other_facts_take_nothing_over(
    facts: Facts, other: Facts, directory: DirectorySnapshot, policy: Policy
) -> None:
    before = decide_on(footing_of(facts, policy, b.APRIL), [directory])
    after = decide_on(footing_of(other, policy, b.APRIL), [directory], before=before)
    assert after.decision == decide(other, [directory], policy, b.APRIL)


def test_what_was_read_the_same_is_not_decided_again() -> None:
    footing = footing_of(b.facts(entitlements=[b.entitlement()]), b.policy(), b.APRIL)
    directory = b.snapshot(b.block(1, 2))
    before = decide_on(footing, [directory])
    copied = {
        name: Account(a.account, a.native, a.staff_number) for name, a in directory.accounts.items()
    }
    again = replace(directory, accounts=copied, blocks=tuple(map(replace, directory.blocks)))
    assert decide_on(footing, [again], before=before).decision is before.decision


def test_a_group_between_that_has_another_name_now_is_told_by_it() -> None:
    nest = Nest({"g1": ["g2"], "g2": ["u1"]}, {"R1": ["g1"]})
    first = nest.snapshot()
    renamed = tuple(replace(group, name=f"new {group.name}") for group in first.groups)
    rights = [b.entitlement("R1", (key("g1"),))]
    footing = footing_of(b.facts(designations=(), entitlements=rights), b.policy(), b.APRIL)
    before = decide_on(footing, [first])
    second = replace(first, groups=renamed)
    again = decide_on(footing, [second], before=before)
    assert again.decision == decide_on(footing, [second]).decision
    assert again.decision != before.decision
