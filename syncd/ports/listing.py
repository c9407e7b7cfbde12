"""The part of a store's unit that keeps what the console lists.

Pages are cut by keyset: a cursor names the last row seen, so that rows that come or go meanwhile
neither repeat nor hide others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from syncd.core.cards import Card, Section
from syncd.core.cases import Case, CaseState
from syncd.core.facts import Order
from syncd.core.findings import Reason
from syncd.core.ids import AccountId, EntitlementId, OrgUnitCode, RunId, StaffNumber
from syncd.core.memberships import Proof
from syncd.ports.runs import RunRow

NO_SECTION = OrgUnitCode("-")
"""Asks for what no section answers for; the chief decides it."""


class CaseOrder(StrEnum):
    """How cases are sorted: by hard deadline, 建制順, フリガナ, age of the right, transfer.

    By フリガナ the cases of one person stand together, by transfer those of one order.
    """

    DEADLINE = "deadline"
    SECTION = "section"
    KANA = "kana"
    SINCE = "since"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases are wanted; None and empty narrow nothing, `limit` 0 gives counts only.

    `visible` are the sections that the asker may see at all. `sections` are those asked for;
    NO_SECTION among them asks for the cases that no section answers for.
    `text` is looked for in names, フリガナ, staff numbers, accounts and case ids.
    `due_before` is a moment before which the hard deadline lies.
    """

    states: frozenset[CaseState] = frozenset()
    visible: frozenset[OrgUnitCode] | None = None
    sections: frozenset[OrgUnitCode] = frozenset()
    directory: str = ""
    entitlement: str = ""
    reason: Reason | None = None
    due_before: datetime | None = None
    order_number: str = ""
    text: str = ""
    sort: CaseOrder = CaseOrder.DEADLINE
    after: tuple[str, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case with the person it concerns (None: nobody known) and the name of its section."""

    case: Case
    card: Card | None
    section_name: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases; `total` counts all that match, `after` is the cursor of the next page."""

    lines: tuple[CaseLine, ...]
    total: int
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseSpan:
    """When a right stood without ground, as far as cases tell; `ended_at` None: it still does."""

    since: date
    opened_at: datetime
    ended_at: datetime | None
    state: CaseState


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the approvers of one section, and until when at the latest.

    `section` None: it belongs to no section, and waits for the chief.
    """

    section: OrgUnitCode | None
    name: str
    cases: int
    escalated: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which audit records are wanted, newest first; `before` is the id of the last one seen."""

    events: frozenset[str] = frozenset()
    actor: str = ""
    subject: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One record: its id, its number in the tree (None: not sequenced yet), its exact leaf."""

    record_id: int
    number: int | None
    leaf: bytes


@dataclass(frozen=True, slots=True)
class RunRecords:
    """A run in the trail: records by event, and the leaves of its inputs, directories and plans."""

    counted: Mapping[str, int]
    leaves: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class LastRead:
    """The newest complete read of a directory: `method`, pages, entries and the server's word."""

    read_at: datetime
    proof: Proof


@dataclass(frozen=True, slots=True)
class UnreadDirectory:
    """A directory that could not be read whole: the latest reason, and since when it fails.

    `read_at` is when it was last read whole; None: it never was.
    """

    directory: str
    why: str
    since: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which every read of a directory showed an account in a group.

    `gone_at` is the read that first showed it no more (None: it stands there still).
    `since_first_read`: the very first read showed it, so that it may have begun any time before.
    """

    directory: str
    group: str
    name: str
    account: AccountId
    first_seen_at: datetime
    gone_at: datetime | None
    since_first_read: bool


class ListingUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def save_cards(self, cards: Iterable[Card]) -> None:
        """Keep how people are shown, replacing what was kept of them."""
        ...

    def cards(self, staff_numbers: Iterable[StaffNumber]) -> Mapping[StaffNumber, Card]:
        """Return how these people are shown; nobody whom no case ever concerned."""
        ...

    def save_sections(self, sections: Iterable[Section]) -> None:
        """Replace the section table of the last run."""
        ...

    def sections(self) -> tuple[Section, ...]:
        """Return the section table of the last run in 建制順."""
        ...

    def case_page(self, query: CaseQuery) -> CasePage:
        """Return one page of the cases that match."""
        ...

    def case_counts(self, visible: frozenset[OrgUnitCode] | None = None) -> Mapping[CaseState, int]:
        """Return how many cases stand in each state, among the visible ones."""
        ...

    def case_entitlements(
        self, visible: frozenset[OrgUnitCode] | None = None
    ) -> tuple[EntitlementId, ...]:
        """Return every right that some visible case, ended or not, is about, sorted."""
        ...

    def waiting(self, visible: frozenset[OrgUnitCode] | None = None) -> tuple[Waiting, ...]:
        """Return what waits for people, by section, the earliest deadline first."""
        ...

    def case_spans(
        self, from_on: date, visible: frozenset[OrgUnitCode] | None = None
    ) -> tuple[CaseSpan, ...]:
        """Return the spans of the visible cases that had not ended before a day."""
        ...

    def last_run(self) -> RunRow | None:
        """Return the newest run, finished or not."""
        ...

    def runs(self, limit: int, before: datetime | None = None) -> tuple[RunRow, ...]:
        """Return runs that started before a moment, newest first."""
        ...

    def find_run(self, run: RunId) -> RunRow | None:
        """Return one run."""
        ...

    def run_records(self, row: RunRow) -> RunRecords:
        """Return what the trail holds of a run: how much of each kind, and its inputs in full."""
        ...

    def last_reads(self) -> Mapping[str, LastRead]:
        """Return for each directory when and how it was last read whole."""
        ...

    def unread_directories(self) -> tuple[UnreadDirectory, ...]:
        """Return the directories whose newest reads all failed, by name."""
        ...

    def stretches(self, accounts: Mapping[str, Collection[AccountId]]) -> tuple[Stretch, ...]:
        """Return when these accounts (by directory) stood in groups, through others or not."""
        ...

    def inputs_version(self) -> int:
        """Return a number that grows with every accepted input: facts are the same while it is."""
        ...

    def orders(self, known_at: datetime) -> tuple[Order, ...]:
        """Return the orders known at a moment, and no other facts."""
        ...

    def history(self, subject: str) -> tuple[bytes, ...]:
        """Return the leaves of all records about a subject, oldest first."""
        ...

    def trail_page(self, query: TrailQuery) -> tuple[TrailLine, ...]:
        """Return one page of the audit trail."""
        ...
