"""How a new read differs from the recorded one, counted without rebuilding that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.ids import AccountId, RunId
from syncd.core.memberships import DirectorySnapshot, Group
from syncd.core.policy import GuardPolicy
from syncd.core.reread import RereadGuard, SnapshotChange, check_change
from syncd.store import SqlStore, open_store
from tests.builders import KNOWN_AT, account, block, snapshot

PEOPLE = 40


def town(first: int = 1, groups: int = 4) -> DirectorySnapshot:
    """Forty accounts, each in one of four groups."""
    accounts = {a.account: a for a in (account(n) for n in range(first, first + PEOPLE))}
    names = list(accounts)
    keys = [f"cn=g{n},ou=groups" for n in range(groups)]
    members = {key: tuple(names[n::groups]) for n, key in enumerate(keys)}
    return replace(
        snapshot(),
        accounts=accounts,
        groups=tuple(Group(key, key, True, len(members[key])) for key in keys),
        blocks=tuple(replace(block(), group=key, accounts=members[key]) for key in keys),
    )


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    store = open_store("sqlite:///syncd.db", tmp_path)
    with store.begin() as unit:
        assert unit.snapshot_change(town()) is None
        unit.record_snapshot(town(), RunId("r1"))
    return store


def change(store: SqlStore, after: DirectorySnapshot) -> SnapshotChange:
    later = replace(after, read_at=KNOWN_AT + timedelta(days=1))
    with store.begin() as unit:
        found = unit.snapshot_change(later)
    assert found is not None
    return found


def guard(store: SqlStore, after: DirectorySnapshot, own: int = 0) -> RereadGuard | None:
    found = check_change(change(store, after), own, GuardPolicy())
    return None if found is None else found.guard


def without(kept: int) -> DirectorySnapshot:
    whole = town()
    names = list(whole.accounts)[:kept]
    return replace(whole, accounts={name: whole.accounts[name] for name in names})


def emptied() -> DirectorySnapshot:
    groups = tuple(replace(group, direct_count=0) for group in town().groups)
    return replace(town(), groups=groups, blocks=())


def renumbered(count: int) -> DirectorySnapshot:
    accounts = dict(town().accounts)
    for name in list(accounts)[:count]:
        accounts[name] = replace(accounts[name], staff_number=None)
    return replace(town(), accounts=accounts)


def test_the_same_read_again_lost_nothing(store: SqlStore):
    same = change(store, town())
    assert (same.accounts, same.groups, same.members) == ((40, 0), (4, 0), (40, 0))
    assert same.renumbered == 0
    assert guard(store, town()) is None


def test_what_is_gone_is_counted_exactly(store: SqlStore):
    half = replace(without(23), groups=town().groups[1:], blocks=town().blocks[1:])
    lost = change(store, half)
    assert (lost.accounts, lost.groups, lost.members) == ((40, 17), (4, 1), (40, 10))


def test_people_who_came_are_not_taken_for_people_who_were_there(store: SqlStore):
    grown = dict(town().accounts) | {AccountId("new"): account("new")}
    assert change(store, replace(town(), accounts=grown)).accounts == (40, 0)


def test_half_a_directory_is_not_believed(store: SqlStore):
    assert guard(store, without(20)) is RereadGuard.DIRECTORY_LOSS
    assert guard(store, without(26)) is None


def test_an_empty_answer_is_not_believed_however_small_the_directory(store: SqlStore):
    nothing = replace(town(), accounts={}, groups=(), blocks=())
    assert guard(store, nothing) is RereadGuard.DIRECTORY_LOSS


def test_another_servers_answer_is_not_believed(store: SqlStore):
    assert guard(store, town(first=1000)) is RereadGuard.DIRECTORY_LOSS


def test_groups_without_their_members_are_not_believed_but_for_our_own_removals(store: SqlStore):
    assert guard(store, emptied()) is RereadGuard.DIRECTORY_LOSS
    assert guard(store, emptied(), own=30) is None


def test_accounts_that_lost_their_staff_numbers_are_not_believed(store: SqlStore):
    assert guard(store, renumbered(11)) is RereadGuard.IDENTITY_CHANGE
    assert guard(store, renumbered(10)) is None


def test_groups_are_few_and_more_than_one_of_them_may_not_vanish(store: SqlStore):
    def with_groups(count: int) -> DirectorySnapshot:
        return replace(town(), groups=town().groups[:count], blocks=town().blocks[:count])

    assert guard(store, with_groups(3)) is None
    assert guard(store, with_groups(2)) is RereadGuard.DIRECTORY_LOSS
