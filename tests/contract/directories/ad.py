"""`ad` on a real Samba domain controller; looked at with Samba's own tool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.ad import AdDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, SEEDS, Kind, Seat
from tests.fakes.samba import (
    ADMINISTRATOR,
    GROUPS,
    PASSWORD,
    PEOPLE,
    Samba,
    ad_group,
    ad_person,
    group,
    person,
)

SEED = [ad_person(name, number or "") for name, number in ACCOUNTS.items()] + [
    ad_group(name, [person(account) for account in sorted(members)])
    for name, members in SEEDS.items()
]
_NOBODY = "00000000-0000-4000-8000-000000000000"


class AdSeat(Seat):
    secrets = (PASSWORD,)

    def __init__(self, server: Samba, folder: Path) -> None:
        self.server = server
        server.fresh(SEED)
        self._guids = {dn: server.values(dn, "objectGUID")[0] for dn, _ in SEED}
        (folder / "secret").write_text(f"{PASSWORD}\n")
        given = {
            "url": server.ldaps,
            "ca_file": str(server.ca),
            "bind_dn": ADMINISTRATOR,
            "bind_password_file": "secret",
            "people_base": PEOPLE,
            "groups_base": GROUPS,
            "page_size": 4,
            "range_size": 2,
        }
        super().__init__(AdDirectoryType, folder, given, {**given, "url": "ldaps://127.0.0.1:1"})

    def group(self, name: str) -> str:
        return f"{group(name)};{self._native(group(name))}"

    def member(self, account: str) -> str:
        return self._native(person(account))

    def _native(self, dn: str) -> str:
        return f"<GUID={self._guids.get(dn, _NOBODY)}>"

    def standing(self, name: str) -> set[str]:
        values = self.server.values(group(name), "member")
        return {value.split(",")[0].partition("=")[2] for value in values}

    def grant(self, name: str, account: str) -> None:
        self.server.put(group(name), person(account))

    def revoke(self, name: str, account: str) -> None:
        self.server.drop(group(name), person(account))

    def nest(self, name: str, inside: str) -> None:
        self.server.put(group(name), group(inside))

    def unnest(self, name: str, inside: str) -> None:
        if inside in self.standing(name):
            self.server.drop(group(name), group(inside))


@contextmanager
def build(folder: Path) -> Iterator[AdSeat]:
    (folder / "server").mkdir()
    server = Samba(folder / "server")
    try:
        yield AdSeat(server.start(), folder)
    finally:
        server.stop()


KINDS = (Kind("ad", build, frozenset(Capability), nests=True),)
