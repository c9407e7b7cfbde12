"""What a run reports: one value from which the terminal, JSON, log and metrics are all rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from syncd.bilingual import Bilingual
from syncd.core.cases import Case
from syncd.core.facts import Designation, Entitlement
from syncd.core.findings import (
    Because,
    Counts,
    Decision,
    Fault,
    Finding,
    NoticeFinding,
    Verdict,
)
from syncd.core.guards import Trip
from syncd.core.ids import AccountId, CaseId, OrgUnitCode, PlanHash, RunId, StaffNumber
from syncd.core.memberships import Unread
from syncd.core.nesting import Way, path_of
from syncd.core.people import Person
from syncd.core.plan import Blocked, Plan
from syncd.errors import SourceRefused
from syncd.ports.directory import Capability


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one case in this run.

    `outcome` is verified, written (it shows later), handed-over (to people), retry or failed.
    """

    case: Case
    outcome: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run. `cases` maps (directory, entitlement, account) to the case after the run.

    `proposed` is the plan that people may approve; `held` what a guard keeps back and `trips`
    why; `blocked` what no plan may remove; `removals` what was done. `complete` is False when an
    input was refused or a directory was not read whole.
    """

    run: RunId
    as_of: date
    started_at: datetime
    finished_at: datetime
    complete: bool
    decision: Decision
    counts: Counts
    refused: tuple[SourceRefused, ...]
    unread: tuple[Unread, ...]
    cases: Mapping[tuple[str, str, str], Case]
    proposed: Plan
    held: Plan
    trips: tuple[Trip, ...]
    blocked: tuple[Blocked, ...]
    removals: tuple[Removal, ...]
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings of the run."""
        return self.decision.findings

    @property
    def exit_code(self) -> int:
        """Return what the command returns (design, section 7); the gravest that holds."""
        if self.refused or self.unread or self.counts.unknown:
            return 5
        if self.trips:
            return 4
        waiting = any(not self._is_done(finding) for finding in self.findings)
        return 3 if waiting else 0

    def _is_done(self, finding: Finding) -> bool:
        case = self.cases.get(finding.key)
        return finding.verdict != "stale" or (case is not None and case.state == "verified")


@dataclass(frozen=True, slots=True)
class VoteResult:
    """What a decision of one person led to: the case after it, and how many votes it has."""

    case: Case
    given: int
    needed: int


@dataclass(frozen=True, slots=True)
class PlanVoteResult:
    """What approving a plan led to. `released` tells that a held plan may now go on, once."""

    plan_hash: PlanHash
    held: bool
    given: int
    needed: int
    cases: tuple[VoteResult, ...] = ()
    released: bool = False
    refused: tuple[Bilingual, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """What approving a selection led to, and each case that was left with the reason."""

    results: tuple[VoteResult, ...]
    left: tuple[tuple[CaseId, Bilingual], ...]


@dataclass(frozen=True, slots=True)
class RightExplained:
    """One right of a person: what is said of it, and every fact that it stands or falls with.

    `justified_by` cites the designation where the right stands.
    """

    directory: str
    entitlement: Entitlement
    account: str
    paths: tuple[Way, ...]
    verdict: Verdict
    faults: tuple[Fault, ...]
    justified_by: tuple[Because, ...]
    unknown_because: str
    case: Case | None
    more_ways: bool = False

    @property
    def path(self) -> str:
        """Return every way by which the right is held, in one line."""
        return path_of(self.paths, more=self.more_ways)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one person on a day, and what follows for each of their rights.

    `person` is None for a number that nothing ever named. `names` maps section codes to names.
    `read_at` tells, for each directory, when it was last read whole. `cases` are all cases about
    the person, ended ones too, oldest first. `accounts` are theirs, by directory.
    """

    staff_number: StaffNumber
    as_of: date
    person: Person | None
    designations: tuple[Designation, ...]
    rights: tuple[RightExplained, ...]
    notices: tuple[NoticeFinding, ...]
    names: Mapping[OrgUnitCode, str]
    read_at: Mapping[str, datetime]
    cases: tuple[Case, ...] = ()
    accounts: Mapping[str, frozenset[AccountId]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of `syncd check`: what was tried, whether it works, and what to do if not.

    `capabilities` are what a directory can do as it is configured, in the order of the enum; None
    for everything else.
    """

    kind: str
    name: str
    ok: bool
    found: str
    remedy: str = ""
    capabilities: tuple[Capability, ...] | None = None


@dataclass(frozen=True, slots=True)
class TrailReport:
    """The audit trail held against its checkpoints. `faults` is empty where everything agrees."""

    records: int
    checkpoints: int
    root: str
    faults: tuple[str, ...] = ()
