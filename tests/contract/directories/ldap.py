"""`ldap` on a real slapd; looked at and changed with ldapsearch and ldapmodify."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.ldap import LdapDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, SEEDS, Kind, Seat
from tests.fakes.slapd import (
    GROUPS,
    PEOPLE,
    WRITER,
    Slapd,
    group,
    ldif_group,
    ldif_person,
    person,
)

SEED = "".join(ldif_person(name, number or "") for name, number in ACCOUNTS.items()) + "".join(
    ldif_group(name, [person(account) for account in sorted(members)])
    for name, members in SEEDS.items()
)


class LdapSeat(Seat):
    may_be_empty = False  # groupOfNames, RFC 4519 section 3.5
    secrets = ("secret-writer",)

    def __init__(self, server: Slapd, folder: Path) -> None:
        self.server = server
        (folder / "secret").write_text("secret-writer\n")
        given = {
            "url": server.ldaps,
            "ca_file": str(server.ca),
            "bind_dn": WRITER,
            "bind_password_file": "secret",
            "people_base": PEOPLE,
            "groups_base": GROUPS,
            "page_size": 4,
        }
        super().__init__(LdapDirectoryType, folder, given, {**given, "url": "ldaps://127.0.0.1:1"})

    def group(self, name: str) -> str:
        return group(name)

    def member(self, account: str) -> str:
        return person(account)

    def standing(self, name: str) -> set[str]:
        values = self.server.values(group(name), "member")
        return {value.split(",")[0].partition("=")[2] for value in values}

    def grant(self, name: str, account: str) -> None:
        self.server.add_values(group(name), "member", [person(account)])

    def revoke(self, name: str, account: str) -> None:
        self.server.delete_values(group(name), "member", [person(account)])

    def nest(self, name: str, inside: str) -> None:
        self.server.add_values(group(name), "member", [group(inside)])

    def unnest(self, name: str, inside: str) -> None:
        if inside in self.standing(name):
            self.server.delete_values(group(name), "member", [group(inside)])


@contextmanager
def build(folder: Path) -> Iterator[LdapSeat]:
    (folder / "server").mkdir()
    server = Slapd(folder / "server", SEED, session_log=100)
    server.prepare()
    try:
        yield LdapSeat(server.start(), folder)
    finally:
        server.stop()


KINDS = (Kind("ldap", build, frozenset(Capability), nests=True),)
