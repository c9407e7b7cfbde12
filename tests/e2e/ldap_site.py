"""A site whose only directory is a slapd, with one right that is stale; and the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from syncd.settings.template import init_site
from tests.fakes.slapd import (
    GROUPS,
    PEOPLE,
    READER,
    WRITER,
    Slapd,
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


def seeded_slapd(folder: Path) -> Slapd:
    folder.mkdir()
    people = "".join(ldif_person(f"mihon{n}", f"000000{n}") for n in (1, 2, 3))
    members = [person("mihon1"), person("mihon2")]
    server = Slapd(folder, people + ldif_group("mn-tax", members))
    server.prepare()
    return server


def make_site(folder: Path, slapd: Slapd) -> Path:
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
