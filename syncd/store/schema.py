"""Bringing a database to this program's schema when it is opened, and refusing what it is not.

Alembic is asked only where the database is not current: importing it takes as long as reading a
thousand groups.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table

from syncd.errors import StoreError
from syncd.store.engine import reading
from syncd.store.locks import claim

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "syncd_schema"
_VERSIONS = Path(__file__).with_name("migrations") / "versions"
NEWEST = max(path.name[1:5] for path in _VERSIONS.glob("v[0-9]*.py"))
"""The newest revision, by the names of the files (`v0003_tasks.py`); a test holds that it is."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations inside this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "syncd.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, label: str) -> None:
    """Bring an empty or older database to the current schema; raises StoreError for any other."""
    with reading(engine) as connection:
        if _revision(connection) == NEWEST:
            return
    with engine.begin() as connection:
        claim(connection, "schema")
        found = _revision(connection)
        _refuse_foreign(connection, found, label)
        if found != NEWEST:
            from alembic import command

            command.upgrade(alembic_config(connection), "head")


def check_current(engine: Engine, label: str) -> None:
    """Raise StoreError where the schema is not the current one; writes nothing."""
    with reading(engine) as connection:
        found = _revision(connection)
        _refuse_foreign(connection, found, label)
        if found != NEWEST:
            raise StoreError(f"{label}: the schema is {found}, not {NEWEST}. Start syncd again.")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num"))
    found: str | None = connection.scalar(select(versions.c.version_num))
    return found


def _refuse_foreign(connection: Connection, found: str | None, label: str) -> None:
    if found is None and inspect(connection).get_table_names():
        raise StoreError(
            f"{label}: holds tables that are not syncd's. Name an empty database in [store] url."
        )
    if found in (None, NEWEST):
        return
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    if found not in {script.revision for script in scripts}:
        raise StoreError(
            f"{label}: the schema {found} is unknown to this syncd; a newer one wrote it. "
            "Install that version again, or restore the backup made before."
        )
