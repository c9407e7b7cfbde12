"""Small records and readings for tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.core.cases import Case, CaseState
from syncd.core.facts import (
    Designation,
    EmploymentStatus,
    Order,
    Provides,
    Record,
    RosterEntry,
)
from syncd.core.findings import Because, Reason
from syncd.core.ids import (
    AccountId,
    AffairCode,
    CaseId,
    EntitlementId,
    OrderNumber,
    OrgUnitCode,
    StaffNumber,
)
from syncd.errors import RowFault
from syncd.ports.source import Fingerprint, SourceReading

TOKYO = ZoneInfo("Asia/Tokyo")
APRIL_ORDER_DAY = date(2027, 4, 1)
START = datetime(2027, 4, 1, 0, 0, tzinfo=TOKYO)


def at(hours: float) -> datetime:
    """A moment so many hours after the start of 1 April 2027."""
    return START + timedelta(hours=hours)


def person(number: str, unit: str = "12010", line: int = 2, source: str = "roster") -> RosterEntry:
    return RosterEntry(
        staff_number=StaffNumber(number),
        name="髙﨑　①子",
        kana="タカサキ",
        employment_type="正規",
        org_unit=OrgUnitCode(unit),
        org_unit_name="税務課",
        title="主事",
        concurrent_units=None,
        status=EmploymentStatus.AT_WORK,
        status_word="在職",
        hired_on=date(2015, 4, 1),
        term_ends_on=None,
        separated_on=None,
        source=source,
        line=line,
    )


def order(
    number: str, staff: str, unit: str = "13010", *, confirmed: bool = True, line: int = 2
) -> Order:
    return Order(
        order_number=OrderNumber(number),
        effective_on=date(2027, 4, 1),
        kind="配置換",
        staff_number=StaffNumber(staff),
        name="髙﨑　①子",
        org_unit=OrgUnitCode(unit),
        title="主事",
        ends_on=None,
        target=None,
        confirmed=confirmed,
        source="orders",
        line=line,
    )


def designation(staff: str, unit: str = "12010", line: int = 2, by: str = "課長") -> Designation:
    return Designation(
        affair=AffairCode("TAX"),
        affair_name="税務",
        org_unit=OrgUnitCode(unit),
        staff_number=StaffNumber(staff),
        name="髙﨑　①子",
        scope=frozenset({"参照", "更新"}),
        designated_on=date(2026, 4, 1),
        released_on=None,
        expires_on=None,
        designated_by=by,
        source="designations",
        line=line,
    )


def reading(
    provides: Provides,
    records: Sequence[Record],
    *,
    base_on: date | None = None,
    held: Sequence[RowFault] = (),
    source: str = "",
) -> SourceReading:
    return SourceReading(
        source=source or str(provides),
        provides=provides,
        fingerprint=Fingerprint("ab" * 32, at(-1), f"in/{provides}.csv"),
        base_on=base_on,
        rows=len(records) + len(held),
        records=tuple(records),
        held=tuple(held),
    )


def roster(*people: RosterEntry, base_on: date = date(2027, 4, 1)) -> SourceReading:
    return reading(Provides.ROSTER, people, base_on=base_on)


def orders(*lines: Order) -> SourceReading:
    return reading(Provides.ORDERS, lines)


def designations(*lines: Designation) -> SourceReading:
    return reading(Provides.DESIGNATIONS, lines)


def case(
    number: int = 1, account: str = "u0001", state: CaseState = CaseState.OPEN, hours: float = 0
) -> Case:
    return Case(
        case_id=CaseId(f"C-{number:05d}"),
        directory="ad",
        entitlement=EntitlementId("TAX-EDIT"),
        account=AccountId(account),
        staff_number=StaffNumber("0000001"),
        member=f"uid={account},ou=people,dc=mihon,dc=example",
        groups=("cn=tax,ou=groups", "cn=tax2,ou=groups"),
        path="direct",
        state=state,
        reasons=(Reason.TRANSFERRED, Reason.HR_CONFLICT),
        because=(Because("order", "R9-0123", date(2027, 4, 1), "orders", 7),),
        since=date(2027, 4, 1),
        needs_person=True,
        opened_at=at(hours),
        updated_at=at(hours),
        due_at=at(0),
        escalate_at=at(24),
        hard_deadline_at=at(120),
    )
