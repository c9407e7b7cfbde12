"""Changing a real slapd: only the members asked for, as often as one likes."""

from __future__ import annotations

import pytest

from syncd.errors import DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.slapd import PEOPLE, group, person


@pytest.fixture
def members(connect):
    """The members of a group, asked for with the server's own tool; put back after the test."""
    attributes = {"tax": "member", "unique": "uniqueMember", "one": "member", "crowd": "member"}
    before = {name: connect.slapd.values(group(name), a) for name, a in attributes.items()}

    def now(name: str, attribute: str = "member") -> set[str]:
        return set(connect.slapd.values(group(name), attribute))

    yield now
    for name, values in before.items():
        missing = set(values) - set(connect.slapd.values(group(name), attributes[name]))
        connect.slapd.add_values(group(name), attributes[name], sorted(missing))
    posix = set(connect.slapd.values(group("posix"), "memberUid"))
    for uid in {"u0001", "u0003"} - posix:
        connect.slapd.add_values(group("posix"), "memberUid", [uid])


def test_members_are_removed_in_one_change_and_others_stay(connect, members):
    outcomes = connect.writer().remove_members(
        [GroupRemoval(group("tax"), (person("u0001"), person("u0002")), "c1")]
    )[0]
    assert [o.error for o in outcomes] == [None, None]
    assert members("tax") == {person("u0000"), person("u0003"), person("u0004")}


def test_removing_twice_is_no_error(connect, members):
    writer = connect.writer()
    for _ in range(2):
        outcomes = writer.remove_members([GroupRemoval(group("tax"), (person("u0001"),), "c1")])[0]
        assert [o.error for o in outcomes] == [None]
    assert person("u0001") not in members("tax")


def test_unique_and_posix_groups_lose_members_too(connect, members):
    writer = connect.writer()
    assert (
        writer.remove_members([GroupRemoval(group("unique"), (person("u0001"),), "c")])[0][0].error
        is None
    )
    assert (
        writer.remove_members([GroupRemoval(group("posix"), (person("u0001"),), "c")])[0][0].error
        is None
    )
    assert members("unique", "uniqueMember") == {person("u0002")}
    assert members("posix", "memberUid") == {"u0003"}


def test_the_last_member_of_a_group_stays_and_the_reason_says_what_to_do(connect, members):
    outcome = connect.writer().remove_members(
        [GroupRemoval(group("one"), (person("u0001"),), "c")]
    )[0][0]
    assert "placeholder_member" in outcome.error
    assert members("one") == {person("u0001")}


def test_a_placeholder_takes_the_last_place(connect, members):
    placeholder = f"cn=nobody,{PEOPLE}"
    writer = connect.writer(placeholder_member=placeholder)
    assert (
        writer.remove_members([GroupRemoval(group("one"), (person("u0001"),), "c")])[0][0].error
        is None
    )
    assert members("one") == {placeholder}
    snapshot = connect.reader(placeholder_member=placeholder).read(lambda *_: None)
    one = next(g for g in snapshot.groups if g.name == "one")
    assert one.placeholder
    assert all(b.group != group("one") for b in snapshot.blocks)
    connect.writer().add_member(group("one"), person("u0001"), "c")
    connect.writer().remove_members([GroupRemoval(group("one"), (placeholder,), "c")])[0]


def test_a_large_removal_goes_in_chunks(connect, members):
    leaving = [person(f"u{n:04}") for n in range(600)]
    outcomes = connect.writer(chunk=250).remove_members(
        [GroupRemoval(group("crowd"), tuple(leaving), "c")]
    )[0]
    assert not [o for o in outcomes if o.error]
    assert len(members("crowd")) == 100


def test_adding_is_idempotent(connect, members):
    writer = connect.writer()
    for _ in range(2):
        assert writer.add_member(group("tax"), person("u0100"), "c").error is None
    assert person("u0100") in members("tax")
    writer.remove_members([GroupRemoval(group("tax"), (person("u0100"),), "c")])[0]


def test_a_group_that_is_gone_has_nothing_to_remove_and_takes_nobody(connect):
    writer = connect.writer()
    assert (
        writer.remove_members([GroupRemoval(group("nowhere"), (person("u0001"),), "c")])[0][0].error
        is None
    )
    assert "no such group" in writer.add_member(group("nowhere"), person("u0001"), "c").error


def test_an_account_that_may_only_read_changes_nothing_and_says_so(connect, members):
    writer = connect.writer(write_bind_dn=None, write_password_file=None)
    outcome = writer.remove_members([GroupRemoval(group("tax"), (person("u0001"),), "c")])[0][0]
    assert "give it that right" in outcome.error
    assert "権限を与えてください" in outcome.error
    assert "insufficientAccessRights" in outcome.error
    assert person("u0001") in members("tax")


def test_a_server_that_is_gone_is_an_error_and_no_outcome(connect):
    with pytest.raises(DirectoryWriteError):
        connect.writer(url="ldaps://127.0.0.1:1").remove_members(
            [GroupRemoval(group("tax"), (person("u1"),), "c")]
        )[0]


# --- many groups in one call -------------------------------------------------------------------


def test_many_groups_lose_members_over_one_connection(connect, members):
    proxy = CuttingProxy(connect.slapd.tls_port, None)
    url = f"ldaps://127.0.0.1:{proxy.port}"
    leaving = {name: (person("u0001"), person("u0002")) for name in ("tax", "unique", "crowd")}
    try:
        outcomes = connect.writer(url=url).remove_members(
            [GroupRemoval(group(name), gone, name) for name, gone in leaving.items()]
        )
    finally:
        proxy.close()
    assert [[o.member for o in of_group] for of_group in outcomes] == [*map(list, leaving.values())]
    # The last of cn=unique stays, for the group must keep one; everybody else is gone.
    assert [o.error is None for of_group in outcomes for o in of_group].count(False) == 1
    assert proxy.opened == 1
    assert set(leaving["crowd"]).isdisjoint(members("crowd") | members("tax"))
    assert len(members("unique", "uniqueMember")) == 1


def test_a_group_named_twice_in_one_call_loses_both_parts(connect, members):
    parts = [(person("u0001"),), (person("u0001"), person("u0002"))]
    outcomes = connect.writer().remove_members(
        [GroupRemoval(group("tax"), part, f"c{n}") for n, part in enumerate(parts)]
    )
    assert [o.error for of_group in outcomes for o in of_group] == [None] * 3
    assert members("tax") == {person("u0000"), person("u0003"), person("u0004")}


MID_WRITING = 32_000
"""Bytes from the server: the whole group was read and some of the changes are answered."""


def test_a_line_that_is_cut_once_is_opened_again_and_the_rest_is_done(connect, members):
    leaving = tuple(person(f"u{n:04}") for n in range(300))
    proxy = CuttingProxy(connect.slapd.tls_port, MID_WRITING, cuts=1)
    try:
        writer = connect.writer(url=f"ldaps://127.0.0.1:{proxy.port}", chunk=2)
        (outcomes,) = writer.remove_members([GroupRemoval(group("crowd"), leaving, "c")])
    finally:
        proxy.close()
    assert proxy.opened == 2
    assert [o.error for o in outcomes] == [None] * 300
    assert len(members("crowd")) == 400


def test_a_line_that_is_cut_goes_on_at_the_next_server(connect, members):
    leaving = tuple(person(f"u{n:04}") for n in range(300))
    proxy = CuttingProxy(connect.slapd.tls_port, MID_WRITING)
    try:
        urls = [f"ldaps://127.0.0.1:{proxy.port}", connect.slapd.ldaps]
        (outcomes,) = connect.writer(url=urls, chunk=2).remove_members(
            [GroupRemoval(group("crowd"), leaving, "c")]
        )
    finally:
        proxy.close()
    assert proxy.opened == 1
    assert [o.error for o in outcomes] == [None] * 300
    assert len(members("crowd")) == 400


def test_a_line_that_is_cut_again_says_nothing_of_what_is_left(connect, members):
    leaving = tuple(person(f"u{n:04}") for n in range(300))
    proxy = CuttingProxy(connect.slapd.tls_port, MID_WRITING)
    proxy.when_cut = lambda: setattr(proxy, "limit", MID_WRITING // 4)
    try:
        writer = connect.writer(url=f"ldaps://127.0.0.1:{proxy.port}", chunk=2)
        with pytest.raises(DirectoryWriteError) as failure:
            writer.remove_members([GroupRemoval(group("crowd"), leaving, "c")])
    finally:
        proxy.close()
    assert failure.value.remedy
    assert proxy.opened == 2
    assert 400 < len(members("crowd")) < 700
    # The server may still be at work on what it had received: it can only become fewer.
    shown = connect.reader().present_members({group("crowd"): leaving})[group("crowd")]
    assert members("crowd") & set(leaving) <= shown
