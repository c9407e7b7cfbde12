"""Who reads signs in: by password over verified TLS, under each kind of name, or by Kerberos."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.ad import AdDirectoryType
from syncd.errors import ConfigurationError, DirectoryUnreadable
from tests.connectors.ad.conftest import READER, SECRET, Connect
from tests.fakes.certificates import make_certificates
from tests.fakes.samba import HOST, account_with_password, person

KERBEROS = {
    "sasl": "kerberos",
    "bind_dn": None,
    "bind_password_file": None,
    "kerberos_host": HOST,
}


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def read(connect: Connect, **changes: object) -> int:
    return len(connect.reader(**changes).read(silent).groups)


def refused(connect: Connect, **changes: object) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as caught:
        connect.reader(**changes).read(silent)
    return caught.value


@pytest.mark.parametrize("name", [READER, "ADEX\\reader", person("reader")])
@pytest.mark.parametrize("tls", ["ldaps", "starttls"])
def test_upn_down_level_name_and_dn_sign_in_over_ldaps_and_starttls(connect, world, tls, name):
    url = {"ldaps": world.ldaps, "starttls": world.ldap}[tls]
    assert read(connect, url=url, start_tls=tls == "starttls", bind_dn=name) == 8


def test_a_plain_bind_is_refused_by_the_server_and_the_remedy_says_how_to_protect_it(
    connect, world
):
    failure = refused(connect, url=world.ldap, allow_plaintext=True)
    assert "strongerAuthRequired" in failure.why
    assert "start_tls" in failure.remedy


def test_plaintext_across_a_network_is_no_configuration(connect):
    with pytest.raises(ValidationError, match="unprotected"):
        connect.options(url="ldap://dc1.example", allow_plaintext=True)


@pytest.mark.parametrize("tls", ["ldaps", "starttls"])
def test_a_server_of_an_unknown_ca_is_refused(connect, world, tmp_path, tls):
    (tmp_path / "other").mkdir()
    make_certificates(tmp_path / "other")
    url = {"ldaps": world.ldaps, "starttls": world.ldap}[tls]
    changes = {"url": url, "start_tls": tls == "starttls"}
    failure = refused(connect, ca_file=str(tmp_path / "other" / "ca.crt"), **changes)
    assert "certificate" in failure.why
    assert "ca_file" in failure.remedy


def test_a_wrong_password_says_which_keys_to_look_at_and_never_the_password(connect, tmp_path):
    (tmp_path / "wrong").write_text("do-not-show-me\n")
    failure = refused(connect, bind_password_file="wrong")
    assert "invalidCredentials" in failure.why
    assert "bind_dn" in failure.remedy
    assert "do-not-show-me" not in str(failure)


@pytest.mark.parametrize(
    ("attribute", "value", "word"),
    [("userAccountControl", 66050, "disabled"), ("accountExpires", 1, "expired")],
)
def test_an_account_that_may_not_sign_in_is_told_apart_from_a_wrong_password(
    connect, world, attribute, value, word
):
    world.add(*account_with_password("locked", SECRET))
    world.replace(person("locked"), attribute, value)
    try:
        assert word in refused(connect, bind_dn="locked@ad.example.jp").remedy
    finally:
        world.delete(person("locked"))


# --- Kerberos -----------------------------------------------------------------------------------


@pytest.fixture
def ticket(world, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in world.ticket(tmp_path, READER.replace("ad.", "AD.").upper(), SECRET).items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize("tls", ["ldaps", "starttls"])
def test_a_ticket_of_the_environment_signs_in(connect, world, ticket, tls):
    url = {"ldaps": world.ldaps, "starttls": world.ldap}[tls]
    assert read(connect, url=url, start_tls=tls == "starttls", **KERBEROS) == 8


def test_a_ticket_in_a_file_signs_in(connect, ticket, monkeypatch):
    monkeypatch.setenv("KRB5CCNAME", "FILE:/nowhere/cc")
    assert read(connect, ccache_file="cc", **KERBEROS) == 8


def test_a_key_in_a_file_gets_its_own_ticket(connect, world, ticket, monkeypatch):
    monkeypatch.setenv("KRB5CCNAME", "FILE:/nowhere/cc")
    world.keytab(ticket / "keytab", "reader@AD.EXAMPLE.JP")
    principal = "reader@AD.EXAMPLE.JP"
    options = {"keytab_file": "keytab", "kerberos_principal": principal, **KERBEROS}
    assert read(connect, **options) == 8


def test_without_a_ticket_the_directory_is_unreadable_and_the_remedy_names_the_keys(
    connect, ticket, monkeypatch
):
    monkeypatch.setenv("KRB5CCNAME", "FILE:/nowhere/cc")
    failure = refused(connect, **KERBEROS)
    assert "Kerberos" in failure.why
    assert "ccache_file" in failure.remedy
    missing = refused(connect, ccache_file="nowhere", **KERBEROS)
    assert "nowhere" in missing.why


def test_a_ticket_for_another_host_is_refused(connect, ticket):
    failure = refused(connect, **{**KERBEROS, "kerberos_host": "dc9.ad.example.jp"})
    assert "kerberos_host" in failure.remedy


def test_kerberos_verifies_the_servers_certificate_too(connect, ticket, tmp_path):
    (tmp_path / "other").mkdir()
    make_certificates(tmp_path / "other")
    failure = refused(connect, ca_file=str(tmp_path / "other" / "ca.crt"), **KERBEROS)
    assert "certificate" in failure.why


def test_where_the_library_is_missing_the_configuration_is_refused_with_what_to_install(
    connect, monkeypatch
):
    monkeypatch.setitem(sys.modules, "gssapi", None)
    options = connect.options(**KERBEROS)
    for build in (AdDirectoryType.build_reader, AdDirectoryType.build_writer):
        with pytest.raises(ConfigurationError, match=r"syncd\[kerberos\]"):
            build(options, connect.context)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"sasl": "kerberos"}, "exclude one another"),
        ({**KERBEROS, "keytab_file": "keytab"}, "kerberos_principal"),
        ({"sasl": "digest", "bind_dn": None, "bind_password_file": None}, "sasl"),
        ({"page_size": 1001}, "page_size"),
    ],
)
def test_a_configuration_that_cannot_be_right_says_why(connect, changes, word):
    with pytest.raises(ValidationError, match=word):
        connect.options(**changes)
