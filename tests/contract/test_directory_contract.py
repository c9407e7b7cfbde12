"""What every directory promises (syncd.ports.directory), held against a real slapd and a file.

Both hold the same entries: the file is what the server's own `slapcat` exports.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from connectors.ldap import LdapDirectoryType
from connectors.ldif import LdifDirectoryType
from syncd.core.calendar import JST
from syncd.core.memberships import Account, DirectorySnapshot
from syncd.core.memberships import Path as Way
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import DirectoryContext, DirectoryReader, DirectoryWriter, GroupRemoval
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

NOW = datetime(2027, 4, 1, tzinfo=JST)
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
    dead_reader: DirectoryReader
    dead_writer: DirectoryWriter

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
    return _seat(LdapDirectoryType, folder, given, {**given, "url": "ldaps://127.0.0.1:1"})


def _ldif(server: Slapd, folder: Path) -> Seat:
    command = ("/usr/sbin/slapcat", "-F", str(server.folder / "conf"), "-b", SUFFIX)
    export = subprocess.run(command, check=True, capture_output=True).stdout
    (folder / "export.ldif").write_bytes(export)
    given = {"people_base": PEOPLE, "groups_base": GROUPS, "in_place": True}
    return _seat(
        LdifDirectoryType,
        folder,
        {**given, "path": "export.ldif"},
        {**given, "path": "missing.ldif"},
    )


def _seat(kind, folder: Path, given: dict[str, object], dead: dict[str, object]) -> Seat:
    context = DirectoryContext("kikan", folder, 7, lambda: NOW)
    good, bad = kind.Options.model_validate(given), kind.Options.model_validate(dead)
    return Seat(
        kind.build_reader(good, context),
        kind.build_writer(good, context),
        kind.build_reader(bad, context),
        kind.build_writer(bad, context),
    )


@pytest.fixture(params=["ldap", "ldif"])
def seat(request: pytest.FixtureRequest, server: Slapd, tmp_path: Path) -> Seat:
    return {"ldap": _ldap, "ldif": _ldif}[request.param](server, tmp_path)


def members_of(snapshot: DirectorySnapshot, name: str) -> dict[Way, set[str]]:
    return {b.path: set(b.accounts) for b in snapshot.blocks if b.group == group(name)}


def comma_of(accounts: Iterable[Account]) -> str:
    """The account with a comma in its name; each server escapes it in its own way (RFC 4514)."""
    (found,) = (a for a in accounts if a.staff_number == "0000009")
    return found.account


def test_a_read_is_whole_dated_and_proved(seat):
    snapshot = seat.read()
    assert (snapshot.directory, snapshot.read_at) == ("kikan", NOW)
    assert len([a for a in snapshot.accounts.values() if a.staff_number]) == 9
    assert {g.name for g in snapshot.groups} == {
        *("tax", "one", "unique", "posix", "top", "middle", "side", "bottom", "番号_税務"),
    }
    assert snapshot.proof.pages >= 1
    assert snapshot.proof.entries >= 19
    assert snapshot.proof.sha256


def test_a_read_repeated_gives_the_same(seat):
    assert seat.read() == seat.read()


def test_staff_numbers_are_normalised_and_may_be_missing(seat):
    accounts = seat.read().accounts
    assert accounts["u1"].staff_number == "0000001"
    assert accounts["nobody"].staff_number is None
    assert comma_of(accounts.values())


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


def test_a_group_that_does_not_exist_has_no_members(seat):
    assert (
        seat.reader.present_members({group("gone"): [person("u1")]})[group("gone")] == frozenset()
    )


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


def test_one_who_is_absent_keeps_nobody_else_in(seat):
    members = [person("u1"), person("u8"), person("nowhere"), "no name at all"]
    outcomes = seat.writer.remove_members([GroupRemoval(group("tax"), tuple(members), "c1")])[0]
    assert [o.error for o in outcomes] == [None] * 4
    assert seat.reader.present_members({group("tax"): [person("u1")]})[group("tax")] == frozenset()


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


def test_a_group_that_does_not_exist_takes_nobody_and_loses_nobody(seat):
    (outcome,) = seat.writer.remove_members([GroupRemoval(group("gone"), (person("u1"),), "c1")])[0]
    assert outcome.error is None
    assert seat.writer.add_member(group("gone"), person("u1"), "c2").error is not None


def test_a_directory_out_of_reach_is_refused_with_a_remedy_and_never_empty(seat):
    for ask in (
        lambda: seat.dead_reader.read(lambda *_: None),
        lambda: seat.dead_reader.present_members({group("tax"): [person("u1")]})[group("tax")],
        seat.dead_reader.check,
    ):
        with pytest.raises(DirectoryUnreadable) as failure:
            ask()
        assert failure.value.remedy
    for change in (
        lambda: seat.dead_writer.remove_members(
            [GroupRemoval(group("tax"), (person("u1"),), "c1")]
        )[0],
        lambda: seat.dead_writer.add_member(group("tax"), person("u1"), "c1"),
    ):
        with pytest.raises(DirectoryWriteError):
            change()


def test_the_check_says_in_one_line_what_is_there(seat):
    found = seat.reader.check()
    assert "9 groups" in found
    assert "\n" not in found


def test_long_work_tells_how_far_it_is(seat):
    told: list[int] = []
    seat.reader.read(lambda _what, done, _total: told.append(done))
    assert told
    assert told == sorted(told)
