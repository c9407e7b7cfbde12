"""From cases to a plan: which edges to cut, and which stale rights no plan may touch.

Cutting an edge takes away everything that it conveys. Where an account's own edges convey nothing
but stale rights that end with the plan, they are cut; whatever is less plain is worked out on the
graph of nested groups (`core.cutting`). A right is cut on every way or not at all. Property: no
plan ever takes a right on the list from somebody for whom it is not stale and approved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from syncd.core.cases import Case
from syncd.core.cutting import Cutting, Edge
from syncd.core.findings import Finding, Verdict
from syncd.core.guards import is_explained
from syncd.core.ids import AccountId, CaseId, EntitlementId
from syncd.core.plan import Blocked, GroupCut, Plan, PlanLine
from syncd.core.policy import Policy
from syncd.core.reach import Reach
from syncd.core.remedies import explain_blocks

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """What a plan is made from: findings by key, what each directory's groups convey.

    `vouched` are orders of which there are as many as personnel stated.
    """

    findings: Mapping[Key, Finding]
    reaches: Mapping[str, Reach]
    policy: Policy
    vouched: frozenset[tuple[str, date]] = frozenset()


def plan_for(cases: Iterable[Case], basis: PlanBasis, alongside: Iterable[Case] = ()) -> Plan:
    """Return the plan that ends these cases, with what it must leave to a person.

    `alongside` are cases that are going already without being part of this plan: what an edge
    conveys of theirs is no reason to spare it.
    """
    cases = tuple(cases)
    going = {case.key for case in (*cases, *alongside)}
    by_directory: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        finding = basis.findings.get(case.key)
        if finding is not None and finding.verdict is Verdict.STALE:
            by_directory[case.directory].append(case)
    lines: list[PlanLine] = []
    blocked: list[Blocked] = []
    for directory, theirs in by_directory.items():
        reach = basis.reaches.get(directory)
        if reach is not None:
            part = _Part(reach, basis, going, theirs)
            part.cut()
            lines.extend(part.lines())
            blocked.extend(part.blocked())
    return Plan.of(lines, blocked)


def with_outlook(cases: Iterable[Case], plan: Plan) -> Iterator[tuple[Case, Case]]:
    """Yield (before, after) for each case of which a plan says something else than the last did.

    A case keeps which edges of groups a plan cuts for it (so that it can be put back), or why no
    plan can end it and what a person could do instead.
    """
    lines: dict[CaseId, list[PlanLine]] = defaultdict(list)
    for line in plan.lines:
        lines[line.case_id].append(line)
    blocked: dict[CaseId, list[Blocked]] = defaultdict(list)
    for block in plan.blocked:
        blocked[block.case_id].append(block)
    for case in cases:
        theirs, stops = lines.get(case.case_id, ()), blocked.get(case.case_id, ())
        if not theirs and not stops:
            continue  # nothing can be said of it now: what was last said stands
        cuts = tuple(x.edge[1:] for x in theirs) if any(x.cut for x in theirs) else ()
        whys = tuple(dict.fromkeys(stop.why for stop in stops))
        instead = tuple(dict.fromkeys(text for stop in stops for text in stop.instead))
        on = tuple(dict.fromkeys(loss.account for stop in stops for loss in stop.others))
        if (cuts, whys, instead, on) != (case.cuts, case.blocked, case.instead, case.dependents):
            yield case, replace(case, cuts=cuts, blocked=whys, instead=instead, dependents=on)


class _Part:
    """The part of a plan that concerns one directory."""

    def __init__(
        self, reach: Reach, basis: PlanBasis, going: Collection[Key], cases: list[Case]
    ) -> None:
        self._reach = reach
        self._basis = basis
        self._going = going
        self._cases = sorted(cases, key=lambda case: case.key)
        self._left: list[Case] = []
        self._cutting = Cutting(
            reach, self._verdict_of, self._is_going, {case.account for case in cases}
        )

    def cut(self) -> None:
        """Choose the edges: first the plain ones, then what needs a look at the whole graph."""
        waiting = []
        for case in self._cases:
            finding = self._basis.findings[case.key]
            if self._is_plain(finding):
                self._cutting.own[case.account].update(finding.groups)
            else:
                waiting.append(case)
        self._left = [
            case for case in waiting if not self._cutting.settle(case.account, case.entitlement)
        ]
        # An edge that was chosen for a later case may have ended an earlier one as well.
        self._left = [case for case in self._left if not self._is_ended(case)]

    def lines(self) -> Iterable[PlanLine]:
        """Yield a line for every edge and every case that it ends."""
        left = {case.key for case in self._left}
        ended = {case.key: case for case in self._cases if case.key not in left}
        for case in ended.values():
            finding = self._basis.findings[case.key]
            for group in finding.groups:
                if group in self._cutting.own.get(case.account, ()):
                    yield self._line(case, finding, group)
        for cut, edge in self._group_cuts():
            for loss in cut.losses:
                for right, _ in loss.rights:
                    ends = ended.get((self._reach.directory, right, loss.account))
                    if ends is not None:
                        finding = self._basis.findings[ends.key]
                        yield self._line(ends, finding, edge.parent, cut)

    def blocked(self) -> Iterable[Blocked]:
        """Return why each case that is left cannot be ended, and what a person could do."""
        return explain_blocks(self._left, self._cutting)

    def _is_plain(self, finding: Finding) -> bool:
        """Tell whether the account's own edges take nothing but what ends with this plan."""
        if not finding.groups or any(path.primary for path in finding.paths):
            return False
        reach, account = self._reach, finding.account
        return all(
            reach.may_lose_members(group)
            and all(self._is_going(account, right) for right in reach.conveys.get(group, ()))
            for group in finding.groups
        )

    def _verdict_of(self, account: AccountId, right: EntitlementId) -> Verdict:
        finding = self._basis.findings.get((self._reach.directory, right, account))
        return Verdict.JUSTIFIED if finding is None else finding.verdict

    def _is_going(self, account: AccountId, right: EntitlementId) -> bool:
        key = (self._reach.directory, right, account)
        return key in self._going and self._verdict_of(account, right) is Verdict.STALE

    def _is_ended(self, case: Case) -> bool:
        return self._cutting.is_ended(case.account, case.entitlement)

    def _group_cuts(self) -> Iterable[tuple[GroupCut, Edge]]:
        """Yield each edge of a group that is cut, with all who lose something by it."""
        if not self._cutting.groups:
            return
        lost = self._cutting.lost_below()
        nesting = self._reach.nesting
        for child, parent in sorted(self._cutting.groups):
            above = nesting.above(parent)
            below = nesting.accounts_below(child)
            losses = []
            for account in sorted(below & lost.keys()):
                by_it = lost[account].within(above, self._reach)
                if by_it:
                    losses.append(self._cutting.told(account, by_it))
            child_name, parent_name = nesting.named((child, parent))
            cut = GroupCut(child, (child_name, parent_name), tuple(losses))
            yield cut, Edge(parent, child)

    def _line(
        self, case: Case, finding: Finding, group: str, cut: GroupCut | None = None
    ) -> PlanLine:
        return PlanLine(
            directory=case.directory,
            group=group,
            member=finding.member if cut is None else cut.child,
            entitlement=case.entitlement,
            case_id=case.case_id,
            account=case.account,
            staff_number=case.staff_number,
            reasons=case.reasons,
            explained=is_explained(
                case, self._basis.policy.guards.explained_days, self._basis.vouched
            ),
            cut=cut,
        )
