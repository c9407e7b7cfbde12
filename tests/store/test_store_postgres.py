"""What only several nodes on one PostgreSQL can meet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.merkle import root_of
from syncd.errors import StoreError
from syncd.store import SqlStore, engine, open_store
from tests.fakes.postgres import PostgresServer
from tests.fakes.readings import at, case

pytestmark = pytest.mark.postgres


@pytest.fixture
def node(postgres: PostgresServer, tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(postgres.fresh_database(), tmp_path)
    yield opened
    opened.close()


def record(subject: str) -> AuditRecord:
    return AuditRecord(at(1), AuditEvent.CASE_OPENED, "syncd", subject)


def test_a_record_committed_late_gets_a_later_number_and_no_gap_is_left(node: SqlStore) -> None:
    with node.begin() as slow:
        slow.audit([record("slow")])
        with node.begin() as quick:
            quick.audit([record("quick")])
        with node.begin() as sequencer:
            first = sequencer.checkpoint(at(1))
    with node.begin() as unit:
        second = unit.checkpoint(at(2))
        leaves = list(unit.audit_leaves())
    assert [first.size, second.size] == [1, 2]
    assert [leaf for _, leaf, _ in leaves] == [record(s).canonical() for s in ("quick", "slow")]
    assert second.root == root_of([hashed for _, _, hashed in leaves]).hex()


def begin_and_hang(node: SqlStore) -> None:
    with node.begin() as unit:
        unit.insert_case(case())
        time.sleep(1.5)


def test_the_late_commit_of_a_hung_node_fails(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PG_IDLE_TIMEOUT", "500ms")
    hung = open_store(postgres.fresh_database(), tmp_path)
    with pytest.raises(StoreError):
        begin_and_hang(hung)
    with hung.begin() as unit:
        assert unit.cases() == ()
    hung.close()


def test_a_store_goes_on_after_the_server_dropped_its_connections(
    node: SqlStore, postgres: PostgresServer
) -> None:
    node.ping()
    drop_connections(node, postgres)
    node.ping()


def drop_connections(node: SqlStore, postgres: PostgresServer) -> None:
    name = node._engine.url.database
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - the test's own name


def hold_while_dropped(node: SqlStore, postgres: PostgresServer) -> None:
    with node.exclusive("sync"):
        drop_connections(node, postgres)


def test_a_right_lost_with_its_connection_is_told(node: SqlStore, postgres: PostgresServer) -> None:
    with pytest.raises(StoreError):
        hold_while_dropped(node, postgres)
    with node.exclusive("sync"):
        pass
