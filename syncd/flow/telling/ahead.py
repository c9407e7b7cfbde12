"""Reminding people of what waits for approval on a coming day; never of what rests on 内示.

Looked at once a day, before the letters are written: what a day takes is decided anew for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.cases import Case
from syncd.core.messages import reminders
from syncd.core.preapproval.deadlines import open_day_before, opens_on
from syncd.core.preapproval.line import AheadLine
from syncd.core.preapproval.standing import Standings
from syncd.core.votes import distinct_voters
from syncd.flow.coming import days_ahead
from syncd.flow.preapproval.plan import look_ahead, plan_ahead
from syncd.flow.site import Site


@dataclass(frozen=True, slots=True)
class AheadTopic:
    """Lines of the day `on` that are due on `last_day`, as the cases that they would become."""

    on: date
    last_day: date
    open_days: int
    cases: tuple[Case, ...]

    @property
    def object(self) -> str:
        """Return under what it is told once."""
        return f"{self.on.isoformat()}:{self.last_day.isoformat()}:{self.open_days}"


def topics_ahead(site: Site, today: date) -> Iterator[AheadTopic]:
    """Yield what people are reminded of today; raises StoreError."""
    policy, closed = site.policy.pre_approval, site.policy.closed_days
    for on in days_ahead(site, today):
        if today < opens_on(on, policy, closed) or not policy.remind_open_days:
            continue
        if today > open_day_before(on, policy.last_vote_open_days, closed):
            continue
        ahead = look_ahead(site, plan_ahead(site, on, with_notices=False))
        waiting = [
            _due_case(line, ahead.standings)
            for line in ahead.plan.lines
            if ahead.standings.waits(line)
        ]
        due = reminders(waiting, today, policy.remind_open_days, closed)
        for (last_day, open_days), cases in due.items():
            yield AheadTopic(on, last_day, open_days, cases)


def _due_case(line: AheadLine, standings: Standings) -> Case:
    """Return the case of a line with the deadline of the vote that it needs next."""
    missing = line.needed - distinct_voters(standings.votes.get(line.digest, ()))
    deadline = line.deadlines.first if missing > 1 else line.deadlines.last
    return replace(line.as_case(), hard_deadline_at=deadline)
