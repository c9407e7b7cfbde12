"""By which ways an account comes to a right through groups in groups."""

from __future__ import annotations

from syncd.core.nesting import MOST_WAYS, Nesting, Stand, nesting_of
from tests import builders as b
from tests.core.nests import Nest, key


def nesting(holds: dict[str, list[str]], **more: object) -> Nesting:
    return nesting_of(Nest(holds, {}, **more).snapshot())  # type: ignore[arg-type]


def ways(graph: Nesting, start: str, target: str) -> list[str]:
    found, more = graph.ways(Stand(key(start)), {key(target)})
    assert not more
    return [" > ".join(graph.named(way)) for way in found]


def test_every_way_of_a_diamond_is_told_the_shortest_first() -> None:
    graph = nesting({"top": ["a", "b"], "a": ["leaf"], "b": ["c"], "c": ["leaf"], "leaf": ["u1"]})
    assert ways(graph, "leaf", "top") == ["leaf > a > top", "leaf > c > b > top"]


def test_a_way_ends_at_the_first_group_that_gives_the_right() -> None:
    graph = nesting({"top": ["mid"], "mid": ["leaf"], "leaf": ["u1"]})
    found, _ = graph.ways(Stand(key("leaf")), {key("mid"), key("top")})
    assert found == ((key("leaf"), key("mid")),)


def test_groups_in_a_circle_are_walked_once() -> None:
    graph = nesting({"top": ["mid"], "mid": ["leaf"], "leaf": ["top", "u1"]})
    assert ways(graph, "leaf", "top") == ["leaf > mid > top"]
    assert graph.reached(Stand(key("leaf"))) == {key("leaf"), key("mid"), key("top")}


def test_a_group_that_holds_itself_does_no_harm() -> None:
    graph = nesting({"top": ["top", "leaf"], "leaf": ["u1"]})
    assert ways(graph, "leaf", "top") == ["leaf > top"]


def test_many_diamonds_are_told_in_part_and_answered_whole() -> None:
    holds = {"g0": ["u1"]}
    for n in range(30):  # 2 ** 30 ways
        holds |= {f"a{n}": [f"g{n}"], f"b{n}": [f"g{n}"], f"g{n + 1}": [f"a{n}", f"b{n}"]}
    graph = nesting(holds)
    found, more = graph.ways(Stand(key("g0")), {key("g30")})
    assert more
    assert len(found) <= MOST_WAYS
    assert key("g30") in graph.reached(Stand(key("g0")))
    cut = frozenset({(key("a29"), key("g30")), (key("b29"), key("g30"))})
    assert key("g30") not in graph.reached(Stand(key("g0")), cut)


def test_a_name_that_two_groups_share_is_told_as_their_keys() -> None:
    groups = [b.group("cn=tax,ou=a"), b.group("cn=tax,ou=b"), b.group("cn=top,ou=a")]
    graph = nesting_of(b.snapshot(b.block(1, key="cn=tax,ou=a"), groups=groups))
    assert graph.named(["cn=tax,ou=a", "cn=top,ou=a"]) == ("cn=tax,ou=a", "top")


def test_edges_are_known_from_paths_where_groups_do_not_name_their_subgroups() -> None:
    graph = nesting_of(b.snapshot(b.block(1, key="cn=top", through=("cn=leaf", "cn=mid"))))
    assert graph.parents == {"cn=leaf": ("cn=mid",), "cn=mid": ("cn=top",)}


def test_primary_members_count_above_only_where_the_directory_has_it_so() -> None:
    holds: dict[str, list[str]] = {"top": ["staff"], "staff": ["u2"]}
    stand = Stand(key("staff"), primary=True)
    posix = nesting(holds, primary={"staff": ["u1"]})
    assert posix.reached(stand) == {key("staff")}
    assert posix.accounts_below(key("staff")) == {"u2"}
    ad = nesting(holds, primary={"staff": ["u1"]}, primary_climbs=True)
    assert ad.reached(stand) == {key("staff"), key("top")}
    assert ad.accounts_below(key("staff")) == {"u1", "u2"}
