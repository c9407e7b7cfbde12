"""Removals over SCIM reach whom they name and nobody else, whatever way the server takes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from syncd.errors import DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.fakes.http_script import Answer, Asked, relay
from tests.fakes.scim_server import ENTERPRISE, USER

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def refusal(status: int, kind: str = "", detail: str = "山田 太郎 is not allowed") -> Answer:
    given = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return Answer(status, given | ({"scimType": kind} if kind else {}))


@pytest.fixture
def people(server, request) -> list[str]:
    return [server.add_user(f"{request.node.name}.{n}") for n in range(6)]


@pytest.fixture
def group(server, people, request) -> str:
    return server.add_group(request.node.name, people, externalId="keep me")


@pytest.fixture
def between(server, serve) -> Callable[..., str]:
    """Puts a step between us and the real server; a step that returns None lets it answer."""

    def start(step: Callable[[Asked], Answer | None]) -> str:
        script = serve(lambda asked: step(asked) or relay(server.port, asked))
        start.script = script  # type: ignore[attr-defined]
        return script.url

    return start


def errors(outcomes) -> list[str | None]:
    return [outcome.error for outcome in outcomes]


def test_many_members_go_in_one_patch_that_names_each_by_a_filter(
    connect, server, between, people, group
):
    url = between(lambda _asked: None)
    leaving = tuple(people[:4])
    (outcomes,) = connect.writer(url).remove_members([GroupRemoval(group, leaving, "c1")])
    assert errors(outcomes) == [None] * 4
    assert server.members(group) == people[4:]
    (patch,) = [asked for asked in between.script.asked if asked.method == "PATCH"]
    assert patch.json["Operations"] == [
        {"op": "remove", "path": f'members[value eq "{member}"]'} for member in leaving
    ]


def test_a_chunk_is_never_larger_than_configured(connect, server, between, people, group):
    url = between(lambda _asked: None)
    connect.writer(url, chunk=2).remove_members([GroupRemoval(group, tuple(people[:5]), "c1")])
    assert server.members(group) == people[5:]
    sizes = [len(a.json["Operations"]) for a in between.script.asked if a.method == "PATCH"]
    assert sizes == [2, 2, 1]


def test_a_group_that_somebody_changes_meanwhile_is_read_again_and_loses_only_whom_it_should(
    connect, server, between, people, group
):
    joined = server.add_user("joins while a group changes")
    met = []

    def meddle(asked: Asked) -> None:
        if asked.method in ("PATCH", "PUT") and not met:
            met.append(asked.headers["if-match"])
            server.grant(group, joined)

    for way in ("filter", "put"):
        met.clear()
        server.revoke(group, joined)
        removal = GroupRemoval(group, (people.pop(),), "c1")
        (outcomes,) = connect.writer(between(meddle), remove_by=way).remove_members([removal])
        assert errors(outcomes) == [None]
        assert met
        assert server.members(group) == [*people, joined]


def test_a_group_that_never_holds_still_is_given_up_and_said(connect, server, between, group):
    def refuse(asked: Asked) -> Answer | None:
        return refusal(412) if asked.method == "PATCH" else None

    member = server.members(group)[0]
    removals = [GroupRemoval(group, (member,), "c1")]
    ((outcome,),) = connect.writer(between(refuse)).remove_members(removals)
    assert "HTTP 412" in (outcome.error or "")
    assert between.script.methods("/Groups").count("PATCH") == 5


@pytest.mark.parametrize(
    "refused", [refusal(400, "invalidPath"), refusal(400, "invalidFilter"), refusal(501)]
)
def test_a_server_that_refuses_the_filter_gets_the_group_put_back_whole(
    connect, server, between, people, group, refused
):
    url = between(lambda asked: refused if asked.method == "PATCH" else None)
    removals = [GroupRemoval(group, tuple(people[:2]), "c1")]
    (outcomes,) = connect.writer(url).remove_members(removals)
    assert errors(outcomes) == [None, None]
    assert server.members(group) == people[2:]
    assert server.ask("GET", f"/Groups/{group}")["externalId"] == "keep me"


def test_a_put_keeps_every_attribute_of_the_group_as_the_server_wrote_it(
    connect, between, people, group, server
):
    def decorate(asked: Asked) -> Answer | None:
        if asked.method != "GET" or not asked.path.startswith("/Groups/"):
            return None
        found = relay(server.port, asked)
        content = json.loads(found.body) | {"urn:vendor:group": {"colour": "青"}}
        return Answer(found.status, content, found.headers)

    url = between(decorate)
    removals = [GroupRemoval(group, (people[0],), "c1")]
    connect.writer(url, remove_by="put").remove_members(removals)
    (put,) = [asked for asked in between.script.asked if asked.method == "PUT"]
    assert put.json["urn:vendor:group"] == {"colour": "青"}
    assert put.json["externalId"] == "keep me"
    assert [member["value"] for member in put.json["members"]] == people[1:]


def test_one_whom_the_server_will_not_let_go_keeps_nobody_else_in(
    connect, server, between, people, group
):
    stuck = people[2]

    def refuse(asked: Asked) -> Answer | None:
        is_theirs = asked.method == "PATCH" and stuck.encode() in asked.body
        return refusal(400, "mutability") if is_theirs else None

    removals = [GroupRemoval(group, tuple(people), "c1")]
    (outcomes,) = connect.writer(between(refuse)).remove_members(removals)
    assert [outcome.member for outcome in outcomes if outcome.error] == [stuck]
    assert server.members(group) == [stuck]


def test_a_group_that_may_not_be_changed_fails_alone_and_names_nobody(
    connect, server, between, people, group
):
    other = server.add_group("another that may be changed", people)

    def refuse(asked: Asked) -> Answer | None:
        return refusal(403) if asked.method == "PATCH" and group in asked.path else None

    removals = [GroupRemoval(g, (people[0],), "c1") for g in (group, other)]
    (first, second) = connect.writer(between(refuse)).remove_members(removals)
    assert "HTTP 403" in (first[0].error or "")
    assert "山田" not in (first[0].error or "")
    assert errors(second) == [None]
    assert server.members(other) == people[1:]


def test_what_is_gone_already_is_no_error_whatever_the_server_says(
    connect, server, between, people, group
):
    def gone(asked: Asked) -> Answer | None:
        if asked.method != "PATCH":
            return None
        server.revoke(group, people[0])
        return refusal(400, "noTarget")

    removals = [GroupRemoval(group, (people[0],), "c1")]
    (outcomes,) = connect.writer(between(gone)).remove_members(removals)
    assert errors(outcomes) == [None]


def test_a_deleted_user_who_still_stands_in_a_group_can_be_removed(connect, server, people, group):
    server.ask("DELETE", f"/Users/{people[0]}")
    assert people[0] in server.members(group)
    removals = [GroupRemoval(group, (people[0],), "c1")]
    (outcomes,) = connect.writer(server.url).remove_members(removals)
    assert errors(outcomes) == [None]
    assert server.members(group) == people[1:]


def test_a_server_that_takes_the_entra_form_for_everybody_is_undone_and_told(
    connect, server, between, people, group
):
    def empty(asked: Asked) -> Answer | None:
        if asked.method == "PATCH" and asked.json["Operations"][0]["op"] == "remove":
            for member in server.members(group):
                server.revoke(group, member)
            return Answer(204)
        return None

    removals = [GroupRemoval(group, (people[0],), "c1")]
    writer = connect.writer(between(empty), remove_by="values")
    ((outcome,),) = writer.remove_members(removals)
    assert "remove_by" in (outcome.error or "")
    assert sorted(server.members(group)) == sorted(people[1:])


def test_the_entra_form_removes_whom_it_lists_where_a_server_takes_it_so(
    connect, server, between, people, group
):
    def as_entra(asked: Asked) -> Answer | None:
        if asked.method == "PATCH":
            (operation,) = asked.json["Operations"]
            for value in operation["value"]:
                server.revoke(group, value["value"])
            return Answer(204)
        return None

    removals = [GroupRemoval(group, tuple(people[:2]), "c1")]
    writer = connect.writer(between(as_entra), remove_by="values")
    assert errors(writer.remove_members(removals)[0]) == [None, None]
    assert server.members(group) == people[2:]


def test_a_put_without_etags_that_loses_somebody_else_is_told(
    connect, server, between, people, group
):
    config = {"patch": {"supported": False}, "etag": {"supported": False}}

    def step(asked: Asked) -> Answer | None:
        if asked.path == "/ServiceProviderConfig":
            found = relay(server.port, asked)
            return Answer(200, json.loads(found.body) | config, found.headers)
        if asked.method == "PUT":
            assert "if-match" not in asked.headers
            answer = relay(server.port, asked)
            server.revoke(group, people[5])
            return answer
        return None

    removals = [GroupRemoval(group, (people[0],), "c1")]
    ((outcome,),) = connect.writer(between(step)).remove_members(removals)
    assert "other members are gone" in (outcome.error or "")


def test_a_line_cut_during_a_change_says_that_nothing_is_known_and_is_not_sent_twice(
    connect, between, people, group
):
    cut = Answer(200, {"schemas": []}, {"content-length": "500"}, cut_at=3)
    url = between(lambda asked: cut if asked.method == "PATCH" else None)
    with pytest.raises(DirectoryWriteError) as failure:
        connect.writer(url).remove_members([GroupRemoval(group, (people[0],), "c1")])
    assert failure.value.remedy
    assert between.script.methods("/Groups").count("PATCH") == 1


def test_a_busy_server_is_asked_again_and_the_change_made(connect, server, between, people, group):
    busy = [Answer(429, None, {"retry-after": "3"}), Answer(503)]
    url = between(lambda a: busy.pop(0) if a.method == "PATCH" and busy else None)
    (outcomes,) = connect.writer(url).remove_members([GroupRemoval(group, (people[0],), "c1")])
    assert errors(outcomes) == [None]
    assert server.members(group) == people[1:]
    assert 3 <= connect.waits[0] <= 4


def test_writing_has_a_token_of_its_own(connect, between, people, group, tmp_path):
    (tmp_path / "write-token").write_text("secret-token-for-writing\n")
    url = between(lambda _asked: None)
    writer = connect.writer(url, write_token_file="write-token")
    with pytest.raises(DirectoryWriteError) as failure:
        writer.remove_members([GroupRemoval(group, (people[0],), "c1")])
    assert "HTTP 401" in failure.value.why
    assert {a.headers["authorization"] for a in between.script.asked} == {
        "Bearer secret-token-for-writing"
    }
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("way", ["filter", "put"])
def test_who_is_put_back_stands_there_again_and_nobody_else_changes(
    connect, server, people, group, way
):
    server.revoke(group, people[3])
    outcome = connect.writer(server.url, remove_by=way).add_member(group, people[3], "c2")
    assert outcome.error is None
    assert sorted(server.members(group)) == sorted(people)


def test_an_enterprise_user_is_removed_like_anybody(connect, server):
    given = {"schemas": [USER, ENTERPRISE], "userName": "e1", ENTERPRISE: {"employeeNumber": "1"}}
    member = server.ask("POST", "/Users", given)["id"]
    group = server.add_group("of an enterprise user", [member])
    connect.writer(server.url).remove_members([GroupRemoval(group, (member,), "c1")])
    assert server.members(group) == []
