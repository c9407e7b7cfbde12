"""In one go or in pages: what counts as whole, and every limit and cut that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.shared.ldap.connection import connected, reading_login
from connectors.shared.ldap.search import Query, SearchBrokenError
from connectors.shared.ldap.syncrepl import REFRESH_REQUIRED, refresh
from syncd.errors import DirectoryUnreadable
from tests.connectors.ldap.conftest import Connect
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.scripted_ldap import ScriptedLdap, done, entry, reference
from tests.fakes.slapd import PEOPLE, SUFFIX, Slapd, ldif_group, ldif_person, person

SEED = "".join(ldif_person(f"u{n}", str(n)) for n in range(8)) + "".join(
    ldif_group(f"g{n}", [person("u1")]) for n in range(4)
)


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


@pytest.fixture
def limited(tmp_path: Path, request: pytest.FixtureRequest):
    """A server that limits the reader as the test's parameter says."""
    (tmp_path / "limited").mkdir()
    server = Slapd(tmp_path / "limited", SEED, limits=request.param)
    server.prepare()
    try:
        yield Connect(server.start(), tmp_path)
    finally:
        server.stop()


@pytest.fixture
def free(connect: Connect, tmp_path: Path):
    """A reader's options for an account without limits: everything comes in one go."""
    (tmp_path / "admin").write_text("secret")
    return {"bind_dn": f"cn=admin,{SUFFIX}", "bind_password_file": "admin"}


def refused(reader) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as failure:
        reader.read(silent)
    return failure.value


def test_a_search_that_ends_with_success_is_whole_without_pages(connect: Connect, free):
    proof = connect.reader(**free).read(silent).proof
    assert (proof.method, proof.pages, proof.entries) == ("search, RFC 4511", 2, 709)


def test_pages_may_be_asked_for_always(connect: Connect, free):
    proof = connect.reader(**free, pages="always").read(silent).proof
    assert (proof.method, proof.pages) == ("paged search, RFC 2696", 9)


def test_in_one_go_and_in_pages_the_same_is_read(connect: Connect, free):
    once = connect.reader(**free).read(silent)
    paged = connect.reader(**free, pages="always").read(silent)
    assert (once.blocks, once.groups, once.accounts) == (paged.blocks, paged.groups, paged.accounts)
    assert once.proof.sha256 == paged.proof.sha256


def test_another_word_for_pages_is_no_configuration(connect: Connect):
    with pytest.raises(ValidationError, match="pages"):
        connect.options(pages="sometimes")


@pytest.mark.parametrize(
    "limited",
    ["size.soft=3 size.hard=unlimited", "size.soft=3 size.hard=3 size.prtotal=unlimited"],
    indirect=True,
)
def test_a_limit_that_lets_pages_through_is_met_with_pages_from_then_on(limited: Connect):
    reader = limited.reader(page_size=3)
    for _ in range(2):
        snapshot = reader.read(silent)
        assert (len(snapshot.accounts), len(snapshot.groups)) == (8, 4)
        assert snapshot.proof.method == "paged search, RFC 2696"


@pytest.mark.parametrize(
    "limited",
    [
        "size.soft=3 size.hard=3",
        "size.soft=3 size.hard=3 size.prtotal=hard",
        "size.soft=3 size.hard=3 size.prtotal=5",
        "size.soft=3 size.hard=3 size.prtotal=disabled",
        "size.soft=3 size.hard=3 size.pr=1",
        "size.unchecked=1",
    ],
    ids=["hard", "prtotal=hard", "prtotal", "no pages", "pr", "unchecked"],
    indirect=True,
)
def test_a_limit_that_cuts_even_pages_is_refused_with_what_to_lift(limited: Connect):
    failure = refused(limited.reader(page_size=3))
    assert "imitExceeded" in failure.why
    assert "lift" in failure.remedy


@pytest.mark.parametrize("code", [3, 4, 11, 10, 51, 1, 80], ids=str)
@pytest.mark.parametrize("pages", ["when-needed", "always"])
def test_whatever_a_search_ends_with_that_is_not_success_is_refused(
    connect: Connect, code: int, pages: str
):
    server = ScriptedLdap(lambda: [entry(person("u1")), done(code)])
    try:
        options = {"url": server.url, "allow_plaintext": True, "attempts": 1, "delta": False}
        assert refused(connect.reader(**options, pages=pages)).remedy
    finally:
        server.close()


def test_a_referral_is_refused_even_where_success_follows(connect: Connect):
    server = ScriptedLdap(lambda: [entry(person("u1")), reference(), done(0)])
    try:
        options = {"url": server.url, "allow_plaintext": True, "attempts": 1, "delta": False}
        assert "refer" in refused(connect.reader(**options)).why
    finally:
        server.close()


def test_a_page_without_its_control_proves_nothing(connect: Connect):
    server = ScriptedLdap(lambda: [entry(person("u1")), done(0)])
    try:
        options = {"url": server.url, "allow_plaintext": True, "attempts": 1, "delta": False}
        assert "RFC 2696" in refused(connect.reader(**options, pages="always")).why
    finally:
        server.close()


def test_an_answer_that_is_no_ldap_is_refused(connect: Connect):
    server = ScriptedLdap(lambda: [b"\x64\x84\xff\xff\xff\xff", done(0)])
    try:
        options = {"url": server.url, "allow_plaintext": True, "attempts": 1, "delta": False}
        assert refused(connect.reader(**options, timeout_s=1)).remedy
    finally:
        server.close()


def test_a_server_that_asks_for_a_new_start_is_told_apart(connect: Connect):
    server = ScriptedLdap(lambda: [done(REFRESH_REQUIRED)])
    options = connect.options(url=server.url, allow_plaintext=True)
    login = reading_login(options)
    try:
        with (
            connected("kikan", options, connect.folder, login) as line,
            pytest.raises(SearchBrokenError) as broken,
        ):
            refresh(line, Query(PEOPLE, "(objectClass=*)", ("1.1",)), b"rid=000")
    finally:
        server.close()
    assert broken.value.code == REFRESH_REQUIRED


@pytest.mark.parametrize("again", [False, True], ids=["first read", "second read"])
def test_a_line_cut_every_few_thousand_bytes_is_refused_and_forgets_nothing(
    connect: Connect, free, again: bool
):
    proxy = CuttingProxy(connect.slapd.port, None)
    options = {**free, "url": f"ldap://127.0.0.1:{proxy.port}", "allow_plaintext": True}
    known = connect.reader(**options, attempts=1)
    whole = known.read(silent)
    size, proxy.passed = proxy.passed, 0
    for cut in range(200, size - 1, 4_096):
        proxy.limit = cut
        refused(known if again else connect.reader(**options, attempts=1))
    proxy.limit = None
    assert known.read(silent) == whole
    proxy.close()


def test_many_groups_are_looked_at_with_few_round_trips(connect: Connect):
    reader = connect.reader()
    asked = {f"cn=g{n},{SUFFIX}": [person("u0001")] for n in range(300)}
    found = reader.present_members({**asked, f"cn=tax,ou=groups,{SUFFIX}": [person("u0001")]})
    assert len(found) == 301
    assert [group for group, members in found.items() if members] == [f"cn=tax,ou=groups,{SUFFIX}"]
