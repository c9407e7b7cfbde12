"""What the reads of directories tell over time, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, RunId
from syncd.core.memberships import DirectorySnapshot, Group, MembershipBlock, Path, Proof
from syncd.ports.store import Store
from tests.fakes.readings import at, case

SATO = AccountId("u0001")


def read(
    hour: float, groups: dict[str, tuple[str, ...]], through: tuple[str, ...] = ()
) -> DirectorySnapshot:
    return DirectorySnapshot(
        directory="ad",
        read_at=at(hour),
        proof=Proof("paged", 1, len(groups), "success"),
        accounts={},
        groups=tuple(Group(key, key.title(), True, len(who)) for key, who in groups.items()),
        blocks=tuple(
            MembershipBlock(key, Path(through), tuple(AccountId(a) for a in who))
            for key, who in groups.items()
        ),
    )


def record(store: Store, *reads: DirectorySnapshot) -> None:
    with store.begin() as unit:
        for number, made in enumerate(reads):
            unit.record_snapshot(made, RunId(f"r{number}"))


def told(store: Store, account: str = SATO) -> list[tuple[object, ...]]:
    with store.begin() as unit:
        found = unit.stretches({"ad": [AccountId(account)], "none": [SATO], "other": []})
    return [(s.group, s.name, s.first_seen_at, s.gone_at, s.since_first_read) for s in found]


def test_a_stretch_goes_on_while_others_come_and_go(store: Store):
    record(
        store,
        read(1, {"tax": ("u0001",)}),
        read(2, {"tax": ("u0001", "u0002")}),
        read(3, {"tax": ("u0001", "u0003")}),
    )
    assert told(store) == [("tax", "Tax", at(1), None, True)]
    assert told(store, "u0003") == [("tax", "Tax", at(3), None, False)]
    assert told(store, "u0002") == [("tax", "Tax", at(2), at(3), False)]


def test_a_right_that_came_back_is_two_stretches(store: Store):
    both = ("u0001", "u0002")
    record(
        store,
        read(1, {"tax": ("u0002",)}),
        read(2, {"tax": both}),
        read(3, {"tax": ("u0002",)}),
        read(4, {"tax": both}, through=("staff",)),
        read(5, {}),
    )
    assert told(store) == [
        ("tax", "Tax", at(2), at(3), False),
        ("tax", "Tax", at(4), at(5), False),
    ]


def test_an_account_whose_name_only_contains_it_is_nobody(store: Store):
    record(store, read(1, {"tax": ("u00010", 'u"0001')}))
    assert told(store) == []
    assert told(store, 'u"0001') == [("tax", "Tax", at(1), None, True)]


def failed(hour: float, directory: str, why: str) -> AuditRecord:
    return AuditRecord(
        at(hour), AuditEvent.DIRECTORY_UNREAD, "syncd", directory, None, {"why": why}
    )


def test_a_directory_is_unread_since_the_first_failure_after_its_last_whole_read(store: Store):
    with store.begin() as unit:
        unit.audit([failed(1, "ad", "before"), failed(1, "new", "never")])
        unit.record_snapshot(read(2, {}), RunId("r"))
        assert [(u.directory, u.read_at) for u in unit.unread_directories()] == [("new", None)]
        unit.audit([failed(3, "ad", "timed out"), failed(4, "ad", "refused")])
        found = unit.unread_directories()
    assert [(u.directory, u.why, u.since, u.read_at) for u in found] == [
        ("ad", "refused", at(3), at(2)),
        ("new", "never", at(1), None),
    ]


def test_the_rights_of_all_cases_are_offered_and_only_those_of_visible_sections(store: Store):
    tax, welfare = OrgUnitCode("12010"), OrgUnitCode("13010")
    with store.begin() as unit:
        unit.insert_case(replace(case(1, "u0001"), section=tax))
        other = replace(case(2, "u0002"), section=welfare, entitlement=EntitlementId("WEL-EDIT"))
        unit.insert_case(other)
        assert unit.case_entitlements() == (case().entitlement, "WEL-EDIT")
        assert unit.case_entitlements(frozenset({welfare})) == ("WEL-EDIT",)
