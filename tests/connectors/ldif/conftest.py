from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.ldif import LdifDirectoryType, LdifReader, LdifWriter
from syncd.core.calendar import JST
from syncd.core.memberships import DirectorySnapshot
from syncd.ports.directory import DirectoryContext
from tests.fakes.slapd import SUFFIX, Slapd, ldif_group, ldif_person, person

NOW = datetime(2027, 4, 1, tzinfo=JST)

TOWN = """\
version: 1

dn: dc=example,dc=jp
objectClass: domain
dc: example

dn: uid=u1,ou=people,dc=example,dc=jp
objectClass: inetOrgPerson
uid: u1
cn:: 5bGx55Sw44CA5aSq6YOO
sn:: 5bGx55Sw
employeeNumber: 1

dn: uid=u2,ou=people,dc=example,dc=jp
objectClass: inetOrgPerson
uid: u2
cn: two
sn: two
employeeNumber: ０００００02

dn: uid=u3,ou=people,dc=example,dc=jp
objectClass: inetOrgPerson
uid: u3
cn: three
sn: three
employeeNumber: 3

dn: cn=tax,ou=groups,dc=example,dc=jp
objectClass: groupOfNames
cn: tax
member: uid=u1,ou=people,dc=example,dc=jp
member: UID=U2, OU=People, DC=example, DC=jp
member: uid=gone,ou=people,dc=example,dc=jp

dn: cn=one,ou=groups,dc=example,dc=jp
objectClass: groupOfNames
cn: one
member: uid=u3,ou=people,dc=example,dc=jp

dn: cn=files,ou=groups,dc=example,dc=jp
objectClass: posixGroup
cn: files
gidNumber: 5000
memberUid: u1
memberUid: u3
description: the last line but one of its record

"""


def dn(uid: str) -> str:
    return f"uid={uid},ou=people,dc=example,dc=jp"


def group(name: str) -> str:
    return f"cn={name},ou=groups,dc=example,dc=jp"


class Export:
    """An export in a folder of its own, with readers and writers of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "town.ldif"
        self.write(TOWN)

    def write(self, text: str | bytes) -> None:
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)

    def changes(self) -> list[Path]:
        return sorted((self.folder / "changes").glob("*.ldif"))

    def _context(self) -> DirectoryContext:
        return DirectoryContext("kikan", self.folder, 7, lambda: NOW)

    def reader(self, **options: object) -> LdifReader:
        checked = LdifDirectoryType.Options.model_validate({"path": "town.ldif", **options})
        return LdifDirectoryType.build_reader(checked, self._context())

    def writer(self, **options: object) -> LdifWriter:
        checked = LdifDirectoryType.Options.model_validate({"path": "town.ldif", **options})
        return LdifDirectoryType.build_writer(checked, self._context())

    def read(self, **options: object) -> DirectorySnapshot:
        return self.reader(**options).read(lambda *_: None)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)


@pytest.fixture(scope="module")
def exporting_slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """A server with 50 people and a group, whose own tools export it."""
    everybody = [f"u{n:04}" for n in range(50)]
    people = "".join(ldif_person(uid, str(n)) for n, uid in enumerate(everybody))
    tax = ldif_group("tax", [person(uid) for uid in everybody])
    server = Slapd(tmp_path_factory.mktemp("exporting"), people + tax)
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


def run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
def ldapsearch(exporting_slapd: Slapd) -> Callable[..., bytes]:
    login = ("-x", "-H", exporting_slapd.ldap, "-D", f"cn=admin,{SUFFIX}", "-w", "secret")
    return lambda *form: run("ldapsearch", *login, "-b", SUFFIX, *form)


@pytest.fixture
def slapcat(exporting_slapd: Slapd) -> bytes:
    config = str(exporting_slapd.folder / "conf")
    return run("/usr/sbin/slapcat", "-F", config, "-b", SUFFIX, "-o", "ldif-wrap=76")
