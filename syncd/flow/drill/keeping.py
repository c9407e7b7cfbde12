"""Keeping a drill as evidence: on record that it began, and what became of every poison.

The shadow leaves no trace anywhere; these records are the only thing that a drill writes into the
site's store, and they hold counts and permanent names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.drill.poisons import Outcome, PoisonResult
from syncd.ports.store import Store


@dataclass(frozen=True, slots=True)
class DrillReport:
    """One drill. `table_sha256` is over the tables of poisons that were tried."""

    drill: str
    actor: str
    started_at: datetime
    finished_at: datetime
    table_sha256: str
    results: tuple[PoisonResult, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many poisons came out so."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def exit_code(self) -> int:
        """Return what the command returns: 0 only where something was tried and all of it fired.

        1 where a guard did not fire: by section 7 of the design that is a bug, in the program or
        in how it is configured. 2 where no poison applies: nothing was shown.
        """
        if self.count(Outcome.MISSED):
            return 1
        return 0 if self.count(Outcome.FIRED) else 2


def record_start(store: Store, drill: str, actor: str, at: datetime, table_sha256: str) -> None:
    """Put on record that a drill began."""
    ground = {"poisons_sha256": table_sha256}
    with store.begin() as unit:
        unit.audit([AuditRecord(at, AuditEvent.DRILL_STARTED, actor, drill, None, ground)])
        unit.checkpoint(at)  # one that breaks off shows as begun


def record_finish(store: Store, report: DrillReport) -> None:
    """Put on record what became of every poison, and an alarm where one was missed."""
    counted = Counter(str(result.outcome) for result in report.results)
    ground: dict[str, Any] = {
        "poisons_sha256": report.table_sha256,
        "seconds": round((report.finished_at - report.started_at).total_seconds(), 1),
        "fired": counted[Outcome.FIRED],
        "missed": counted[Outcome.MISSED],
        "not_applicable": counted[Outcome.NOT_APPLICABLE],
        "poisons": lines(report.results),
    }
    at, actor = report.finished_at, report.actor
    records = [AuditRecord(at, AuditEvent.DRILL_FINISHED, actor, report.drill, None, ground)]
    if report.exit_code:
        why = {"why": "a drill showed that a guard did not fire", "drill": report.drill}
        records.append(AuditRecord(at, AuditEvent.ALARM_RAISED, actor, "drill", None, why))
    with store.begin() as unit:
        unit.audit(records)
        unit.checkpoint(at)


def lines(results: Iterable[PoisonResult]) -> Sequence[dict[str, Any]]:
    """Return each result as JSON holds it, on record and on the command line."""
    return [
        {
            "id": result.poison.id,
            "title": {"ja": result.poison.title.ja, "en": result.poison.title.en},
            "kind": result.poison.target,
            "target": result.target,
            "outcome": str(result.outcome),
            "expected": sorted(result.expected),
            "fired": sorted(result.fired),
            "held": result.held,
            "writes": result.writes,
            "changed": result.changed,
            "because": {"ja": result.because.ja, "en": result.because.en},
        }
        for result in results
    ]
