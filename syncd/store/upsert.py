"""Inserting what may be there already, in the one way both engines have (ON CONFLICT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


def upsert(connection: Connection, table: Table, values: Values) -> None:
    """Insert a row, or set every other column of the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    statement = _insert(connection, table).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def insert_new(connection: Connection, table: Table, values: Values) -> bool:
    """Insert a row unless a unique key of it is taken; return whether it was inserted."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    result = connection.execute(statement.execution_options(preserve_rowcount=True))
    return bool(result.rowcount)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert those rows whose unique keys are not taken."""
    if rows:
        statement = _insert(connection, table).on_conflict_do_nothing()
        connection.execute(statement, [dict(row) for row in rows])


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
