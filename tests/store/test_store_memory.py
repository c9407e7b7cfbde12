"""What one process remembers of the store is what the store holds, whatever others do to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.calendar import EVER
from syncd.core.cases import CaseState
from syncd.core.memberships import DirectorySnapshot
from syncd.store import SqlStore, open_store
from syncd.store.digests import Digests
from tests import builders as b
from tests.core import worlds
from tests.fakes.readings import at, case, designation, designations, order, orders, person, roster

DAY = date(2027, 4, 2)


class _UndoError(Exception):
    pass


@pytest.fixture
def other_node(store: SqlStore, store_url: str, tmp_path: Path) -> Iterator[SqlStore]:
    del store  # the database is made already
    opened = open_store(store_url, tmp_path)
    yield opened
    opened.close()


def test_facts_are_loaded_once_while_nothing_is_taken_in(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.accept(roster(person("0000001")), at(0))
    with store.begin() as unit:
        first = unit.facts(EVER, as_of=DAY)
    with store.begin() as unit:
        assert unit.facts(EVER, as_of=DAY) is first


def test_what_another_node_took_in_is_seen_at_once(store: SqlStore, other_node: SqlStore) -> None:
    with store.begin() as unit:
        unit.accept(designations(designation("0000001")), at(0))
    with store.begin() as unit:
        assert len(unit.facts(EVER).designations) == 1
    with other_node.begin() as unit:
        unit.accept(designations(designation("0000001"), designation("0000002")), at(1))
    with store.begin() as unit:
        assert len(unit.facts(EVER).designations) == 2


def test_what_was_taken_in_and_undone_is_not_remembered(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.accept(orders(order("R9-1", "0000001")), at(0))
    with suppress(_UndoError), store.begin() as unit:
        unit.accept(orders(order("R9-2", "0000001")), at(1))
        assert len(unit.facts(EVER).orders) == 2
        raise _UndoError
    with store.begin() as unit:
        assert len(unit.facts(EVER).orders) == 1
    with store.begin() as unit:
        unit.accept(
            orders(order("R9-3", "0000001")), at(1)
        )  # the same number and moment as what was undone
    with store.begin() as unit:
        assert [o.order_number for o in unit.facts(EVER).orders] == ["R9-1", "R9-3"]


def test_each_moment_and_day_gives_its_own_facts(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.accept(roster(person("0000001"), base_on=date(2027, 4, 1)), at(0))
        unit.accept(roster(person("0000002"), base_on=date(2027, 5, 1)), at(1))

    def listed(known_at, as_of):
        with store.begin() as unit:
            rosters = unit.facts(known_at, as_of=as_of).rosters
        return [[e.staff_number for e in r.entries] for r in rosters]

    for _ in range(2):
        assert listed(EVER, date(2027, 4, 30)) == [["0000001"]]
        assert listed(EVER, date(2027, 5, 1)) == [["0000002"]]
        assert listed(EVER, None) == [["0000001"], ["0000002"]]
        assert listed(at(0), date(2027, 5, 1)) == [["0000001"]]


def test_a_case_is_decoded_once_while_it_stays_the_same(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.insert_case(case())
    with store.begin() as unit:
        (first,) = unit.cases()
    with store.begin() as unit:
        (again,) = unit.cases([CaseState.OPEN])
    assert again is first == case()


def test_a_case_that_another_node_moved_is_seen_as_it_is_now(
    store: SqlStore, other_node: SqlStore
) -> None:
    with store.begin() as unit:
        unit.insert_case(case(1))
        unit.insert_case(case(2, "u0002", hours=1))
    with store.begin() as unit:
        assert len(unit.cases()) == 2
    ended = replace(case(1), state=CaseState.GONE)
    moved = replace(case(2, "u0002", hours=1), state=CaseState.APPROVED, attempts=1)
    with other_node.begin() as unit:
        unit.update_case(case(1), ended)
        unit.update_case(case(2, "u0002", hours=1), moved)
        unit.insert_case(case(3, "u0003", hours=2))
    with store.begin() as unit:
        assert unit.cases() == (moved, case(3, "u0003", hours=2))
        assert unit.cases([CaseState.OPEN]) == (case(3, "u0003", hours=2),)
        assert unit.cases([CaseState.GONE]) == (ended,)


def test_a_move_that_was_undone_is_not_remembered(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.insert_case(case())
    with suppress(_UndoError), store.begin() as unit:
        unit.update_case(case(), replace(case(), state=CaseState.APPROVED))
        assert unit.cases()[0].state is CaseState.APPROVED
        raise _UndoError
    with store.begin() as unit:
        assert unit.cases() == (case(),)


@given(st.lists(worlds.directories(), min_size=1, max_size=4))
def test_digests_after_other_reads_are_those_of_a_first_read(
    reads: list[DirectorySnapshot],
) -> None:
    memory = Digests()
    for read in reads:
        contents, fresh = memory.contents_of(read), Digests().contents_of(read)
        assert contents.digests == fresh.digests
        assert {p: contents.body(p) for p in fresh.digests} == {
            p: fresh.body(p) for p in fresh.digests
        }


def test_a_group_that_stays_the_same_is_not_digested_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Digests()
    read = b.snapshot(b.block(1, key="cn=a"), b.block(2, key="cn=b"))
    memory.contents_of(read)
    digested: list[str] = []
    monkeypatch.setattr("syncd.store.digests._sha256", lambda body: digested.append(body) or "")
    memory.contents_of(replace(read, blocks=(read.blocks[0], b.block(1, 2, key="cn=b"))))
    assert len(digested) == 1
