"""A small town for the use cases: everything in it can be changed by a test between two runs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from syncd.core.calendar import midnight
from syncd.core.facts import (
    Designation,
    EmploymentStatus,
    Entitlement,
    Order,
    Provides,
    RosterEntry,
)
from syncd.core.ids import (
    AffairCode,
    EntitlementId,
    OrderNumber,
    OrgUnitCode,
    StaffNumber,
)
from syncd.core.policy import OrderEffect, OrderKind, Policy
from syncd.core.votes import Actor, Role
from syncd.flow.memory import Memory
from syncd.flow.report import RunReport
from syncd.flow.run import run
from syncd.flow.site import DirectorySeat, Mode, RunRequest, Site, SourceSeat
from syncd.flow.watch import Watch
from syncd.ports.store import Store
from syncd.store import open_store
from tests.fakes.directory import FakeDirectory, dn
from tests.fakes.source import FakeSource

APRIL = date(2027, 4, 1)
TAX = "cn=tax,ou=groups"
KINDS = {
    word: OrderKind(word, effect)
    for word, effect in {
        "配置換": OrderEffect.OPENS_PRIMARY,
        "退職": OrderEffect.ENDS_EMPLOYMENT,
        "取消": OrderEffect.CANCELS,
    }.items()
}


def staff(number: int) -> StaffNumber:
    return StaffNumber(f"{number:07}")


def account(number: int) -> str:
    return f"u{number:04}"


def approver(name: str, number: int = 900) -> Actor:
    return Actor(name, staff(number), frozenset({Role.APPROVER}))


def transfer(number: int, to: str, on: date = APRIL, *, order: str = "") -> Order:
    return _order(number, "配置換", on, order or f"R9-{number}", OrgUnitCode(to))


def separation(number: int, on: date, *, order: str = "") -> Order:
    return _order(number, "退職", on, order or f"R9-{number}")


def cancellation(number: int, target: str, on: date = APRIL) -> Order:
    order = _order(number, "取消", on, f"R9-C{number}")
    return replace(order, target=OrderNumber(target))


def _order(number: int, kind: str, on: date, order: str, unit: OrgUnitCode | None = None) -> Order:
    return Order(
        OrderNumber(order), on, kind, staff(number), "", unit, "", None, None, confirmed=True
    )


@dataclass
class Town:
    """Ten people of section 12010, all designated for TAX and all in the group cn=tax."""

    directory_path: Path
    store: Store
    people: int = 10
    mode: Mode = Mode.APPLY
    policy: Policy = field(default_factory=lambda: Policy(order_kinds=KINDS))
    now: datetime = midnight(date(2027, 3, 31)) + timedelta(hours=9)

    prefix: str = "id"
    stop_after_writes: int | None = None
    more_sources: tuple[FakeSource, ...] = ()

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self.watch = Watch()
        self.memory = Memory()
        everybody = range(1, self.people + 1)
        self.roster = FakeSource(
            "roster",
            Provides.ROSTER,
            self.now,
            tuple(_employee(n) for n in everybody),
            date(2027, 3, 1),
        )
        self.orders = FakeSource("orders", Provides.ORDERS, self.now)
        self.designations = FakeSource(
            "designations",
            Provides.DESIGNATIONS,
            self.now,
            tuple(_designated(n) for n in everybody),
        )
        self.entitlements = FakeSource(
            "entitlements", Provides.ENTITLEMENTS, self.now, (_entitlement("TAX-EDIT", TAX),)
        )
        self.directory = FakeDirectory(
            "ad",
            lambda: self.now,
            {account(n): staff(n) for n in everybody},
            {TAX: [dn(account(n)) for n in everybody]},
        )

    def name_ids(self, prefix: str) -> None:
        """Let ids of this process differ from those of the one that was killed before it."""
        self.prefix = prefix

    def site(self) -> Site:
        sources = (self.roster, self.orders, self.designations, self.entitlements)
        sources += self.more_sources
        d = self.directory
        seat = DirectorySeat("ad", self.mode, d, lambda: d, d.capabilities)
        return Site(
            sources=tuple(SourceSeat(source) for source in sources),
            directories={"ad": seat},
            store=self.store,
            policy=self.policy,
            clock=self._tick,
            new_id=lambda: f"{self.prefix}{next(self._ids):05}",
            progress=lambda *_: None,
            stopping=self._is_stopping,
            watch=self.watch,
            memory=self.memory,
        )

    def _is_stopping(self) -> bool:
        limit = self.stop_after_writes
        return limit is not None and len(self.directory.written) >= limit

    def sync(self, as_of: date = APRIL, actor: str = "syncd") -> RunReport:
        self.now = max(self.now, midnight(as_of))
        return run(self.site(), RunRequest(as_of, actor))

    def members(self, group: str = TAX) -> set[str]:
        return set(self.directory.groups[group])

    def _tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def _employee(number: int) -> RosterEntry:
    return RosterEntry(
        staff(number),
        "",
        "",
        "",
        OrgUnitCode("12010"),
        "",
        "",
        None,
        EmploymentStatus.AT_WORK,
        "在職",
        None,
        None,
        None,
    )


def _designated(number: int) -> Designation:
    return Designation(
        AffairCode("TAX"),
        "",
        OrgUnitCode("12010"),
        staff(number),
        "",
        frozenset(),
        date(2026, 4, 1),
        None,
        None,
        "",
    )


def _entitlement(name: str, group: str) -> Entitlement:
    return Entitlement(
        EntitlementId(name), "ad", (group,), "", frozenset({AffairCode("TAX")}), frozenset()
    )


def town_in(folder: Path, **changes: object) -> Town:
    """Return a town on a fresh SQLite store in a folder."""
    return Town(folder, open_store("sqlite:///syncd.db", folder), **changes)  # type: ignore[arg-type]
