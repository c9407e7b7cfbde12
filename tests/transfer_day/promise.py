"""The promise of section 1 of the design, held against the directory itself, apart from syncd.

For every membership that the directory shows at a moment, one of three is true: it has a ground,
or an open case is about to end it before its deadline, or it is reported as unknown. And none is
gone whose ground had not ended. The ground follows from the orders that were sent, not from what
syncd made of them; the memberships are read with the server's own tool.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.core.calendar import midnight
from syncd.core.cases import Case
from tests.fakes.slapd import GROUPS, SUFFIX, Slapd
from tests.transfer_day.city import PEOPLE, Kind, Sent, rights_of

Held = tuple[str, int]
"""A right and the person who holds it."""

_ENDING = {Kind.MOVE: timedelta(0), Kind.RETIREMENT: timedelta(days=1)}
_GROUP = re.compile(r"^cn: (\S+)$")
_MEMBER = re.compile(r"^member: uid=u(\d{7}),")


def held_in(slapd: Slapd) -> frozenset[Held]:
    """Return every My Number right that the directory gives, asked with the server's own tool."""
    command = ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", slapd.ldap]
    command += ["-D", f"cn=admin,{SUFFIX}", "-w", "secret", "-b", GROUPS, "(cn=mn-*)"]
    done = subprocess.run([*command, "cn", "member"], capture_output=True, text=True, check=True)
    found: set[Held] = set()
    for entry in done.stdout.split("\n\n"):
        lines = entry.splitlines()
        name = next((m[1] for m in map(_GROUP.match, lines) if m), "")
        found.update((name, int(m[1])) for m in map(_MEMBER.match, lines) if m)
    return frozenset(found)


def ends_at(sent: Iterable[Sent]) -> dict[int, datetime]:
    """Return when the ground of a person's rights ends, by the confirmed orders that stand."""
    orders = [order for order in sent if order.confirmed]
    void = {order.target for order in orders if order.kind is Kind.CANCELLATION}
    return {
        order.person: midnight(order.effective_on) + _ENDING[order.kind]
        for order in orders
        if order.kind in _ENDING and order.number not in void
    }


@dataclass
class Promise:
    """Follows the city from the first day on.

    `look` asks the directory; `sent` is what the personnel system has sent.
    """

    look: Callable[[], frozenset[Held]]
    sent: tuple[Sent, ...] = ()
    held: frozenset[Held] = frozenset(
        (right, person) for person in range(1, PEOPLE + 1) for right in rights_of(person)
    )
    gone_at: dict[Held, datetime] = field(default_factory=dict)
    minutes: int = 0

    def check(
        self,
        at: datetime,
        until: datetime,
        cases: Mapping[Held, Case],
        unknown: Callable[[], frozenset[Held]],
    ) -> None:
        """Hold the promise for each minute from a tick to the next one, between which none acts.

        `cases` are those that have not ended; what is asked of each is its deadline in the last
        of these minutes. `unknown` is asked for what is reported as such.
        """
        ends = ends_at(self.sent)
        now = self.look()
        assert now <= self.held, f"rights came back: {sorted(now - self.held)[:5]}"
        for right, person in self.held - now:
            ended = ends.get(person)
            assert ended is not None, f"{right} of {person} is gone, and had a ground"
            assert ended <= at, f"{right} of {person} is gone at {at}, its ground ends {ended}"
            self.gone_at[right, person] = at
        self.held = now
        without = {held for held in now if ends.get(held[1], until) < until}
        forgotten = {held for held in without if not self._is_ending(cases.get(held), until)}
        lost = forgotten - unknown() if forgotten else forgotten
        assert not lost, f"at {at} nobody ends {len(lost)} rights, as {sorted(lost)[:5]}"
        self.minutes += int((until - at) / timedelta(minutes=1))

    @staticmethod
    def _is_ending(case: Case | None, until: datetime) -> bool:
        return case is not None and until <= case.hard_deadline_at
