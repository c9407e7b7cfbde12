"""The store grows with changes and not with days: what is the same is not written again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from syncd.core.ids import AccountId, RunId, StaffNumber
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)
from syncd.store import SqlStore
from syncd.store.tables import chunks, facts, inputs, parts
from tests.fakes.readings import at, designation, designations, person, roster


def rows(store: SqlStore, table: object) -> int:
    with store._engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]  # a table


def test_an_unchanged_or_shifted_file_adds_no_fact(store: SqlStore) -> None:
    people = [person(f"{n:07d}", line=n + 2) for n in range(300)]
    shifted = [replace(entry, line=entry.line + 5) for entry in reversed(people)]
    with store.begin() as unit:
        unit.accept(roster(*people), at(1))
        unit.accept(roster(*people, base_on=date(2027, 4, 2)), at(2))
        unit.accept(roster(*shifted, base_on=date(2027, 4, 3)), at(3))
        known = unit.facts(at(4)).rosters
    assert rows(store, facts) == 300
    assert [known[n].entries for n in (1, 2)] == [tuple(people), tuple(shifted)]


def test_a_changed_row_adds_one_fact(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.accept(designations(designation("1"), designation("2")), at(1))
        unit.accept(designations(designation("1"), designation("2", by="部長")), at(2))
    assert rows(store, facts) == 3


def test_the_places_of_an_unchanged_file_take_little_room(store: SqlStore) -> None:
    people = [person(f"{n:07d}", line=n + 2) for n in range(5000)]
    with store.begin() as unit:
        unit.accept(roster(*people), at(1))
    with store._engine.connect() as connection:
        packed = connection.scalar(select(inputs.c.places))
    assert len(packed or b"") < 200


def city(moved: str = "", enabled: str = "") -> DirectorySnapshot:
    """600 accounts in 20 groups; one account may leave a group, one may be disabled."""
    names = [AccountId(f"u{n:04d}") for n in range(600)]
    accounts = {n: Account(n, f"uid={n}", StaffNumber(n[1:]), n != enabled) for n in names}
    members = [[n for n in names[g * 30 : g * 30 + 30] if n != moved] for g in range(20)]
    return DirectorySnapshot(
        directory="ad",
        read_at=at(1),
        proof=Proof("paged", 1, 620, "success"),
        accounts=accounts,
        groups=tuple(Group(f"cn=g{g:02d}", f"g{g:02d}", True, 30) for g in range(20)),
        blocks=tuple(
            MembershipBlock(f"cn=g{g:02d}", Path(), tuple(m)) for g, m in enumerate(members)
        ),
    )


def test_an_unchanged_directory_adds_no_part(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.record_snapshot(city(), RunId("R-1"))
    before = rows(store, chunks), rows(store, parts)
    with store.begin() as unit:
        assert unit.record_snapshot(replace(city(), read_at=at(2)), RunId("R-2")) == 0
    assert (rows(store, chunks), rows(store, parts)) == before


def test_one_changed_group_or_account_adds_one_part(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.record_snapshot(city(), RunId("R-1"))
    before = rows(store, chunks)
    with store.begin() as unit:
        assert unit.record_snapshot(city(moved="u0007"), RunId("R-2")) == 1
    assert rows(store, chunks) == before + 1
    with store.begin() as unit:
        disabled = city(moved="u0007", enabled="u0007")
        assert unit.record_snapshot(disabled, RunId("R-3")) == 0
        assert unit.last_snapshot("ad") == disabled
    assert rows(store, chunks) == before + 2
