"""An application's own tables of rights, as a test needs them: on SQLite or on PostgreSQL.

They are looked at and changed with the plain drivers, never through the connector. Roles have
numbers, as in many applications, so that keys that are no texts are met everywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

STATEMENTS = {
    "accounts": "SELECT user_id AS account, shain_no AS staff_number, NOT locked AS enabled"
    " FROM users",
    "memberships": 'SELECT role_id AS "group", user_id AS account FROM user_roles',
    "groups": 'SELECT role_id AS "group", label AS name FROM roles',
    "count": "SELECT count(*) FROM user_roles",
    "revoke": "DELETE FROM user_roles WHERE role_id = :group AND user_id = :account;",
    "restore": "INSERT INTO user_roles (role_id, user_id) VALUES (:group, :account)",
}
PRESENT = "SELECT user_id AS account FROM user_roles WHERE role_id = :group"
_TABLES = (
    "CREATE TABLE users (user_id text PRIMARY KEY, shain_no integer, locked boolean NOT NULL)",
    "CREATE TABLE roles (role_id integer PRIMARY KEY, label text NOT NULL)",
    "CREATE TABLE user_roles (role_id integer NOT NULL REFERENCES roles, user_id text NOT NULL)",
)


@dataclass
class RightsTable:
    """One application's database: `url` as the configuration names it."""

    url: str
    path: Path | None = None

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """A connection of the plain driver, that commits each statement."""
        if self.path is None:
            opened: Any = psycopg.connect(self.url, autocommit=True)
        else:
            opened = sqlite3.connect(self.path, isolation_level=None)
        try:
            yield opened
        finally:
            opened.close()

    def run(self, *statements: str) -> None:
        with self.connected() as connection:
            for statement in statements:
                connection.execute(statement)

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement with `?` for its values; return its rows."""
        with self.connected() as connection:
            cursor = connection.execute(self._spelled(statement), values)
            return list(cursor.fetchall()) if cursor.description else []

    def _spelled(self, statement: str) -> str:
        """A statement with the placeholders of the driver."""
        return statement if self.path else statement.replace("?", "%s")

    def lay(
        self, accounts: Mapping[str, str | None], groups: Mapping[str, Iterable[str]]
    ) -> RightsTable:
        """Make the tables and fill them; roles are numbered from 1 in the order given."""
        people = [(account, n and int(n), False) for account, n in accounts.items()]
        roles = list(enumerate(groups, 1))
        rights = [(role, each) for role, name in roles for each in groups[name]]
        with self.connected() as connection:
            cursor = connection.cursor()
            for statement in ("BEGIN", *_TABLES):
                cursor.execute(statement)
            for statement, rows in (
                ("INSERT INTO users VALUES (?, ?, ?)", people),
                ("INSERT INTO roles VALUES (?, ?)", roles),
                ("INSERT INTO user_roles VALUES (?, ?)", rights),
            ):
                cursor.executemany(self._spelled(statement), rows)
            cursor.execute("COMMIT")
        return self

    def standing(self, role: int) -> set[str]:
        found = self.ask("SELECT user_id FROM user_roles WHERE role_id = ?", role)
        return {account for (account,) in found}

    def grant(self, role: int, account: str) -> None:
        self.ask("INSERT INTO user_roles VALUES (?, ?)", role, account)

    def revoke(self, role: int, account: str) -> None:
        self.ask("DELETE FROM user_roles WHERE role_id = ? AND user_id = ?", role, account)


def sqlite_table(folder: Path) -> RightsTable:
    return RightsTable("sqlite:///rights.db", folder / "rights.db")
