"""The schema: the migrations arrive at the tables, and a database that is not ours is refused."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from syncd.errors import StoreError
from syncd.store import SqlStore, open_store
from syncd.store.console_tables import cards
from syncd.store.engine import parse_url
from syncd.store.schema import NEWEST, VERSION_TABLE, alembic_config
from tests.fakes.readings import case


def execute(url: str, base_dir: Path, statement: str) -> None:
    engine = create_engine(parse_url(url, base_dir))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_the_migrations_arrive_at_the_tables(store: SqlStore) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, cards.metadata) == []


def test_opening_again_keeps_what_is_there(store: SqlStore, store_url: str, tmp_path: Path) -> None:
    with store.begin() as unit:
        unit.insert_case(case())
    again = open_store(store_url, tmp_path)
    with again.begin() as unit:
        assert unit.cases() == (case(),)
    again.close()


def test_a_schema_of_a_newer_syncd_is_refused_with_what_to_do(
    store: SqlStore, store_url: str, tmp_path: Path
) -> None:
    execute(store_url, tmp_path, "UPDATE syncd_schema SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"9999 is unknown.*restore the backup"):
        open_store(store_url, tmp_path)
    with pytest.raises(StoreError, match="9999"):
        store.ping()


def test_a_database_with_other_tables_is_refused(store_url: str, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    execute(store_url, tmp_path, "CREATE TABLE payroll (id INTEGER PRIMARY KEY)")
    with pytest.raises(StoreError, match="Name an empty database"):
        open_store(store_url, tmp_path)


def test_many_may_open_an_empty_database_at_once(store_url: str, tmp_path: Path) -> None:
    opened: list[SqlStore] = []
    ready = threading.Barrier(4)

    def open_it() -> None:
        ready.wait()
        opened.append(open_store(store_url, tmp_path))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in opened:
        each.ping()
        each.close()
    assert len(opened) == 4


def test_the_newest_schema_that_opening_looks_for_is_that_of_the_migrations() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == NEWEST
