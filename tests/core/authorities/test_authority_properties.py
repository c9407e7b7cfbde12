"""Of random towns with two authorities: feeds in any order, links taken away, numbers apart."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.authorities.kinship import Kinship, everyone
from syncd.core.authorities.rows import keyed
from syncd.core.decide import decide
from syncd.core.facts import Facts, ListedAccount, PersonLink
from syncd.core.findings import Decision, Reason, Verdict
from syncd.core.memberships import DirectorySnapshot
from syncd.core.policy import Policy
from tests import builders as b
from tests.core import worlds
from tests.core.authorities.people import BOARD, link, policy

KINDS = ("orders", "designations", "training", "accounts")
SOURCES = {"roster": "board", "orders": "board-orders"}


def of_board(town: Facts) -> Facts:
    """The same town as 教育委員会 says it: by its own feeds, in its own numbers."""

    def theirs(record: Any) -> Any:
        source = SOURCES.get(record.source, record.source)
        if isinstance(record, ListedAccount):
            record = replace(record, directory="board-ad")
        return replace(keyed(record, BOARD), source=source)

    rosters = tuple(
        replace(
            roster,
            source="board",
            entries=tuple(map(theirs, roster.entries)),
            vanished=tuple(map(theirs, roster.vanished)),
        )
        for roster in town.rosters
    )
    gone = tuple(replace(v, designation=theirs(v.designation)) for v in town.vanished_designations)
    changed = {kind: tuple(map(theirs, getattr(town, kind))) for kind in KINDS}
    rights = tuple(replace(e, directory="board-ad") for e in town.entitlements)
    return replace(
        town, rosters=rosters, vanished_designations=gone, entitlements=rights, **changed
    )


def both(one: Facts, other: Facts) -> Facts:
    """Two towns as one body that has the section table of the first."""
    names = ("rosters", "vanished_designations", "entitlements", *KINDS)
    joined = {name: (*getattr(one, name), *getattr(other, name)) for name in names}
    return replace(one, **joined)


def said(decision: Decision, directory: str) -> dict[object, object]:
    return {
        (f.entitlement, f.account): (f.verdict, f.reasons, f.because, f.since, f.needs_person)
        for f in decision.findings
        if f.directory == directory
    }


def verdicts(decision: Decision) -> dict[object, object]:
    return {f.key: (f.verdict, f.reasons, f.needs_person) for f in decision.findings}


def under(chosen: Policy) -> Policy:
    """The chosen policy with two authorities, neither of which must be heard before the other."""
    known = policy().authorities
    return replace(chosen, authorities=replace(known, roster_sources=frozenset()))


@settings(max_examples=40)
@given(worlds.towns(), worlds.towns(), worlds.directories(), worlds.directories(), worlds.policies)
def test_no_two_unlinked_people_ever_share_a_fact(
    mine: Facts, theirs: Facts, here: DirectorySnapshot, there: DirectorySnapshot, chosen: Policy
) -> None:
    """Both authorities use the numbers 1 to 4: together they say what each says alone."""
    theirs = replace(of_board(theirs), org_units=mine.org_units)
    there = replace(there, directory="board-ad")
    together = decide(both(mine, theirs), [here, there], under(chosen), b.APRIL)
    alone = decide(mine, [here], chosen, b.APRIL)
    board = decide(theirs, [there], under(chosen), b.APRIL)
    assert said(together, "ad") == said(alone, "ad")
    assert said(together, "board-ad") == said(board, "board-ad")


keys = st.sampled_from([*map(b.staff, range(1, 5)), *(f"E-{b.staff(n)}" for n in range(1, 5))])


@st.composite
def links(draw: st.DrawFn) -> PersonLink:
    return link(
        draw(keys),
        draw(keys),
        starts_on=draw(st.none() | worlds.days),
        ends_on=draw(st.none() | worlds.days),
        line=draw(st.integers(2, 9)),
    )


two_towns = st.builds(
    lambda mine, theirs: both(mine, replace(of_board(theirs), org_units=mine.org_units)),
    worlds.towns(),
    worlds.towns(),
)


@settings(max_examples=40)
@given(two_towns, worlds.directories(), worlds.policies, st.lists(links(), max_size=3), st.data())
def test_the_sequence_of_feeds_rows_and_links_decides_nothing(
    town: Facts,
    directory: DirectorySnapshot,
    chosen: Policy,
    linked: list[PersonLink],
    seed: st.DataObject,
) -> None:
    def mix(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(seed.draw(st.permutations(list(rows))))

    town = replace(town, links=tuple(linked))
    mixed = {name: mix(getattr(town, name)) for name in ("rosters", "links", *KINDS)}
    one = decide(town, [directory], under(chosen), b.APRIL)
    other = decide(replace(town, **mixed), [directory], under(chosen), b.APRIL)
    assert verdicts(one) == verdicts(other)
    assert one.counts == other.counts
    assert {(n.notice, n.staff_number) for n in one.notices} == {
        (n.notice, n.staff_number) for n in other.notices
    }


@settings(max_examples=40)
@given(two_towns, worlds.directories(), worlds.policies, st.lists(links(), max_size=3))
def test_taking_a_link_away_justifies_nothing_that_was_not_held_as_a_contradiction(
    town: Facts, directory: DirectorySnapshot, chosen: Policy, linked: list[PersonLink]
) -> None:
    """What a link makes stale is a contradiction that it brought to light, and a person's to decide."""
    with_links = decide(replace(town, links=tuple(linked)), [directory], under(chosen), b.APRIL)
    without = {f.key for f in decide(town, [directory], under(chosen), b.APRIL).findings}
    for finding in with_links.findings:
        if finding.key not in without and finding.verdict is Verdict.STALE:
            assert Reason.HR_CONFLICT in finding.reasons
            assert finding.needs_person


@given(st.lists(links(), max_size=6), keys)
def test_whoever_is_joined_on_a_day_is_one_human_being_for_votes(
    linked: list[PersonLink], number: str
) -> None:
    kin = Kinship(tuple(linked), b.APRIL)
    known_as = kin.canonical(b.staff(number))
    assert kin.canonical(known_as) == known_as
    assert set(kin.numbers(known_as)) <= everyone(linked, b.staff(number))
    assert known_as in kin.numbers(known_as)
    assert number in kin.numbers(known_as)


@given(st.lists(links(), max_size=6))
def test_who_is_one_for_votes_is_so_from_every_number(linked: list[PersonLink]) -> None:
    numbers = set(chain.from_iterable((each.staff_number, each.person) for each in linked))
    for number in numbers:
        kin = everyone(linked, number)
        assert all(everyone(linked, other) == kin for other in kin)
