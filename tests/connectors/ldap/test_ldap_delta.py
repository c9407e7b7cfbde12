"""Following the changes of a real slapd with syncprov: exactly what changed, or a whole read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.core.deltas import patched
from syncd.core.memberships import DirectorySnapshot
from syncd.errors import DeltaLost, DirectoryUnreadable
from syncd.ports.directory import Capability
from tests.connectors.ldap.conftest import Connect
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.slapd import GROUPS, PEOPLE, SUFFIX, Slapd, group, ldif_group, ldif_person, person

LETTERS = "abcdefgh"
SEED = (
    "".join(ldif_person(uid, str(n)) for n, uid in enumerate(LETTERS, 1))
    + ldif_group("tax", [person("a"), person("b")])
    + ldif_group("other", [person("b"), person("c")])
    + ldif_group("inner", [person("d")])
    + ldif_group("outer", [group("inner"), person("e")])
    + ldif_group("top", [group("outer"), person("f")])
    + ldif_group("posix", ["a", "g"], "posixGroup")
    + ldif_group("waiting", [person("new"), person("h")])
)
PHASES = {"delete phase": 1000, "present phase": 0}


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


@pytest.fixture(scope="module", params=PHASES.values(), ids=PHASES)
def told(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Slapd]:
    """A server that tells changes: with a log of what was deleted, and without one."""
    server = Slapd(tmp_path_factory.mktemp("told"), SEED, session_log=request.param)
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def follow(told: Slapd, tmp_path: Path) -> Connect:
    return Connect(told, tmp_path)


def change(dn: str, text: str) -> str:
    return f"dn: {dn}\nchangetype: {text}\n\n"


def member(name: str, what: str, uid: str) -> str:
    return change(group(name), f"modify\n{what}: member\nmember: {person(uid)}")


def renamed(dn: str, rdn: str, above: str = "") -> str:
    superior = f"\nnewsuperior: {above}" if above else ""
    return change(dn, f"modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 1{superior}")


def added(record: str) -> str:
    dn, _, rest = record.partition("\n")
    return f"{dn}\nchangetype: add\n{rest}"


CHANGES = {
    "a member comes": (member("tax", "add", "h"), member("tax", "delete", "h"), "tax", ""),
    "a member goes": (member("other", "delete", "c"), member("other", "add", "c"), "other", ""),
    "the member of a nested group": (
        member("inner", "add", "h"),
        member("inner", "delete", "h"),
        "inner outer top",
        "",
    ),
    "a staff number": (
        change(person("d"), "modify\nreplace: employeeNumber\nemployeeNumber: 77"),
        change(person("d"), "modify\nreplace: employeeNumber\nemployeeNumber: 4"),
        "inner outer top",
        "",
    ),
    "a renamed account": (
        renamed(person("a"), "uid=z"),
        renamed(person("z"), "uid=a"),
        "posix tax",
        "",
    ),
    "an account that moved away": (
        renamed(person("b"), "uid=b", SUFFIX),
        renamed(f"uid=b,{SUFFIX}", "uid=b", PEOPLE),
        "other tax",
        "",
    ),
    "a deleted account": (
        change(person("g"), "delete"),
        added(ldif_person("g", "7")),
        "posix",
        "",
    ),
    "an account that a group was waiting for": (
        added(ldif_person("new", "9")),
        change(person("new"), "delete"),
        "waiting",
        "",
    ),
    "an account that stands nowhere": (
        added(ldif_person("alone", "10")),
        change(person("alone"), "delete"),
        "",
        "",
    ),
    "a new group": (
        added(ldif_group("fresh", [person("a")])),
        change(group("fresh"), "delete"),
        "fresh",
        "",
    ),
    "a deleted group": (
        change(group("inner"), "delete"),
        added(ldif_group("inner", [person("d")])),
        "outer top",
        "inner",
    ),
    "a renamed group": (
        renamed(group("other"), "cn=another"),
        renamed(group("another"), "cn=other"),
        "another",
        "other",
    ),
    "an edge of nesting": (
        change(group("top"), f"modify\ndelete: member\nmember: {group('outer')}"),
        change(group("top"), f"modify\nadd: member\nmember: {group('outer')}"),
        "top",
        "",
    ),
}


def sorted_out(snapshot: DirectorySnapshot) -> DirectorySnapshot:
    """What a snapshot holds, without when and how it was read."""
    return replace(
        snapshot,
        proof=None,
        groups=frozenset(snapshot.groups),
        blocks=frozenset(snapshot.blocks),
        accounts=dict(snapshot.accounts),
    )


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_told_with_exactly_the_groups_that_it_touches(follow: Connect, kind: str):
    there, back, groups, gone = CHANGES[kind]
    reader = follow.reader()
    before = reader.read(silent)
    follow.slapd.change(there)
    try:
        delta = reader.changes()
        whole = follow.reader().read(silent)
    finally:
        follow.slapd.change(back)
    assert {g.name for g in delta.groups} == set(groups.split())
    assert set(delta.gone) == {group(name) for name in gone.split()}
    assert sorted_out(patched(before, delta)) == sorted_out(whole)
    after = reader.changes()
    assert sorted_out(patched(patched(before, delta), after)) == sorted_out(before)


def test_what_happens_between_the_first_read_and_the_first_question_is_told(follow: Connect):
    reader = follow.reader()
    reader.read(silent)
    follow.slapd.change(member("tax", "add", "h"))
    follow.slapd.change(member("tax", "delete", "h"))
    assert [g.name for g in reader.changes().groups] == ["tax"]


def test_a_later_whole_read_keeps_the_place_and_explains_itself(follow: Connect):
    reader = follow.reader()
    first = reader.read(silent)
    reader.changes()
    follow.slapd.change(change(group("inner"), "delete"))
    second = reader.read(silent)
    follow.slapd.change(added(ldif_group("inner", [person("d")])))
    delta = reader.changes()
    assert {g.name for g in delta.groups} >= {"outer", "top"}
    assert second != first
    assert sorted_out(patched(second, delta)) == sorted_out(first)


def test_a_second_read_gives_the_identical_objects_and_only_what_changed_is_new(follow: Connect):
    reader = follow.reader()
    first = reader.read(silent)
    second = reader.read(silent)
    assert second.blocks is first.blocks
    assert second.accounts is first.accounts
    assert second.proof == first.proof
    follow.slapd.change(member("inner", "add", "h"))
    third = reader.read(silent)
    follow.slapd.change(member("inner", "delete", "h"))
    old = {(b.group, b.path): b for b in first.blocks}
    new = {b.group for b in third.blocks if b is not old.get((b.group, b.path))}
    assert new == {group("inner"), group("outer"), group("top")}
    assert sorted_out(third) != sorted_out(first)
    assert third.proof.entries == first.proof.entries
    assert sorted_out(reader.read(silent)) == sorted_out(first)


def test_an_entry_that_changed_and_changed_back_is_seen_both_times(follow: Connect):
    reader = follow.reader()
    first = reader.read(silent)
    follow.slapd.change(member("tax", "add", "h"))
    reader.changes()
    follow.slapd.change(member("tax", "delete", "h"))
    assert sorted_out(reader.read(silent)) == sorted_out(first)


# --- what cannot be told leads to a whole read, never to silence ---


def test_nothing_is_lost_behind_a_dead_line(follow: Connect):
    proxy = CuttingProxy(follow.slapd.port, None)
    url = f"ldap://127.0.0.1:{proxy.port}"
    reader = follow.reader(url=url, allow_plaintext=True, attempts=1)
    reader.read(silent)
    proxy.close()
    follow.slapd.change(member("tax", "add", "h"))
    follow.slapd.change(member("tax", "delete", "h"))
    with pytest.raises(DirectoryUnreadable) as dead:
        reader.changes()
    assert not isinstance(dead.value, DeltaLost)
    again = CuttingProxy(follow.slapd.port, None, own_port=proxy.port)
    assert [g.name for g in reader.changes().groups] == ["tax"]
    again.close()


def test_a_delta_that_is_cut_anywhere_changes_nothing_and_is_told_whole_afterwards(follow: Connect):
    proxy = CuttingProxy(follow.slapd.port, None)
    url = f"ldap://127.0.0.1:{proxy.port}"
    reader = follow.reader(url=url, allow_plaintext=True, attempts=1)
    reader.read(silent)
    follow.slapd.change(member("inner", "add", "h"))
    try:
        for cut in range(20, 900, 110):
            proxy.limit = cut
            with pytest.raises(DirectoryUnreadable):
                reader.changes()
        proxy.limit = None
        assert {g.name for g in reader.changes().groups} == {"inner", "outer", "top"}
    finally:
        follow.slapd.change(member("inner", "delete", "h"))
        proxy.close()


def lost(reader) -> str:
    """Why the changes cannot be told; and that it goes on so until there was a whole read."""
    with pytest.raises(DeltaLost) as failure:
        reader.changes()
    with pytest.raises(DeltaLost):
        reader.changes()
    assert reader.read(silent).groups
    return failure.value.why


def test_a_cookie_is_for_the_server_from_which_it_came(follow: Connect, told: Slapd):
    proxy = CuttingProxy(told.port, None)
    urls = (f"ldap://127.0.0.1:{proxy.port}", told.ldap)
    reader = follow.reader(url=urls, allow_plaintext=True)
    reader.read(silent)
    proxy.close()
    assert "another server" in lost(reader)
    assert reader.changes().server == told.ldap


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Slapd]:
    """A server for one test alone, which may stop, restore and empty it."""
    (tmp_path / "own").mkdir()
    server = Slapd(tmp_path / "own", SEED, session_log=1000)
    server.prepare()
    try:
        yield server.start()
    finally:
        server.stop()


def test_a_server_restored_from_an_older_backup_is_read_whole(own: Slapd, tmp_path: Path):
    reader = Connect(own, tmp_path).reader()
    own.stop()
    own.keep_backup()
    own.start()
    own.change(member("tax", "add", "h"))
    reader.read(silent)
    own.stop()
    own.restore_backup()
    own.start()
    assert "went back" in lost(reader)


def test_a_server_that_was_set_up_anew_is_read_whole(own: Slapd, tmp_path: Path):
    reader = Connect(own, tmp_path).reader()
    reader.read(silent)
    own.stop()
    for name in ("conf", "db"):
        (own.folder / name).rename(own.folder / f"{name}.old")
    own.prepare()
    own.start()
    assert "another content" in lost(reader)


def test_a_server_that_was_emptied_is_lost_and_then_refused(own: Slapd, tmp_path: Path):
    reader = Connect(own, tmp_path).reader()
    reader.read(silent)
    names = ("top", "outer", "inner", "tax", "other", "posix", "waiting")
    own.change("".join(change(group(name), "delete") for name in names))
    with pytest.raises(DeltaLost):
        reader.changes()
    with pytest.raises(DirectoryUnreadable):
        reader.read(silent)
    with pytest.raises(DeltaLost):
        reader.changes()


def test_a_restarted_server_goes_on_where_it_stood(own: Slapd, tmp_path: Path):
    reader = Connect(own, tmp_path).reader()
    reader.read(silent)
    own.change(change(group("other"), "delete"))
    own.stop()
    own.start()
    own.change(member("tax", "add", "h"))
    delta = reader.changes()
    assert delta.gone == (group("other"),)
    assert [g.name for g in delta.groups] == ["tax"]


def test_a_server_that_no_longer_tells_changes_is_read_whole(own: Slapd, tmp_path: Path):
    reader = Connect(own, tmp_path).reader()
    reader.read(silent)
    own.stop()
    (own.folder / "conf").rename(own.folder / "conf.old")
    own.session_log = None
    own.configure()
    own.start()
    assert "cannot tell" in lost(reader)


def test_more_changes_than_the_server_lets_us_see_mean_a_whole_read(tmp_path: Path):
    (tmp_path / "limited").mkdir()
    few = "size.soft=3 size.hard=3 size.prtotal=unlimited"
    server = Slapd(tmp_path / "limited", SEED, limits=few, session_log=1000)
    server.prepare()
    server.start()
    try:
        reader = Connect(server, tmp_path).reader(page_size=3)
        reader.read(silent)
        server.change("".join(added(ldif_group(f"g{n}", [person("a")])) for n in range(3)))
        assert len(reader.changes().groups) == 3
        server.change("".join(added(ldif_group(f"h{n}", [person("a")])) for n in range(4)))
        assert "sizeLimitExceeded" in lost(reader)
    finally:
        server.stop()


def test_a_server_that_tells_no_changes_says_so_each_time_and_is_read_as_ever(connect: Connect):
    reader = connect.reader()
    assert len(reader.read(silent).groups) == 8
    assert "RFC 4533" in lost(reader)
    with pytest.raises(DeltaLost, match="syncprov"):
        reader.changes()


def test_following_can_be_switched_off(follow: Connect):
    from connectors.ldap import LdapDirectoryType

    options = follow.options(delta=False)
    assert Capability.DELTA not in LdapDirectoryType.capabilities(options)
    reader = follow.reader(delta=False)
    reader.read(silent)
    with pytest.raises(DeltaLost):
        reader.changes()


def test_both_bases_may_be_one_and_hold_other_entries(follow: Connect):
    reader = follow.reader(people_base=SUFFIX, groups_base=SUFFIX)
    reader.read(silent)
    follow.slapd.change(member("tax", "add", "h"))
    follow.slapd.change(member("tax", "delete", "h"))
    assert [g.name for g in reader.changes().groups] == ["tax"]
    assert GROUPS
