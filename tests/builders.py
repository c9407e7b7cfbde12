"""Facts for tests: every record with every field defaulted, so a test names only what matters.

By default everything is plain: person 1 works in section 12010, is designated there for TAX, and
account u0001 stands in the group that conveys TAX-EDIT. The day is 1 April 2027.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from syncd.core.calendar import midnight
from syncd.core.career import PersonState, Post
from syncd.core.cases import Case, CaseState
from syncd.core.decide import decide
from syncd.core.facts import (
    AccountKind,
    Designation,
    EmploymentStatus,
    Entitlement,
    Facts,
    ListedAccount,
    Order,
    OrgUnit,
    ReviewOutcome,
    Roster,
    RosterEntry,
    TrainingRecord,
    VanishedDesignation,
)
from syncd.core.findings import Because, Decision, Fault, Finding, Reason, Verdict
from syncd.core.ids import (
    AccountId,
    AffairCode,
    CaseId,
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
    Reading,
)
from syncd.core.nesting import Way
from syncd.core.org import OrgChart
from syncd.core.plan import PlanLine
from syncd.core.policy import OrderEffect, OrderKind, Policy
from syncd.core.subject import Subject

APRIL = date(2027, 4, 1)
BASE = date(2027, 3, 1)
KNOWN_AT = midnight(APRIL)
DAY = timedelta(days=1)
SECTION = "12010"
GROUP = "cn=tax-edit,ou=groups"

_APPOINTS = ("採用", "転任", "任命換え", "身分換", "再任用", "臨時的任用")
_FURTHER = ("兼務", "兼職", "併任", "事務取扱", "事務代理", "充て職", "心得")
_EFFECTS = {
    OrderEffect.OPENS_PRIMARY: ("配置換", "昇任", "降任"),
    OrderEffect.CLOSES_PRIMARY: ("出向", "派遣"),
    OrderEffect.SUSPENDS: ("休職", "育児休業", "停職"),
    OrderEffect.ENDS_SUSPENSION: ("復職",),
    OrderEffect.ENDS_EMPLOYMENT: ("退職", "辞職", "免職", "失職", "解職", "死亡"),
    OrderEffect.RENAMES_UNIT: ("組織改正読替",),
    OrderEffect.CANCELS: ("取消",),
    OrderEffect.CORRECTS: ("訂正",),
}
ORDER_KINDS: Mapping[str, OrderKind] = {
    kind.word: kind
    for kind in (
        *(OrderKind(word, effect) for effect, words in _EFFECTS.items() for word in words),
        *(OrderKind(word, OrderEffect.OPENS_PRIMARY, appoints=True) for word in _APPOINTS),
        *(OrderKind(word, OrderEffect.OPENS_FURTHER, post_kind=word) for word in _FURTHER),
        *(
            OrderKind(f"{word}解除", OrderEffect.CLOSES_FURTHER, post_kind=word)
            for word in _FURTHER
        ),
    )
}
"""The words of section 3 of the design, with the default table of implicit ends: none."""


def policy(**changes: Any) -> Policy:
    return Policy(**{"order_kinds": ORDER_KINDS, **changes})


def staff(number: int | str) -> StaffNumber:
    return StaffNumber(f"{number:07}" if isinstance(number, int) else number)


def account_name(number: int | str) -> AccountId:
    return AccountId(f"u{number:04}" if isinstance(number, int) else number)


def unit(code: str | None) -> OrgUnitCode | None:
    return None if code is None else OrgUnitCode(code)


def roster_entry(
    number: int | str = 1,
    org_unit: str | None = SECTION,
    *,
    concurrent: Sequence[str] | None = None,
    status: EmploymentStatus = EmploymentStatus.AT_WORK,
    **changes: Any,
) -> RosterEntry:
    fields: dict[str, Any] = {
        "staff_number": staff(number),
        "name": "",
        "kana": "",
        "employment_type": "正規",
        "org_unit": unit(org_unit),
        "org_unit_name": "",
        "title": "",
        "concurrent_units": None if concurrent is None else tuple(map(OrgUnitCode, concurrent)),
        "status": status,
        "status_word": "在職" if status is EmploymentStatus.AT_WORK else "休職",
        "hired_on": None,
        "term_ends_on": None,
        "separated_on": None,
        "source": "roster",
        "line": 2,
    }
    return RosterEntry(**{**fields, **changes})


def order(
    order_number: str = "R9-1",
    kind: str = "配置換",
    effective_on: date | None = APRIL,
    to: str | None = None,
    *,
    number: int | str = 1,
    target: str | None = None,
    **changes: Any,
) -> Order:
    fields: dict[str, Any] = {
        "order_number": OrderNumber(order_number),
        "effective_on": effective_on,
        "kind": kind,
        "staff_number": staff(number),
        "name": "",
        "org_unit": unit(to),
        "title": "",
        "ends_on": None,
        "target": None if target is None else OrderNumber(target),
        "confirmed": True,
        "source": "orders",
        "line": 2,
    }
    return Order(**{**fields, **changes})


def designation(
    number: int | str = 1, affair: str = "TAX", org_unit: str = SECTION, **changes: Any
) -> Designation:
    fields: dict[str, Any] = {
        "affair": AffairCode(affair),
        "affair_name": "",
        "org_unit": OrgUnitCode(org_unit),
        "staff_number": staff(number),
        "name": "",
        "scope": frozenset(),
        "designated_on": date(2026, 4, 1),
        "released_on": None,
        "expires_on": None,
        "designated_by": "",
        "source": "designations",
        "line": 2,
    }
    return Designation(**{**fields, **changes})


def entitlement(
    name: str = "TAX-EDIT",
    groups: Sequence[str] = (GROUP,),
    *,
    affairs: Iterable[str] = ("TAX",),
    operations: Iterable[str] = (),
    directory: str = "ad",
) -> Entitlement:
    return Entitlement(
        EntitlementId(name),
        directory,
        tuple(groups),
        "",
        frozenset(map(AffairCode, affairs)),
        frozenset(operations),
        "entitlements",
        2,
    )


def listed_account(
    account: int | str = 1,
    kind: AccountKind = AccountKind.PERSONAL,
    *,
    number: int | str | None = None,
    sponsor: int | str | None = None,
    expires_on: date | None = None,
    directory: str = "ad",
) -> ListedAccount:
    return ListedAccount(
        directory,
        account_name(account),
        None if number is None else staff(number),
        kind,
        None if sponsor is None else staff(sponsor),
        expires_on,
        "accounts",
        2,
    )


def outcome(
    account: int | str = 1,
    right: str = "TAX-EDIT",
    ends_on: date | None = APRIL,
    *,
    review: str = "tana-1",
    by: str = "sato",
) -> ReviewOutcome:
    """Return what an access review settled; on 1 April, that the right is not needed."""
    return ReviewOutcome("ad", EntitlementId(right), account_name(account), ends_on, review, by)


def org_unit(
    code: str = SECTION,
    parent: str | None = None,
    *,
    successors: Sequence[str] = (),
    **changes: Any,
) -> OrgUnit:
    fields: dict[str, Any] = {
        "code": OrgUnitCode(code),
        "name": f"{code}課",
        "parent": unit(parent),
        "rank": None,
        "starts_on": None,
        "ends_on": None,
        "successors": tuple(map(OrgUnitCode, successors)),
        "source": "org_units",
        "line": 2,
    }
    return OrgUnit(**{**fields, **changes})


def training(
    number: int | str = 1, attended_on: date = date(2026, 6, 1), course: str = "研修"
) -> TrainingRecord:
    return TrainingRecord(staff(number), course, attended_on, "training", 2)


def vanished(line: Designation) -> VanishedDesignation:
    return VanishedDesignation(line, KNOWN_AT - DAY)


def roster(
    *entries: RosterEntry,
    base_on: date = BASE,
    gone: Iterable[RosterEntry] = (),
    source: str = "roster",
    recorded_at: datetime = KNOWN_AT,
) -> Roster:
    return Roster(source, base_on, recorded_at, entries, tuple(gone))


def facts(*people: RosterEntry, **changes: Any) -> Facts:
    """Return facts: one roster of `people` (person 1 when none is named), and who may do TAX."""
    fields: dict[str, Any] = {
        "known_at": KNOWN_AT,
        "rosters": (roster(*(people or (roster_entry(),))),),
        "designations": (designation(),),
        "entitlements": (entitlement(),),
    }
    return Facts(**{**fields, **{name: _tuple(value) for name, value in changes.items()}})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def account(name: int | str = 1, number: int | str | None = None) -> Account:
    """Return an account; `u0001` is person 1's unless another number is given."""
    known = number if number is not None else (name if isinstance(name, int) else None)
    called = account_name(name)
    return Account(called, f"uid={called},ou=people", None if known is None else staff(known))


def group(
    key: str = GROUP,
    *,
    may_be_empty: bool = True,
    members: int = 100,
    subgroups: Sequence[str] = (),
) -> Group:
    name = key.split(",", maxsplit=1)[0].partition("=")[2] or key
    below = tuple(subgroups)
    return Group(key, name, may_be_empty=may_be_empty, direct_count=members, subgroups=below)


def block(
    *members: int | str, key: str = GROUP, through: Sequence[str] = (), primary: bool = False
) -> MembershipBlock:
    return MembershipBlock(key, Path(tuple(through), primary), tuple(map(account_name, members)))


def snapshot(
    *blocks: MembershipBlock,
    accounts: Iterable[Account] | None = None,
    groups: Iterable[Group] | None = None,
    directory: str = "ad",
) -> DirectorySnapshot:
    """Return a complete read; by default account u0001 of person 1 stands in the TAX group."""
    held = blocks or (block(1),)
    known = [account(1)] if accounts is None else accounts
    keys = dict.fromkeys(key for b in held for key in (b.group, *b.path.through))
    return DirectorySnapshot(
        directory,
        KNOWN_AT,
        Proof("test", 1, 1, "test"),
        {a.account: a for a in known},
        tuple(map(group, keys)) if groups is None else tuple(groups),
        held,
    )


def subject(
    line: Designation | None = None,
    on: date = APRIL,
    *,
    person: PersonState | None = None,
    units: Iterable[OrgUnit] = (),
    trained_on: date | None = None,
    under: Policy | None = None,
) -> Subject:
    """Return what a designation rule looks at: person 1 in section 12010 unless told."""
    return Subject(
        on,
        person or PersonState(staff(1), (Post(OrgUnitCode(SECTION)),)),
        line or designation(),
        OrgChart(units, on),
        under or policy(),
        trained_on,
    )


def decision(
    known: Facts | None = None,
    *readings: Reading,
    on: date = APRIL,
    under: Policy | None = None,
    **more: Any,
) -> Decision:
    return decide(known or facts(), readings or (snapshot(),), under or policy(), on, **more)


def verdict_of(
    known: Facts | None = None,
    *readings: Reading,
    account: int | str = 1,
    right: str = "TAX-EDIT",
    on: date = APRIL,
    under: Policy | None = None,
) -> tuple[Verdict, tuple[str, ...]]:
    """Return what is said of one account's right: the verdict, and the reasons as the design names them."""
    decided = decision(known, *readings, on=on, under=under)
    for found in decided.findings:
        if found.account == account_name(account) and found.entitlement == right:
            return found.verdict, tuple(map(str, found.reasons))
    return Verdict.JUSTIFIED, ()


def finding(number: int = 1, *reasons: Reason, **changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "directory": "ad",
        "entitlement": EntitlementId("TAX-EDIT"),
        "account": account_name(number),
        "staff_number": staff(number),
        "verdict": Verdict.STALE,
        "faults": tuple(
            Fault(r, APRIL, (Because("order", "R9-1", APRIL),))
            for r in reasons or (Reason.TRANSFERRED,)
        ),
        "paths": (Way((GROUP,), ("tax-edit",)),),
        "member": f"uid={account_name(number)},ou=people",
        "groups": (GROUP,),
    }
    return Finding(**{**fields, **changes})


def case(number: int = 1, state: CaseState = CaseState.OPEN, **changes: Any) -> Case:
    fields: dict[str, Any] = {
        "case_id": CaseId(f"C{number}"),
        "directory": "ad",
        "entitlement": EntitlementId("TAX-EDIT"),
        "account": account_name(number),
        "staff_number": staff(number),
        "member": f"uid={account_name(number)},ou=people",
        "groups": (GROUP,),
        "path": "direct",
        "state": state,
        "reasons": (Reason.TRANSFERRED,),
        "because": (Because("order", "R9-1", APRIL),),
        "since": APRIL,
        "needs_person": False,
        "opened_at": KNOWN_AT,
        "updated_at": KNOWN_AT,
        "due_at": KNOWN_AT,
        "escalate_at": KNOWN_AT + 2 * DAY,
        "hard_deadline_at": KNOWN_AT + 8 * DAY,
    }
    return Case(**{**fields, **changes})


def plan_line(number: int = 1, group: str = GROUP, **changes: Any) -> PlanLine:
    fields: dict[str, Any] = {
        "directory": "ad",
        "group": group,
        "member": f"uid={account_name(number)},ou=people",
        "entitlement": EntitlementId("TAX-EDIT"),
        "case_id": CaseId(f"C{number}"),
        "account": account_name(number),
        "staff_number": staff(number),
        "reasons": (Reason.TRANSFERRED,),
    }
    return PlanLine(**{**fields, **changes})
