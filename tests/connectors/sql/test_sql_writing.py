"""Revoking in an application's table: what was asked for goes, nothing else, or nothing at all."""

from __future__ import annotations

import sqlite3
import threading
import time

import psycopg
import pytest

from syncd.errors import DirectoryWriteError
from syncd.ports.directory import GroupRemoval
from tests.fakes.rights_table import PRESENT, RightsTable


def remove(writer, *members: str, group: str = "1") -> list[str | None]:
    (outcomes,) = writer.remove_members([GroupRemoval(group, members, "c1")])
    assert [outcome.member for outcome in outcomes] == list(members)
    return [outcome.error for outcome in outcomes]


def refuse_u2(table: RightsTable, when: str = "BEFORE DELETE") -> None:
    """A trigger that refuses one person's row, and names the person in doing so."""
    if table.path is not None:
        table.run(
            f"CREATE TRIGGER t {when} ON user_roles WHEN OLD.user_id = 'u2'"
            " BEGIN SELECT RAISE(ABORT, 'u2 is still needed'); END"
        )
        return
    table.run(
        "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''% is still needed'', OLD.user_id; END'",
        f"CREATE TRIGGER t {when} ON user_roles FOR EACH ROW WHEN (OLD.user_id = 'u2')"
        " EXECUTE FUNCTION t()",
    )


def test_one_row_that_the_database_refuses_fails_alone_and_is_not_quoted(table, build):
    refuse_u2(table)
    _, writer = build(table)
    gone, refused, also_gone = remove(writer, "u1", "u2", "u4")
    assert (gone, also_gone) == (None, None)
    assert "refused" in refused
    assert "u2" not in refused
    assert "still needed" not in refused
    assert table.standing(1) == {"u2"}


def test_a_constraint_that_is_checked_late_still_fails_alone(postgresql_table, build):
    postgresql_table.run(
        "ALTER TABLE user_roles ADD PRIMARY KEY (role_id, user_id)",
        "CREATE TABLE duties (role_id int, user_id text, FOREIGN KEY (role_id, user_id)"
        " REFERENCES user_roles DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO duties VALUES (1, 'u2')",
    )
    _, writer = build(postgresql_table)
    gone, refused, also_gone = remove(writer, "u1", "u2", "u4")
    assert (gone, also_gone) == (None, None)
    assert "23503" in refused
    assert postgresql_table.standing(1) == {"u2"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM user_roles WHERE role_id = :group OR user_id = :account",
        "DELETE FROM user_roles WHERE user_id = :account AND :group <> ''",
        "DELETE FROM user_roles WHERE role_id = :group AND user_id >= :account",
        "UPDATE user_roles SET user_id = 'u8' WHERE role_id = :group AND user_id = :account",
    ],
)
@pytest.mark.parametrize("present", ["", PRESENT])
def test_a_statement_that_takes_too_much_takes_nothing(table, build, statement, present):
    _, writer = build(table, revoke=statement, present=present)
    before = table.ask("SELECT * FROM user_roles ORDER BY 1, 2")
    assert all("rolled back" in error for error in remove(writer, "u1", "u2"))
    assert table.ask("SELECT * FROM user_roles ORDER BY 1, 2") == before


def test_a_statement_that_hands_on_a_right_of_another_group_takes_nothing(table, build):
    hands_on = (
        "UPDATE user_roles SET role_id = CASE WHEN CAST(role_id AS text) = :group THEN 3 ELSE 1 END"
        " WHERE user_id = :account"
    )
    before = table.ask("SELECT * FROM user_roles ORDER BY 1, 2")
    _, writer = build(table, revoke=hands_on, present=PRESENT)
    (error,) = remove(writer, "u1")
    assert "rolled back" in error
    assert table.ask("SELECT * FROM user_roles ORDER BY 1, 2") == before


@pytest.mark.parametrize("present", ["", PRESENT])
def test_a_trigger_that_takes_rights_elsewhere_undoes_the_whole_group(table, build, present):
    if table.path is not None:
        table.run(
            "CREATE TRIGGER t AFTER DELETE ON user_roles BEGIN"
            " DELETE FROM user_roles WHERE user_id = 'u5'; END"
        )
    else:
        table.run(
            "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN DELETE FROM user_roles WHERE user_id = ''u5''; RETURN NULL; END'",
            "CREATE TRIGGER t AFTER DELETE ON user_roles FOR EACH STATEMENT"
            " WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION t()",
        )
    _, writer = build(table, present=present)
    (error,) = remove(writer, "u1")
    assert "rolled back" in error
    assert (table.standing(1), table.standing(2)) == ({"u1", "u2", "u4"}, {"u1", "u5"})


def test_other_groups_of_the_same_call_are_not_undone(table, build):
    refuse_u2(table, "AFTER DELETE")
    _, writer = build(table)
    removals = [GroupRemoval("2", ("u5",), "c1"), GroupRemoval("1", ("u2",), "c1")]
    ((gone,), (refused,)) = writer.remove_members(removals)
    assert gone.error is None
    assert refused.error
    assert (table.standing(1), table.standing(2)) == ({"u1", "u2", "u4"}, {"u1"})


@pytest.mark.parametrize("present", ["", PRESENT])
def test_a_statement_that_succeeds_without_doing_anything_is_not_believed(table, build, present):
    idle = "DELETE FROM user_roles WHERE role_id = :group AND user_id = :account AND 1 = 0"
    _, writer = build(table, revoke=idle, present=present)
    (error,) = remove(writer, "u1")
    assert "still stands" in error


def test_a_right_that_is_ended_and_not_deleted_is_gone(table, build):
    table.run("ALTER TABLE user_roles ADD COLUMN ended integer DEFAULT 0")
    where = 'SELECT role_id AS "group", user_id AS account FROM user_roles WHERE ended = 0'
    ends = "UPDATE user_roles SET ended = 1 WHERE role_id = :group AND user_id = :account"
    count = "SELECT count(*) FROM user_roles WHERE ended = 0"
    reader, writer = build(table, memberships=where, revoke=ends, count=count)
    assert remove(writer, "u1") == [None]
    assert reader.present_members({"1": ["u1", "u2"]}) == {"1": {"u2"}}


def test_a_right_that_stands_in_two_rows_goes_with_both(table, build):
    table.grant(1, "u1")
    _, writer = build(table)
    assert remove(writer, "u1") == [None]
    assert table.standing(1) == {"u2", "u4"}


def test_the_last_right_of_all_can_be_revoked(table, build):
    table.run("DELETE FROM user_roles WHERE NOT (role_id = 3)")
    _, writer = build(table)
    assert remove(writer, "u3", group="3") == [None]
    assert table.standing(3) == set()


def test_what_is_put_back_is_that_one_right_and_nothing_else(table, build):
    twice = (
        "INSERT INTO user_roles (role_id, user_id) SELECT role_id, :account FROM roles"
        " WHERE :group <> ''"
    )
    _, writer = build(table, restore=twice)
    assert "rolled back" in writer.add_member("2", "u8", "c1").error
    assert table.standing(2) == {"u1", "u5"}


def test_a_right_that_does_not_come_back_is_said_so(table, build):
    idle = (
        "INSERT INTO user_roles (role_id, user_id) SELECT role_id, :account FROM roles"
        " WHERE CAST(role_id AS text) = :group AND 1 = 0"
    )
    _, writer = build(table, restore=idle)
    assert "does not stand" in writer.add_member("2", "u8", "c1").error


# --- users of the database ---------------------------------------------------------------------


def test_who_may_not_delete_is_told_what_to_grant_and_may_still_read(postgresql_table, build):
    role = "sql_looker"
    postgresql_table.run(
        f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON users, roles, user_roles TO {role}"
    )
    postgresql_table.url = postgresql_table.url.replace("postgres@", f"{role}@")
    reader, writer = build(postgresql_table)
    (error,) = remove(writer, "u1")
    assert "42501" in error
    assert "grant" in error
    assert postgresql_table.ask("SELECT count(*) FROM user_roles") == [(6,)]
    assert reader.present_members({"1": ["u1"]}) == {"1": {"u1"}}


def test_writing_has_a_user_of_its_own_where_one_is_configured(postgresql_table, build):
    role = "sql_reading"
    postgresql_table.run(
        f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON users, roles, user_roles TO {role}"
    )
    postgresql_table.url = postgresql_table.url.replace("postgres@", f"{role}@")
    reader, writer = build(postgresql_table, write_user="postgres")
    assert remove(writer, "u1") == [None]
    assert reader.present_members({"1": ["u1", "u2"]}) == {"1": {"u2"}}


def test_a_secret_that_is_not_there_is_named_and_nothing_is_tried(postgresql_table, build):
    _, writer = build(postgresql_table, password_file="missing")
    with pytest.raises(DirectoryWriteError, match="missing"):
        remove(writer, "u1")


# --- others at work ----------------------------------------------------------------------------


def test_a_server_that_dies_in_the_middle_of_a_removal_is_an_error_and_half_of_it_is_not_done(
    postgresql_table, build
):
    postgresql_table.run(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'",
        "CREATE TRIGGER die AFTER DELETE ON user_roles FOR EACH ROW WHEN (OLD.user_id = 'u2')"
        " EXECUTE FUNCTION die()",
    )
    _, writer = build(postgresql_table)
    with pytest.raises(DirectoryWriteError) as failure:
        remove(writer, "u1", "u2", "u4")
    assert failure.value.remedy
    assert "u2" not in str(failure.value)
    assert postgresql_table.standing(1) == {"u1", "u2", "u4"}


def test_who_somebody_else_revokes_at_the_same_moment_is_gone_and_no_error(postgresql_table, build):
    _, writer = build(postgresql_table)
    found: list[str | None] = []
    with psycopg.connect(postgresql_table.url) as other:
        other.execute("DELETE FROM user_roles WHERE role_id = 1 AND user_id = 'u1'")
        thread = threading.Thread(target=lambda: found.extend(remove(writer, "u1", "u2")))
        thread.start()
        waits = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        while postgresql_table.ask(waits) == [(0,)]:
            time.sleep(0.01)
    thread.join()
    assert found == [None, None]
    assert postgresql_table.standing(1) == {"u4"}


def test_a_file_that_somebody_else_holds_is_an_error_for_each_and_changes_nothing(
    sqlite_file, build
):
    _, writer = build(sqlite_file, connect_timeout_s=1)
    other = sqlite3.connect(sqlite_file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    errors = remove(writer, "u1", "u2")
    other.close()
    assert all("SQLITE_BUSY" in error for error in errors)
    assert sqlite_file.standing(1) == {"u1", "u2", "u4"}
