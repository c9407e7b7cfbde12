"""The main job against a real slapd, by the real command: found, approved, removed, read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.ldap_site import make_site, seeded_slapd
from tests.e2e.one_directory import syncd
from tests.fakes.slapd import Slapd, group, person


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    server = seeded_slapd(tmp_path / "slapd")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def site(tmp_path: Path, slapd: Slapd) -> Path:
    return make_site(tmp_path / "site", slapd)


def test_a_stale_right_leaves_the_server_and_the_next_run_finds_nothing(site: Path, slapd: Slapd):
    assert syncd(site, "check")[0] == 0
    code, found = syncd(site, "sync")
    assert (code, found["counts"]["stale"], found["counts"]["justified"]) == (3, 1, 1)
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    code, removed = syncd(site, "sync")
    assert (code, removed["counts"]["removed"]) == (0, 1)
    assert slapd.values(group("mn-tax"), "member") == [person("mihon1")]
    assert syncd(site, "sync")[1]["findings"] == []


def test_the_night_when_the_directory_is_down_is_unknown_and_removes_nothing(
    site: Path, slapd: Slapd
):
    found = syncd(site, "sync")[1]
    syncd(site, "approve", found["findings"][0]["case"], account="sato")
    slapd.stop()
    code, told = syncd(site, "sync")
    assert (code, told["complete"], told["counts"]["unknown"]) == (5, False, 2)
    assert told["refused"][0]["directory"] == "ad"
    slapd.start()
    assert syncd(site, "sync")[1]["counts"]["removed"] == 1
