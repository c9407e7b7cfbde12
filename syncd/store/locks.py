"""Locks that die with their holder: the only right to do something, and claims inside a unit.

SQLite: an flock(2) on a file beside the database, which also keeps two threads apart because each
holder opens its own. PostgreSQL: a session advisory lock on a connection of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from syncd.errors import AlreadyRunning, StoreError
from syncd.store.engine import translated


def lock_number(name: str) -> int:
    """Return the advisory lock's number for a name: 64 bits of its SHA-256, signed."""
    digest = hashlib.sha256(f"syncd {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def claim(connection: Connection, name: str) -> None:
    """Wait for the right to change `name` until this unit ends.

    SQLite needs nothing: its units are serial.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number(name)}
        )


@contextmanager
def file_lock(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold an flock on `path`; without `wait` raises BlockingIOError where it is taken.

    Raises StoreError where the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror}. Check that syncd may write in the database's folder."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


@contextmanager
def exclusive_file(database: Path, what: str) -> Iterator[None]:
    """Hold `what` for one process and thread of this SQLite store; raises AlreadyRunning."""
    name = hashlib.sha256(what.encode()).hexdigest()[:8] if not what.isidentifier() else what
    path = database.with_name(f"{database.name}.{name}.lock")
    held = file_lock(path, wait=False)
    try:
        held.__enter__()
    except BlockingIOError:
        raise _already_running(what, str(database)) from None
    try:
        yield
    finally:
        held.__exit__(None, None, None)


@contextmanager
def exclusive_session(engine: Engine, label: str, what: str) -> Iterator[None]:
    """Hold `what` for one session of this PostgreSQL database; raises AlreadyRunning.

    Raises StoreError at the end where the connection, and with it the right, was lost meanwhile.
    """
    number = {"number": lock_number(what)}
    with translated(label):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        with translated(label):
            taken = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), number)
        if not taken:
            raise _already_running(what, label)
        try:
            yield
        finally:
            with translated(label):
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)


def _already_running(what: str, label: str) -> AlreadyRunning:
    return AlreadyRunning(
        f"another syncd is doing '{what}' with {label}. Wait until it has ended, or stop it.",
        ja=(
            f"ほかの syncd が {label} で「{what}」を行っています。終わるのを待つか、"
            "止めてください。"
        ),
    )
