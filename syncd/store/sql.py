"""The store over SQLite or PostgreSQL: opening, units, locks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from syncd.ports.store import Unit
from syncd.store.engine import label_of, make_engine, parse_url, prepare_file, translated
from syncd.store.locks import exclusive_file, exclusive_session, file_lock
from syncd.store.schema import check_current, upgrade
from syncd.store.unit import SqlUnit, StoreMemory


def open_store(url: str, base_dir: Path) -> SqlStore:
    """Open the database, making or upgrading its schema; raises StoreError.

    `url` is `sqlite:///var/syncd.db` (relative to `base_dir`), `sqlite:////absolute`, or
    `postgresql://…` with the password in PGPASSFILE or PGPASSWORD.
    """
    parsed = parse_url(url, base_dir)
    engine, label = make_engine(parsed), label_of(parsed)
    file = Path(label) if parsed.get_backend_name() == "sqlite" else None
    try:
        _prepare(engine, label, file)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, label, file)


def _prepare(engine: Engine, label: str, file: Path | None) -> None:
    if file is None:
        with translated(label):
            upgrade(engine, label)
        return
    prepare_file(file)
    # Two processes that open a new file at once would both switch it to WAL.
    lock = file.with_name(f"{file.name}.schema.lock")
    with file_lock(lock, wait=True), translated(label):
        upgrade(engine, label)


class SqlStore:
    """The database behind a unit; implements `ports.store.Store`. Made by `open_store`."""

    def __init__(self, engine: Engine, label: str, file: Path | None) -> None:
        """Keep an engine whose schema is current; `file` is the SQLite database's."""
        self._engine = engine
        self._label = label
        self._file = file
        self._memory = StoreMemory()

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """Open a unit that commits at the end of the block; raises StoreError."""
        with translated(self._label), self._engine.begin() as connection:
            yield SqlUnit(connection, self._memory)

    def exclusive(self, what: str) -> AbstractContextManager[None]:
        """Hold the only right to do `what`; raises AlreadyRunning at once if it is taken."""
        if self._file is not None:
            return exclusive_file(self._file, what)
        return exclusive_session(self._engine, self._label, what)

    def ping(self) -> None:
        """Check that the database answers and its schema is current; raises StoreError."""
        with translated(self._label):
            check_current(self._engine, self._label)

    def remember_as(self, other: SqlStore) -> None:
        """Begin with what another store remembers; only where this database is a copy of its."""
        self._memory = other._memory.copy()

    def wait_for_no_disk(self) -> None:
        """Let commits return before the disk has them; only for what may be lost."""
        self._engine.dispose()
        event.listen(self._engine, "connect", _do_not_wait)

    def close(self) -> None:
        """Give every connection back; the store must not be used afterwards."""
        self._engine.dispose()


def _do_not_wait(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's object
    dbapi_connection.execute("PRAGMA synchronous=OFF")
