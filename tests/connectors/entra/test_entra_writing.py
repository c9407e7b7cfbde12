"""Removals reach whom they name, each judged alone; what cannot be changed here is never tried."""

from __future__ import annotations

import pytest
import requests

from syncd.errors import DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.fakes.graph import Asked, Graph, failure, object_id


def errors(outcomes) -> list[str | None]:
    return [outcome.error for outcome in outcomes]


@pytest.fixture
def people(graph: Graph) -> list[str]:
    return [graph.add_user(f"u{n}") for n in range(6)]


def changes(graph: Graph) -> list[Asked]:
    return [asked for asked in graph.asked if asked.is_part and asked.method != "GET"]


def test_members_of_many_groups_go_twenty_in_a_request(connect, graph, people):
    groups = [graph.add_group(f"g{n}", tuple(people)) for n in range(5)]
    removals = [GroupRemoval(group, tuple(people[:5]), "c1") for group in groups]
    outcomes = connect.writer().remove_members(removals)
    assert [errors(each) for each in outcomes] == [[None] * 5] * 5
    assert graph.batches == [5, 20, 5]
    assert [graph.members[group] for group in groups] == [people[5:]] * 5


def test_every_removal_takes_the_membership_and_never_deletes_the_person(connect, graph, people):
    group = graph.add_group("tax", tuple(people))
    connect.writer().remove_members([GroupRemoval(group, tuple(people), "c1")])
    assert all(asked.path.endswith("/$ref") for asked in changes(graph))
    assert graph.disasters == []
    assert set(graph.users) == set(people)


def test_who_is_gone_already_is_no_error(connect, graph, people):
    group = graph.add_group("tax", tuple(people[:2]))
    removal = GroupRemoval(group, (people[0], people[5], object_id(999)), "c1")
    assert errors(connect.writer().remove_members([removal])[0]) == [None] * 3
    assert graph.members[group] == [people[1]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"groupTypes": ["DynamicMembership"]}, "the rule"),
        ({"onPremisesSyncEnabled": True}, "on-premises AD"),
        ({"mailEnabled": True}, "Exchange"),
    ],
)
def test_a_group_that_cannot_be_changed_here_is_not_tried_and_says_what_to_do(
    connect, graph, people, given, said
):
    fixed = graph.add_group("fixed", tuple(people), **given)
    free = graph.add_group("free", tuple(people))
    removals = [GroupRemoval(key, (people[0], object_id(999)), "c1") for key in (fixed, free)]
    first, second = connect.writer().remove_members(removals)
    assert said in (first[0].error or "")
    assert first[1].error is None  # who does not stand there need not be removed
    assert errors(second) == [None, None]
    assert not [asked for asked in changes(graph) if fixed in asked.path]
    outcome = connect.writer().add_member(fixed, object_id(999), "c2")
    assert said in (outcome.error or "")


def test_a_role_assignable_group_asks_for_the_higher_permission(connect, graph, people):
    group = graph.add_group("admins", tuple(people), isAssignableToRole=True)
    removal = GroupRemoval(group, (people[0],), "c1")
    ((refused,),) = connect.writer().remove_members([removal])
    assert "RoleManagement.ReadWrite.Directory" in (refused.error or "")
    assert "山田" not in (refused.error or "")
    graph.may_change_roles = True
    assert errors(connect.writer().remove_members([removal])[0]) == [None]


def test_one_who_is_refused_keeps_nobody_else_in(connect, graph, people):
    group = graph.add_group("tax", tuple(people))
    graph.step = lambda asked: (
        failure(500, "UnknownError")
        if asked.is_part and f"{people[2]}/$ref" in asked.path
        else None
    )
    (outcomes,) = connect.writer().remove_members([GroupRemoval(group, tuple(people), "c1")])
    assert [outcome.member for outcome in outcomes if outcome.error] == [people[2]]
    assert "HTTP 500) (UnknownError)" in (outcomes[2].error or "")
    assert graph.members[group] == [people[2]]


def test_only_those_that_were_turned_away_are_asked_again_after_their_own_wait(
    connect, graph, people
):
    group = graph.add_group("tax", tuple(people))
    busy = {people[1]: "5", people[3]: "9"}

    def step(asked: Asked):
        for member in list(busy):
            if asked.is_part and f"{member}/$ref" in asked.path:
                return failure(429, "TooManyRequests", Retry_After=busy.pop(member))
        return None

    graph.step = step
    (outcomes,) = connect.writer().remove_members([GroupRemoval(group, tuple(people), "c1")])
    assert errors(outcomes) == [None] * 6
    assert graph.batches == [1, 6, 2]
    assert len(connect.waits) == 1
    assert 9 <= connect.waits[0] <= 10


def test_two_changes_of_one_group_that_meet_are_tried_again(connect, graph, people):
    group, met = graph.add_group("tax", tuple(people)), []

    def step(asked: Asked):
        if asked.is_part and asked.method == "DELETE" and not met:
            met.append(asked)
            return failure(409, "Directory_ConcurrencyViolation")
        return None

    graph.step = step
    (outcomes,) = connect.writer().remove_members([GroupRemoval(group, tuple(people[:2]), "c1")])
    assert errors(outcomes) == [None, None]
    assert graph.members[group] == people[2:]


def test_a_tenant_that_stays_busy_tells_that_nothing_is_known(connect, graph, people):
    group = graph.add_group("tax", tuple(people))
    graph.step = lambda a: failure(429) if a.is_part and a.method == "DELETE" else None
    with pytest.raises(DirectoryWriteError) as refused:
        connect.writer(attempts=3).remove_members([GroupRemoval(group, (people[0],), "c1")])
    assert "HTTP 429" in refused.value.why
    assert len(connect.waits) == 2


def test_texts_that_are_no_ids_go_into_no_path(connect, graph, people):
    group = graph.add_group("tax", tuple(people))
    bad = ("../users", "", f"{people[1]}/", "山田 太郎")
    removals = [GroupRemoval(group, bad, "c1"), GroupRemoval("../users", (people[0],), "c1")]
    first, second = connect.writer().remove_members(removals)
    assert (errors(first), errors(second)) == ([None] * 4, [None])
    assert changes(graph) == []
    assert graph.members[group] == people
    assert connect.writer().add_member(group, "山田 太郎", "c1").error
    assert connect.writer().add_member("../users", people[0], "c1").error


def test_who_is_put_back_stands_there_again_and_twice_is_no_error(connect, graph, people):
    group = graph.add_group("tax", tuple(people[1:]))
    for _ in range(2):
        assert connect.writer().add_member(group, people[0], "c2").error is None
    assert sorted(graph.members[group]) == sorted(people)
    assert connect.writer().add_member(group, object_id(999), "c2").error
    assert connect.writer().add_member(object_id(998), people[0], "c2").error


def test_a_group_can_be_taken_out_of_a_group(connect, graph, people):
    inner = graph.add_group("inner", tuple(people))
    outer = graph.add_group("outer", (inner, people[0]))
    connect.writer().remove_members([GroupRemoval(outer, (inner,), "c1")])
    assert graph.members[outer] == [people[0]]
    assert graph.members[inner] == people


def test_writing_has_an_application_of_its_own(connect, graph, people, tmp_path):
    (tmp_path / "write-secret").write_text("secret-of-the-application\n")
    group = graph.add_group("tax", tuple(people))
    writer = connect.writer(write_client_id="writer", write_secret_file="write-secret")
    writer.remove_members([GroupRemoval(group, (people[0],), "c1")])
    assert {form["client_id"] for form in graph.forms} == {"writer"}


def test_a_batch_that_breaks_off_tells_that_nothing_is_known(connect, graph, people):
    group = graph.add_group("tax", tuple(people))
    answers = [
        (200, {}, {"responses": []}),
        (200, {}, {"responses": [{"id": "0", "status": 204}, {"id": "0", "status": 204}]}),
        (200, {}, {"responses": [{"id": "7", "status": 204}]}),
        (200, {}, {"responses": [{"id": "0", "status": "gone"}]}),
        (200, {}, {"responses": ["nonsense"]}),
        (200, {}, {"value": []}),
        failure(500),
    ]
    for answer in answers:
        graph.step = lambda asked, answer=answer: (
            answer
            if asked.path == "/$batch" and asked.body["requests"][0]["method"] == "DELETE"
            else None
        )
        with pytest.raises(DirectoryWriteError) as refused:
            connect.writer().remove_members([GroupRemoval(group, (people[0],), "c1")])
        assert refused.value.remedy


def test_a_change_whose_line_was_cut_is_not_sent_twice(connect, graph, people):
    group, sent = graph.add_group("tax", tuple(people)), []

    def cut(asked: Asked):
        if asked.path == "/$batch" and asked.body["requests"][0]["method"] == "DELETE":
            sent.append(asked)
            raise requests.exceptions.ChunkedEncodingError

    graph.step = cut
    with pytest.raises(DirectoryWriteError):
        connect.writer().remove_members([GroupRemoval(group, (people[0],), "c1")])
    assert len(sent) == 1
