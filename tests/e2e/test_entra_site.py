"""The main job against Microsoft Graph in memory, over real sockets and TLS, by the real command.

A right by an assigned group is approved and removed; one by a dynamic group is in no plan, and it
is said what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.one_directory import make_site, syncd
from tests.fakes.certificates import make_certificates
from tests.fakes.graph import SECRET, Graph
from tests.fakes.http_script import Answer, Asked, HttpScript


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture
def script(tmp_path: Path, graph: Graph) -> Iterator[HttpScript]:
    def answer(asked: Asked) -> Answer:
        authorization = asked.headers.get("authorization", "")
        given = graph.respond(asked.method, asked.target, authorization, asked.body.decode())
        return Answer(given[0], given[2], {k.lower(): v for k, v in given[1].items()})

    make_certificates(tmp_path, names="IP:127.0.0.1")
    started = HttpScript(answer, tmp_path)
    graph.root = f"{started.url}/v1.0"
    yield started
    started.stop()


@pytest.fixture
def site(tmp_path: Path, script: HttpScript) -> Path:
    directory = f"""type = "entra"
mode = "apply"
tenant = "city.example"
client_id = "app"
secret_file = "secrets/entra"
login_url = "{script.url}"
graph_url = "{script.url}"
ca_file = "{tmp_path / "ca.crt"}"
"""
    return make_site(tmp_path / "site", directory, {"entra": SECRET}, "番号_税務")


def people(graph: Graph) -> tuple[str, ...]:
    return tuple(graph.add_user(f"mihon{n}", f"000000{n}") for n in (1, 2, 3))


def test_a_stale_right_leaves_the_tenant_and_the_next_run_finds_nothing(site: Path, graph: Graph):
    stays, *others = people(graph)
    group = graph.add_group("番号_税務", (stays, others[0]))
    code, said = syncd(site, "check")
    assert code == 0, said
    code, found = syncd(site, "sync")
    assert (code, found["counts"]["stale"], found["counts"]["justified"]) == (3, 1, 1)
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    code, removed = syncd(site, "sync")
    assert (code, removed["counts"]["removed"]) == (0, 1)
    assert graph.members[group] == [stays]
    assert graph.disasters == []
    assert syncd(site, "sync")[1]["findings"] == []


def test_a_right_by_a_dynamic_group_is_never_written_and_says_what_to_do(site: Path, graph: Graph):
    stays, *others = people(graph)
    rule = {"groupTypes": ["DynamicMembership"], "membershipRule": 'user.department -eq "税務課"'}
    group = graph.add_group("番号_税務", (stays, others[0]), **rule)
    _, found = syncd(site, "sync")
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    code, told = syncd(site, "sync")
    assert (code, told["counts"]["stale"], told["counts"]["removed"]) == (3, 1, 0)
    assert graph.members[group] == [stays, others[0]]
    assert not [asked for asked in graph.asked if asked.method == "DELETE"]
    (finding,) = told["findings"]
    assert "membershipRule" in str(finding) or "membershipRule" in str(told)
