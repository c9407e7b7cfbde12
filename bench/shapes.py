"""Generated towns of any size as core values, built lean: texts are shared, not copied.

The proportions are City's (design, section 10): 45,000 people, 3,000 groups, 450,000 memberships,
so ten memberships a person and 150 a group. Every group conveys a listed right, which is the
worst case. Each person is designated for two of 60 affairs in the own section.

Two days are drawn. STEADY: about 2 % of the memberships are stale (people who moved long ago,
were never designated, left, or have too narrow a scope). APRIL: an order takes effect that day
for 30 % of the people; a third of the moves stay within the 課 for which people are designated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from syncd.core.calendar import midnight
from syncd.core.facts import (
    Designation,
    EmploymentStatus,
    Entitlement,
    Facts,
    Order,
    OrgUnit,
    Roster,
    RosterEntry,
)
from syncd.core.ids import (
    AccountId,
    AffairCode,
    EntitlementId,
    OrderNumber,
    OrgUnitCode,
    StaffNumber,
)
from syncd.core.memberships import (
    Account,
    DirectorySnapshot,
    Group,
    MembershipBlock,
    Path,
    Proof,
)

DAY = date(2027, 4, 1)
BASE_ON = date(2027, 3, 25)
KNOWN_AT: datetime = midnight(DAY)
CITY = 450_000
RIGHTS_EACH, MEMBERS_EACH, STAFF_EACH = 10, 150, 30
PEOPLE_DN, GROUPS_DN = "ou=people,dc=example,dc=jp", "ou=groups,dc=example,dc=jp"
_VIEW, _EDIT = frozenset({"照会"}), frozenset({"照会", "更新"})
_SINCE = date(2024, 4, 1)
_DIRECT = Path()
_STRIDE = 7


class Day(StrEnum):
    """Which day is drawn."""

    STEADY = "steady"
    APRIL = "april"


@dataclass(frozen=True, slots=True)
class Town:
    """What `decide` is given, and how large it is."""

    facts: Facts
    snapshot: DirectorySnapshot
    memberships: int
    people: int
    groups: int


class Drawing:
    """A town in the making: sizes first, then texts that everything shares."""

    def __init__(self, memberships: int, day: Day) -> None:
        """Fix the sizes; nothing else depends on chance."""
        self.day = day
        self.people = memberships // RIGHTS_EACH
        self.groups = memberships // MEMBERS_EACH
        self.numbers = [StaffNumber(f"{n:07}") for n in range(self.people)]
        self.accounts = [AccountId(f"u{n:07}") for n in range(self.people)]
        desks = max(4, self.people // STAFF_EACH)
        self.desks = [OrgUnitCode(f"{n // 2 + 1:06}{n % 2 + 1}") for n in range(desks)]
        affairs = max(3, min(60, self.groups // 20))
        self.affairs = [AffairCode(f"J{n:02}") for n in range(affairs)]

    def affairs_of(self, person: int) -> tuple[int, int]:
        """Return the two affairs of a person."""
        affairs = len(self.affairs)
        first = person // STAFF_EACH % affairs
        return first, (first + 1 + person % 2) % affairs

    def desk_of(self, person: int) -> OrgUnitCode:
        """Return the 係 in which a person is designated to work."""
        return self.desks[person // STAFF_EACH % len(self.desks)]

    def division_of(self, person: int) -> OrgUnitCode:
        """Return the 課 above it, which the designation names."""
        return OrgUnitCode(self.desk_of(person)[:-1] + "0")

    def edits(self, person: int) -> bool:
        """Tell whether the designation of a person covers 更新."""
        return person % 2 == 0

    def oddity(self, person: int) -> str:
        """Return what is wrong with one person in fifty, "" for the others."""
        ways = ("moved", "undesignated", "left", "narrow")
        return ways[person // 47 % len(ways)] if person % 47 == 17 else ""

    def groups_of(self, person: int) -> Iterator[int]:
        """Yield the groups of a person: those of both affairs, 更新 only for who may."""
        kinds = 2 if self.edits(person) else 1
        for turn, affair in enumerate(self.affairs_of(person)):
            mine = range(affair, self.groups, len(self.affairs))
            for step in range(RIGHTS_EACH // 2):
                at = (person * _STRIDE + step * 2 + turn) % len(mine)
                if kinds == 1 and at % 2 == 1:
                    at = (at + 1) % len(mine)
                    at -= at % 2
                yield mine[at]

    def allows_edit(self, group: int) -> bool:
        """Tell whether the right of a group allows 更新: every second of an affair's groups."""
        return group // len(self.affairs) % 2 == 1


def draw(memberships: int, day: Day = Day.STEADY) -> Town:
    """Return a town with about this many memberships."""
    drawing = Drawing(memberships, day)
    snapshot = _snapshot(drawing)
    held = sum(len(block.accounts) for block in snapshot.blocks)
    facts = Facts(
        KNOWN_AT,
        rosters=(Roster("roster", BASE_ON, KNOWN_AT, tuple(_roster(drawing))),),
        orders=tuple(_orders(drawing)),
        designations=tuple(_designations(drawing)),
        entitlements=tuple(_entitlements(drawing)),
        org_units=tuple(_org_units(drawing)),
    )
    return Town(facts, snapshot, held, drawing.people, drawing.groups)


def _roster(drawing: Drawing) -> Iterator[RosterEntry]:
    left_on = date(2025, 12, 31)
    for person, number in enumerate(drawing.numbers):
        oddity = drawing.oddity(person)
        away = (person + STAFF_EACH * 2) % drawing.people
        yield RosterEntry(
            staff_number=number,
            name="",
            kana="",
            employment_type="正規職員",
            org_unit=drawing.desk_of(away if oddity == "moved" else person),
            org_unit_name="",
            title="主事",
            concurrent_units=(),
            status=EmploymentStatus.AT_WORK,
            status_word="在職",
            hired_on=_SINCE,
            term_ends_on=None,
            separated_on=left_on if oddity == "left" else None,
            source="roster",
            line=person + 2,
        )


def _orders(drawing: Drawing) -> Iterator[Order]:
    if drawing.day is Day.STEADY:
        return
    for person, number in enumerate(drawing.numbers):
        if person % 10 >= 3 or drawing.oddity(person):
            continue
        retires = person % 40 == 0
        yield Order(
            order_number=OrderNumber(f"R9-{person:07}"),
            effective_on=BASE_ON.replace(day=31) if retires else DAY,
            kind="退職" if retires else "配置換",
            staff_number=number,
            name="",
            org_unit=None if retires else _new_desk(drawing, person),
            title="",
            ends_on=None,
            target=None,
            confirmed=True,
            source="orders",
            line=person + 2,
        )


def _new_desk(drawing: Drawing, person: int) -> OrgUnitCode:
    """Return another 係: of the same 課 for a third of those who move, else of another 課."""
    here = drawing.desk_of(person)
    if person % 10 == 0:
        return OrgUnitCode(here[:-1] + ("2" if here[-1] == "1" else "1"))
    return drawing.desk_of((person + STAFF_EACH * 2) % drawing.people)


def _designations(drawing: Drawing) -> Iterator[Designation]:
    for person, number in enumerate(drawing.numbers):
        oddity = drawing.oddity(person)
        if oddity == "undesignated":
            continue
        scope = _EDIT if drawing.edits(person) and oddity != "narrow" else _VIEW
        division = drawing.division_of(person)
        for affair in drawing.affairs_of(person):
            yield Designation(
                affair=drawing.affairs[affair],
                affair_name="",
                org_unit=division,
                staff_number=number,
                name="",
                scope=scope,
                designated_on=_SINCE,
                released_on=None,
                expires_on=None,
                designated_by="",
                source="designations",
                line=person + 2,
            )


def _entitlements(drawing: Drawing) -> Iterator[Entitlement]:
    affairs = [frozenset({code}) for code in drawing.affairs]
    for group in range(drawing.groups):
        yield Entitlement(
            entitlement=EntitlementId(f"R{group:05}"),
            directory="bench",
            groups=(group_dn(group),),
            name="",
            affairs=affairs[group % len(affairs)],
            operations=_EDIT if drawing.allows_edit(group) else _VIEW,
            source="entitlements",
            line=group + 2,
        )


def _org_units(drawing: Drawing) -> Iterator[OrgUnit]:
    for rank, code in enumerate(drawing.desks):
        division = OrgUnitCode(code[:-1] + "0")
        if code.endswith("1"):
            yield OrgUnit(division, "", None, rank, None, None, ())
        yield OrgUnit(code, "", division, rank, None, None, ())


def account_dn(account: str) -> str:
    """Return the DN of an account."""
    return f"uid={account},{PEOPLE_DN}"


def group_dn(group: int) -> str:
    """Return the DN of a group."""
    return f"cn=g{group:05},{GROUPS_DN}"


def members_of(drawing: Drawing) -> list[list[AccountId]]:
    """Return the members of each group, in the sequence of the groups."""
    members: list[list[AccountId]] = [[] for _ in range(drawing.groups)]
    for person, account in enumerate(drawing.accounts):
        for group in dict.fromkeys(drawing.groups_of(person)):
            members[group].append(account)
    return members


def _snapshot(drawing: Drawing) -> DirectorySnapshot:
    blocks, groups = [], []
    for group, accounts in enumerate(members_of(drawing)):
        key = group_dn(group)
        groups.append(Group(key, f"g{group:05}", may_be_empty=False, direct_count=len(accounts)))
        blocks.append(MembershipBlock(key, _DIRECT, tuple(accounts)))
    return DirectorySnapshot(
        directory="bench",
        read_at=KNOWN_AT,
        proof=Proof("generated", 1, drawing.people + drawing.groups, "success"),
        accounts={
            account: Account(account, account_dn(account), number)
            for account, number in zip(drawing.accounts, drawing.numbers, strict=True)
        },
        groups=tuple(groups),
        blocks=tuple(blocks),
    )
