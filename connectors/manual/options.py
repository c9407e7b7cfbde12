"""The options of a `[[directories]]` table whose `type` is `manual`, and its list's columns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from connectors.shared.tables.columns import code, day, staff, text
from connectors.shared.tables.options import DayOrName, TableOptions
from syncd.core.tasks import ThingKind

SYSTEM, GROUP, ACCOUNT, STAFF, DAY = "システム", "グループ", "利用者ID", "職員番号", "基準日"
COLUMNS = (
    code(SYSTEM),
    code(GROUP, required=True),
    code(ACCOUNT, required=True),
    staff(STAFF),
    text("氏名"),
    text("備考"),
    day(DAY),
)
"""The canonical columns of a list; 氏名 and 備考 may stand there and are never kept."""

_DAYS = re.compile(r"(\d{1,4})\s*d")


def _parse_days(given: object) -> object:
    """Turn `40d` into a span; lists are dated by the day."""
    found = _DAYS.fullmatch(given) if isinstance(given, str) else None
    if found is None and not isinstance(given, timedelta):
        raise ValueError('write it in days, as in "40d"')
    return given if found is None else timedelta(days=int(found[1]))


class ManualOptions(TableOptions):
    """Where the list is, what proves it, and who does the tasks; see docs/directories.md."""

    path: str = ""
    """Relative to the configuration file; a pattern takes the newest file. Empty: no list."""
    kind: ThingKind = ThingKind.OTHER
    doers: frozenset[Annotated[str, Field(min_length=1)]] = frozenset()
    """Accounts that do the tasks; with none, whoever has the role operator."""
    contact: Annotated[str, Field(max_length=200)] = ""
    instructions: Annotated[str, Field(max_length=4000)] = ""
    evidence: Literal["required", "optional"] = "required"
    due_open_days: Annotated[int, Field(ge=0, le=60)] | None = None
    system: str = ""
    """Only rows with this system count; empty: every row of the list."""
    groups: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """What is known to exist although nobody may hold it at present."""
    exported_on: DayOrName = None
    """The day of the list where it has no 基準日, or `filename`."""
    max_age: Annotated[timedelta, BeforeValidator(_parse_days)] = timedelta(days=40)
    control_total: Literal["required", "optional"] = "optional"
    """Whether the list must end with a row of its own count, such as `件数,120`."""
    expected_rows: Annotated[int, Field(ge=0)] | None = None

    @property
    def proves_itself(self) -> bool:
        """Tell whether a list that was cut off is sure to be found out."""
        return (
            self.integrity == "required"
            or self.control_total == "required"
            or self.expected_rows is not None
        )
