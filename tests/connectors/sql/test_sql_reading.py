"""Reading an application's rights: whole, of one moment, without writing, or not at all."""

from __future__ import annotations

import re

import pytest

from syncd.bilingual import english, japanese
from syncd.errors import DirectoryUnreadable
from tests.contract.directories import ACCOUNTS
from tests.fakes.rights_table import PRESENT

JAPANESE = re.compile("[ぁ-ヿ一-鿿]")
ENDLESS = (
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS "group", '
    "i AS account FROM n WHERE i < 0"
)


def unread(reader) -> DirectoryUnreadable:
    """The refusal of a read; what it says names no person."""
    with pytest.raises(DirectoryUnreadable) as refused:
        reader.read(lambda *_: None)
    assert refused.value.remedy
    told = f"{refused.value} {refused.value.__cause__!r}"
    assert not JAPANESE.search(english(refused.value.why)), "each language by itself"
    assert JAPANESE.search(japanese(refused.value.why))
    assert not [name for name in ACCOUNTS if name in told]
    return refused.value


def test_a_locked_account_is_read_as_disabled(table, build):
    table.ask("UPDATE users SET locked = ? WHERE user_id = ?", True, "u2")
    reader, _ = build(table)
    accounts = reader.read(lambda *_: None).accounts
    assert {name for name, account in accounts.items() if not account.enabled} == {"u2"}


def test_names_of_groups_come_from_their_table_and_else_are_their_keys(table, build):
    reader, _ = build(table)
    assert {g.key: g.name for g in reader.read(lambda *_: None).groups} == {
        "1": "tax",
        "2": "other",
        "3": "one",
    }
    reader, _ = build(table, groups="", restore="")
    assert {g.name for g in reader.read(lambda *_: None).groups} == {"1", "2", "3"}


def test_who_has_a_right_but_no_account_is_an_account_without_a_staff_number(table, build):
    table.grant(1, "ghost")
    reader, _ = build(table)
    assert reader.read(lambda *_: None).accounts["ghost"].staff_number is None


def test_all_statements_see_one_moment(table, build):
    reader, _ = build(table)

    def meanwhile(*_: object) -> None:
        if table.standing(2) == {"u1", "u5"}:
            table.grant(2, "u8")

    if table.path is not None:  # only with a write-ahead log can somebody write during a read
        table.ask("PRAGMA journal_mode = WAL")
    snapshot = reader.read(meanwhile)
    assert table.standing(2) == {"u1", "u5", "u8"}
    assert {b.group: b.accounts for b in snapshot.blocks}["2"] == ("u1", "u5")


@pytest.mark.parametrize(
    "statement",
    [
        "WITH nobody AS (SELECT 1) DELETE FROM user_roles",
        'WITH g AS (DELETE FROM user_roles RETURNING 1) SELECT 1 AS "group", 1 AS account FROM g',
        'SELECT wipe() AS "group", 1 AS account',
    ],
)
def test_a_statement_that_should_read_cannot_write(table, build, statement):
    if table.path is None:
        table.run(
            "CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS 'DELETE FROM user_roles; SELECT 1'"
        )
    reader, _ = build(table, memberships=statement, count="")
    unread(reader)
    assert table.standing(1) == {"u1", "u2", "u4"}


def test_a_join_that_loses_rows_is_found_by_the_control_total(table, build):
    table.grant(1, "ghost")
    joined = (
        'SELECT role_id AS "group", user_id AS account FROM user_roles JOIN users USING (user_id)'
    )
    reader, _ = build(table, memberships=joined)
    assert "count" in unread(reader).why
    with pytest.raises(DirectoryUnreadable):
        reader.present_members({"1": ["u1"]})


def test_a_table_that_somebody_emptied_is_unknown_and_not_without_rights(table, build):
    table.run("DELETE FROM user_roles")
    reader, _ = build(table)
    assert "may_be_empty" in unread(reader).remedy
    with pytest.raises(DirectoryUnreadable):
        reader.present_members({"1": ["u1"]})
    reader, _ = build(table, may_be_empty=True)
    assert reader.read(lambda *_: None).blocks == ()
    assert reader.present_members({"1": ["u1"]}) == {"1": frozenset()}


def test_a_table_of_people_that_somebody_emptied_is_unknown(table, build):
    table.run("DELETE FROM users")
    reader, _ = build(table)
    assert "accounts" in unread(reader).remedy


@pytest.mark.parametrize(
    ("key", "statement", "told"),
    [
        ("accounts", "SELECT user_id AS account FROM users", "no column staff_number"),
        ("accounts", "SELECT 'x' AS account, 1 AS staff_number FROM users", "an account twice"),
        ("accounts", "SELECT user_id AS account, 1.5 AS staff_number FROM users", "staff_number"),
        (
            "accounts",
            "SELECT user_id AS account, shain_no AS staff_number, 'no' AS enabled FROM users",
            "enabled",
        ),
        ("memberships", "SELECT user_id AS account FROM user_roles", "no column group"),
        ("memberships", "SELECT nosuch FROM user_roles", "refused"),
        ("memberships", "SELECT 1 FROM nosuch", "refused"),
        ("memberships", 'SELECT NULL AS "group", user_id AS account FROM user_roles', "empty"),
        ("memberships", "SELECT 'a' AS \"group\", '' AS account FROM user_roles", "empty"),
        ("memberships", 'SELECT 1 AS "group", 1 AS "GROUP", \'a\' AS account', "no column group"),
        ("groups", "SELECT 1 AS \"group\", 'x' AS name FROM roles", "a group twice"),
        ("groups", "SELECT role_id AS \"group\", '' AS name FROM roles", "empty"),
        ("groups", "SELECT 'Tax' AS \"group\" UNION SELECT 'tax'", "only in case"),
        ("count", "SELECT role_id FROM user_roles", "not one integer"),
        ("count", "SELECT 'x'", "not one integer"),
        ("present", "SELECT user_id AS account FROM users WHERE :group <> ''", "agree"),
    ],
)
def test_an_answer_that_is_odd_refuses_the_whole_read(table, build, key, statement, told):
    count = {} if key == "present" else {"count": ""}
    reader, _ = build(table, **{**count, key: statement})
    assert told in unread(reader).why


@pytest.mark.parametrize("value", ["'NaN'::numeric", "ARRAY['a']", "'a'::bytea", "1.5", "true"])
def test_a_name_that_is_no_text_and_no_whole_number_refuses_the_read(
    postgresql_table, build, value
):
    statement = 'SELECT 1 AS "group", VALUE AS account'.replace("VALUE", value)
    reader, _ = build(postgresql_table, memberships=statement, count="")
    assert "memberships: account" in unread(reader).why


def test_a_statement_by_which_no_group_has_members_is_not_believed_over_the_memberships(
    table, build
):
    reader, _ = build(table, present=PRESENT.replace("= :group", "= 0 AND :group <> ''"))
    assert "present" in unread(reader).why


def test_a_statement_that_never_ends_is_stopped_and_says_so(table, build):
    reader, _ = build(table, memberships=ENDLESS, count="", statement_timeout_s=0.2)
    assert "statement_timeout_s" in unread(reader).remedy


def test_a_driver_that_is_not_installed_is_told(build, sqlite_file):
    sqlite_file.url = "mysql+nosuchdriver://syncd@127.0.0.1/zeimu"
    reader, _ = build(sqlite_file)
    assert "driver" in unread(reader).why


# --- SQLite's files ----------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_unreadable_and_is_not_made(sqlite_file, build):
    sqlite_file.path.unlink()
    reader, _ = build(sqlite_file)
    assert "url" in unread(reader).remedy
    assert not sqlite_file.path.exists()


def test_a_file_that_is_no_database_is_unreadable(sqlite_file, build):
    sqlite_file.path.write_bytes(b"no database at all" * 100)
    reader, _ = build(sqlite_file)
    unread(reader)


@pytest.mark.parametrize("lost_pages", range(1, 5))
def test_a_file_that_was_cut_off_is_unreadable_wherever_it_was_cut(sqlite_file, build, lost_pages):
    whole = sqlite_file.path.read_bytes()
    assert len(whole) > 4096 * lost_pages or lost_pages == 4
    sqlite_file.path.write_bytes(whole[: max(0, len(whole) - 4096 * lost_pages)])
    reader, _ = build(sqlite_file)
    unread(reader)


def test_a_file_that_lost_rows_without_a_word_is_unreadable(sqlite_file, build):
    many = [(1, f"member{number:06}") for number in range(500)]
    with sqlite_file.connected() as connection:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO user_roles VALUES (?, ?)", many)
        connection.execute("COMMIT")
    page_bytes = 4096
    whole = bytearray(sqlite_file.path.read_bytes())
    leaves = [
        start
        for start in range(page_bytes, len(whole), page_bytes)
        if whole[start] == 13 and b"member000" in whole[start : start + page_bytes]
    ]
    whole[leaves[0] + 4] -= 5  # the page says that it has fewer rows
    sqlite_file.path.write_bytes(whole)
    assert len(sqlite_file.standing(1)) < 503  # SQLite itself reads fewer, and says nothing
    reader, _ = build(sqlite_file, count="")
    assert "damaged" in unread(reader).why


# --- PostgreSQL's ways to hide -----------------------------------------------------------------


def test_row_security_that_hides_rows_is_an_error_and_no_shorter_answer(postgresql_table, build):
    role = "sql_reader"
    postgresql_table.run(
        f"CREATE ROLE {role} LOGIN",
        f"GRANT SELECT ON users, roles, user_roles TO {role}",
        f"GRANT SELECT ON user_roles TO {role}",
        "ALTER TABLE user_roles ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY few ON user_roles TO {role} USING (role_id = 1)",
    )
    postgresql_table.url = postgresql_table.url.replace("postgres@", f"{role}@")
    reader, _ = build(postgresql_table)
    assert "BYPASSRLS" in unread(reader).remedy


def test_a_table_that_may_not_be_read_says_what_to_grant(postgresql_table, build):
    role = "sql_stranger"
    postgresql_table.run(f"CREATE ROLE {role} LOGIN")
    postgresql_table.url = postgresql_table.url.replace("postgres@", f"{role}@")
    reader, _ = build(postgresql_table)
    refused = unread(reader)
    assert "42501" in refused.why
    assert "grant" in refused.remedy


def test_a_server_that_dies_in_the_middle_of_a_read_leaves_it_unread(postgresql_table, build):
    reader, _ = build(postgresql_table)

    def cut(*_: object) -> None:
        postgresql_table.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'syncd' AND datname = current_database()"
        )

    with pytest.raises(DirectoryUnreadable) as refused:
        reader.read(cut)
    assert refused.value.remedy
