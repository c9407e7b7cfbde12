"""Holding a new input beside the last good one, row by row: what `core.turnover` decides.

The facts of before are loaded only where a source gave something new that must be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from syncd.core.calendar import EVER, day_of
from syncd.core.facts import Facts
from syncd.core.turnover import Before, before_of, check_base_day, check_turnover
from syncd.errors import SourceRefused
from syncd.flow.authorities import scope_of
from syncd.flow.site import Site, SourceSeat
from syncd.ports.source import SourceReading
from syncd.ports.store import AcceptedInput


@dataclass(slots=True)
class Beside:
    """The comparisons of one run; inputs of one source that follow each other compare in turn.

    `as_of` is the day that the run asks about, where it is a coming one.
    """

    site: Site
    now: datetime
    as_of: date | None = None
    _facts: Facts | None = None
    _taken: dict[str, Before] = field(default_factory=dict)

    def check(self, seat: SourceSeat, last: AcceptedInput | None, reading: SourceReading) -> None:
        """Hold a reading against the one before it; raises SourceRefused.

        The very first input of a source has none before it, `loss_check = false` asks for none, and
        another scope of the same authority names people by other numbers.
        """
        name = reading.source
        today = max(day_of(self.now), self.as_of or date.min)
        guards = self.site.policy.guards
        before = self._taken.get(name)
        same = last is not None and scope_of(last.fingerprint) == seat.scope
        if before is None and same and seat.loss_check:
            before = before_of(self._known(), name, reading.provides, today)
        since = None if before is None else before.base_on
        faults = check_base_day(since, reading.base_on, today, guards.max_base_days_ahead)
        if before is not None and seat.loss_check:
            faults += check_turnover(before, reading.records, self.site.policy, today)
        if faults and seat.loss_check:
            raise SourceRefused(name, reading.fingerprint.where, faults)
        if before is not None:
            self._taken[name] = replace(before, records=reading.records, base_on=reading.base_on)

    def _known(self) -> Facts:
        if self._facts is None:
            with self.site.store.begin() as unit:
                self._facts = unit.facts(EVER, as_of=day_of(self.now))
        return self._facts
