"""Passwords asked of a real server: who it is, and everything that must not pass for a yes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.ldap import LdapDirectoryType, LdapPasswords
from syncd.core.ids import StaffNumber
from syncd.errors import IdentityUnavailable
from syncd.ports.identity import Identity
from tests.connectors.ldap.conftest import Connect
from tests.fakes.slapd import PEOPLE, Slapd, ldif, ldif_person, make_certificates, person

PASSWORD = "a sentence (with *) of the directory"
SEED = (
    ldif_person("sato", "900", userPassword=PASSWORD)
    + ldif_person("ito", "901", userPassword="another sentence")
    + ldif_person("nonumber", userPassword=PASSWORD)
    + ldif_person("locked", "902", userPassword=PASSWORD, pwdAccountLockedTime="000001010000Z")
    + ldif_person("nopassword", "903")
    + ldif_person("鈴木", "904", userPassword=PASSWORD)
    + ldif_person("odd*(name)", "905", userPassword=PASSWORD)
    + ldif(
        f"cn=twin,{PEOPLE}",
        {"objectClass": "inetOrgPerson", "cn": "twin", "sn": "t", "uid": "ito2"}
        | {"userPassword": PASSWORD, "employeeNumber": "906"},
    )
    + ldif_person("ito2", "907", userPassword=PASSWORD)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    # As some servers do: a bind with a name and no password is anonymous and succeeds.
    slapd = Slapd(tmp_path_factory.mktemp("passwords"), SEED, takes_empty_passwords=True)
    slapd.prepare()
    try:
        yield slapd.start()
    finally:
        slapd.stop()


@pytest.fixture
def connect(server: Slapd, tmp_path: Path) -> Connect:
    return Connect(server, tmp_path)


def passwords(connect: Connect, **changes: object) -> LdapPasswords:
    return LdapDirectoryType.build_password_check(connect.options(**changes), connect.context())


def test_the_right_password_tells_who_it_is(connect: Connect):
    found = passwords(connect).check("sato", PASSWORD)
    assert found == Identity("sato", StaffNumber("0000900"), "ldap")


def test_the_spelling_of_the_directory_counts_and_not_the_one_typed(connect: Connect):
    found = passwords(connect).check("SATO", PASSWORD)
    assert found is not None
    assert found.account == "sato"


@pytest.mark.parametrize("account", ["鈴木", "odd*(name)"])
def test_a_name_with_any_character_is_found_as_it_is(connect: Connect, account: str):
    found = passwords(connect).check(account, PASSWORD)
    assert found is not None
    assert found.account == account


def test_an_account_without_a_staff_number_is_somebody_without_one(connect: Connect):
    assert passwords(connect).check("nonumber", PASSWORD) == Identity("nonumber", None, "ldap")


@pytest.mark.parametrize("account", ["sato", "nobody", "nopassword"])
@pytest.mark.parametrize("password", ["wrong", "", "\0", "\u00ad", "\u200b\u00ad", "\ue000"])
def test_a_wrong_an_empty_and_an_impossible_password_are_refused(
    connect: Connect, account: str, password: str
):
    assert passwords(connect).check(account, password) is None


@pytest.mark.parametrize(
    "account",
    [
        "",
        "*",
        "sat*",
        "sato)(uid=*",
        "*)(uid=sato",
        "sato)(|(uid=*))",
        "x)(employeeNumber=900",
        "sato\0",
        "sa\u00adto",
        " sato",
        person("sato"),
    ],
)
def test_a_name_that_is_no_name_finds_nobody(connect: Connect, account: str):
    assert passwords(connect).check(account, PASSWORD) is None


def test_a_name_that_two_entries_have_is_nobody(connect: Connect):
    assert passwords(connect).check("ito2", PASSWORD) is None


def test_a_locked_account_is_refused_though_the_server_would_take_it(connect: Connect):
    assert passwords(connect).check("locked", PASSWORD) is None


def test_who_the_filter_of_people_leaves_out_does_not_come_in(connect: Connect):
    narrow = passwords(connect, people_filter="(employeeNumber=901)")
    assert narrow.check("sato", PASSWORD) is None
    assert narrow.check("ito", "another sentence") is not None


def test_the_password_crosses_only_a_connection_whose_certificate_is_right(
    connect: Connect, tmp_path: Path
):
    other = tmp_path / "other"
    other.mkdir()
    make_certificates(other)
    with pytest.raises(IdentityUnavailable, match="ca_file"):
        passwords(connect, ca_file=str(other / "ca.crt")).check("sato", PASSWORD)


def test_starttls_is_as_good(connect: Connect):
    upgraded = passwords(connect, url=connect.slapd.ldap, start_tls=True)
    assert upgraded.check("sato", PASSWORD) is not None
    assert upgraded.check("sato", "wrong") is None


def test_a_dead_server_is_told_from_a_wrong_password_and_the_next_one_is_asked(connect: Connect):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"ldaps://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(IdentityUnavailable) as failure:
        passwords(connect, url=dead).check("sato", PASSWORD)
    assert PASSWORD not in str(failure.value)
    both = passwords(connect, url=[dead, connect.slapd.ldaps])
    assert both.check("sato", PASSWORD) is not None
    assert both.check("sato", "wrong") is None


def test_a_wrong_password_of_the_service_account_is_trouble_and_no_answer(
    connect: Connect, tmp_path: Path
):
    (tmp_path / "old").write_text("an old secret")
    with pytest.raises(IdentityUnavailable, match="bind_dn"):
        passwords(connect, bind_password_file="old").check("sato", PASSWORD)
