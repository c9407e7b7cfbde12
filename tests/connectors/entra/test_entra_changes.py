"""A delta of Graph names what to look at; a lost place leads to a whole read, never to silence."""

from __future__ import annotations

import pytest

from syncd.core.memberships import Path as Way
from syncd.errors import DeltaLost, DirectoryUnreadable
from tests.fakes.graph import failure


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


@pytest.fixture
def world(graph):
    """A user in a group in a group, and a reader that has read it all."""
    graph.user = graph.add_user("u", "1")
    graph.inner = graph.add_group("inner", (graph.user,))
    graph.outer = graph.add_group("outer", (graph.inner,))
    graph.apart = graph.add_group("apart", (graph.add_user("v", "2"),))
    return graph


@pytest.fixture
def reader(connect, world):
    built = connect.reader()
    built.read(silent)
    return built


def accounts_of(delta) -> dict[tuple[str, Way], set[str]]:
    return {(block.group, block.path): set(block.accounts) for block in delta.blocks}


def test_a_change_deep_below_tells_every_group_above_it(reader, world):
    world.grant(world.inner, world.add_user("w", "3"))
    delta = reader.changes()
    assert {group.name for group in delta.groups} == {"inner", "outer"}
    assert accounts_of(delta) == {
        (world.inner, Way()): {"u", "w"},
        (world.outer, Way((world.inner,))): {"u", "w"},
    }
    assert delta.accounts["w"].staff_number == "0000003"


def test_a_group_that_went_is_told_with_those_above_it(reader, world):
    world.delete(world.inner)
    delta = reader.changes()
    assert delta.gone == (world.inner,)
    assert [(group.name, group.direct_count) for group in delta.groups] == [("outer", 0)]
    assert delta.blocks == ()


def test_a_user_who_is_called_otherwise_is_told_with_their_groups(reader, world):
    world.change_user(world.user, userPrincipalName="x")
    delta = reader.changes()
    assert (set(delta.accounts), delta.accounts_gone) == ({"x"}, ("u",))
    assert accounts_of(delta)[world.outer, Way((world.inner,))] == {"x"}


def test_a_user_who_is_disabled_or_gone_is_told(reader, world):
    world.change_user(world.user, accountEnabled=False)
    assert reader.changes().accounts["u"].enabled is False
    world.delete(world.user)
    delta = reader.changes()
    assert delta.accounts_gone == ("u",)
    assert accounts_of(delta) == {}


def test_a_group_that_becomes_dynamic_is_told(reader, world):
    world.groups[world.apart]["groupTypes"] = ["DynamicMembership"]
    world.journal.append(("groups", world.apart, "", False))
    (group,) = reader.changes().groups
    assert "rule" in group.unwritable


def test_many_changes_over_many_pages_and_replays_are_told_once(reader, world):
    world.cap = 2
    for n in range(9):
        world.grant(world.apart, world.add_user(f"n{n}"))
    world.journal += world.journal[-6:]
    delta = reader.changes()
    assert [group.name for group in delta.groups] == ["apart"]
    assert accounts_of(delta)[world.apart, Way()] == {"v", *(f"n{n}" for n in range(9))}
    assert reader.changes().groups == ()


def test_what_a_delta_says_of_members_is_not_believed_but_looked_at(reader, world):
    world.journal.append(("groups", world.apart, world.user, True))
    assert accounts_of(reader.changes())[world.apart, Way()] == {"v"}


@pytest.mark.parametrize(
    "answer",
    [
        failure(410, "resyncRequired", Location="https://graph.microsoft.com/v1.0/groups/delta"),
        failure(400, "syncStateNotFound"),
        failure(404, "SyncStateNotFound"),
    ],
)
def test_a_lost_place_is_said_until_there_was_a_whole_read(reader, world, answer):
    world.step = lambda asked: answer if asked.path == "/groups/delta" else None
    with pytest.raises(DeltaLost) as lost:
        reader.changes()
    assert lost.value.remedy
    world.step = lambda _asked: None
    with pytest.raises(DeltaLost):
        reader.changes()
    reader.read(silent)
    world.grant(world.inner, world.add_user("w"))
    assert {group.name for group in reader.changes().groups} == {"inner", "outer"}


def test_a_delta_that_breaks_off_is_asked_for_again_from_the_same_place(reader, world):
    world.cap = 1
    world.grant(world.inner, world.add_user("w"))
    world.grant(world.apart, world.user)
    faults = [
        failure(500, "UnknownError"),
        (200, {}, {"value": []}),  # neither a next page nor an end
        (200, {}, {"nothing": "here"}),
    ]
    for fault in faults:
        world.step = lambda asked, fault=fault: (
            fault if asked.path == "/groups/delta" and "$skiptoken" in asked.query else None
        )
        with pytest.raises(DirectoryUnreadable) as failed:
            reader.changes()
        assert not isinstance(failed.value, DeltaLost)
    world.step = lambda _asked: None
    assert {group.name for group in reader.changes().groups} == {"inner", "outer", "apart"}


def test_what_changes_while_everything_is_read_is_told_by_the_next_delta(connect, world):
    done = []

    def meddle(asked):
        if asked.path == "/users" and not done:
            done.append(world.grant(world.apart, world.user))

    world.step = meddle
    reader = connect.reader()
    before = reader.read(silent)
    assert {b.accounts for b in before.blocks if b.group == world.apart} == {("v",)}
    assert accounts_of(reader.changes())[world.apart, Way()] == {"u", "v"}


def test_a_cloud_that_tells_no_changes_is_read_whole_all_the_same(connect, world):
    world.step = lambda asked: failure(404) if asked.path.endswith("/delta") else None
    reader = connect.reader()
    assert len(reader.read(silent).groups) == 3
    with pytest.raises(DeltaLost):
        reader.changes()
    assert reader.check().endswith("no delta")
