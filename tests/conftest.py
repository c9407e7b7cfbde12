"""Fixtures that more than one folder of tests needs: real servers and a store on each engine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from syncd.store import SqlStore, open_store
from tests.fakes.postgres import PostgresServer, start_postgres


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the city's day begin first: it takes minutes, and would run alone at the end."""
    items.sort(key=lambda item: "transfer_day" not in item.path.parts)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    # Not tmp_path: the user postgres must be able to reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="syncd-postgres-"))
    try:
        server = start_postgres(folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, on one engine after the other."""
    if request.param == "sqlite":
        return "sqlite:///var/syncd.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.fresh_database()


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[SqlStore]:
    """A store on one engine after the other."""
    opened = open_store(store_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command run inside a test sets up logs for streams that end with the test."""
    yield
    structlog.reset_defaults()
