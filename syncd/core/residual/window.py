"""For how long a right stood without ground: from 00:00 JST of the end to the confirmed removal.

The window is half-open, [from, until): a use at the very moment at which the ground ended is in
it, one at the moment at which the removal was confirmed is not. 残存日数 (residual days) are the
days between the two calendar days in Japan: removed on the day on which its ground ended, a right
has none; removed at any moment of the next day, one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.core.calendar import day_of, midnight
from syncd.core.cases import Case, CaseState

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time [`from_at`, `until_at`), aware; `until_at` None: it goes on."""

    from_at: datetime
    until_at: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the window."""
        return self.from_at <= moment and (self.until_at is None or moment < self.until_at)

    def stood(self, now: datetime) -> timedelta:
        """Return for how long it has gone on."""
        return max(_NOTHING, (self.until_at or now) - self.from_at)

    def days(self, now: datetime) -> int:
        """Return the residual days (残存日数), as of `now` where it goes on."""
        return max(0, (day_of(self.until_at or now) - day_of(self.from_at)).days)

    def as_of(self, now: datetime) -> Window:
        """Return the part of it that is over."""
        return self if self.until_at is not None else Window(self.from_at, now)


def window_of(case: Case, before: Case | None = None) -> Window | None:
    """Return when the right of a case stood without ground.

    None where nobody knows since when, or where it was no residue: the facts made it right again.
    `before` is the case of the same right that this one came back from: what was confirmed gone
    stood no more until then, whenever its ground had ended.
    """
    if case.since is None or case.state is CaseState.WITHDRAWN:
        return None
    from_at = midnight(case.since)
    if before is not None:
        from_at = max(from_at, before.updated_at)
    is_over = case.state in (CaseState.VERIFIED, CaseState.GONE)
    return Window(from_at, case.updated_at if is_over else None)


def is_residue(window: Window, longer_than: timedelta, now: datetime) -> bool:
    """Tell whether a right stood so long that a report is due."""
    stood = window.stood(now)
    return stood > _NOTHING and stood >= longer_than
