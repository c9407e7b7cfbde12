"""The main job against a real slapd, by the real command: found, approved, removed, read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.settings.template import init_site
from tests.fakes.slapd import (
    GROUPS,
    PEOPLE,
    READER,
    WRITER,
    Slapd,
    group,
    ldif_group,
    ldif_person,
    person,
)

SITE = """
[[actors]]
account = "sato"
staff_number = "0000900"
roles = ["approver"]
"""


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    (tmp_path / "slapd").mkdir()
    people = "".join(ldif_person(f"mihon{n}", f"000000{n}") for n in (1, 2, 3))
    members = [person("mihon1"), person("mihon2")]
    server = Slapd(tmp_path / "slapd", people + ldif_group("mn-tax", members))
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def site(tmp_path: Path, slapd: Slapd) -> Path:
    folder = tmp_path / "site"
    init_site(folder)
    config = (folder / "syncd.toml").read_text()
    before, _, after = config.partition("[[directories]]\n")
    _, _, after = after.partition("# [[directories]]\n")
    directory = f"""[[directories]]
name = "ad"
type = "ldap"
mode = "apply"
url = "{slapd.ldaps}"
ca_file = "{slapd.ca}"
bind_dn = "{READER}"
bind_password_file = "secrets/read"
write_bind_dn = "{WRITER}"
write_password_file = "secrets/write"
people_base = "{PEOPLE}"
groups_base = "{GROUPS}"
"""
    policy = after[after.index("[policy]") :]
    (folder / "syncd.toml").write_text(before + directory + policy + SITE)
    (folder / "secrets" / "read").write_text("secret-reader")
    (folder / "secrets" / "write").write_text("secret-writer")
    entitlements = folder / "in" / "entitlements.csv"
    text = entitlements.read_text().replace("ou=groups,dc=mihon,dc=example", GROUPS)
    entitlements.write_text(text)
    return folder


def syncd(site: Path, *arguments: str, account: str = "unyo") -> tuple[int, dict]:
    command = [sys.executable, "-m", "syncd", "--config", str(site / "syncd.toml"), *arguments]
    environment = {**os.environ, "SUDO_USER": account}
    done = subprocess.run(
        [*command, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    return done.returncode, json.loads(done.stdout)


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
