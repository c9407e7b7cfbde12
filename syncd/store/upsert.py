"""Inserting what may be there already, in the one way both engines have (ON CONFLICT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


def upsert(connection: Connection, table: Table, values: Values) -> None:
    """Insert a row, or set every other column of the row with the same primary key."""
    connection.execute(_replacing(connection.dialect.name, table), dict(values))


def insert_new(connection: Connection, table: Table, values: Values) -> bool:
    """Insert a row unless a unique key of it is taken; return whether it was inserted."""
    result = connection.execute(_sparing(connection.dialect.name, table), dict(values))
    return bool(result.rowcount)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert those rows whose unique keys are not taken."""
    if rows:
        connection.execute(_sparing(connection.dialect.name, table), [dict(row) for row in rows])


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _replacing(dialect: str, table: Table) -> Executable:
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    rest = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


@cache
def _sparing(dialect: str, table: Table) -> Executable:
    # inline(): nothing is asked back, so that the count of rows is what the engine says.
    statement = _insert(dialect, table).on_conflict_do_nothing().inline()
    return statement.execution_options(preserve_rowcount=True)
