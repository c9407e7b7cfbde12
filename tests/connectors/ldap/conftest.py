from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.ldap import LdapDirectoryType, LdapOptions
from syncd.core.calendar import JST
from syncd.ports.directory import DirectoryContext
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

NOW = datetime(2027, 4, 1, tzinfo=JST)
PEOPLE_COUNT = 700


def seed() -> str:
    everybody = [f"u{n:04}" for n in range(PEOPLE_COUNT)]
    people = "".join(ldif_person(uid, str(n)) for n, uid in enumerate(everybody))
    return (
        people
        + ldif_person("nobody")
        + ldif_group("tax", [person(u) for u in everybody[:5]])
        + ldif_group("one", [person("u0001")])
        + ldif_group("unique", [person("u0001"), person("u0002")], "groupOfUniqueNames")
        + ldif_group("posix", ["u0001", "u0003"], "posixGroup")
        + ldif_group("outer", [group("inner"), person("u0009")])
        + ldif_group("inner", [group("outer"), person("u0010")])
        + ldif_group("ghosts", [f"uid=gone,{PEOPLE}", person("u0001")])
        + ldif_group("crowd", [person(u) for u in everybody])
    )


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = Slapd(tmp_path_factory.mktemp("slapd"), seed())
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


class Connect:
    """Builds readers and writers of a server with the options a test wants to change."""

    def __init__(self, slapd: Slapd, folder: Path) -> None:
        self.slapd = slapd
        self.folder = folder
        (folder / "secret").write_text("secret-reader\n")
        (folder / "write-secret").write_text("secret-writer\n")

    def options(self, **changes: object) -> LdapOptions:
        given = {
            "url": self.slapd.ldaps,
            "ca_file": str(self.slapd.ca),
            "bind_dn": READER,
            "bind_password_file": "secret",
            "write_bind_dn": WRITER,
            "write_password_file": "write-secret",
            "people_base": PEOPLE,
            "groups_base": GROUPS,
            "page_size": 100,
            **changes,
        }
        return LdapOptions.model_validate({k: v for k, v in given.items() if v is not None})

    def context(self) -> DirectoryContext:
        return DirectoryContext("kikan", self.folder, 7, lambda: NOW)

    def reader(self, **changes: object):
        return LdapDirectoryType.build_reader(self.options(**changes), self.context())

    def writer(self, **changes: object):
        return LdapDirectoryType.build_writer(self.options(**changes), self.context())


@pytest.fixture
def connect(slapd: Slapd, tmp_path: Path) -> Connect:
    return Connect(slapd, tmp_path)
