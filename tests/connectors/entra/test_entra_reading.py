"""A tenant is read whole: people, groups of every kind, nesting, and those who are no people."""

from __future__ import annotations

import pytest

from syncd.core.memberships import Path as Way
from tests.fakes.graph import object_id


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def ways(snapshot, group: str) -> dict[Way, set[str]]:
    return {block.path: set(block.accounts) for block in snapshot.blocks if block.group == group}


def test_people_and_groups_are_known_by_their_ids_and_shown_by_their_names(connect, graph):
    user = graph.add_user("taro@city.example", "１２", accountEnabled=False)
    group = graph.add_group("税務課", (user,))
    snapshot = connect.reader().read(silent)
    account = snapshot.accounts["taro@city.example"]
    assert (account.native, account.staff_number, account.enabled) == (user, "0000012", False)
    (found,) = snapshot.groups
    assert (found.key, found.name, found.direct_count, found.unwritable) == (group, "税務課", 1, "")
    assert snapshot.proof.server == "graph.microsoft.com"


@pytest.mark.parametrize("attribute", ["userPrincipalName", "mailNickname", "id"])
def test_the_staff_number_stands_where_the_site_says(connect, graph, attribute):
    user = graph.add_user("7", mailNickname="7")
    graph.add_group("tax", (user,))
    reader = connect.reader(staff_number_attribute=attribute, account_attribute="id")
    expected = user if attribute == "id" else "0000007"
    assert reader.read(silent).accounts[user].staff_number == expected


@pytest.mark.parametrize("cap", [1, 2, 7, 1000])
def test_pages_of_any_size_give_the_same(connect, graph, cap):
    users = [graph.add_user(f"u{n}", str(n)) for n in range(9)]
    for n in range(5):
        graph.add_group(f"g{n}", tuple(users[n : n + 4]))
    whole = connect.reader().read(silent)
    graph.cap = cap
    again = connect.reader().read(silent)
    assert (again.accounts, again.groups, again.blocks) == (
        whole.accounts,
        whole.groups,
        whole.blocks,
    )
    assert again.proof.sha256 == whole.proof.sha256


def test_members_of_many_groups_are_asked_for_twenty_in_a_request(connect, graph):
    user = graph.add_user("u")
    for n in range(45):
        graph.add_group(f"g{n}", (user,))
    graph.cap = 100
    snapshot = connect.reader().read(silent)
    assert graph.batches == [20, 20, 5]
    assert len(snapshot.blocks) == 45


def test_groups_in_groups_give_the_shortest_path_and_cycles_survive(connect, graph):
    deep, high = graph.add_user("deep"), graph.add_user("high")
    bottom = graph.add_group("bottom", (deep,))
    middle = graph.add_group("middle", (bottom,))
    top = graph.add_group("top", (middle, high))
    graph.grant(bottom, top)
    snapshot = connect.reader().read(silent)
    assert ways(snapshot, top) == {Way(): {"high"}, Way((bottom, middle)): {"deep"}}
    assert {g.key: g.subgroups for g in snapshot.groups}[top] == (middle,)


def test_who_is_no_person_is_an_account_of_its_kind_without_a_staff_number(connect, graph):
    user, robot = graph.add_user("u", "1"), graph.add_other("servicePrincipal")
    group = graph.add_group("tax", (user, robot))
    snapshot = connect.reader().read(silent)
    name = f"servicePrincipal:{robot}"
    assert ways(snapshot, group) == {Way(): {"u", name}}
    assert (snapshot.accounts[name].native, snapshot.accounts[name].staff_number) == (robot, None)


def test_a_member_whose_user_cannot_be_seen_is_an_account_that_nobody_knows(connect, graph):
    group = graph.add_group("tax", (graph.add_user("u"), object_id(777)))
    snapshot = connect.reader().read(silent)
    assert ways(snapshot, group) == {Way(): {"u", object_id(777)}}
    assert snapshot.accounts[object_id(777)].staff_number is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"groupTypes": ["DynamicMembership"], "membershipRule": "user.x"}, "the rule"),
        ({"groupTypes": ["Unified", "DynamicMembership"]}, "the rule"),
        ({"membershipRule": "user.department -eq 'tax'"}, "the rule"),
        ({"onPremisesSyncEnabled": True}, "on-premises AD"),
        ({"mailEnabled": True}, "Exchange"),
        ({"mailEnabled": True, "groupTypes": ["Unified"]}, ""),
        ({"onPremisesSyncEnabled": False}, ""),
        ({"isAssignableToRole": True}, ""),
    ],
)
def test_a_group_that_cannot_be_changed_here_says_why_and_what_to_do(connect, graph, given, said):
    graph.add_group("tax", (graph.add_user("u"),), **given)
    (group,) = connect.reader().read(silent).groups
    assert said in group.unwritable
    assert bool(group.unwritable) == bool(said)


def test_groups_are_read_before_users_so_that_who_joins_meanwhile_is_known(connect, graph):
    group = graph.add_group("tax", (graph.add_user("first"),))
    joined = []

    def joining(asked):
        if asked.path == f"/groups/{group}/members" and not joined:
            joined.append(graph.add_user("second", "2"))
            graph.grant(group, joined[0])

    graph.step = joining
    snapshot = connect.reader().read(silent)
    assert snapshot.accounts["second"].staff_number == "0000002"
    assert joined[0] not in snapshot.accounts


def test_a_group_that_comes_or_goes_while_it_is_read_begins_the_read_anew(connect, graph):
    user = graph.add_user("u")
    outer, doomed = graph.add_group("outer", (user,)), graph.add_group("doomed", (user,))
    done = []

    def meddle(asked):
        if asked.path == f"/groups/{outer}/members" and not done:
            done.append(graph.add_group("inner", (user,)))
            graph.grant(outer, done[0])
            graph.delete(doomed)

    graph.step = meddle
    names = {group.name for group in connect.reader().read(silent).groups}
    assert names == {"outer", "inner"}


def test_no_more_is_asked_of_people_than_is_needed(connect, graph):
    graph.add_group("tax", (graph.add_user("u"),))
    connect.reader().read(silent)
    asked = {a.query.get("$select") for a in graph.asked if a.path == "/users"}
    assert asked == {"accountEnabled,employeeId,id,userPrincipalName"}


def test_the_check_tells_the_counts_and_how_many_groups_cannot_be_changed(connect, graph):
    user = graph.add_user("u")
    graph.add_group("tax", (user,))
    graph.add_group("all", (user,), groupTypes=["DynamicMembership"])
    said = connect.reader().check()
    assert said == "graph.microsoft.com: 1 accounts, 2 groups, 1 of them not writable, delta"


@pytest.mark.parametrize(
    ("cloud", "login", "api"),
    [
        ("global", "https://login.microsoftonline.com", "https://graph.microsoft.com"),
        ("us-gov", "https://login.microsoftonline.us", "https://graph.microsoft.us"),
        ("us-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        ("china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_its_own_addresses_and_others_can_be_given(connect, cloud, login, api):
    options = connect.options(cloud=cloud)
    assert (options.login, options.graph) == (login, api)
    other = connect.options(login_url="https://l.example/", graph_url="https://g.example/")
    assert (other.login, other.graph) == ("https://l.example", "https://g.example")
