"""Connections: a transaction that reads one moment and cannot write, and one that changes a group.

PostgreSQL: REPEATABLE READ is a snapshot (manual, 13.2.2); READ ONLY refuses every write;
`row_security = off` makes a policy that would hide rows an error instead of a shorter answer.
SQLite: the file is opened `mode=ro`, which also never makes a missing one; `quick_check` finds what
a torn copy lost without a word. Other drivers: SERIALIZABLE.
A reading transaction is always rolled back. Every statement has a limit of time.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.failures import SetUpError
from connectors.sql.line_options import SqlLineOptions

_STEPS = 10_000
_DAMAGED = both("ファイルが壊れています", "the file is damaged (quick_check)")


@contextmanager
def reading(options: SqlLineOptions, base_dir: Path) -> Iterator[Connection]:
    """Open a transaction that sees one moment and writes nothing; raises SQLAlchemyError.

    Raises SetUpError for a secret or a file that is not there, ImportError for a driver.
    """
    engine = _engine(options, base_dir, writes=False)
    with engine.connect() as plain:
        connection = plain.execution_options(**_isolation(options, writes=False))
        with connection.begin() as transaction:
            _prepare(connection, options)
            if options.backend == "sqlite" and _damaged(connection):
                raise SetUpError(_DAMAGED)
            yield connection
            transaction.rollback()


@contextmanager
def writing(options: SqlLineOptions, base_dir: Path) -> Iterator[Connection]:
    """Open a connection that may change rows, without a transaction; raises as `reading`."""
    with _engine(options, base_dir, writes=True).connect() as plain:
        yield plain.execution_options(**_isolation(options, writes=True))


@contextmanager
def changing(connection: Connection, options: SqlLineOptions) -> Iterator[None]:
    """Make one transaction of a writing connection: committed at the end, undone by an error.

    Constraints are checked at once, so that the row that breaks one is known.
    """
    with connection.begin():
        _prepare(connection, options)
        if options.backend == "postgresql":
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        yield


def _isolation(options: SqlLineOptions, *, writes: bool) -> dict[str, Any]:
    if options.backend == "sqlite":
        return {}
    if options.backend == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": not writes}
    return {"isolation_level": "SERIALIZABLE"}


def _prepare(connection: Connection, options: SqlLineOptions) -> None:
    """Set what holds for this transaction."""
    if options.backend != "postgresql":
        return
    limit_ms = max(1, int(options.statement_timeout_s * 1000))
    for setting in (
        f"statement_timeout = {limit_ms}",
        f"lock_timeout = {limit_ms}",
        f"idle_in_transaction_session_timeout = {2 * limit_ms}",
        "row_security = off",
    ):
        connection.exec_driver_sql(f"SET LOCAL {setting}")


def _damaged(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok")


def _engine(options: SqlLineOptions, base_dir: Path, *, writes: bool) -> Engine:
    """Return an engine that keeps no connection and shows no value in any error."""
    if options.backend == "sqlite":
        return _sqlite(options, base_dir, writes=writes)
    url, (user, file, variable) = options.parsed, options.credentials(writes=writes)
    if user:
        url = url.set(username=user)
    if file is not None or variable:
        url = url.set(password=read_secret(base_dir, file, variable))
    connect: dict[str, Any] = {}
    if options.backend == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        connect = _libpq(options, base_dir)
    return create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args=connect)


def _libpq(options: SqlLineOptions, base_dir: Path) -> dict[str, Any]:
    """Return what libpq is told (PostgreSQL's manual, 34.1.2)."""
    given: dict[str, Any] = {
        "connect_timeout": options.connect_timeout_s,
        "tcp_user_timeout": int(options.statement_timeout_s * 1000),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "application_name": "syncd",
        "client_encoding": "utf8",
    }
    if options.parsed.query.get("sslmode") == "verify-full":
        own = options.ca_file
        given["sslrootcert"] = "system" if own is None else str(base_dir / own)
    return given


def _sqlite(options: SqlLineOptions, base_dir: Path, *, writes: bool) -> Engine:
    path = (base_dir / str(options.parsed.database)).absolute()
    uri = f"file:{quote(str(path))}?mode={'rw' if writes else 'ro'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=options.connect_timeout_s, isolation_level=None
        )

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def limit(connection: Connection, *_: object) -> None:
        ends = time.monotonic() + options.statement_timeout_s
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            raw.set_progress_handler(lambda: int(time.monotonic() > ends), _STEPS)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", limit)
    return engine
