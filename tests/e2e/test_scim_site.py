"""The main job against a real SCIM server, by the real command: found, approved, removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.one_directory import make_site, syncd
from tests.fakes.scim_server import TOKEN, ScimServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScimServer]:
    (tmp_path / "scim").mkdir()
    started = ScimServer(tmp_path / "scim")
    try:
        yield started.start()
    finally:
        started.stop()


@pytest.fixture
def group(server: ScimServer) -> str:
    people = [server.add_user(f"mihon{n}", f"000000{n}") for n in (1, 2, 3)]
    return server.add_group("番号_税務", people[:2])


@pytest.fixture
def site(tmp_path: Path, server: ScimServer) -> Path:
    directory = f"""type = "scim"
mode = "apply"
url = "{server.url}"
allow_plaintext = true
token_file = "secrets/scim"
attempts = 1
"""
    return make_site(tmp_path / "site", directory, {"scim": TOKEN}, "番号_税務")


def test_a_stale_right_leaves_the_service_and_the_next_run_finds_nothing(
    site: Path, server: ScimServer, group: str
):
    code, said = syncd(site, "check")
    assert code == 0, said
    code, found = syncd(site, "sync")
    assert (code, found["counts"]["stale"], found["counts"]["justified"]) == (3, 1, 1)
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    stays = server.members(group)[0]
    code, removed = syncd(site, "sync")
    assert (code, removed["counts"]["removed"]) == (0, 1)
    assert server.members(group) == [stays]
    assert syncd(site, "sync")[1]["findings"] == []


def test_the_night_when_the_service_is_down_is_unknown_and_removes_nothing(
    site: Path, server: ScimServer, group: str
):
    found = syncd(site, "sync")[1]
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    server.stop()
    code, told = syncd(site, "sync")
    assert (code, told["complete"], told["counts"]["unknown"]) == (5, False, 2)
    assert told["counts"]["removed"] == 0
    assert told["refused"][0]["directory"] == "ad"
