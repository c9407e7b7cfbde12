"""A site whose only directory is a slapd, with one right that is stale."""

from __future__ import annotations

from pathlib import Path

from tests.e2e import one_directory
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


def seeded_slapd(folder: Path) -> Slapd:
    folder.mkdir()
    people = "".join(ldif_person(f"mihon{n}", f"000000{n}") for n in (1, 2, 3))
    members = [person("mihon1"), person("mihon2")]
    server = Slapd(folder, people + ldif_group("mn-tax", members))
    server.prepare()
    return server


def make_site(folder: Path, slapd: Slapd) -> Path:
    directory = f"""type = "ldap"
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
    secrets = {"read": "secret-reader", "write": "secret-writer"}
    return one_directory.make_site(folder, directory, secrets, group("mn-tax"))
