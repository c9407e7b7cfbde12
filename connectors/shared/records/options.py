"""How a table becomes records: the keys that every source of tables has in common."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import field_validator

from connectors.shared.dates import DayError, parse_day
from connectors.shared.tables.options import TableOptions


class RecordOptions(TableOptions):
    """What to do with faulty rows, and the day of a roster; explained in docs/inputs.md."""

    on_error: Literal["refuse", "quarantine"] = "refuse"
    base_on: date | str | None = None
    """The 基準日 of a roster that has no such column, or `filename`."""

    @field_validator("base_on")
    @classmethod
    def _a_day(cls, given: date | str | None) -> date | str | None:
        if given is None or given == "filename" or isinstance(given, date):
            return given
        try:
            found = parse_day(given).day
        except DayError as error:
            raise ValueError(str(error)) from error
        if found is None:
            raise ValueError("base_on must be a date or 'filename'")
        return found
