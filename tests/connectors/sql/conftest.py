"""An application's tables on each engine, filled as the contract suite has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.sql import SqlOptions, SqlReader, SqlWriter
from syncd.ports.directory import DirectoryContext
from tests.contract.directories import ACCOUNTS, NOW, SEEDS
from tests.fakes.postgres import PostgresServer
from tests.fakes.rights_table import STATEMENTS, RightsTable, sqlite_table


@pytest.fixture(scope="session")
def rights_database(postgres: PostgresServer) -> str:
    return postgres.fresh_database()


@pytest.fixture
def postgresql_table(rights_database: str) -> RightsTable:
    table = RightsTable(rights_database)
    table.run(
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
    )
    return table.lay(ACCOUNTS, SEEDS)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> RightsTable:
    return sqlite_table(tmp_path).lay(ACCOUNTS, SEEDS)


@pytest.fixture(params=["postgresql_table", "sqlite_file"])
def table(request: pytest.FixtureRequest) -> RightsTable:
    """The tables on one engine after the other."""
    found: RightsTable = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., tuple[SqlReader, SqlWriter]]:
    """Builds both halves for a table; options given by name replace the usual ones."""

    def built(table: RightsTable, **given: object) -> tuple[SqlReader, SqlWriter]:
        options = SqlOptions.model_validate({"url": table.url, **STATEMENTS, **given})
        context = DirectoryContext("kikan", tmp_path, 7, lambda: NOW)
        return SqlReader("kikan", options, context), SqlWriter("kikan", options, context)

    return built
