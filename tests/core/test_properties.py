"""What must hold in every town, however its facts collide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.decide import decide
from syncd.core.facts import AccountKind, Facts, ReviewOutcome
from syncd.core.findings import Decision, Reason, Verdict
from syncd.core.ground import Ground
from syncd.core.ids import StaffNumber
from syncd.core.memberships import DirectorySnapshot, MembershipBlock
from syncd.core.org import OrgChart
from syncd.core.people import People
from syncd.core.policy import Policy
from syncd.core.standing import standing_of
from tests import builders as b
from tests.core import worlds

Verdicts = dict[tuple[str, str, str], tuple[Verdict, tuple[Reason, ...]]]


def verdicts(decision: Decision) -> Verdicts:
    return {f.key: (f.verdict, f.reasons) for f in decision.findings}


def stale(decision: Decision) -> set[tuple[str, str, str]]:
    return {f.key for f in decision.findings if f.verdict is Verdict.STALE}


def shuffled(facts: Facts, seed: st.DataObject) -> Facts:
    def mix(rows: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(seed.draw(st.permutations(list(rows))))

    rosters = tuple(
        replace(r, entries=mix(r.entries), vanished=mix(r.vanished)) for r in facts.rosters
    )
    mixed = {
        name: mix(getattr(facts, name))
        for name in (
            "orders",
            "designations",
            "vanished_designations",
            "entitlements",
            "training",
            "org_units",
            "accounts",
        )
    }
    return replace(facts, rosters=rosters, **mixed)


@given(worlds.towns(), worlds.directories(), worlds.policies)
def test_the_same_facts_give_the_same_decision(
    facts: Facts, directory: DirectorySnapshot, policy: Policy
) -> None:
    assert decide(facts, [directory], policy, b.APRIL) == decide(
        facts, [directory], policy, b.APRIL
    )


@given(worlds.towns(), worlds.directories(), worlds.policies, st.data())
def test_the_sequence_of_rows_decides_nothing(
    facts: Facts, directory: DirectorySnapshot, policy: Policy, data: st.DataObject
) -> None:
    other_blocks = tuple(data.draw(st.permutations(directory.blocks)))
    accounts = dict(data.draw(st.permutations(list(directory.accounts.items()))))
    mixed = replace(directory, blocks=other_blocks, accounts=accounts)
    one = decide(facts, [directory], policy, b.APRIL)
    other = decide(shuffled(facts, data), [mixed], policy, b.APRIL)
    assert verdicts(one) == verdicts(other)
    assert one.counts == other.counts


@given(worlds.towns(), st.data())
def test_an_order_feed_in_any_sequence_gives_the_same_people(
    facts: Facts, data: st.DataObject
) -> None:
    mixed = replace(facts, orders=tuple(data.draw(st.permutations(facts.orders))))
    assert _people(facts) == _people(mixed)


def _people(facts: Facts) -> dict[StaffNumber, object]:
    people = People(facts, b.policy(), b.APRIL, OrgChart(facts.org_units, b.APRIL))
    return {
        n: (p.readings, p.conflict, bool(p.unknown_because), p.vanished_because)
        for n, p in sorted(people.items())
    }


@given(worlds.towns(), worlds.directories(), worlds.policies)
def test_set_arithmetic_says_what_judging_one_by_one_says(
    facts: Facts, directory: DirectorySnapshot, policy: Policy
) -> None:
    decided = decide(facts, [directory], policy, b.APRIL)
    assert verdicts(decided) == _one_by_one(facts, directory, policy)


def _one_by_one(facts: Facts, directory: DirectorySnapshot, policy: Policy) -> Verdicts:
    found: Verdicts = {}
    for right in facts.entitlements:
        for block in directory.blocks:
            if block.group not in right.groups:
                continue
            for account in block.accounts:
                ground = Ground(facts, policy, b.APRIL)
                said = _judge_slowly(ground, facts, directory, right, account)
                if said is not None:
                    found[("ad", right.entitlement, account)] = said
    return found


def in_force(outcome: ReviewOutcome, on: date) -> bool:
    return outcome.ends_on is not None and outcome.ends_on <= on


def _judge_slowly(ground, facts, directory, right, account):  # type: ignore[no-untyped-def]
    number = directory.accounts[account].staff_number
    rows = [row for row in facts.accounts if row.account == account]
    about = (o for o in facts.review_outcomes if o.account == account)
    ended = [o for o in about if o.entitlement == right.entitlement and in_force(o, ground.on)]
    for row in rows:
        if row.kind is AccountKind.SERVICE:
            expired = row.expires_on is not None and row.expires_on < ground.on
            expired = expired or bool(ended)
            return (Verdict.STALE, (Reason.UNKNOWN_ACCOUNT,)) if expired else None
        stated = row.staff_number
        if row.kind is AccountKind.CONTRACTOR and stated is None:
            stated = StaffNumber(row.account)
        if number and stated and number != stated:
            return (Verdict.UNKNOWN, ())
        number = number or stated
    if number is None:
        return (Verdict.STALE, (Reason.UNKNOWN_ACCOUNT,))
    judged = ground.judge(number, right, ended[0] if ended else None)
    if judged.unknown_because:
        return (Verdict.UNKNOWN, tuple(f.reason for f in judged.faults))
    return (Verdict.STALE, tuple(f.reason for f in judged.faults)) if judged.faults else None


@given(worlds.towns(), worlds.directories(), worlds.policies)
def test_the_counts_add_up(facts: Facts, directory: DirectorySnapshot, policy: Policy) -> None:
    counts = decide(facts, [directory], policy, b.APRIL).counts
    held = {
        (right.entitlement, account)
        for right in facts.entitlements
        for block in directory.blocks
        if block.group in right.groups
        for account in block.accounts
    }
    assert counts.memberships == len(held)
    assert counts.memberships == (
        counts.justified + counts.stale + counts.excepted + counts.unknown
    )


@given(worlds.towns(), worlds.directories(), worlds.policies, worlds.numbers, worlds.units)
def test_a_further_designation_makes_nothing_stale(
    facts: Facts, directory: DirectorySnapshot, policy: Policy, number: int, unit: str
) -> None:
    for affair in ("TAX", "NHI"):
        line = b.designation(number, affair, unit, designated_on=b.APRIL)
        more = replace(facts, designations=(*facts.designations, line))
        before = decide(facts, [directory], policy, b.APRIL)
        after = decide(more, [directory], policy, b.APRIL)
        assert stale(after) <= stale(before)


@given(worlds.towns(), worlds.directories(), worlds.policies, st.data())
def test_a_roster_that_lost_rows_takes_no_right_away(
    facts: Facts, directory: DirectorySnapshot, policy: Policy, data: st.DataObject
) -> None:
    roster = facts.rosters[0]
    lost = data.draw(st.sets(st.sampled_from(roster.entries), min_size=1))
    cut = replace(
        roster,
        entries=tuple(e for e in roster.entries if e not in lost),
        vanished=(*roster.vanished, *lost),
    )
    before = decide(facts, [directory], policy, b.APRIL)
    after = decide(replace(facts, rosters=(cut,)), [directory], policy, b.APRIL)
    assert stale(after) <= stale(before)
    assert after.counts.justified <= before.counts.justified


@given(worlds.towns(), worlds.directories(), worlds.policies, st.data())
def test_a_list_that_lost_lines_takes_no_right_away(
    facts: Facts, directory: DirectorySnapshot, policy: Policy, data: st.DataObject
) -> None:
    lost = data.draw(st.sets(st.sampled_from(facts.designations or (b.designation(),))))
    kept = tuple(d for d in facts.designations if d not in lost)
    gone = (
        *facts.vanished_designations,
        *(b.vanished(d) for d in sorted(lost, key=lambda d: d.line)),
    )
    cut = replace(facts, designations=kept, vanished_designations=gone)
    before = decide(facts, [directory], policy, b.APRIL)
    after = decide(cut, [directory], policy, b.APRIL)
    assert stale(after) <= stale(before)


@given(worlds.towns(), worlds.directories(), worlds.policies, st.data())
def test_a_split_group_decides_like_a_whole_one(
    facts: Facts, directory: DirectorySnapshot, policy: Policy, data: st.DataObject
) -> None:
    split: list[MembershipBlock] = []
    for block in directory.blocks:
        at = data.draw(st.integers(0, len(block.accounts)))
        split.append(replace(block, accounts=block.accounts[:at]))
        split.append(replace(block, accounts=block.accounts[at:]))
    whole = decide(facts, [directory], policy, b.APRIL)
    parts = decide(facts, [replace(directory, blocks=tuple(split))], policy, b.APRIL)
    assert verdicts(whole) == verdicts(parts)
    assert whole.counts == parts.counts


@given(worlds.towns(), worlds.policies)
def test_comparing_a_few_values_says_what_the_rules_say(facts: Facts, policy: Policy) -> None:
    ground = Ground(facts, policy, b.APRIL)
    sound = standing_of(ground).sound
    quick = {
        (a, n) for a, by_scope in sound.items() for people in by_scope.values() for n in people
    }
    slow = set()
    for number in ground.people:
        for affair in ("TAX", "NHI"):
            judged = ground.judge(number, b.entitlement(affairs=(affair,)))
            if not judged.faults and not judged.unknown_because:
                slow.add((affair, number))
    assert quick <= slow
