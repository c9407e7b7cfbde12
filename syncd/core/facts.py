"""Facts: what personnel systems, sections and trainers state, one frozen record a row.

Records are what a source emits and what the decision reads. They hold normalised keys beside
texts as received. Dates are dates in Japan; None means "not given" or one of the sentinels for
"none" (domain page, section 4). `source` and `line` say where a person can look the row up.
The canonical columns are those of section 3 of the design.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from syncd.core.ids import (
    AccountId,
    AffairCode,
    EntitlementId,
    OrderNumber,
    OrgUnitCode,
    StaffNumber,
)


class Provides(StrEnum):
    """What a source gives: the `provides` key of the configuration.

    REVIEW_OUTCOMES come from syncd's own access reviews and from nowhere else.
    """

    ROSTER = "roster"
    ORDERS = "orders"
    DESIGNATIONS = "designations"
    ENTITLEMENTS = "entitlements"
    TRAINING = "training"
    ORG_UNITS = "org_units"
    ACCOUNTS = "accounts"
    PERSON_LINKS = "person_links"
    ORDER_COUNTS = "order_counts"
    REVIEW_OUTCOMES = "review_outcomes"


FED = frozenset(Provides) - {Provides.REVIEW_OUTCOMES}
"""What a configured source may give."""


class EmploymentStatus(StrEnum):
    """在職区分, reduced to what the decision needs; the words of a site map onto these."""

    AT_WORK = "at-work"
    SUSPENDED = "suspended"
    AWAY = "away"
    SEPARATED = "separated"


class AccountKind(StrEnum):
    """種別 of a listed account: 個人, 特権, サービス, 委託."""

    PERSONAL = "personal"
    PRIVILEGED = "privileged"
    SERVICE = "service"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person in a full roster (職員名簿) as of its 基準日.

    `concurrent_units` is None where the roster has no such column and so says nothing about
    concurrent posts. `status_word` is 在職区分 as received. `separated_on` (退職日) and
    `term_ends_on` (任期満了日) are last days of work.
    """

    staff_number: StaffNumber
    name: str
    kana: str
    employment_type: str
    org_unit: OrgUnitCode | None
    org_unit_name: str
    title: str
    concurrent_units: tuple[OrgUnitCode, ...] | None
    status: EmploymentStatus
    status_word: str
    hired_on: date | None
    term_ends_on: date | None
    separated_on: date | None
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """One personnel order (発令). `kind` is 発令区分, normalised but not interpreted.

    `effective_on` is 発令日; None only where a correction (訂正) leaves it as it was. `ends_on` is
    終了日, the last day. `confirmed` is False for an advance notice (内示). `text` is 発令内容 as
    received; `unread` is never stored and says why it was not understood where it was not.
    """

    order_number: OrderNumber
    effective_on: date | None
    kind: str
    staff_number: StaffNumber
    name: str
    org_unit: OrgUnitCode | None
    title: str
    ends_on: date | None
    target: OrderNumber | None
    confirmed: bool
    source: str = ""
    line: int = 0
    text: str = ""
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Designation:
    """One line of the list of designated handlers (事務取扱担当者名簿).

    `scope` is 取扱範囲; an empty scope sets no bound. The designation ends at the start of
    `released_on` (解除日) and after the end of `expires_on` (有効期限).
    """

    affair: AffairCode
    affair_name: str
    org_unit: OrgUnitCode
    staff_number: StaffNumber
    name: str
    scope: frozenset[str]
    designated_on: date | None
    released_on: date | None
    expires_on: date | None
    designated_by: str
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Entitlement:
    """An 個人番号事務権限: the groups of one directory that convey it, and what it serves."""

    entitlement: EntitlementId
    directory: str
    groups: tuple[str, ...]
    name: str
    affairs: frozenset[AffairCode]
    operations: frozenset[str]
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One attended training (研修受講記録)."""

    staff_number: StaffNumber
    course: str
    attended_on: date
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """One dated row of the section table; `successors` is 移行先所属コード, `rank` is 建制順."""

    code: OrgUnitCode
    name: str
    parent: OrgUnitCode | None
    rank: int | None
    starts_on: date | None
    ends_on: date | None
    successors: tuple[OrgUnitCode, ...]
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """One row of the account list; `sponsor` (管理者) is the staff number that answers for it."""

    directory: str
    account: AccountId
    staff_number: StaffNumber | None
    kind: AccountKind
    sponsor: StaffNumber | None
    expires_on: date | None
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PersonLink:
    """A person link: `staff_number` (職員番号) is one more number of `person` (本人番号).

    It holds from `starts_on` (開始日) to `ends_on` (終了日), both included; None: without bound.
    `authority` and `person_authority` are 任命権者 and 本人任命権者 as received: in whose numbers
    the two stand.
    """

    staff_number: StaffNumber
    person: StaffNumber
    starts_on: date | None
    ends_on: date | None
    authority: str = ""
    person_authority: str = ""
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class OrderCount:
    """How many orders personnel say there are of one kind (empty: in all) for a 発令日.

    `count` None takes the statement back. The number found may differ by `tolerance` (許容差).
    `stated_by` is the account of whoever stated it in the console; empty for a feed.
    """

    effective_on: date
    kind: str
    count: int | None
    tolerance: int = 0
    stated_by: str = ""
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """What an access review (棚卸) settled about one right of one account.

    From `ends_on` on the right is not needed: what justified it by then justifies it no more, until
    a later designation does. None: it is needed, which takes an earlier statement back. `stated_by`
    is the account that answered; empty: nobody did, and the policy for silence spoke.
    """

    directory: str
    entitlement: EntitlementId
    account: AccountId
    ends_on: date | None
    review_id: str
    stated_by: str
    source: str = ""
    line: int = 0


Record: TypeAlias = (
    RosterEntry
    | Order
    | Designation
    | Entitlement
    | TrainingRecord
    | OrgUnit
    | ListedAccount
    | PersonLink
    | OrderCount
    | ReviewOutcome
)


@dataclass(frozen=True, slots=True)
class Roster:
    """A complete roster of one source as of `base_on` (基準日), accepted at `recorded_at`.

    `vanished` are people of an earlier roster of the same source who are missing from this one,
    with the entry that last named them.
    """

    source: str
    base_on: date
    recorded_at: datetime
    entries: tuple[RosterEntry, ...]
    vanished: tuple[RosterEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class VanishedDesignation:
    """A designation line that an earlier list had and the newest one has no more, undated."""

    designation: Designation
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that was quarantined: what it says about the person is unknown from `from_on` on.

    An empty `staff_number` stands for a person of a roster who has none there: they may be anybody
    whom no roster names.
    """

    provides: Provides
    source: str
    line: int
    staff_number: StaffNumber
    why: str
    from_on: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known at one moment (`known_at`), not yet reduced to a day.

    `rosters` holds, for each source, every accepted roster that may matter, oldest first.
    `orders` accumulate over all inputs. Nothing here depends on the day that is asked about.
    """

    known_at: datetime
    rosters: tuple[Roster, ...] = ()
    orders: tuple[Order, ...] = ()
    designations: tuple[Designation, ...] = ()
    vanished_designations: tuple[VanishedDesignation, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    training: tuple[TrainingRecord, ...] = ()
    org_units: tuple[OrgUnit, ...] = ()
    accounts: tuple[ListedAccount, ...] = ()
    held: tuple[HeldRow, ...] = ()
    links: tuple[PersonLink, ...] = ()
    order_counts: tuple[OrderCount, ...] = ()
    review_outcomes: tuple[ReviewOutcome, ...] = ()
