"""A personnel system's database on each engine, and the source that reads a view of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from connectors.shared.feeds.source import FeedSource
from connectors.sql.feed import SqlFeedOptions
from connectors.sql.feed.source import sql_source
from syncd.core.calendar import JST
from syncd.core.facts import Provides
from syncd.ports.source import SourceContext
from tests.fakes.postgres import PostgresServer
from tests.fakes.rights_table import RightsTable

STATUS_WORDS = {"在職": "at-work", "休職": "suspended", "退職": "separated"}
PEOPLE = (
    "CREATE TABLE shain (code char(10), busho char(8), taishoku date, note text)",
    "INSERT INTO shain VALUES ('1', '12010', NULL, 'x'), ('2', '12010', '2027-03-31', NULL)",
    'CREATE VIEW v_roster ("社員コード", "所属コード", "退職日", note) AS SELECT * FROM shain',
)
COLUMNS = {"職員番号": "社員コード"}


class Connect:
    """Builds sources; `now` is their clock."""

    def __init__(self, database: RightsTable, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.now = datetime(2027, 4, 1, 0, 5, tzinfo=JST)

    def source(self, provides: str = "roster", **changes: object) -> FeedSource:
        given = {"url": self.database.url, "view": "v_roster", "columns": COLUMNS, **changes}
        if changes.get("select"):
            del given["view"]
        context = SourceContext(
            "hr", Provides(provides), self.folder, 7, STATUS_WORDS, lambda: self.now
        )
        return sql_source(SqlFeedOptions.model_validate(given), context)


@pytest.fixture
def postgresql(postgres: PostgresServer) -> RightsTable:
    return RightsTable(postgres.fresh_database())


@pytest.fixture
def sqlite(tmp_path: Path) -> RightsTable:
    return RightsTable("sqlite:///hr.db", tmp_path / "hr.db")


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request: pytest.FixtureRequest) -> RightsTable:
    """An empty database on one engine after the other."""
    found: RightsTable = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def connect(database: RightsTable, tmp_path: Path) -> Connect:
    database.run(*PEOPLE)
    return Connect(database, tmp_path)


@pytest.fixture
def on_postgresql(postgresql: RightsTable, tmp_path: Path) -> Callable[..., Connect]:
    """Runs statements on an empty database of PostgreSQL and returns what connects to it."""

    def ran(*statements: str) -> Connect:
        postgresql.run(*statements)
        return Connect(postgresql, tmp_path)

    return ran
