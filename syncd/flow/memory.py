"""What one process remembers of its last run, so that what did not change is not done again.

Nothing here is believed: each memory is held beside all that it was made from, and counts only
while that is still the same. A new process remembers nothing and works everything out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from syncd.core.caseload import agrees
from syncd.core.cases import Case
from syncd.core.census import Key
from syncd.core.decide import Decided, decide_on
from syncd.core.facts import Facts
from syncd.core.findings import Finding
from syncd.core.memberships import Reading
from syncd.core.plan import Plan
from syncd.core.planning import PlanBasis, plan_for
from syncd.core.policy import Policy
from syncd.core.standing import Footing, footing_of

_PlanGround = tuple[tuple[Case, ...], tuple[Case, ...], PlanBasis]
_NEVER = (None, None)


@dataclass(slots=True)
class Memory:
    """The memory of one site. Only who holds the right to run uses it."""

    _footing: Footing | None = None
    _decided: Decided | None = None
    _agreed: dict[Key, tuple[Case, Finding]] = field(default_factory=dict)
    _planned: tuple[_PlanGround, Plan] | None = None

    def footing(self, facts: Facts, policy: Policy, on: date) -> Footing:
        """Return what decisions of a day stand on; worked out anew for other facts or days."""
        known = self._footing
        if (
            known is None
            or known.ground.given is not facts
            or known.ground.policy is not policy
            or known.ground.on != on
        ):
            known = self._footing = footing_of(facts, policy, on)
        return known

    def decide(
        self, footing: Footing, readings: Sequence[Reading], exceptions: Collection[Key]
    ) -> Decided:
        """Return the decision of a day, taking over from the last one what is the same."""
        self._decided = decide_on(footing, readings, exceptions=exceptions, before=self._decided)
        return self._decided

    def agreeing(self, cases: Iterable[Case], findings: Mapping[Key, Finding]) -> Collection[Key]:
        """Return the keys of which the case says what the finding says.

        A case and a finding that agreed are not compared again while they are the very same.
        """
        before, self._agreed = self._agreed, {}
        for case in cases:
            key = case.key
            finding = findings.get(key)
            if finding is not None:
                one, other = before.get(key, _NEVER)
                if (one is case and other is finding) or agrees(case, finding):
                    self._agreed[key] = (case, finding)
        return self._agreed.keys()

    def plan(self, waiting: Sequence[Case], going: Sequence[Case], basis: PlanBasis) -> Plan:
        """Return the plan for the cases that wait; the last one where nothing changed."""
        ground = (tuple(waiting), tuple(going), basis)
        if self._planned is None or self._planned[0] != ground:
            self._planned = (ground, plan_for(waiting, basis, alongside=going))
        return self._planned[1]
