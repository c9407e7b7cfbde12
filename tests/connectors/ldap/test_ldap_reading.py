"""Reading a real slapd: whole and proved, or refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from syncd.core.memberships import Path as Way
from syncd.errors import DirectoryUnreadable
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.slapd import GROUPS, PEOPLE, READER, Slapd, group, ldif_group, ldif_person, person


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def blocks_of(snapshot, name: str) -> dict[Way, set[str]]:
    return {b.path: set(b.accounts) for b in snapshot.blocks if b.group == group(name)}


def test_everything_is_read_page_by_page_and_proved(connect):
    snapshot = connect.reader().read(silent)
    assert len([a for a in snapshot.accounts if a.startswith("u0")]) == 700
    assert snapshot.accounts["u0042"].staff_number == "0000042"
    assert snapshot.accounts["nobody"].staff_number is None
    assert (snapshot.proof.entries, snapshot.proof.pages) == (709, 9)
    assert snapshot.proof.method == "paged search, RFC 2696"


def test_two_reads_of_the_same_directory_are_equal(connect):
    reader = connect.reader()
    assert reader.read(silent) == reader.read(silent)


def test_every_kind_of_group_gives_its_members(connect):
    snapshot = connect.reader().read(silent)
    assert blocks_of(snapshot, "tax") == {Way(): {"u0000", "u0001", "u0002", "u0003", "u0004"}}
    assert blocks_of(snapshot, "unique") == {Way(): {"u0001", "u0002"}}
    assert blocks_of(snapshot, "posix") == {Way(): {"u0001", "u0003"}}
    kinds = {g.name: g.may_be_empty for g in snapshot.groups}
    assert (kinds["tax"], kinds["unique"], kinds["posix"]) == (False, False, True)


def test_nested_groups_are_followed_and_cycles_survive(connect):
    snapshot = connect.reader().read(silent)
    assert blocks_of(snapshot, "outer") == {
        Way(): {"u0009"},
        Way((group("inner"),)): {"u0010"},
    }
    edges = {g.name: g.subgroups for g in snapshot.groups if g.subgroups}
    assert edges == {"outer": (group("inner"),), "inner": (group("outer"),)}


def test_a_member_that_names_nobody_is_kept_as_an_unknown_account(connect):
    snapshot = connect.reader().read(silent)
    gone = f"uid=gone,{PEOPLE}"
    assert gone in blocks_of(snapshot, "ghosts")[Way()]
    assert snapshot.accounts[gone].staff_number is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url": "ldap", "start_tls": True},
        {"url": "ldapi", "sasl": "external", "bind_dn": "", "bind_password_file": None},
        {"url": "ldap", "allow_plaintext": True},
        {"url": "dead"},
    ],
    ids=["ldaps", "starttls", "ldapi-external", "loopback", "third-server"],
)
def test_every_way_to_connect_reads_the_same(connect, changes):
    slapd = connect.slapd
    urls = {
        "ldap": f"ldap://localhost:{slapd.port}" if changes.get("start_tls") else slapd.ldap,
        "ldapi": slapd.ldapi,
        "dead": ("ldaps://127.0.0.1:1", "ldaps://127.0.0.2:1", slapd.ldaps),
    }
    if "url" in changes:
        changes = {**changes, "url": urls[changes["url"]]}
    assert len(connect.reader(**changes).read(silent).groups) == 8


# --- TLS and binding are refused loudly ---


def refused(connect, **changes) -> str:
    with pytest.raises(DirectoryUnreadable) as caught:
        connect.reader(**changes).read(silent)
    return str(caught.value)


def test_a_server_of_an_unknown_ca_is_refused(connect, tmp_path):
    from tests.fakes.slapd import make_certificates

    other = tmp_path / "other"
    other.mkdir()
    make_certificates(other)
    assert "certificate" in refused(connect, ca_file=str(other / "ca.crt"))
    assert "証明書" in refused(connect, ca_file=str(other / "ca.crt"))


def test_a_server_is_refused_without_a_ca_to_trust(connect):
    assert "certificate" in refused(connect, ca_file=None)


def test_a_certificate_for_another_host_is_refused(connect):
    port = connect.slapd.tls_port
    assert "127.0.0.2" in refused(connect, url=f"ldaps://127.0.0.2:{port}")


def test_starttls_verifies_too(connect, tmp_path):
    url = f"ldap://127.0.0.2:{connect.slapd.port}"
    assert refused(connect, url=url, start_tls=True)


def test_an_expired_certificate_is_refused(connect, tmp_path):
    folder = tmp_path / "expired"
    folder.mkdir()
    server = Slapd(folder, days=-1)
    server.prepare()
    server.start()
    try:
        assert "expired" in refused(connect, url=server.ldaps, ca_file=str(server.ca))
    finally:
        server.stop()


def test_a_wrong_password_says_which_keys_to_look_at(connect, tmp_path):
    (tmp_path / "wrong").write_text("no\n")
    told = refused(connect, bind_password_file="wrong")
    assert "invalidCredentials" in told
    assert "bind_dn" in told
    assert "no\n" not in told


def test_plaintext_across_a_network_is_no_configuration(connect):
    with pytest.raises(ValidationError, match="unprotected"):
        connect.options(url="ldap://dc1.example", allow_plaintext=True)
    with pytest.raises(ValidationError, match="exactly one"):
        connect.options(bind_password_env="ALSO")


# --- what is not whole is never returned ---


def test_a_base_that_does_not_exist_is_refused(connect):
    assert "noSuchObject" in refused(connect, groups_base=f"ou=nowhere,{GROUPS}")


def test_a_directory_in_which_nothing_is_seen_is_refused_and_not_empty(connect):
    assert "none can be seen" in refused(connect, people_filter="(uid=nobody-at-all)")


def test_a_size_limit_that_cuts_the_answer_is_refused(connect, tmp_path):
    folder = tmp_path / "limited"
    folder.mkdir()
    everybody = "".join(ldif_person(f"u{n}") for n in range(300))
    server = Slapd(
        folder,
        everybody + ldif_group("g", [person("u1")]),
        limits="size.soft=100 size.hard=100 size.prtotal=150",
    )
    server.prepare()
    server.start()
    try:
        told = refused(connect, url=server.ldaps, ca_file=str(server.ca), page_size=50)
    finally:
        server.stop()
    assert "imitExceeded" in told
    assert "件数" in told


def test_a_line_cut_at_any_page_is_refused_and_never_half_a_directory(connect):
    slapd = connect.slapd
    whole = CuttingProxy(slapd.port, None)
    options = {"url": f"ldap://127.0.0.1:{whole.port}", "allow_plaintext": True, "attempts": 1}
    connect.reader(**options).read(silent)
    size = whole.passed
    whole.close()
    for cut in range(200, size - 1, max(1, size // 12)):
        proxy = CuttingProxy(slapd.port, cut)
        options["url"] = f"ldap://127.0.0.1:{proxy.port}"
        assert refused(connect, **options)
        proxy.close()


def test_a_read_that_broke_is_begun_again_on_the_next_server(connect):
    slapd = connect.slapd
    proxy = CuttingProxy(slapd.port, 20_000)
    urls = (f"ldap://127.0.0.1:{proxy.port}", slapd.ldap)
    snapshot = connect.reader(url=urls, allow_plaintext=True).read(silent)
    assert len(snapshot.accounts) == 702
    proxy.close()


def test_no_server_at_all_is_refused_with_every_reason(connect):
    told = refused(connect, url=("ldaps://127.0.0.1:1", "ldaps://127.0.0.2:1"))
    assert "127.0.0.1:1" in told
    assert "127.0.0.2:1" in told


def test_the_check_connects_and_counts(connect):
    assert "702 accounts, 8 groups" in connect.reader().check()


def test_present_members_asks_the_server_and_a_missing_group_has_none(connect):
    reader = connect.reader()
    both = [person("u0001"), person("u0100")]
    assert reader.present_members({group("tax"): both})[group("tax")] == {person("u0001")}
    assert reader.present_members({group("posix"): both})[group("posix")] == {person("u0001")}
    assert reader.present_members({group("nowhere"): both})[group("nowhere")] == frozenset()
    assert Path(READER)
