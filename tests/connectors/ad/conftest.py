from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from connectors.ad.options import AdOptions
from connectors.ad.reader import AdReader
from connectors.ad.writer import AdWriter
from syncd.core.calendar import JST
from syncd.ports.directory import DirectoryContext
from tests.fakes.samba import (
    ADMINISTRATOR,
    DISTRIBUTION,
    DOMAIN,
    GROUPS,
    PASSWORD,
    PEOPLE,
    SITE,
    Samba,
    account_with_password,
    ad_group,
    ad_person,
    group,
    person,
)

NOW = datetime(2027, 4, 1, 6, tzinfo=JST)
READER = "reader@ad.example.jp"
SECRET = "Passw0rd!Svc"
EVERYONE_SIGNED_IN = f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{DOMAIN}"
MARCH_2027 = 134498016000000000  # 2027-03-15 00:00 UTC as AD writes moments


def numbered(count: int) -> list:
    return [ad_person(f"u{n:03}", str(n)) for n in range(count)]


WORLD = [
    *numbered(40),
    ad_person("nobody"),
    ad_person("left", "901", userAccountControl=546),
    ad_person("expired", "902", accountExpires=MARCH_2027),
    ad_person("lasting", "903", accountExpires=9223372036854775807),
    account_with_password("reader", SECRET),
    (f"CN=printer,{PEOPLE}", {"objectClass": "computer", "sAMAccountName": "PRINTER$"}),
    (f"CN=vendor,{PEOPLE}", {"objectClass": "contact", "employeeID": "1"}),
    ad_group("tax", [person("u001"), person("u002"), person("u003")]),
    ad_group("crowd", [person(f"u{n:03}") for n in range(40)]),
    ad_group("empty"),
    ad_group("strangers", [f"CN=printer,{PEOPLE}", f"CN=vendor,{PEOPLE}", EVERYONE_SIGNED_IN]),
    ad_group("list", [person("u006")], DISTRIBUTION),
    ad_group("bottom", [person("u007")]),
    ad_group("middle", [group("bottom"), group("list")]),
    ad_group("top", [group("middle"), person("u005")]),
]


class Connect:
    """Readers and writers on one server; what is not given is as a site would have it."""

    def __init__(self, samba: Samba, folder: Path) -> None:
        self.samba = samba
        self.folder = folder
        (folder / "secret").write_text(f"{SECRET}\n")
        (folder / "admin").write_text(f"{PASSWORD}\n")
        self.context = DirectoryContext("ad", folder, 7, lambda: NOW)

    def options(self, **changes: object) -> AdOptions:
        given = {
            "url": self.samba.ldaps,
            "ca_file": str(self.samba.ca),
            "bind_dn": READER,
            "bind_password_file": "secret",
            "write_bind_dn": ADMINISTRATOR,
            "write_password_file": "admin",
            "people_base": SITE,
            "groups_base": GROUPS,
            "page_size": 10,
        } | changes
        return AdOptions.model_validate({k: v for k, v in given.items() if v is not None})

    def writer(self, **changes: object) -> AdWriter:
        return AdWriter("ad", self.options(**changes), self.context)

    def reader(self, **changes: object) -> AdReader:
        return AdReader("ad", self.options(**changes), self.context)


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    server = Samba(tmp_path_factory.mktemp("samba"))
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def world(samba: Samba) -> Samba:
    samba.fresh(WORLD)
    return samba


@pytest.fixture
def connect(world: Samba, tmp_path: Path) -> Connect:
    return Connect(world, tmp_path)
