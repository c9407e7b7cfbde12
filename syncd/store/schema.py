"""Bringing a database to this program's schema when it is opened, and refusing what it is not."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from syncd.errors import StoreError
from syncd.store.engine import reading
from syncd.store.locks import claim

VERSION_TABLE = "syncd_schema"


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations inside this package."""
    config = Config()
    config.set_main_option("script_location", "syncd.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, label: str) -> None:
    """Bring an empty or older database to the current schema; raises StoreError for any other."""
    with reading(engine) as connection:
        if _revision(connection) == _newest():
            return
    with engine.begin() as connection:
        claim(connection, "schema")
        found = _revision(connection)
        _refuse_foreign(connection, found, label)
        if found != _newest():
            command.upgrade(alembic_config(connection), "head")


def check_current(engine: Engine, label: str) -> None:
    """Raise StoreError where the schema is not the current one; writes nothing."""
    with reading(engine) as connection:
        found = _revision(connection)
        _refuse_foreign(connection, found, label)
        if found != _newest():
            raise StoreError(f"{label}: the schema is {found}, not {_newest()}. Start syncd again.")


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _newest() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _refuse_foreign(connection: Connection, found: str | None, label: str) -> None:
    if found is None and inspect(connection).get_table_names():
        raise StoreError(
            f"{label}: holds tables that are not syncd's. Name an empty database in [store] url."
        )
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    if found is not None and found not in {script.revision for script in scripts}:
        raise StoreError(
            f"{label}: the schema {found} is unknown to this syncd; a newer one wrote it. "
            "Install that version again, or restore the backup made before."
        )
