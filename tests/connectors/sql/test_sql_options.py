"""What a configuration of `sql` may say, and what it can do by that."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.sql import SqlDirectoryType, SqlOptions
from syncd.ports.directory import Capability
from tests.fakes.rights_table import PRESENT, STATEMENTS

LOCAL = "postgresql://syncd@127.0.0.1/zeimu"
FAR = "postgresql://syncd@db.example/zeimu"


def options(**given: object) -> SqlOptions:
    return SqlOptions.model_validate({"url": LOCAL, **STATEMENTS, **given})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"url": "postgresql://syncd:geheim@db.example/zeimu"}, "no password in the URL"),
        ({"url": f"{LOCAL}?password=geheim"}, "no password in the URL"),
        ({"url": FAR}, "sslmode=verify-full"),
        ({"url": f"{FAR}?sslmode=require"}, "sslmode=verify-full"),
        ({"url": f"{LOCAL}?hostaddr=192.0.2.1"}, "hostaddr is not known"),
        ({"url": f"{LOCAL}?service=far"}, "service is not known"),
        ({"url": "postgresql://syncd@/zeimu?host=db.example"}, "folder of a socket"),
        ({"url": "postgresql://syncd@/zeimu"}, "name the host"),
        ({"url": "postgresql://syncd@127.0.0.1.example/zeimu"}, "sslmode=verify-full"),
        ({"url": "sqlite://"}, "path of the file"),
        ({"url": "sqlite:///:memory:"}, "path of the file"),
        ({"url": "no url"}, "postgresql://"),
        ({"url": "mysql+pymysql://syncd@db.example/zeimu"}, "driver_verifies_tls"),
        ({"password_file": "a", "password_env": "B"}, "only one of password_file"),
        ({"write_password_file": "a"}, "needs write_user"),
        ({"passwort": "x"}, "Extra inputs"),
    ],
)
def test_a_line_that_is_not_private_or_a_secret_in_the_wrong_place_is_refused(given, told):
    with pytest.raises(ValidationError, match=told):
        options(**given)


@pytest.mark.parametrize(
    "url",
    [
        LOCAL,
        "postgresql://syncd@localhost/zeimu",
        "postgresql://syncd@/zeimu?host=/run/postgresql",
        f"{FAR}?sslmode=verify-full",
        "sqlite:///rights.db",
        "mysql+pymysql://syncd@127.0.0.1/zeimu",
    ],
)
def test_a_private_line_is_taken(url):
    assert options(url=url).url == url


def test_another_driver_needs_somebody_to_say_that_it_verifies_tls():
    assert options(url="mysql+pymysql://s@db.example/z", driver_verifies_tls=True)


@pytest.mark.parametrize(
    ("key", "statement", "told"),
    [
        ("revoke", "DELETE FROM r WHERE g = :group", "must use the parameter :account"),
        ("revoke", "DELETE FROM r WHERE a = :account", "must use the parameter :group"),
        ("revoke", "DELETE FROM r WHERE g = ':group' AND a = :account", "quoted text"),
        ("revoke", "DELETE FROM r -- :group :account", "looks like a parameter"),
        ("revoke", "DELETE FROM r WHERE g=:group AND a=:account; DROP TABLE r", "exactly one"),
        ("revoke", "TRUNCATE r", "begin with one of"),
        ("revoke", "DELETE FROM r WHERE g=:group AND a=:account AND n=:name", "no parameter :name"),
        ("memberships", "DELETE FROM r", "begin with one of SELECT, WITH"),
        ("memberships", "SELECT g, a FROM r WHERE a = :account", "no parameter :account"),
        ("accounts", "-- nothing", "begin with one of"),
        ("accounts", "", "at least 1 character"),
        ("present", "SELECT account FROM r", "must use the parameter :group"),
        ("groups", "", "restore needs revoke, and groups"),
        ("count", "", "present needs count"),
    ],
)
def test_a_statement_is_one_statement_that_uses_its_parameters(key, statement, told):
    with pytest.raises(ValidationError, match=told):
        options(**{"present": PRESENT, key: statement})


def test_semicolons_and_colons_in_quoted_texts_and_casts_are_no_parameters():
    statement = "SELECT 'a;b' AS \"group\", a::text AS account FROM r WHERE t <> '12:30'"
    assert options(memberships=statement).memberships == statement


ALL = frozenset(Capability) - {Capability.DELTA}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, set()),
        ({"restore": ""}, {Capability.RESTORE}),
        (
            {"restore": "", "revoke": ""},
            {Capability.RESTORE, Capability.WRITE, Capability.BATCH},
        ),
        ({"count": ""}, set()),
        ({"url": "mysql+pymysql://s@127.0.0.1/z"}, set()),
        ({"url": "mysql+pymysql://s@127.0.0.1/z", "count": ""}, {Capability.PROVE_COMPLETE}),
    ],
)
def test_what_it_can_do_follows_from_the_statements(given, missing):
    assert SqlDirectoryType.capabilities(options(**given)) == ALL - missing
