"""Looks at the wall clock: a host that slept, or whose clock was set, is noticed within a second.

Whoever waits for a moment waits by a clock that stands still while a machine is suspended
(CLOCK_MONOTONIC), and would sleep on after it woke. Pure but for the clock it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

FORWARD = timedelta(seconds=5)
"""So much between two looks is no pause of a busy host: it slept, or its clock was set ahead."""
BACK = timedelta(seconds=1)
"""So far back is no slewing: the clock was set."""
AHEAD = timedelta(minutes=10)
"""What was done so much later than now was done by a clock that ran ahead; nodes differ less."""


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock moved by itself from `from_at` to `to_at`."""

    from_at: datetime
    to_at: datetime

    @property
    def is_back(self) -> bool:
        """Tell whether it went back."""
        return self.to_at < self.from_at

    @property
    def seconds(self) -> float:
        """Return by how much, in seconds; less than nothing where it went back."""
        return (self.to_at - self.from_at).total_seconds()


class ClockWatch:
    """Compares each look at the wall clock with the last one."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Begin with the present moment."""
        self._clock = clock
        self._last = clock()

    def look(self) -> Jump | None:
        """Return the jump since the last look, if there was one."""
        before, self._last = self._last, self._clock()
        moved = self._last - before
        return Jump(before, self._last) if moved > FORWARD or moved < -BACK else None
