"""What changed since a read is told by the controller that was read, or a whole read is due."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ldap3 import MODIFY_ADD, MODIFY_DELETE

from connectors.ad import dirsync
from connectors.ad.reader import AdReader
from syncd.core.memberships import DirectoryDelta, DirectorySnapshot, Group
from syncd.core.memberships import Path as Way
from syncd.errors import DeltaLost, DirectoryUnreadable
from tests.connectors.ad.conftest import EVERYONE_SIGNED_IN, WORLD, Connect
from tests.fakes.samba import (
    ADMINISTRATOR,
    DISTRIBUTION,
    DOMAIN,
    GROUPS,
    PEOPLE,
    SITE,
    Samba,
    ad_group,
    ad_person,
    group,
    person,
)


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def _is_small(dn: str) -> bool:
    return not dn.startswith("CN=u0") or dn < "CN=u010"


SMALL = [
    (dn, {k: [m for m in v if _is_small(m)] if k == "member" else v for k, v in told.items()})
    for dn, told in WORLD
    if _is_small(dn)
]


@pytest.fixture
def fresh(world: Samba) -> Samba:
    """The world as it was, before a test that changes much of it."""
    world.fresh(SMALL)
    return world


@pytest.fixture(params=["dirsync", "usnchanged"])
def reader(request: pytest.FixtureRequest, connect: Connect, fresh: Samba) -> AdReader:
    """A reader that has read, as an account that may see what is deleted."""
    found = connect.reader(
        changes_by=request.param,
        bind_dn=ADMINISTRATOR,
        bind_password_file="admin",
        people_base=PEOPLE,
    )
    found.read(silent)
    return found


Told = tuple[set[tuple[str, Way, frozenset[str]]], dict[str, Group], dict[str, tuple[object, ...]]]


def told(snapshot: DirectorySnapshot) -> Told:
    """What a snapshot says, in no order; members that came again stand in another one."""
    blocks = {(b.group, b.path, frozenset(b.accounts)) for b in snapshot.blocks if b.accounts}
    groups = {g.key: _unordered(g) for g in snapshot.groups}
    accounts = {
        a.account: (a.native, a.staff_number, a.enabled) for a in snapshot.accounts.values()
    }
    return blocks, groups, accounts


def _unordered(group_: Group) -> Group:
    subgroups, keep = sorted(group_.subgroups), sorted(group_.must_keep)
    return replace(group_, subgroups=tuple(subgroups), must_keep=tuple(keep))


def laid_over(before: DirectorySnapshot, delta: DirectoryDelta) -> DirectorySnapshot:
    """What somebody knows who held the snapshot and is told what changed."""
    replaced = {g.key for g in delta.groups} | set(delta.gone)
    gone = set(delta.accounts_gone)
    return replace(
        before,
        groups=(*(g for g in before.groups if g.key not in replaced), *delta.groups),
        blocks=(*(b for b in before.blocks if b.group not in replaced), *delta.blocks),
        accounts={
            **{name: a for name, a in before.accounts.items() if name not in gone},
            **delta.accounts,
        },
    )


def _new_group_with_new_person(server: Samba) -> None:
    server.add(*ad_person("new", "500"))
    server.add(*ad_group("fresh", [person("new"), person("u001"), group("tax")]))
    server.put(group("top"), group("fresh"))


def _deleted(server: Samba) -> None:
    server.delete(person("u001"))
    server.delete(group("bottom"))
    server.delete(f"CN=printer,{PEOPLE}")


def _renamed(server: Samba) -> None:
    server.move(person("u001"), "CN=u001 of late")
    server.move(group("middle"), "CN=middle of late")
    server.replace(person("u002"), "sAMAccountName", "u002b")


def _moved_away(server: Samba) -> None:
    server.move(person("u002"), "CN=u002", SITE)
    server.move(group("bottom"), "CN=bottom", SITE)


CHANGES: dict[str, Callable[[Samba], None]] = {
    "somebody comes and somebody goes": lambda s: (
        s.put(group("tax"), person("u008")),
        s.drop(group("tax"), person("u001")),
    ),
    "one comes and goes again": lambda s: (
        s.put(group("tax"), person("u008")),
        s.drop(group("tax"), person("u008")),
    ),
    "a group comes with somebody new in it": _new_group_with_new_person,
    "a group stands in another": lambda s: s.put(group("tax"), group("crowd")),
    "a group leaves another": lambda s: s.drop(group("top"), group("middle")),
    "an account, a group and a computer are deleted": _deleted,
    "an account and a group are renamed": _renamed,
    "an account and a group are moved out of their bases": _moved_away,
    "an account is disabled": lambda s: s.replace(person("u001"), "userAccountControl", 546),
    "a staff number changes": lambda s: s.replace(person("u001"), "employeeID", "777"),
    "a stranger comes": lambda s: s.put(
        group("tax"), EVERYONE_SIGNED_IN, f"CN=Administrator,CN=Users,{DOMAIN}"
    ),
    "a contact comes and a computer goes": lambda s: (
        s.put(group("tax"), f"CN=vendor,{PEOPLE}"),
        s.drop(group("strangers"), f"CN=printer,{PEOPLE}"),
    ),
    "a group is marked by AdminSDHolder": lambda s: s.replace(group("tax"), "adminCount", 1),
    "a group is emptied": lambda s: s.drop(group("tax"), *(person(f"u00{n}") for n in (1, 2, 3))),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_changes_laid_over_a_read_are_what_a_whole_read_gives(reader, connect, fresh, change):
    before = reader.read(silent)
    change(fresh)
    known = laid_over(before, reader.changes())
    assert told(known) == told(reader.read(silent))


def test_a_change_is_told_once_and_a_read_in_between_loses_none(reader, fresh):
    fresh.put(group("tax"), person("u008"))
    reader.read(silent)
    assert [g.name for g in reader.changes().groups] == ["tax"]
    assert reader.changes().groups == ()
    fresh.drop(group("tax"), person("u008"))
    (tax,) = reader.changes().groups
    assert tax.direct_count == 3


def test_only_the_group_that_changed_and_those_above_it_are_told(reader, fresh):
    fresh.put(group("bottom"), person("u008"))
    delta = reader.changes()
    assert {g.name for g in delta.groups} == {"bottom", "middle", "top"}
    assert not delta.gone


def test_who_is_deleted_stands_nowhere_any_more(reader, fresh):
    """The controller takes a deleted account out of its groups, and says so of none of them."""
    fresh.delete(person("u002"))
    delta = reader.changes()
    assert "u002" in delta.accounts_gone
    assert {"tax", "crowd"} <= {g.name for g in delta.groups}
    assert not [b for b in delta.blocks if "u002" in b.accounts]


def test_a_renamed_group_goes_under_its_old_key_and_comes_under_the_new_one(reader, fresh):
    fresh.move(group("tax"), "CN=tax of late")
    delta = reader.changes()
    assert [key.partition(";")[0] for key in delta.gone] == [group("tax")]
    assert f"CN=tax of late,{GROUPS}" in {g.key.partition(";")[0] for g in delta.groups}


def test_a_large_group_tells_only_who_came_and_who_went(connect, fresh, monkeypatch):
    reader = connect.reader(changes_by="dirsync")
    reader.read(silent)
    fresh.put(group("crowd"), person("nobody"))
    fresh.drop(group("crowd"), person("u005"))
    monkeypatch.setattr("connectors.ad.reading.Reading._groups", _must_not_read)
    (crowd,) = (g for g in reader.changes().groups)
    assert (crowd.name, crowd.direct_count) == ("crowd", 10)


def _must_not_read(_self: object, _met: object, _name: str, anyone: str = "") -> None:
    raise AssertionError("the group was read whole")


def test_how_changes_are_told_is_said(reader, connect):
    assert reader.changes().method in {"DirSync, incremental values", "uSNChanged"}
    assert "changes by DirSync" in connect.reader().check()


def test_a_plain_account_without_any_right_follows_by_dirsync(connect, fresh):
    reader = connect.reader()
    reader.read(silent)
    fresh.put(group("tax"), person("u008"))
    delta = reader.changes()
    assert (delta.method, [g.name for g in delta.groups]) == (
        "DirSync, incremental values",
        ["tax"],
    )


def test_where_dirsync_is_not_permitted_changes_are_asked_for_by_usnchanged(
    connect, fresh, monkeypatch
):
    """Without the object security flag the controller refuses a plain account (samba: code 50)."""
    monkeypatch.setattr(dirsync, "OBJECT_SECURITY", False)
    reader = connect.reader()
    reader.read(silent)
    fresh.put(group("tax"), person("u008"))
    delta = reader.changes()
    assert (delta.method, [g.name for g in delta.groups]) == ("uSNChanged", ["tax"])


# --- a lost place leads to a whole read, never to silence ---------------------------------------


def lost(reader: AdReader) -> str:
    """The reason for which changes are lost; and they are, until there was a whole read."""
    with pytest.raises(DeltaLost) as first:
        reader.changes()
    with pytest.raises(DeltaLost):
        reader.changes()
    assert first.value.remedy
    return first.value.why


def test_a_cookie_that_the_controller_refuses_is_lost(connect, fresh):
    reader = connect.reader()
    reader.read(silent)
    reader._known.place = replace(reader._known.place, cookie=b"MSDSgarbage")
    fresh.put(group("tax"), person("u008"))
    assert "cookie" in lost(reader)
    assert "u008" in {a for b in reader.read(silent).blocks for a in b.accounts}
    assert reader.changes().groups == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"invocation": "00000000-0000-4000-8000-000000000000"}, "restored"),
        ({"service": "CN=NTDS Settings,CN=DC9"}, "another controller"),
        ({"usn": 99_999_999}, "earlier state"),
    ],
    ids=["restored", "another", "put back"],
)
def test_another_or_a_restored_controller_is_no_place_to_go_on_from(reader, change, word):
    reader._known.place = replace(reader._known.place, **change)
    assert word in lost(reader)


def test_a_unit_that_moves_takes_what_lies_below_with_it_and_a_whole_read(reader, fresh):
    fresh.move(PEOPLE, "OU=people of late")
    try:
        assert "OU" in lost(reader)
    finally:
        fresh.move(f"OU=people of late,{SITE}", "OU=people")


def test_a_distribution_group_that_changes_where_they_bring_nothing_takes_a_whole_read(
    connect, fresh
):
    reader = connect.reader(distribution_groups="ignore")
    reader.read(silent)
    fresh.add(*ad_group("mail", [person("u001")], DISTRIBUTION))
    assert "distribution" in lost(reader)


def test_a_second_controller_does_not_go_on_where_the_first_one_stood(
    connect, fresh, tmp_path_factory
):
    second = Samba(tmp_path_factory.mktemp("first"))
    try:
        second.start()
        second.fresh(SMALL)
        (connect.folder / "cas").write_text(second.ca.read_text() + fresh.ca.read_text())
        reader = connect.reader(url=[second.ldaps, fresh.ldaps], ca_file="cas")
        assert second.address in reader.read(silent).proof.server
        assert second.address in reader.changes().server
        second.kill()
        assert lost(reader)
        assert fresh.address in reader.read(silent).proof.server
        fresh.put(group("tax"), person("u008"))
        delta = reader.changes()
        assert (fresh.address in delta.server, [g.name for g in delta.groups]) == (True, ["tax"])
    finally:
        second.kill()


def test_a_controller_restored_from_a_backup_is_noticed(connect, tmp_path_factory, tmp_path: Path):
    folder = tmp_path_factory.mktemp("restored") / "dc"
    folder.mkdir()
    server = Samba(folder)
    try:
        server.start()
        server.fresh(SMALL)
        server.stop()
        sockets = shutil.ignore_patterns("ldapi")
        shutil.copytree(folder / "private", tmp_path / "backup", ignore=sockets)
        server.start()
        server.put(group("tax"), person("u008"))
        reader = connect.reader(url=server.ldaps, ca_file=str(server.ca))
        reader.read(silent)
        server.stop()
        shutil.rmtree(folder / "private")
        shutil.copytree(tmp_path / "backup", folder / "private")
        server.start()
        assert "earlier state" in lost(reader)
        assert "u008" not in {
            a
            for b in reader.read(silent).blocks
            if b.group.startswith("CN=tax")
            for a in b.accounts
        }
    finally:
        server.stop()


def test_a_controller_that_does_not_answer_is_unknown_and_what_was_known_stays(
    connect, tmp_path_factory
):
    server = Samba(tmp_path_factory.mktemp("away"))
    try:
        server.start()
        server.fresh(SMALL)
        reader = connect.reader(url=server.ldaps, ca_file=str(server.ca))
        reader.read(silent)
        server.put(group("tax"), person("u008"))
        server.stop()
        with pytest.raises(DirectoryUnreadable) as failure:
            reader.changes()
        assert not isinstance(failure.value, DeltaLost)
        server.start()
        assert [g.name for g in reader.changes().groups] == ["tax"]
    finally:
        server.stop()


def test_many_changes_at_once_are_told_whole(reader, fresh):
    before = reader.read(silent)
    with fresh.administrator() as connection:
        for number in range(30):
            connection.add(*_added(number))
            change = {"member": [(MODIFY_ADD, [person(f"n{number}")])]}
            connection.modify(group("crowd"), change)
        connection.modify(group("crowd"), {"member": [(MODIFY_DELETE, [person("u000")])]})
    known = laid_over(before, reader.changes())
    assert told(known) == told(reader.read(silent))


def _added(number: int) -> tuple[str, None, dict[str, object]]:
    dn, attributes = ad_person(f"n{number}", str(2000 + number))
    return dn, None, dict(attributes)
