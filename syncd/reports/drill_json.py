"""A drill as `syncd drill --json` prints it and as the file keeps it; stable names."""

from __future__ import annotations

from typing import Any

from syncd.core.drill.poisons import Outcome
from syncd.flow.drill.keeping import DrillReport, lines


def render(report: DrillReport) -> dict[str, Any]:
    """Return the drill as JSON holds it."""
    return {
        "drill": report.drill,
        "started_at": report.started_at.isoformat(timespec="seconds"),
        "finished_at": report.finished_at.isoformat(timespec="seconds"),
        "poisons_sha256": report.table_sha256,
        "poisons": list(lines(report.results)),
        "fired": report.count(Outcome.FIRED),
        "missed": report.count(Outcome.MISSED),
        "not_applicable": report.count(Outcome.NOT_APPLICABLE),
        "exit_code": report.exit_code,
    }
