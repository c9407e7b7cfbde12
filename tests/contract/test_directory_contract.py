"""What every directory promises (syncd.ports.directory), on each kind that declares it can.

The kinds are in tests/contract/directories; how a stranger's connector is put there is told in
its docstring. What is special to LDAP's shapes is held by test_ldap_shapes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from syncd.core.memberships import DirectorySnapshot, Path
from syncd.errors import DeltaLost, DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import Capability, DeltaReader, DirectoryDelta, GroupRemoval
from tests.contract.directories import ACCOUNTS, NOW, SEEDS, Seat, all_kinds, kinds_with

READ = Capability.READ_WHOLE
WRITE, BACK, BATCH = Capability.WRITE, Capability.READ_BACK, Capability.BATCH
SEES_ITS_WRITES = (READ, WRITE, BACK)
RUBBISH = ("no name at all", "氏名 = *)(\\", "u1\x00", "'; DROP TABLE members; --")
Open: TypeAlias = Callable[[str], Seat]
Test: TypeAlias = Callable[..., None]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Opens a kind by its name: its server starts when first asked for and stops at the end."""
    with ExitStack() as stack:
        seats: dict[str, Seat] = {}

        def seat_of(name: str) -> Seat:
            if name not in seats:
                folder = tmp_path_factory.mktemp(name)
                seats[name] = stack.enter_context(all_kinds()[name].build(folder))
            return seats[name]

        yield seat_of


@pytest.fixture
def seat(request: pytest.FixtureRequest, opened: Open) -> Seat:
    """A kind with the seeds as they were and nothing remembered of an earlier test."""
    found = opened(request.param)
    found.reset()
    found.renew()
    return found


def on(*needed: Capability, lacking: Capability | None = None) -> Callable[[Test], Test | None]:
    """Run a test on every kind that declares this; without one there is nothing to test."""
    return _on_each(kinds_with(*needed, lacking=lacking))


def where_groups_nest(*needed: Capability) -> Callable[[Test], Test | None]:
    """Run a test on every kind that declares this and has groups in groups."""
    return _on_each([name for name in kinds_with(*needed) if all_kinds()[name].nests])


def _on_each(names: Collection[str]) -> Callable[[Test], Test | None]:
    if not names:
        return lambda _test: None
    return pytest.mark.parametrize("seat", names, indirect=True)


@pytest.fixture
def nested(seat: Seat) -> Iterator[Seat]:
    """The group `one` (of u3) stands in the group `other` (of u1 and u5)."""
    seat.nest("other", "one")
    yield seat
    seat.unnest("other", "one")


def members_of(seat: Seat, snapshot: DirectorySnapshot, name: str) -> set[str]:
    """The direct members of a group by the names of the seeds; others by their native ids."""
    names = {seat.account(account): account for account in ACCOUNTS}
    direct = (b for b in snapshot.blocks if (b.group, b.path) == (seat.group(name), Path()))
    return {names.get(a, snapshot.accounts[a].native) for b in direct for a in b.accounts}


def removal(seat: Seat, name: str, *accounts: str) -> GroupRemoval:
    return GroupRemoval(seat.group(name), tuple(seat.member(a) for a in accounts), "c1")


def present(seat: Seat, name: str, accounts: Collection[str]) -> set[str]:
    """Those of the accounts that the code under test says stand in a group."""
    natives = {seat.member(account): account for account in accounts}
    found = seat.reader.present_members({seat.group(name): natives})[seat.group(name)]
    return {natives[native] for native in found}


# --- capabilities ------------------------------------------------------------------------------


@on()
def test_what_a_kind_declares_is_what_its_seat_was_written_down_for(request, seat):
    kind = all_kinds()[request.node.callspec.params["seat"]]
    assert seat.declared == kind.capabilities


@on()
def test_who_declares_a_delta_has_a_reader_that_tells_one_and_nobody_else_does(seat):
    assert isinstance(seat.reader, DeltaReader) == (Capability.DELTA in seat.declared)


@on(lacking=WRITE)
def test_who_does_not_declare_that_it_writes_refuses_to(seat):
    for change in (
        lambda: seat.writer.remove_members([removal(seat, "tax", "u1")]),
        lambda: seat.writer.add_member(seat.group("tax"), seat.member("u8"), "c1"),
    ):
        with pytest.raises(DirectoryWriteError) as refused:
            change()
        assert refused.value.remedy
    assert seat.standing("tax") == SEEDS["tax"]


@on(WRITE, lacking=Capability.RESTORE)
def test_who_does_not_declare_that_it_restores_says_so_of_the_one_asked_for(seat):
    outcome = seat.writer.add_member(seat.group("tax"), seat.member("u8"), "c1")
    assert outcome.member == seat.member("u8")
    assert outcome.error
    assert seat.standing("tax") == SEEDS["tax"]


@on(WRITE, lacking=BACK)
def test_who_does_not_declare_reading_back_takes_a_removal_without_an_error(seat):
    (outcomes,) = seat.writer.remove_members([removal(seat, "tax", "u1", "u2")])
    assert [(o.member, o.error) for o in outcomes] == [
        (seat.member("u1"), None),
        (seat.member("u2"), None),
    ]


# --- reading -----------------------------------------------------------------------------------


@on(READ)
def test_a_read_is_whole_dated_and_proved(seat):
    snapshot = seat.read()
    assert (snapshot.directory, snapshot.read_at) == ("kikan", NOW)
    assert {seat.account(account) for account in ACCOUNTS} <= set(snapshot.accounts)
    assert {seat.group(name) for name in SEEDS} <= {group.key for group in snapshot.groups}
    for name, members in SEEDS.items():
        assert members_of(seat, snapshot, name) == members
    proof = snapshot.proof
    assert proof.method
    assert proof.server
    assert proof.pages >= 1
    assert proof.entries >= len(SEEDS)
    assert proof.sha256


@on(READ)
def test_a_read_repeated_gives_the_same(seat):
    assert seat.read() == seat.read()


@on(READ)
def test_staff_numbers_are_normalised_and_may_be_missing(seat):
    accounts = seat.read().accounts
    found = {name: accounts[seat.account(name)].staff_number for name in ACCOUNTS}
    assert found == {name: number and number.zfill(7) for name, number in ACCOUNTS.items()}


@on(READ)
def test_groups_tell_how_many_stand_in_them_and_whether_they_may_be_empty(seat):
    groups = {group.key: group for group in seat.read().groups}
    for name, members in SEEDS.items():
        group = groups[seat.group(name)]
        assert (group.direct_count, group.may_be_empty) == (len(members), seat.may_be_empty)
        assert group.name


@on(READ)
def test_what_somebody_else_grants_and_revokes_is_read(seat):
    seat.grant("other", "u8")
    seat.revoke("tax", "u4")
    snapshot = seat.read()
    assert members_of(seat, snapshot, "other") == {"u1", "u5", "u8"}
    assert members_of(seat, snapshot, "tax") == {"u1", "u2"}


@on(READ)
def test_every_membership_of_a_snapshot_can_be_asked_for_by_its_own_names(seat):
    snapshot = seat.read()
    for block in snapshot.blocks:
        natives = {snapshot.accounts[account].native for account in block.accounts}
        expected = natives if block.path == Path() else set()
        assert seat.reader.present_members({block.group: natives})[block.group] == expected, block


@on(READ)
def test_many_groups_are_asked_for_in_one_call(seat):
    everybody = [seat.member(account) for account in ACCOUNTS]
    asked = {seat.group(name): everybody for name in (*SEEDS, "gone")}
    expected = {seat.group(n): {seat.member(a) for a in members} for n, members in SEEDS.items()}
    assert seat.reader.present_members(asked) == {**expected, seat.group("gone"): set()}
    assert seat.reader.present_members({}) == {}


@on(READ)
def test_a_group_that_does_not_exist_has_no_members(seat):
    assert present(seat, "gone", ["u1"]) == set()


@on(READ)
def test_nobody_stands_anywhere_under_a_name_that_is_none(seat):
    asked = {seat.group("tax"): [*RUBBISH, seat.member("u1"), seat.member("nowhere")]}
    found = seat.reader.present_members(asked)
    assert found == {seat.group("tax"): {seat.member("u1")}}


@on(READ)
def test_the_check_says_in_one_line_what_is_there(seat):
    found = seat.reader.check()
    assert found.strip()
    assert "\n" not in found


@on(READ)
def test_long_work_tells_how_far_it_is(seat):
    told: list[int] = []
    seat.reader.read(lambda _what, done, _total: told.append(done))
    assert told
    assert told == sorted(told)


# --- removing ----------------------------------------------------------------------------------


@on(*SEES_ITS_WRITES)
def test_members_are_removed_and_removed_again_without_error(seat):
    for _ in range(2):
        (outcomes,) = seat.writer.remove_members([removal(seat, "tax", "u1", "u2")])
        assert [(o.member, o.error) for o in outcomes] == [
            (seat.member("u1"), None),
            (seat.member("u2"), None),
        ]
        assert seat.standing("tax") == {"u4"}


@on(*SEES_ITS_WRITES)
def test_what_was_removed_is_read_back_as_gone_and_what_stays_as_there(seat):
    seat.writer.remove_members([removal(seat, "tax", "u1", "u2")])
    assert present(seat, "tax", ["u1", "u2", "u4"]) == {"u4"}
    assert members_of(seat, seat.read(), "tax") == {"u4"}


@on(*SEES_ITS_WRITES)
def test_a_removal_touches_no_other_group(seat):
    seat.writer.remove_members([removal(seat, "tax", "u1")])
    assert {name: seat.standing(name) for name in SEEDS} == {**SEEDS, "tax": {"u2", "u4"}}


@on(*SEES_ITS_WRITES, BATCH)
def test_many_groups_lose_members_in_one_call_with_the_outcomes_in_order(seat):
    outcomes = seat.writer.remove_members(
        [removal(seat, "other", "u5"), removal(seat, "gone", "u1"), removal(seat, "tax", "u4")]
    )
    told = [[(outcome.member, outcome.error) for outcome in group] for group in outcomes]
    assert told == [[(seat.member(a), None)] for a in ("u5", "u1", "u4")]
    assert (seat.standing("other"), seat.standing("tax")) == ({"u1"}, {"u1", "u2"})


@on(WRITE)
def test_nothing_to_remove_is_nothing_to_do(seat):
    assert tuple(seat.writer.remove_members([])) == ()
    assert {name: seat.standing(name) for name in SEEDS} == SEEDS


@on(*SEES_ITS_WRITES)
@pytest.mark.parametrize("bad", RUBBISH)
def test_one_bad_value_keeps_nobody_else_in(seat, bad):
    u1, u2 = seat.member("u1"), seat.member("u2")
    (outcomes,) = seat.writer.remove_members([GroupRemoval(seat.group("tax"), (u1, bad, u2), "c1")])
    assert [outcome.member for outcome in outcomes] == [u1, bad, u2]
    assert [outcomes[0].error, outcomes[2].error] == [None, None]
    assert seat.standing("tax") == {"u4"}


@on(*SEES_ITS_WRITES)
def test_who_is_gone_already_is_no_error_and_keeps_nobody_else_in(seat):
    seat.revoke("tax", "u2")
    (outcomes,) = seat.writer.remove_members([removal(seat, "tax", "u1", "u2", "u8", "nowhere")])
    assert [outcome.error for outcome in outcomes] == [None] * 4
    assert seat.standing("tax") == {"u4"}


@on(WRITE)
def test_a_group_that_does_not_exist_loses_nobody(seat):
    (outcomes,) = seat.writer.remove_members([removal(seat, "gone", "u1")])
    assert [(o.member, o.error) for o in outcomes] == [(seat.member("u1"), None)]
    assert {name: seat.standing(name) for name in SEEDS} == SEEDS


@on(*SEES_ITS_WRITES)
def test_the_last_member_goes_where_a_group_may_be_empty_and_else_it_is_said_that_not(seat):
    ((outcome,),) = seat.writer.remove_members([removal(seat, "one", "u3")])
    assert (outcome.error is None) == seat.may_be_empty
    assert seat.standing("one") == (set() if seat.may_be_empty else {"u3"})


# --- putting back ------------------------------------------------------------------------------


@on(*SEES_ITS_WRITES, Capability.RESTORE)
def test_a_member_is_put_back_and_put_back_again_without_error(seat):
    before = members_of(seat, seat.read(), "tax")
    seat.writer.remove_members([removal(seat, "tax", "u1")])
    for _ in range(2):
        outcome = seat.writer.add_member(seat.group("tax"), seat.member("u1"), "c2")
        assert (outcome.member, outcome.error) == (seat.member("u1"), None)
        assert seat.standing("tax") == SEEDS["tax"]
    assert members_of(seat, seat.read(), "tax") == before


@on(WRITE, Capability.RESTORE)
def test_a_group_that_does_not_exist_takes_nobody_and_says_so(seat):
    outcome = seat.writer.add_member(seat.group("gone"), seat.member("u1"), "c2")
    assert outcome.error
    assert seat.member("u1") not in outcome.error
    assert {name: seat.standing(name) for name in SEEDS} == SEEDS


# --- out of reach ------------------------------------------------------------------------------


@on()
def test_a_directory_out_of_reach_is_refused_with_a_remedy_and_never_empty(seat):
    asked = {seat.group("tax"): [seat.member("u1")]}
    for ask in (
        lambda: seat.dead_reader.read(lambda *_: None),
        lambda: seat.dead_reader.present_members(asked),
        seat.dead_reader.check,
    ):
        with pytest.raises(DirectoryUnreadable) as failure:
            ask()
        _hold_message(seat, failure.value)


@on()
def test_a_directory_out_of_reach_takes_no_change_and_says_what_to_do(seat):
    for change in (
        lambda: seat.dead_writer.remove_members([removal(seat, "tax", "u1")]),
        lambda: seat.dead_writer.add_member(seat.group("tax"), seat.member("u1"), "c1"),
    ):
        with pytest.raises(DirectoryWriteError) as failure:
            change()
        _hold_message(seat, failure.value)


@on()
def test_no_secret_shows_where_the_halves_are_printed(seat):
    for half in (seat.reader, seat.writer):
        assert not [secret for secret in seat.secrets if secret in repr(half)]


def _hold_message(seat: Seat, error: DirectoryUnreadable | DirectoryWriteError) -> None:
    """A message says what to do, and holds neither a secret nor the name of a member."""
    assert error.directory == "kikan"
    assert error.why
    assert error.remedy
    for kept in (*seat.secrets, seat.member("u1")):
        assert kept not in f"{error} {error.why} {error.remedy} {error.__cause__!r}"


# --- changes since the last read ---------------------------------------------------------------


def applied(
    snapshot: DirectorySnapshot, delta: DirectoryDelta
) -> set[tuple[str, Path, frozenset[str]]]:
    """The memberships of a snapshot once a delta was laid over it."""
    replaced = {group.key for group in delta.groups} | set(delta.gone)
    kept = (block for block in snapshot.blocks if block.group not in replaced)
    blocks = (*kept, *delta.blocks)
    return {(b.group, b.path, frozenset(b.accounts)) for b in blocks if b.accounts}


def memberships(snapshot: DirectorySnapshot) -> set[tuple[str, Path, frozenset[str]]]:
    return {(b.group, b.path, frozenset(b.accounts)) for b in snapshot.blocks if b.accounts}


@on(Capability.DELTA)
def test_changes_before_anything_was_read_are_lost_until_there_was_a_whole_read(seat):
    for _ in range(2):
        with pytest.raises(DeltaLost) as lost:
            seat.reader.changes()
        assert lost.value.remedy
    seat.read()
    assert seat.reader.changes().directory == "kikan"


@on(Capability.DELTA)
def test_nothing_changed_is_an_empty_delta(seat):
    seat.read()
    for _ in range(2):
        delta = seat.reader.changes()
        assert (delta.groups, delta.blocks, delta.gone) == ((), (), ())
        assert (dict(delta.accounts), delta.accounts_gone) == ({}, ())
        assert delta.read_at == NOW
        assert delta.method
        assert delta.server


@on(Capability.DELTA)
def test_what_somebody_else_grants_is_told_by_its_group_with_all_its_memberships(seat):
    seat.read()
    seat.grant("other", "u8")
    delta = seat.reader.changes()
    assert [group.key for group in delta.groups] == [seat.group("other")]
    whole = {seat.account(account) for account in ("u1", "u5", "u8")}
    assert [set(b.accounts) for b in delta.blocks if b.path == Path()] == [whole]
    assert {block.group for block in delta.blocks} == {seat.group("other")}
    assert seat.reader.changes().groups == ()


@on(Capability.DELTA)
def test_what_somebody_else_revokes_is_told_too(seat):
    before = seat.read()
    seat.revoke("tax", "u4")
    delta = seat.reader.changes()
    assert seat.group("tax") in {group.key for group in delta.groups}
    assert (seat.group("tax"), Path(), frozenset({seat.account("u1"), seat.account("u2")})) in (
        applied(before, delta)
    )


@on(Capability.DELTA)
def test_deltas_laid_over_a_read_give_what_a_whole_read_made_after_them_gives(seat):
    before = seat.read()
    seat.grant("tax", "u8")
    seat.grant("other", "u8")
    seat.revoke("tax", "u4")
    delta = seat.reader.changes()
    assert applied(before, delta) == memberships(seat.read())


@on(Capability.DELTA)
def test_what_changed_before_a_whole_read_is_told_after_it_too(seat):
    seat.read()
    seat.reader.changes()
    seat.grant("other", "u8")
    seat.read()
    assert seat.group("other") in {group.key for group in seat.reader.changes().groups}


@on(Capability.DELTA)
def test_a_delta_out_of_reach_is_unreadable_and_never_empty(seat):
    with pytest.raises(DirectoryUnreadable) as failure:
        seat.dead_reader.changes()
    assert failure.value.remedy


# --- groups in groups --------------------------------------------------------------------------


@where_groups_nest(READ)
def test_a_group_names_the_groups_in_it_and_its_members_come_with_their_path(nested):
    snapshot = nested.read()
    other, one = nested.group("other"), nested.group("one")
    edges = {group.key: group.subgroups for group in snapshot.groups if group.subgroups}
    assert edges == {other: (one,)}
    blocks = {b.path: set(b.accounts) for b in snapshot.blocks if b.group == other}
    assert blocks == {
        Path(): {nested.account("u1"), nested.account("u5")},
        Path((one,)): {nested.account("u3")},
    }


@where_groups_nest(*SEES_ITS_WRITES)
def test_a_group_is_taken_out_of_another_by_its_key_and_keeps_its_own_members(nested):
    other, one = nested.group("other"), nested.group("one")
    asked = {other: [one, nested.member("u1")]}
    assert nested.reader.present_members(asked) == {other: {one, nested.member("u1")}}
    removal_of_group = GroupRemoval(other, (one,), "c1")
    ((outcome,),) = nested.writer.remove_members([removal_of_group])
    assert (outcome.member, outcome.error) == (one, None)
    assert nested.reader.present_members(asked) == {other: {nested.member("u1")}}
    assert nested.standing("other") == SEEDS["other"]
    assert nested.standing("one") == SEEDS["one"]
    ((again,),) = nested.writer.remove_members([removal_of_group])
    assert again.error is None
