"""One transaction: the port's operations, each kept by the module that knows its tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from syncd.core.audit import AuditRecord
from syncd.core.calendar import EVER
from syncd.core.cases import Case, CaseState
from syncd.core.facts import Facts, PersonLink, Provides
from syncd.core.ids import CaseId, EntitlementId, PlanHash, RunId, StaffNumber
from syncd.core.memberships import DirectorySnapshot
from syncd.core.reread import SnapshotChange
from syncd.core.votes import Vote
from syncd.errors import RowFault
from syncd.ports.runs import RunRow
from syncd.ports.source import SourceReading
from syncd.ports.store import AcceptedInput, Checkpoint, PlanState, RefusedInput, StoredPlan
from syncd.store import audit, cases, facts, inputs, plans, rereads, runs, snapshots, votes
from syncd.store.access import AccessUnitQueries
from syncd.store.cases import CaseMemory
from syncd.store.digests import Digests
from syncd.store.exposure import ExposureUnitQueries
from syncd.store.factors import FactorUnitQueries
from syncd.store.facts import FactsMemory
from syncd.store.flows import FlowUnitQueries
from syncd.store.listing import ListingUnitQueries
from syncd.store.order_counts import OrderCountUnitQueries
from syncd.store.outbox import OutboxUnitQueries
from syncd.store.preapprovals import PreApprovalUnitQueries
from syncd.store.previews import PreviewUnitQueries
from syncd.store.residual import ResidualUnitQueries
from syncd.store.reviews import ReviewUnitQueries
from syncd.store.syncs import SyncsUnitQueries
from syncd.store.tasks import TaskUnitQueries
from syncd.store.tokens import TokenUnitQueries


@dataclass(slots=True)
class StoreMemory:
    """What one process remembers of what it last read; each part says why that is safe."""

    facts: FactsMemory = field(default_factory=FactsMemory)
    cases: CaseMemory = field(default_factory=dict)
    digests: Digests = field(default_factory=Digests)

    def copy(self) -> StoreMemory:
        """Return a memory that begins as this one and goes its own way."""
        return StoreMemory(copy(self.facts), dict(self.cases), self.digests.copy())


class SqlUnit(
    AccessUnitQueries,
    TokenUnitQueries,
    FlowUnitQueries,
    FactorUnitQueries,
    ExposureUnitQueries,
    OrderCountUnitQueries,
    ListingUnitQueries,
    OutboxUnitQueries,
    PreApprovalUnitQueries,
    PreviewUnitQueries,
    ResidualUnitQueries,
    ReviewUnitQueries,
    SyncsUnitQueries,
    TaskUnitQueries,
):
    """What can be read and written inside one transaction; implements `ports.store.Unit`."""

    def __init__(self, connection: Connection, memory: StoreMemory) -> None:
        """Work over a connection whose transaction the store ends.

        `memory` is what this process remembers of what the database holds.
        """
        self._connection = connection
        self._memory = memory
        self._has_accepted = False

    def last_accepted(self, source: str) -> AcceptedInput | None:
        """Return the last good input of a source."""
        return inputs.last_accepted(self._connection, source)

    def accept(self, reading: SourceReading, at: datetime) -> AcceptedInput:
        """Record an input as good: its records become facts known from `at` on."""
        self._has_accepted = True
        return inputs.accept(self._connection, reading, at)

    def refuse(
        self, source: str, provides: Provides, where: str, at: datetime, faults: Sequence[RowFault]
    ) -> None:
        """Record that an input was refused; cleared by the next `accept` of the source."""
        inputs.refuse(self._connection, source, provides, where, at, faults)

    def refused_inputs(self) -> tuple[RefusedInput, ...]:
        """Return the sources whose latest input was refused."""
        return inputs.refused_inputs(self._connection)

    def facts(self, known_at: datetime, as_of: date | None = None) -> Facts:
        """Return everything known at a moment; `as_of` leaves out rosters that day cannot need."""
        # What this unit took in may yet be undone: nobody remembers it.
        memory = FactsMemory() if self._has_accepted else self._memory.facts
        return facts.load_facts(self._connection, known_at, as_of, memory)

    def facts_about(self, staff_numbers: Iterable[StaffNumber], known_at: datetime) -> Facts:
        """Return what is known of some people, with the short lists that hold for everybody."""
        return facts.load_facts_about(self._connection, known_at, frozenset(staff_numbers))

    def person_links(self) -> tuple[PersonLink, ...]:
        """Return the person links as they are known now."""
        return facts.load_links(self._connection, EVER)

    def case(self, case_id: CaseId) -> Case:
        """Return one case; raises NoSuchCase."""
        return cases.find_case(self._connection, case_id)

    def cases_of(self, case_ids: Iterable[CaseId]) -> tuple[Case, ...]:
        """Return these cases in their order, each once; raises NoSuchCase."""
        return cases.find_cases_of(self._connection, case_ids, self._memory.cases)

    def cases(self, states: Iterable[CaseState] | None = None) -> tuple[Case, ...]:
        """Return the cases in these states (None: all that have not ended), oldest first."""
        return cases.find_cases(self._connection, states, self._memory.cases)

    def cases_about(
        self, directory: str, entitlements: Collection[EntitlementId]
    ) -> tuple[Case, ...]:
        """Return the cases of these rights that have not ended, oldest first."""
        return cases.find_cases_about(self._connection, directory, entitlements)

    def last_verified(self, key: tuple[str, str, str]) -> Case | None:
        """Return the newest verified case of (directory, entitlement, account), if any."""
        return cases.last_verified(self._connection, key)

    def insert_case(self, case: Case) -> None:
        """Add a new case; raises IllegalMove where its key has one that has not ended."""
        cases.insert_case(self._connection, case)

    def update_case(self, before: Case, after: Case) -> None:
        """Replace a case; raises IllegalMove when the stored one is no longer `before`."""
        cases.update_case(self._connection, before, after, self._memory.cases)

    def update_cases(self, changes: Sequence[tuple[Case, Case]]) -> None:
        """Replace many cases (before, after) at once; raises IllegalMove where one changed."""
        cases.update_cases(self._connection, changes, self._memory.cases)

    def add_votes(self, cast: Sequence[Vote]) -> None:
        """Record many votes at once, each as `add_vote` does."""
        votes.add_votes(self._connection, cast)

    def add_vote(self, vote: Vote) -> None:
        """Record a vote, once; votes on one object wait for one another."""
        votes.add_vote(self._connection, vote)

    def votes(
        self, *, case_id: CaseId | None = None, plan_hash: PlanHash | None = None
    ) -> tuple[Vote, ...]:
        """Return the votes on a case or a plan, oldest first."""
        return votes.find_votes(self._connection, case_id, plan_hash)

    def all_votes(self, case_ids: Iterable[CaseId]) -> Mapping[CaseId, tuple[Vote, ...]]:
        """Return the votes of many cases, an empty tuple for a case without any."""
        return votes.find_all_votes(self._connection, case_ids)

    def save_plan(self, stored: StoredPlan) -> None:
        """Record a plan by its hash, or set what became of the one that is there."""
        plans.save_plan(self._connection, stored)

    def plan(self, plan_hash: PlanHash) -> StoredPlan:
        """Return a plan by its hash or an unambiguous prefix of at least 8; raises NoSuchCase."""
        return plans.find_plan(self._connection, plan_hash)

    def plan_state(self, plan_hash: PlanHash) -> PlanState | None:
        """Return what became of a plan, by its whole hash; None where there is no such plan."""
        return plans.find_plan_state(self._connection, plan_hash)

    def plans(self, state: PlanState, limit: int | None = None) -> tuple[StoredPlan, ...]:
        """Return the plans in one state, newest first."""
        return plans.find_plans(self._connection, state, limit)

    def record_snapshot(self, snapshot: DirectorySnapshot, run: RunId) -> int:
        """Keep what a directory held, storing only groups that changed; return how many did."""
        return snapshots.record_snapshot(self._connection, snapshot, run, self._memory.digests)

    def snapshot_change(self, snapshot: DirectorySnapshot) -> SnapshotChange | None:
        """Return how a snapshot differs from the newest recorded one; None where there is none."""
        return rereads.snapshot_change(self._connection, snapshot, self._memory.digests)

    def last_snapshot(self, directory: str, at: datetime | None = None) -> DirectorySnapshot | None:
        """Return the newest complete snapshot of a directory (as of `at`), rebuilt."""
        return snapshots.last_snapshot(self._connection, directory, at)

    def save_run(self, row: RunRow) -> None:
        """Add a run or set what became of it."""
        runs.save_run(self._connection, row)

    def last_complete_run(self, until: datetime | None = None) -> RunRow | None:
        """Return the newest run that was complete, of those that began until a moment."""
        return runs.last_complete_run(self._connection, until)

    def removed_since(self, moment: datetime) -> tuple[Case, ...]:
        """Return how many memberships syncd removed since `moment`, for each (directory, group)."""
        return cases.removed_since(self._connection, moment)

    def audit(self, records: Iterable[AuditRecord]) -> None:
        """Append audit records in this transaction."""
        audit.append(self._connection, records)

    def audit_leaves(self, after: int = 0) -> Iterable[tuple[int, bytes, bytes]]:
        """Yield (sequence number from 1, leaf bytes, stored leaf hash) after a number, in order."""
        return audit.leaves(self._connection, after)

    def checkpoint(self, at: datetime) -> Checkpoint:
        """Sequence what was appended so far; record and return the tree's size and root."""
        return audit.checkpoint(self._connection, at)

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return every checkpoint, oldest first."""
        return audit.find_checkpoints(self._connection)

    def claim_firing(self, schedule: str, due_at: datetime, now: datetime) -> bool:
        """Return whether this caller is the first to claim a due moment of a schedule."""
        return runs.claim_firing(self._connection, schedule, due_at, now)

    def unclaim_firings(self, after: datetime) -> int:
        """Give back the due moments after a moment; return how many."""
        return runs.unclaim_firings(self._connection, after)

    def last_firing(self, schedule: str) -> datetime | None:
        """Return the newest claimed due moment of a schedule."""
        return runs.last_firing(self._connection, schedule)
