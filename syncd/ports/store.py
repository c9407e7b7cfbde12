"""The store: everything that must survive the process, in units that commit whole or not at all.

Contract, held by `tests/contract/test_store_contract.py` on SQLite and PostgreSQL alike:

- what is done in one `begin()` block is committed together when the block ends and undone together
  when it raises. A change and its audit record belong in one block.
- a committed block survives SIGKILL and a power cut (SQLite: WAL with synchronous=FULL).
- facts are never overwritten: `facts(known_at)` gives for any past moment what it gave then.
- no block stays open while a directory or a source is spoken to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from syncd.core.audit import AuditRecord
from syncd.core.cases import Case, CaseState
from syncd.core.facts import Facts, PersonLink, Provides
from syncd.core.guards import Trip
from syncd.core.ids import CaseId, EntitlementId, PlanHash, RunId, StaffNumber
from syncd.core.memberships import DirectorySnapshot
from syncd.core.plan import Plan
from syncd.core.reread import SnapshotChange
from syncd.core.votes import Vote
from syncd.errors import RowFault
from syncd.ports.access import AccessUnit
from syncd.ports.exposure import ExposureUnit
from syncd.ports.listing import ListingUnit
from syncd.ports.order_counts import OrderCountsUnit
from syncd.ports.outbox import OutboxUnit
from syncd.ports.preapprovals import PreApprovalsUnit
from syncd.ports.previews import PreviewsUnit
from syncd.ports.residual import ResidualUnit
from syncd.ports.reviews import ReviewsUnit
from syncd.ports.runs import RunRow
from syncd.ports.source import Fingerprint, SourceReading
from syncd.ports.syncs import SyncsUnit
from syncd.ports.tasks import TasksUnit


@dataclass(frozen=True, slots=True)
class AcceptedInput:
    """The last good input of a source: what the next one is compared with.

    `sections` counts rows for each 所属コード (roster and designations; empty for the others).
    """

    source: str
    provides: Provides
    fingerprint: Fingerprint
    base_on: date | None
    rows: int
    sections: Mapping[str, int]
    sequence: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """An input that was refused and has not been followed by a good one."""

    source: str
    provides: Provides
    where: str
    refused_at: datetime
    faults: tuple[RowFault, ...]


class PlanState(StrEnum):
    """PROPOSED: open to votes. HELD: a guard tripped. PERMITTED: passed. USED: override spent."""

    PROPOSED = "proposed"
    HELD = "held"
    PERMITTED = "permitted"
    USED = "used"


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A frozen plan with what became of it. `trips` are what the guards hold against it."""

    plan: Plan
    state: PlanState
    frozen_at: datetime
    run: RunId
    trips: tuple[Trip, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The audit trail's size and RFC 6962 root (lower-case hex) at one moment."""

    size: int
    root: str
    at: datetime


class Unit(
    AccessUnit,
    ExposureUnit,
    ListingUnit,
    OrderCountsUnit,
    OutboxUnit,
    PreApprovalsUnit,
    PreviewsUnit,
    ResidualUnit,
    ReviewsUnit,
    SyncsUnit,
    TasksUnit,
    Protocol,
):
    """What can be read and written inside one transaction."""

    # --- facts ---
    def last_accepted(self, source: str) -> AcceptedInput | None:
        """Return the last good input of a source."""
        ...

    def accept(self, reading: SourceReading, at: datetime) -> AcceptedInput:
        """Record an input as good: its records become facts known from `at` on.

        Rosters, designations, entitlements, accounts and section tables state everything their
        source knows; orders and training accumulate: a row that a later input lacks still stands,
        and a later input that names the same order for the same person again replaces its lines.
        """
        ...

    def refuse(
        self, source: str, provides: Provides, where: str, at: datetime, faults: Sequence[RowFault]
    ) -> None:
        """Record that an input was refused; cleared by the next `accept` of the source."""
        ...

    def refused_inputs(self) -> tuple[RefusedInput, ...]:
        """Return the sources whose latest input was refused."""
        ...

    def facts(self, known_at: datetime, *, as_of: date | None = None) -> Facts:
        """Return everything known at a moment, as the decision reads it.

        With `as_of` only the rosters that matter for that day are loaded.
        """
        ...

    def facts_about(self, staff_numbers: Iterable[StaffNumber], known_at: datetime) -> Facts:
        """Return what is known of a few people at a moment: every roster row, order and line.

        Whoever a person link may make one with them is asked for too. Entitlements, accounts, the
        section table and the links come whole; nobody else's rows do.
        """
        ...

    def person_links(self) -> tuple[PersonLink, ...]:
        """Return the person links as they are known now, and no other facts."""
        ...

    # --- cases ---
    def case(self, case_id: CaseId) -> Case:
        """Return one case; raises NoSuchCase."""
        ...

    def cases_of(self, case_ids: Iterable[CaseId]) -> tuple[Case, ...]:
        """Return these cases in their order, each once; raises NoSuchCase."""
        ...

    def cases(self, states: Iterable[CaseState] | None = None) -> tuple[Case, ...]:
        """Return the cases in these states (None: all that have not ended), oldest first."""
        ...

    def cases_about(
        self, directory: str, entitlements: Collection[EntitlementId]
    ) -> tuple[Case, ...]:
        """Return the cases of these rights that have not ended, oldest first."""
        ...

    def last_verified(self, key: tuple[str, str, str]) -> Case | None:
        """Return the newest verified case of (directory, entitlement, account), if any."""
        ...

    def insert_case(self, case: Case) -> None:
        """Add a new case; at most one that has not ended may exist for a key."""
        ...

    def update_case(self, before: Case, after: Case) -> None:
        """Replace a case; raises IllegalMove when the stored one is no longer `before`."""
        ...

    def update_cases(self, changes: Sequence[tuple[Case, Case]]) -> None:
        """Replace many cases (before, after) at once; raises IllegalMove where one changed."""
        ...

    # --- votes and plans ---
    def add_votes(self, votes: Sequence[Vote]) -> None:
        """Record many votes at once, each as `add_vote` does."""
        ...

    def add_vote(self, vote: Vote) -> None:
        """Record a vote; the same person's same vote on the same object and round counts once."""
        ...

    def votes(
        self, *, case_id: CaseId | None = None, plan_hash: PlanHash | None = None
    ) -> tuple[Vote, ...]:
        """Return the votes on a case or a plan, oldest first."""
        ...

    def all_votes(self, case_ids: Iterable[CaseId]) -> Mapping[CaseId, tuple[Vote, ...]]:
        """Return the votes of many cases in one query."""
        ...

    def save_plan(self, stored: StoredPlan) -> None:
        """Record a plan by its hash, or set the state of one that is there."""
        ...

    def plan(self, plan_hash: PlanHash) -> StoredPlan:
        """Return a plan by its hash or an unambiguous prefix of at least 8; raises NoSuchCase."""
        ...

    def plan_state(self, plan_hash: PlanHash) -> PlanState | None:
        """Return what became of a plan, by its whole hash; None where there is no such plan."""
        ...

    def plans(self, state: PlanState, limit: int | None = None) -> tuple[StoredPlan, ...]:
        """Return the plans in one state, newest first; the newest `limit` of them."""
        ...

    # --- directories ---
    def record_snapshot(self, snapshot: DirectorySnapshot, run: RunId) -> int:
        """Keep what a directory held, storing only groups that changed; return how many did."""
        ...

    def snapshot_change(self, snapshot: DirectorySnapshot) -> SnapshotChange | None:
        """Return how a snapshot differs from the newest recorded one; None where there is none."""
        ...

    def last_snapshot(self, directory: str, at: datetime | None = None) -> DirectorySnapshot | None:
        """Return the newest complete snapshot of a directory (as of `at`), rebuilt."""
        ...

    # --- runs, audit, schedule ---
    def save_run(self, row: RunRow) -> None:
        """Add a run or set what became of it."""
        ...

    def last_complete_run(self, until: datetime | None = None) -> RunRow | None:
        """Return the newest run that was complete, of those that began until a moment."""
        ...

    def removed_since(self, moment: datetime) -> tuple[Case, ...]:
        """Return the cases whose membership syncd removed since `moment`, each once."""
        ...

    def audit(self, records: Iterable[AuditRecord]) -> None:
        """Append audit records in this transaction."""
        ...

    def audit_leaves(self, after: int = 0) -> Iterable[tuple[int, bytes, bytes]]:
        """Yield (sequence number from 1, leaf bytes, stored leaf hash) after a number, in order."""
        ...

    def checkpoint(self, at: datetime) -> Checkpoint:
        """Sequence what was appended so far; record and return the tree's size and root."""
        ...

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return every checkpoint, oldest first."""
        ...

    def claim_firing(self, schedule: str, due_at: datetime, now: datetime) -> bool:
        """Return whether this caller is the first to claim a due moment of a schedule."""
        ...

    def unclaim_firings(self, after: datetime) -> int:
        """Give back the due moments after a moment; return how many. They come again."""
        ...

    def last_firing(self, schedule: str) -> datetime | None:
        """Return the newest claimed due moment of a schedule."""
        ...


class Store(Protocol):
    """The database behind it."""

    def begin(self) -> AbstractContextManager[Unit]:
        """Open a unit that commits at the end of the block; raises StoreError."""
        ...

    def exclusive(self, what: str) -> AbstractContextManager[None]:
        """Hold the only right to do `what` (a run); raises AlreadyRunning at once if it is taken.

        A process that dies gives it back by itself.
        """
        ...

    def ping(self) -> None:
        """Check that the database answers and its schema is the current one; raises StoreError."""
        ...

    def close(self) -> None:
        """Give back every connection; the store must not be used afterwards."""
        ...
