"""What a run reports: one value from which the terminal, JSON, log and metrics are all rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.cases import Case
from syncd.core.findings import Counts, Decision, Finding
from syncd.core.guards import Trip
from syncd.core.ids import RunId
from syncd.core.memberships import Unread
from syncd.core.plan import Blocked, Plan
from syncd.errors import SourceRefused


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one case in this run: verified, written (deferred), retried or failed."""

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
