"""Engines: how each database is opened so that a committed unit survives and a hung one ends.

SQLite: WAL, synchronous=FULL, every unit begins with BEGIN IMMEDIATE, so units are serial.
PostgreSQL: READ COMMITTED with explicit locks where two units must not decide at once (`claims`);
a hung node's work is freed by lock_timeout, idle_in_transaction_session_timeout and keepalives.
Parameters are hidden in every error: they hold names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from syncd.errors import StoreError

BUSY_TIMEOUT_S = 30
PG_LOCK_TIMEOUT = "10s"
PG_IDLE_TIMEOUT = "60s"
_PG_CONNECT: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "syncd",
}
_FORMS = 'Write [store] url as "sqlite:///var/syncd.db" or "postgresql://user@host/database".'
_REMEDIES = (
    ("locked", "Another process is writing for long; try again, or stop that process."),
    ("readonly", "Give the account that runs syncd the right to write the file and its folder."),
    ("unable to open", "Check that the folder exists and that syncd may write in it."),
    ("not a database", "The file is not SQLite's; name another one, or restore a backup."),
    ("malformed", "The file is damaged; restore the newest backup."),
    ("full", "Make room on the disk."),
    ("authentication", "Put the password into PGPASSFILE or PGPASSWORD; never into the URL."),
    ("password", "Put the password into PGPASSFILE or PGPASSWORD; never into the URL."),
    ("lock timeout", "Another node works on the same thing; try again."),
    ("connect", "Check that the server runs and that this host may connect to it."),
)


def parse_url(url: str, base_dir: Path) -> URL:
    """Return the engine's URL, a relative SQLite path under `base_dir`; raises StoreError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"[store] url cannot be read. {_FORMS}") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(database=str((base_dir / str(parsed.database)).absolute()))
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"[store] url names no database that syncd can use. {_FORMS}")


def label_of(url: URL) -> str:
    """Return how a message names the database: never with a password or a query in it."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"postgresql://{url.host or 'localhost'}/{url.database or ''}"


def make_engine(url: URL) -> Engine:
    """Return an engine with the settings above; connects to nothing yet."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return _postgresql_engine(url)


def prepare_file(path: Path) -> None:
    """Make the database's folder (0700) and file (0600) where they are missing.

    Raises StoreError.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}. "
            "Check that the account that runs syncd may write in that folder."
        ) from error


@contextmanager
def translated(label: str) -> Iterator[None]:
    """Raise StoreError, with the database and a remedy, for any error of the database."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"{label}: {_first_line(error)}. {_remedy(error)}") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads; on SQLite it waits for no writer."""
    with engine.connect().execution_options(syncd_begin="BEGIN") as connection:
        yield connection


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None}
    )

    def set_up(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's object
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        opening = connection.get_execution_options().get("syncd_begin", "BEGIN IMMEDIATE")
        connection.exec_driver_sql(opening)

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args=_PG_CONNECT,
    )

    def set_up(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's object
        dbapi_connection.execute(f"SET lock_timeout = '{PG_LOCK_TIMEOUT}'")
        dbapi_connection.execute(f"SET idle_in_transaction_session_timeout = '{PG_IDLE_TIMEOUT}'")
        dbapi_connection.commit()

    event.listen(engine, "connect", set_up)
    return engine


def _first_line(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(".")


def _remedy(error: SQLAlchemyError) -> str:
    text = _first_line(error).lower()
    found = (remedy for word, remedy in _REMEDIES if word in text)
    return next(found, "'syncd check' tries the database again.")
