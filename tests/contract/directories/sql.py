"""`sql` on an application's tables in PostgreSQL and in SQLite, with and without `present`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.sql import SqlDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, SEEDS, Kind, Seat
from tests.fakes.postgres import start_postgres
from tests.fakes.rights_table import PRESENT, STATEMENTS, RightsTable, sqlite_table

_ROLES = {name: role for role, name in enumerate(SEEDS, 1)}
_ABLE = frozenset(Capability) - {Capability.DELTA}
_READING = {name: STATEMENTS[name] for name in ("accounts", "memberships", "groups")}


class SqlSeat(Seat):
    def __init__(self, table: RightsTable, folder: Path, given: dict[str, str], dead: str) -> None:
        self.table = table.lay(ACCOUNTS, SEEDS)
        options = {**given, "url": table.url}
        super().__init__(SqlDirectoryType, folder, options, {**options, "url": dead})

    def group(self, name: str) -> str:
        return str(_ROLES.get(name, 99))

    def member(self, account: str) -> str:
        return account

    def standing(self, name: str) -> set[str]:
        return self.table.standing(_ROLES[name])

    def grant(self, name: str, account: str) -> None:
        self.table.grant(_ROLES[name], account)

    def revoke(self, name: str, account: str) -> None:
        self.table.revoke(_ROLES[name], account)


@contextmanager
def _sqlite(folder: Path) -> Iterator[SqlSeat]:
    yield SqlSeat(sqlite_table(folder), folder, STATEMENTS, "sqlite:///missing.db")


@contextmanager
def _reading(folder: Path) -> Iterator[SqlSeat]:
    yield SqlSeat(sqlite_table(folder), folder, _READING, "sqlite:///missing.db")


@contextmanager
def _postgresql(folder: Path) -> Iterator[SqlSeat]:
    # Not `folder`: the user postgres must be able to reach its cluster.
    cluster = Path(tempfile.mkdtemp(prefix="syncd-postgres-"))
    server = start_postgres(cluster)
    try:
        table = RightsTable(server.fresh_database())
        dead = "postgresql://postgres@127.0.0.1:1/rights"
        (folder / "secret").write_text("secret-reader\n")
        given = {**STATEMENTS, "present": PRESENT, "password_file": "secret"}
        seat = SqlSeat(table, folder, given, dead)
        seat.secrets = ("secret-reader",)
        yield seat
    finally:
        server.stop()
        shutil.rmtree(cluster, ignore_errors=True)


KINDS = (
    Kind("sql-postgresql", _postgresql, _ABLE),
    Kind("sql-sqlite", _sqlite, _ABLE),
    Kind(
        "sql-reading",
        _reading,
        frozenset({Capability.READ_WHOLE, Capability.PROVE_COMPLETE, Capability.READ_BACK}),
    ),
)
