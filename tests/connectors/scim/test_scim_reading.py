"""What a real SCIM server holds is read as it is: people, groups, nesting, those unknown."""

from __future__ import annotations

from itertools import count

import pytest

from syncd.core.memberships import Path as Way
from tests.connectors.scim.conftest import Connect
from tests.fakes.http_script import relay
from tests.fakes.scim_server import ENTERPRISE, USER, ScimServer

_NUMBERS = count(10)


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


@pytest.fixture
def name() -> str:
    """A beginning of names that no other test uses on the same server."""
    return f"n{next(_NUMBERS)}"


def ways(snapshot, group: str) -> dict[Way, set[str]]:
    return {block.path: set(block.accounts) for block in snapshot.blocks if block.group == group}


def test_a_group_is_known_by_its_id_and_shown_by_its_display_name(connect, server, name):
    user = server.add_user(f"{name}.u", "12")
    group = server.add_group(f"{name} 税務課", [user])
    snapshot = connect.reader(server.url).read(silent)
    (found,) = [g for g in snapshot.groups if g.key == group]
    assert (found.name, found.direct_count, found.may_be_empty) == (f"{name} 税務課", 1, True)
    account = snapshot.accounts[f"{name}.u"]
    assert (account.native, account.staff_number, account.enabled) == (user, "0000012", True)


@pytest.mark.parametrize("attribute", ["externalId", "userName", "employeeNumber"])
def test_the_staff_number_stands_where_the_site_says(connect, server, name, attribute):
    number = f"９{name[1:]}"
    given = {"userName": f"{name}.s", attribute: number}
    if attribute == "employeeNumber":
        given = {"userName": f"{name}.s", ENTERPRISE: {"employeeNumber": number}}
    schemas = [USER, ENTERPRISE] if attribute == "employeeNumber" else [USER]
    native = server.ask("POST", "/Users", {"schemas": schemas, **given})["id"]
    server.add_group(f"{name}.g", [native])
    reader = connect.reader(server.url, staff_number_attribute=attribute, account_attribute="id")
    account = reader.read(silent).accounts[native]
    assert account.staff_number == f"9{name[1:]}".zfill(7)


def test_who_is_not_active_is_disabled(connect, server, name):
    server.add_group(f"{name}.g", [server.add_user(f"{name}.off", active=False)])
    assert connect.reader(server.url).read(silent).accounts[f"{name}.off"].enabled is False


def test_groups_in_groups_give_the_shortest_path_and_cycles_survive(connect, server, name):
    user, other = server.add_user(f"{name}.deep"), server.add_user(f"{name}.top")
    bottom = server.add_group(f"{name}.bottom", [user])
    middle = server.add_group(f"{name}.middle", [bottom])
    top = server.add_group(f"{name}.top", [middle, other])
    server.grant(bottom, top)
    snapshot = connect.reader(server.url).read(silent)
    assert ways(snapshot, top) == {
        Way(): {f"{name}.top"},
        Way((bottom, middle)): {f"{name}.deep"},
    }
    assert {g.key: g.subgroups for g in snapshot.groups if g.key == top} == {top: (middle,)}


def test_who_was_deleted_and_left_in_a_group_is_an_account_that_nobody_knows(connect, server, name):
    gone = server.add_user(f"{name}.gone", "77")
    group = server.add_group(f"{name}.g", [gone, server.add_user(f"{name}.here")])
    server.ask("DELETE", f"/Users/{gone}")
    snapshot = connect.reader(server.url).read(silent)
    assert ways(snapshot, group) == {Way(): {gone, f"{name}.here"}}
    assert (snapshot.accounts[gone].native, snapshot.accounts[gone].staff_number) == (gone, None)


@pytest.mark.parametrize("page_size", [2, 3, 1000])
def test_any_page_size_gives_the_same(connect, server, name, page_size):
    for n in range(5):
        server.add_group(f"{name}.{n}", [server.add_user(f"{name}.u{n}")])
    small = connect.reader(server.url, page_size=page_size).read(silent)
    usual = connect.reader(server.url).read(silent)
    assert (small.accounts, small.groups, small.blocks) == (
        usual.accounts,
        usual.groups,
        usual.blocks,
    )
    assert small.proof.sha256 == usual.proof.sha256


def test_each_group_can_be_asked_for_by_itself(connect, server, name):
    server.add_group(f"{name}.g", [server.add_user(f"{name}.u")])
    each = connect.reader(server.url, members="each").read(silent)
    assert each.blocks == connect.reader(server.url).read(silent).blocks


def test_no_more_is_asked_of_people_than_is_needed(connect, server, serve, name):
    server.add_group(f"{name}.g", [server.add_user(f"{name}.u", emails=[{"value": "a@b.jp"}])])
    script = serve(lambda asked: relay(server.port, asked))
    connect.reader(script.url).read(silent)
    asked = {(a.path, a.query["attributes"]) for a in script.asked if a.path == "/Users"}
    assert asked == {("/Users", "active,externalId,userName")}


def test_groups_are_read_before_users_so_that_who_joins_meanwhile_is_known(
    connect, server, serve, name
):
    group = server.add_group(f"{name}.g", [server.add_user(f"{name}.first")])
    joined = []

    def joining(asked):
        if asked.path == "/Users" and not joined:
            joined.append(server.add_user(f"{name}.second", "5"))
            server.grant(group, joined[0])
        return relay(server.port, asked)

    snapshot = connect.reader(serve(joining).url).read(silent)
    assert snapshot.accounts[f"{name}.second"].staff_number == "0000005"
    assert joined[0] not in snapshot.accounts


def test_the_check_tells_the_counts_and_what_the_server_can_do(connect, server: ScimServer, name):
    server.add_group(f"{name}.g", [server.add_user(f"{name}.u")])
    found = connect.reader(server.url).check()
    assert found.startswith(f"127.0.0.1:{server.port}: ")
    assert found.endswith("groups, PATCH, ETag")


def test_the_token_may_come_from_the_environment(connect: Connect, server, name, monkeypatch):
    server.add_group(f"{name}.g", [server.add_user(f"{name}.u")])
    monkeypatch.setenv("SAAS_TOKEN", "secret-token-of-the-test")
    reader = connect.reader(server.url, token_file=None, token_env="SAAS_TOKEN")
    assert f"{name}.u" in reader.read(silent).accounts
