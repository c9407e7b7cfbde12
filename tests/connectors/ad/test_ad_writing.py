"""Changing a real domain controller: only the members asked for, as often as one likes."""

from __future__ import annotations

import pytest

from syncd.errors import DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.connectors.ad.conftest import SECRET, Connect
from tests.fakes.samba import DOMAIN, GROUPS, PEOPLE, SITE, account_with_password, group, person


@pytest.fixture
def keys(connect: Connect) -> dict[str, str]:
    """The key of each group, and the native id of each account, as a read gives them."""
    snapshot = connect.reader(people_base=None, groups_base=None).read(lambda *_: None)
    return {g.name: g.key for g in snapshot.groups} | {
        a.account: a.native for a in snapshot.accounts.values()
    }


@pytest.fixture(autouse=True)
def _as_they_were(world):
    """Groups have their members back after the test."""
    before = {name: set(world.values(group(name), "member")) for name in ("tax", "crowd")}
    yield
    for name, members in before.items():
        missing = members - set(world.values(group(name), "member"))
        if missing:
            world.put(group(name), *sorted(missing))


def members(world, name: str) -> set[str]:
    return {v.partition(",")[0][3:] for v in world.values(group(name), "member")}


def removed(connect, group_: str, *leaving: str, **options: object) -> list[str | None]:
    writer = connect.writer(**options)
    (outcomes,) = writer.remove_members([GroupRemoval(group_, leaving, "c1")])
    assert [o.member for o in outcomes] == list(leaving)
    return [o.error for o in outcomes]


def test_members_are_removed_in_one_change_and_others_stay(connect, world, keys):
    assert removed(connect, keys["tax"], keys["u001"], keys["u002"]) == [None, None]
    assert members(world, "tax") == {"u003"}


@pytest.mark.parametrize("spelled", ["native", "dn", "account", "guid-of-another-case"])
def test_what_is_gone_already_is_no_error_whatever_the_server_says(connect, world, keys, spelled):
    member = {
        "native": keys["u001"],
        "dn": person("u001"),
        "account": person("u001").upper(),
        "guid-of-another-case": keys["u001"].upper(),
    }[spelled]
    for _ in range(2):
        assert removed(connect, keys["tax"], member) == [None]
        assert members(world, "tax") == {"u002", "u003"}


def test_who_leaves_between_the_look_and_the_change_is_no_error_and_keeps_nobody_in(
    connect, world, keys, monkeypatch
):
    """Samba answers unwillingToPerform for the whole change; the others leave all the same."""
    from connectors.ad import writer

    real = writer.modify_all

    def late(connection, changes):
        monkeypatch.setattr(writer, "modify_all", real)
        world.drop(group("tax"), person("u002"))
        return real(connection, changes)

    monkeypatch.setattr(writer, "modify_all", late)
    assert removed(connect, keys["tax"], keys["u001"], keys["u002"]) == [None, None]
    assert members(world, "tax") == {"u003"}


def test_who_and_what_was_renamed_or_moved_since_the_read_is_still_meant(connect, world, keys):
    world.move(person("u002"), "CN=u002 of late", GROUPS)
    world.move(group("tax"), "CN=tax of late", SITE)
    try:
        assert removed(connect, keys["tax"], keys["u002"]) == [None]
        left = world.values(f"CN=tax of late,{SITE}", "member")
        assert not [value for value in left if "u002" in value]
    finally:
        world.move(f"CN=tax of late,{SITE}", "CN=tax", GROUPS)
        world.move(f"CN=u002 of late,{GROUPS}", "CN=u002", PEOPLE)


def test_a_large_removal_goes_in_chunks_and_a_cut_group_is_looked_at_whole(connect, world, keys):
    leaving = [keys[f"u{n:03}"] for n in range(30)]
    assert removed(connect, keys["crowd"], *leaving, chunk=7, range_size=9) == [None] * 30
    assert len(members(world, "crowd")) == 10


def test_a_primary_group_is_not_left_and_the_reason_says_what_to_do(connect, world, keys):
    told = removed(connect, keys["Domain Users"], keys["u001"], keys["u005"])
    assert ["primary group" in str(error) for error in told] == [True, True]
    assert world.values(person("u001"), "primaryGroupID") == ["513"]


def test_a_member_is_put_back_and_put_back_again_without_error(connect, world, keys):
    removed(connect, keys["tax"], keys["u001"])
    for _ in range(2):
        assert connect.writer().add_member(keys["tax"], keys["u001"], "c2").error is None
        assert members(world, "tax") == {"u001", "u002", "u003"}


def test_a_group_that_is_gone_has_nothing_to_remove_and_takes_nobody(connect, keys):
    gone = f"CN=gone,{GROUPS};<GUID=00000000-0000-4000-8000-000000000000>"
    assert removed(connect, gone, keys["u001"]) == [None]
    assert "no such group" in str(connect.writer().add_member(gone, keys["u001"], "c").error)


def test_a_group_that_stands_in_a_group_is_taken_out_by_its_key(connect, world, keys):
    assert removed(connect, keys["top"], keys["middle"]) == [None]
    assert members(world, "top") == {"u005"}
    assert connect.writer().add_member(keys["top"], keys["middle"], "c").error is None
    assert members(world, "top") == {"u005", "middle"}


def test_a_delegation_of_write_member_suffices_and_without_it_the_remedy_is_told(
    connect, world, keys, tmp_path
):
    (tmp_path / "delegate").write_text(SECRET)
    world.add(*account_with_password("delegate", SECRET))
    options = {"write_bind_dn": "delegate@ad.example.jp", "write_password_file": "delegate"}
    try:
        (refused,) = removed(connect, keys["tax"], keys["u001"], **options)
        assert "insufficientAccessRights" in str(refused)
        assert "give it that right" in str(refused)
        assert "u001" in members(world, "tax")
        sid = world.sid(person("delegate"))
        member, groups = (
            "bf9679c0-0de6-11d0-a285-00aa003049e2",
            "bf967a9c-0de6-11d0-a285-00aa003049e2",
        )
        world.tool("dsacl", "set", "-H", str(world.folder / "private" / "sam.ldb"),
                   "--objectdn", GROUPS, "--sddl", f"(OA;CIIO;WP;{member};{groups};{sid})")  # fmt: skip
        assert removed(connect, keys["tax"], keys["u001"], **options) == [None]
        assert "u001" not in members(world, "tax")
    finally:
        world.delete(person("delegate"))


def test_a_server_that_is_gone_is_an_error_and_no_outcome(connect, keys):
    with pytest.raises(DirectoryWriteError) as failure:
        removed(connect, keys["tax"], keys["u001"], url="ldaps://127.0.0.1:1")
    assert failure.value.remedy


def test_the_administrators_keep_theirs_where_the_server_is_asked_to_take_them(
    connect, world, keys
):
    """The guard is the core's: here a removal that was released does what it says."""
    admins = f"CN=Domain Admins,CN=Users,{DOMAIN}"
    world.put(admins, person("u001"))
    assert removed(connect, keys["Domain Admins"], keys["u001"]) == [None]
    assert person("u001") not in world.values(admins, "member")
