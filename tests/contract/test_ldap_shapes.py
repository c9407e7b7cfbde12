"""What directories with LDAP's shapes promise besides the contract that every directory keeps.

Names with commas, values spelled in several ways, three kinds of groups, nesting and cycles. It
is held against a real slapd and a file, which is what the server's own `slapcat` exports.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.ldap import LdapDirectoryType
from connectors.ldif import LdifDirectoryType
from syncd.core.memberships import Account, DirectorySnapshot
from syncd.core.memberships import Path as Way
from syncd.ports.directory import DirectoryContext, DirectoryReader, DirectoryWriter, GroupRemoval
from tests.contract.directories import NOW
from tests.fakes.slapd import (
    GROUPS,
    PEOPLE,
    SUFFIX,
    WRITER,
    Slapd,
    group,
    ldif,
    ldif_group,
    ldif_person,
    person,
)

COMMA = f"cn=山田\\, 太郎,{PEOPLE}"
GHOST = person("gone")
SEED = (
    "".join(ldif_person(f"u{n}", str(n)) for n in range(1, 9))
    + ldif_person("nobody")
    + ldif(
        COMMA,
        {"objectClass": "inetOrgPerson", "cn": "山田, 太郎", "sn": "山田", "employeeNumber": "９"},
    )
    + ldif_group("tax", [person("u1"), person("u2").upper(), GHOST, COMMA])
    + ldif_group("one", [person("u3")])
    + ldif_group("unique", [person("u1"), f"{person('u2')}#'01'B"], "groupOfUniqueNames")
    + ldif_group("posix", ["u1", "u4", "local"], "posixGroup")
    + ldif_group("top", [group("middle"), person("u5")])
    + ldif_group("middle", [group("bottom"), group("side")])
    + ldif_group("side", [group("bottom"), person("u6")])
    + ldif_group("bottom", [group("top"), person("u7")])
    + ldif_group("番号_税務", [person("u8")])
)


@dataclass
class Seat:
    """One directory with both halves."""

    reader: DirectoryReader
    writer: DirectoryWriter

    def read(self) -> DirectorySnapshot:
        return self.reader.read(lambda *_: None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Slapd]:
    folder = tmp_path / "server"
    folder.mkdir()
    slapd = Slapd(folder, SEED)
    slapd.prepare()
    try:
        yield slapd.start()
    finally:
        slapd.stop()


def _ldap(server: Slapd, folder: Path) -> Seat:
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
    return _seat(LdapDirectoryType, folder, given)


def _ldif(server: Slapd, folder: Path) -> Seat:
    command = ("/usr/sbin/slapcat", "-F", str(server.folder / "conf"), "-b", SUFFIX)
    export = subprocess.run(command, check=True, capture_output=True).stdout
    (folder / "export.ldif").write_bytes(export)
    given = {"path": "export.ldif", "people_base": PEOPLE, "groups_base": GROUPS}
    return _seat(LdifDirectoryType, folder, {**given, "in_place": True})


def _seat(kind, folder: Path, given: dict[str, object]) -> Seat:
    context = DirectoryContext("kikan", folder, 7, lambda: NOW)
    options = kind.Options.model_validate(given)
    return Seat(kind.build_reader(options, context), kind.build_writer(options, context))


@pytest.fixture(params=["ldap", "ldif"])
def seat(request: pytest.FixtureRequest, server: Slapd, tmp_path: Path) -> Seat:
    return {"ldap": _ldap, "ldif": _ldif}[request.param](server, tmp_path)


def members_of(snapshot: DirectorySnapshot, name: str) -> dict[Way, set[str]]:
    return {b.path: set(b.accounts) for b in snapshot.blocks if b.group == group(name)}


def comma_of(accounts: Iterable[Account]) -> str:
    """The account with a comma in its name; each server escapes it in its own way (RFC 4514)."""
    (found,) = (a for a in accounts if a.staff_number == "0000009")
    return found.account


def test_groups_of_every_kind_are_read_with_names_in_japanese(seat):
    snapshot = seat.read()
    assert len([a for a in snapshot.accounts.values() if a.staff_number]) == 9
    assert {g.name for g in snapshot.groups} == {
        *("tax", "one", "unique", "posix", "top", "middle", "side", "bottom", "番号_税務"),
    }
    assert snapshot.proof.entries >= 19


def test_a_staff_number_in_full_width_digits_is_the_same_number(seat):
    assert comma_of(seat.read().accounts.values())


def test_members_are_found_however_their_names_are_spelled(seat):
    snapshot = seat.read()
    assert members_of(snapshot, "tax") == {
        Way(): {"u1", "u2", GHOST, comma_of(snapshot.accounts.values())}
    }
    assert members_of(snapshot, "unique") == {Way(): {"u1", "u2"}}
    assert members_of(snapshot, "posix") == {Way(): {"u1", "u4", "local"}}
    assert members_of(snapshot, "番号_税務") == {Way(): {"u8"}}


def test_who_has_no_entry_is_an_account_without_a_staff_number(seat):
    accounts = seat.read().accounts
    assert {accounts[name].staff_number for name in (GHOST, "local")} == {None}
    assert (accounts[GHOST].native, accounts["local"].native) == (GHOST, "local")


def test_nested_groups_give_one_shortest_path_and_cycles_survive(seat):
    assert members_of(seat.read(), "top") == {
        Way(): {"u5"},
        Way((group("side"), group("middle"))): {"u6"},
        Way((group("bottom"), group("middle"))): {"u7"},
    }


def test_each_group_names_the_groups_that_stand_directly_in_it(seat):
    edges = {g.name: set(g.subgroups) for g in seat.read().groups if g.subgroups}
    assert edges["top"] == {group("middle")}
    assert edges["middle"] == {group("bottom"), group("side")}


def test_groups_tell_whether_they_may_be_empty_and_how_many_stand_in_them(seat):
    groups = {g.name: (g.may_be_empty, g.direct_count) for g in seat.read().groups}
    assert groups["tax"] == (False, 4)
    assert groups["unique"] == (False, 2)
    assert groups["posix"] == (True, 3)


def test_every_membership_of_a_snapshot_can_be_asked_for_by_its_own_names(seat):
    snapshot = seat.read()
    for block in snapshot.blocks:
        natives = {snapshot.accounts[account].native for account in block.accounts}
        expected = natives if block.path == Way() else set()
        assert seat.reader.present_members({block.group: natives})[block.group] == expected, block


@pytest.mark.parametrize("name", ["tax", "unique", "posix"])
def test_members_are_removed_and_removed_again_without_error(seat, name):
    snapshot = seat.read()
    (block,) = (b for b in snapshot.blocks if b.group == group(name))
    leaving = [snapshot.accounts[account].native for account in block.accounts[1:]]
    for _ in range(2):
        outcomes = seat.writer.remove_members([GroupRemoval(group(name), tuple(leaving), "c1")])[0]
        assert [(o.member, o.error) for o in outcomes] == [(m, None) for m in leaving]
        assert seat.reader.present_members({group(name): leaving})[group(name)] == frozenset()
    stays = snapshot.accounts[block.accounts[0]].native
    assert seat.reader.present_members({group(name): [stays]})[group(name)] == {stays}


def test_the_last_member_stays_where_the_schema_wants_one(seat):
    (outcome,) = seat.writer.remove_members([GroupRemoval(group("one"), (person("u3"),), "c1")])[0]
    assert outcome.error is not None
    assert "placeholder_member" in outcome.error
    assert seat.reader.present_members({group("one"): [person("u3")]})[group("one")] == {
        person("u3")
    }


@pytest.mark.parametrize("name", ["tax", "unique", "posix"])
def test_a_member_is_put_back_and_put_back_again_without_error(seat, name):
    before = members_of(seat.read(), name)
    seat.writer.remove_members([GroupRemoval(group(name), (person("u1"),), "c1")])[0]
    assert members_of(seat.read(), name) != before
    for _ in range(2):
        outcome = seat.writer.add_member(group(name), person("u1"), "c2")
        assert (outcome.member, outcome.error) == (person("u1"), None)
    assert members_of(seat.read(), name) == before
