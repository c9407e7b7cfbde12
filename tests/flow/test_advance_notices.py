"""No count of the trail and no note of a run tells of 内示."""

from __future__ import annotations

import json
from dataclasses import replace

from syncd.core.facts import Provides
from syncd.core.ids import RunId
from syncd.errors import RowFault, SourceRefused
from syncd.flow.check import check_one
from syncd.flow.collect import Intake, notes_of, record_intake
from syncd.flow.judge import judge
from syncd.ports.source import Fingerprint, SourceReading
from tests.flow.town import APRIL, Town, staff, transfer

NOTICE = RowFault(3, "発令日", "R99", "日付", is_advance_notice=True, may_be_confirmed=False)
UNCLEAR = replace(NOTICE, line=5, may_be_confirmed=True)
OPEN = replace(NOTICE, line=4, is_advance_notice=False, may_be_confirmed=True)


def grounds(town: Town, intake: Intake) -> list[dict[str, object]]:
    with town.store.begin() as unit:
        record_intake(unit, intake, RunId("r1"), town.now)
        unit.checkpoint(town.now)
        return [json.loads(leaf)["ground"] for _, leaf, _ in unit.audit_leaves()]


def reading(town: Town) -> SourceReading:
    notice = replace(transfer(2, "20010"), confirmed=False)
    records = (transfer(1, "20010"), notice)
    place = Fingerprint("00" * 32, town.now, "in/orders.csv")
    # Six rows: an order, a notice that stands there three times, and two that were set aside.
    return SourceReading(
        "orders", Provides.ORDERS, place, None, 6, records, (NOTICE, OPEN),
        ("line 2: open",), None, ("line 9: secret",),
    )  # fmt: skip


def test_counts_of_an_accepted_input_leave_advance_notices_out(town: Town):
    (ground,) = grounds(town, Intake((reading(town),), (), 0))
    assert (ground["rows"], ground["held"]) == (2, 1)


def test_counts_of_a_refused_input_leave_advance_notices_out(town: Town):
    refusal = SourceRefused("orders", "in/orders.csv", (NOTICE, OPEN))
    (ground,) = grounds(town, Intake((), ((Provides.ORDERS, refusal),), 0))
    assert ground == {"faults": 1, "first": "line 4, 発令日"}


def test_an_input_that_only_advance_notices_refuse_tells_no_place(town: Town):
    refusal = SourceRefused("orders", "in/orders.csv", (NOTICE,))
    (ground,) = grounds(town, Intake((), ((Provides.ORDERS, refusal),), 0))
    assert ground == {"faults": 0, "first": ""}


def test_notes_leave_advance_notices_out(town: Town):
    notes = " ".join(notes_of(Intake((reading(town),), (), 0)))
    assert "line 4" in notes
    assert "line 2: open" in notes
    assert "line 3" not in notes
    assert "secret" not in notes


def test_a_notice_that_was_set_aside_shows_in_nobodys_rights(town: Town):
    town.sync()
    about = replace(NOTICE, staff_number=staff(1))
    opened = replace(OPEN, staff_number=staff(2))
    unclear = replace(UNCLEAR, staff_number=staff(3))
    for held, unknown in (((about,), 0), ((about, opened), 1), ((about, opened, unclear), 2)):
        with town.store.begin() as unit:
            unit.accept(replace(reading(town), records=(), held=held), town.now)
        counts = judge(town.site(), APRIL).counts
        assert counts.unknown == unknown


def test_a_row_that_may_be_confirmed_makes_unknown_and_says_nothing_of_itself(town: Town):
    town.sync()
    with town.store.begin() as unit:
        held = (replace(UNCLEAR, staff_number=staff(3)),)
        unit.accept(replace(reading(town), records=(), held=held), town.now)
    (unknown,) = (f for f in judge(town.site(), APRIL).findings if f.verdict == "unknown")
    assert (unknown.account, "R99" in unknown.unknown_because) == ("u0003", False)
    assert "line" not in unknown.unknown_because


def test_trying_a_source_tells_nothing_of_advance_notices(town: Town):
    notice = replace(transfer(2, "20010"), confirmed=False)
    town.orders.records = (transfer(1, "20010"), notice, notice)
    (line,) = check_one(town.site(), "orders")
    assert "1 rows" in line.found
    town.orders.read = _refuse  # type: ignore[method-assign]
    (line,) = check_one(town.site(), "orders")
    assert "line 4" in line.remedy
    assert "line 3" not in line.remedy


def _refuse() -> SourceReading:
    raise SourceRefused("orders", "in/orders.csv", (NOTICE, OPEN))
