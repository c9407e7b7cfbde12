"""One run as it stands on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from syncd.core.findings import Counts
from syncd.core.ids import RunId


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. `complete` is False when an input was refused or a directory was not read whole."""

    run: RunId
    kind: str
    as_of: date
    actor: str
    started_at: datetime
    finished_at: datetime | None = None
    complete: bool | None = None
    exit_code: int | None = None
    counts: Counts | None = None
