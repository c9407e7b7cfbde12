"""How a table becomes records: the keys that every source of tables has in common."""

from __future__ import annotations

from typing import Literal

from connectors.shared.tables.options import DayOrName, TableOptions


class RecordOptions(TableOptions):
    """What to do with faulty rows, and the day of a roster; explained in docs/inputs.md."""

    on_error: Literal["refuse", "quarantine"] = "refuse"
    base_on: DayOrName = None
    """The 基準日 of a roster that has no such column, or `filename`."""
