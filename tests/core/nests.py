"""Small directories of nested groups, written as who and what stands in each group.

The blocks of a snapshot are worked out here as a connector does, and what somebody holds is
answered by walking the plain tables: an oracle that shares nothing with the code under test.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.core.cases import Case
from syncd.core.findings import Finding, Verdict
from syncd.core.ids import AccountId, EntitlementId
from syncd.core.memberships import DirectorySnapshot
from syncd.core.nesting import Way
from syncd.core.plan import Plan, PlanLine
from syncd.core.planning import PlanBasis, plan_for
from syncd.core.reach import Reach, reach_of
from tests import builders as b
from tests.nested_blocks import blocks_of, groups_in

Held = tuple[str, str]
"""(account, entitlement)."""
AnEdge = tuple[str, str]
"""(group, member): the member is an account or another group."""


def key(name: str) -> str:
    return f"cn={name},ou=groups"


@dataclass
class Nest:
    """`holds` maps a group's name to its members: names of groups, or of accounts (u1, u2 …).

    `primary` maps a group to those whose primary group it is. `rights` maps an entitlement to the
    groups it lists. `verdicts` names what is not justified. `primary_climbs`: as AD has it.
    `unwritable` says of groups why nobody can be taken out of them.
    """

    holds: dict[str, list[str]]
    rights: dict[str, list[str]]
    verdicts: dict[Held, Verdict] = field(default_factory=dict)
    primary: dict[str, list[str]] = field(default_factory=dict)
    primary_climbs: bool = False
    unwritable: dict[str, str] = field(default_factory=dict)

    @property
    def accounts(self) -> list[str]:
        parts = (*self.holds.values(), *self.primary.values())
        return sorted({m for part in parts for m in part if m not in self.holds})

    @property
    def listed(self) -> set[str]:
        return {group for groups in self.rights.values() for group in groups}

    def edges(self) -> list[AnEdge]:
        return [(group, member) for group, members in self.holds.items() for member in members]

    # --- the oracle ---------------------------------------------------------------------------

    def groups_of(self, account: str, cuts: Collection[AnEdge] = ()) -> set[str]:
        """Return every group that an account is in when these edges are gone."""
        found = {g for g, who in self.primary.items() if account in who}
        start = {g for g, who in self.holds.items() if account in who and (g, account) not in cuts}
        waiting = list(start | (found if self.primary_climbs else set()))
        found |= start
        while waiting:
            here = waiting.pop()
            for group, members in self.holds.items():
                if here in members and (group, here) not in cuts and group not in found:
                    found.add(group)
                    waiting.append(group)
        return found

    def rights_of(self, account: str, cuts: Collection[AnEdge] = ()) -> set[str]:
        held = self.groups_of(account, cuts)
        return {right for right, groups in self.rights.items() if held & set(groups)}

    def losses(self, cuts: Collection[AnEdge]) -> dict[str, tuple[set[str], set[str]]]:
        """Return for each account the rights, and the groups off the list, that cuts cost it."""
        found = {}
        for account in self.accounts:
            gone = self.groups_of(account) - self.groups_of(account, cuts) - self.listed
            rights = self.rights_of(account) - self.rights_of(account, cuts)
            if rights or gone:
                found[account] = (rights, gone)
        return found

    # --- what the code under test is given ----------------------------------------------------

    def snapshot(self) -> DirectorySnapshot:
        holds = {
            key(name): [key(m) if m in self.holds else m for m in members]
            for name, members in self.holds.items()
        }
        primary = {key(name): who for name, who in self.primary.items()}
        groups = [
            replace(
                b.group(g, members=len(m), subgroups=groups_in(holds, g)),
                unwritable=self.unwritable.get(g.split(",")[0].removeprefix("cn="), ""),
            )
            for g, m in holds.items()
        ]
        accounts = [b.account(name, number) for number, name in enumerate(self.accounts, 1)]
        blocks = blocks_of(holds, primary, primary_climbs=self.primary_climbs)
        return b.snapshot(*blocks, accounts=accounts, groups=groups)

    def reach(self) -> Reach:
        return reach_of(
            self.snapshot(),
            [b.entitlement(r, tuple(map(key, groups))) for r, groups in self.rights.items()],
        )

    def finding(self, account: str, right: str) -> Finding:
        leaves = [g for g, who in self.holds.items() if account in who]
        conveying = [g for g in leaves if right in self._given_by(g)]
        primary = [g for g, who in self.primary.items() if account in who]
        return b.finding(
            account=AccountId(account),
            entitlement=EntitlementId(right),
            member=f"uid={account},ou=people",
            groups=tuple(map(key, conveying)),
            verdict=self.verdicts.get((account, right), Verdict.JUSTIFIED),
            paths=tuple(
                Way((key(g),), (g,), primary=True)
                for g in primary
                if right in self._primary_given_by(g)
            ),
        )

    def _given_by(self, group: str) -> set[str]:
        above, waiting = {group}, [group]
        while waiting:
            here = waiting.pop()
            more = {g for g, members in self.holds.items() if here in members} - above
            above |= more
            waiting += more
        return {right for right, groups in self.rights.items() if above & set(groups)}

    def _primary_given_by(self, group: str) -> set[str]:
        if self.primary_climbs:
            return self._given_by(group)
        return {right for right, groups in self.rights.items() if group in groups}

    def basis(self) -> PlanBasis:
        findings = {}
        for account in self.accounts:
            for right in self.rights_of(account):
                if self.verdicts.get((account, right), Verdict.JUSTIFIED) != Verdict.JUSTIFIED:
                    found = self.finding(account, right)
                    findings[found.key] = found
        return PlanBasis(findings, {"ad": self.reach()}, b.policy())

    def case(self, account: str, right: str) -> Case:
        return b.case(case_id=f"{account}/{right}", account=AccountId(account), entitlement=right)

    def stale(self) -> list[Held]:
        return sorted(
            (a, r)
            for (a, r), verdict in self.verdicts.items()
            if verdict is Verdict.STALE and r in self.rights_of(a)
        )

    def plan(self, going: Iterable[Held], alongside: Iterable[Held] = ()) -> Plan:
        def cases(wanted: Iterable[Held]) -> list[Case]:
            return [self.case(*held) for held in wanted]

        return plan_for(cases(going), self.basis(), cases(alongside))


def edge_of(line: PlanLine) -> AnEdge:
    """Return the edge that a line cuts, as a nest names it."""

    def name(text: str) -> str:
        return text.split(",", maxsplit=1)[0].partition("=")[2]

    return name(line.group), name(line.member)


def subsets(edges: Collection[AnEdge]) -> Iterable[frozenset[AnEdge]]:
    return (
        frozenset(chosen)
        for size in range(len(edges) + 1)
        for chosen in itertools.combinations(sorted(edges), size)
    )


def stale(*held: Held) -> dict[Any, Verdict]:
    return dict.fromkeys(held, Verdict.STALE)
