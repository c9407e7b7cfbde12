"""What every store tells for the ledger and the morning report, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.cases import CaseState
from syncd.core.ids import OrgUnitCode, RunId
from syncd.ports.runs import RunRow
from syncd.ports.store import Store
from tests.fakes.readings import APRIL_ORDER_DAY, at, case, order, orders

NEXT_DAY = at(24)


def stored(store: Store, number: int, **changes: object) -> None:
    with store.begin() as unit:
        unit.insert_case(replace(case(number, f"u{number:04}"), **changes))


def standing(store: Store, **more: object) -> list[str]:
    with store.begin() as unit:
        return [c.case_id for c in unit.cases_standing(at(0), NEXT_DAY, **more)]


def test_a_day_is_told_of_all_that_stood_in_it_opened_in_it_or_ended_in_it(store: Store):
    day, section = APRIL_ORDER_DAY, OrgUnitCode("12010")
    over = {"state": CaseState.VERIFIED, "section": section}
    stored(store, 1, **over, since=day, opened_at=at(0.01), updated_at=at(0.02))
    stored(store, 2, **over, since=day, opened_at=at(100), updated_at=at(101))
    stored(store, 3, **over, since=day, opened_at=at(-50), updated_at=at(-49))
    after = day + timedelta(days=1)
    stored(store, 4, **over, since=after, opened_at=at(30), updated_at=at(31))
    stored(store, 5, since=None, opened_at=at(23), updated_at=at(23), section=None)
    stored(store, 6, since=None, opened_at=at(25), updated_at=at(25), section=None)
    names = [case(n).case_id for n in (1, 5, 2)]
    assert standing(store) == names
    assert standing(store, visible=frozenset({section})) == [names[0], names[2]]
    assert standing(store, visible=frozenset()) == []


def test_an_order_is_recorded_when_it_was_first_confirmed_and_when_it_changed(store: Store):
    notice = order("R9-1", "0000001", confirmed=False)
    with store.begin() as unit:
        unit.accept(orders(notice), at(-30))
    with store.begin() as unit:
        unit.accept(orders(order("R9-1", "0000001"), order("R9-2", "0000002")), at(-20))
    with store.begin() as unit:
        unit.accept(orders(order("R9-1", "0000001"), order("R9-2", "0000002")), at(-10))
    with store.begin() as unit:
        unit.accept(orders(order("R9-1", "0000001", "20010")), at(2))
    keys = [("R9-1", "0000001"), ("R9-2", "0000002"), ("R9-9", "0000009")]
    with store.begin() as unit:
        assert unit.orders_recorded(keys) == {
            ("R9-1", "0000001"): (at(-20), at(2)),
            ("R9-2", "0000002"): (at(-20),),
        }


def test_an_outage_is_told_from_the_first_failure_after_the_last_good_read(store: Store):
    told = [
        (AuditEvent.DIRECTORY_READ, "ad", -30),
        (AuditEvent.DIRECTORY_UNREAD, "ad", -20),
        (AuditEvent.DIRECTORY_UNREAD, "ad", -10),
        (AuditEvent.INPUT_REFUSED, "roster", -9),
        (AuditEvent.INPUT_ACCEPTED, "roster", -8),
        (AuditEvent.DIRECTORY_READ, "ad", 1),
        (AuditEvent.INPUT_REFUSED, "roster", 30),
    ]
    with store.begin() as unit:
        unit.audit(AuditRecord(at(h), event, "syncd", what) for event, what, h in told)
    with store.begin() as unit:
        found = [json.loads(leaf) for leaf in unit.outage_leaves(at(0), NEXT_DAY)]
    assert [(one["event"], one["at"]) for one in found] == [
        ("directory.unread", at(-20).isoformat(timespec="microseconds")),
        ("directory.unread", at(-10).isoformat(timespec="microseconds")),
        ("directory.read", at(1).isoformat(timespec="microseconds")),
    ]


def test_the_first_complete_run_of_a_day_is_one_that_judged_by_that_day(store: Store):
    day = APRIL_ORDER_DAY
    rows = [
        RunRow(RunId("before"), "full", day, "syncd", at(-1), at(-0.5), complete=True),
        RunRow(RunId("another"), "full", day + timedelta(days=9), "x", at(0), at(0), complete=True),
        RunRow(RunId("broken"), "full", day, "syncd", at(0), at(0.1), complete=False),
        RunRow(RunId("first"), "delta", day, "syncd", at(0.6), at(0.7), complete=True),
        RunRow(RunId("second"), "delta", day, "syncd", at(2), at(3), complete=True),
    ]
    with store.begin() as unit:
        for row in rows:
            unit.save_run(row)
    with store.begin() as unit:
        first = unit.first_complete_run(at(0), NEXT_DAY)
        assert first is not None
        assert first.run == "first"
        assert unit.first_complete_run(at(24), at(48)) is None
