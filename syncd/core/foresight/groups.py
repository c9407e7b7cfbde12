"""What would become of groups, and what the guards would say, if all that is stale were removed.

The very plan and the very guards of a run are asked, over cases as the run of that day would have
them: those that wait already as they are, one opened at its midnight for everything else. So what
is foreseen is what will be held (design, section 6), as far as the facts stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from syncd.core.calendar import midnight
from syncd.core.cases import Case, case_of
from syncd.core.decide import Decided
from syncd.core.findings import Verdict
from syncd.core.foresight.lines import GroupLine, LimitLine, Outlook
from syncd.core.guards import Census, Guard, Guarded, guard, is_explained, limit_for
from syncd.core.ids import CaseId
from syncd.core.memberships import Group
from syncd.core.plan import Plan, PlanLine
from syncd.core.planning import PlanBasis, plan_for
from syncd.core.policy import Policy

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Removals:
    """Everything stale as of a day taken as one plan, and what the guards make of it."""

    plan: Plan
    guarded: Guarded
    groups: Mapping[tuple[str, str], Group]
    memberships: Mapping[str, int]
    explained: frozenset[Key]


def removals_on(decided: Decided, cases: Mapping[Key, Case], policy: Policy) -> Removals:
    """Return what a run of the decision's day would remove if everything were approved."""
    decision = decided.decision
    findings = {f.key: f for f in decision.findings if f.verdict is Verdict.STALE}
    at = midnight(decision.as_of)
    then = [
        cases.get(key) or case_of(finding, CaseId("\t".join(key)), at, path="")
        for key, finding in findings.items()
    ]
    reaches = decided.reaches
    plan = plan_for(then, PlanBasis(findings, reaches, policy))
    groups = {
        (name, key): group for name, reach in reaches.items() for key, group in reach.groups.items()
    }
    memberships = decided.memberships
    days = policy.guards.explained_days
    return Removals(
        plan,
        guard(plan, Census(memberships, groups, {}), policy),
        groups,
        memberships,
        _explained(then, plan, days),
    )


def _explained(cases: Iterable[Case], plan: Plan, days: int) -> frozenset[Key]:
    """Return the keys of the cases that an order of the day explains, as their lines say."""
    told = {(x.directory, x.entitlement, x.account): x.explained for x in plan.lines}
    found = {key for key, explained in told.items() if explained}
    left = (case for case in cases if case.key not in told)
    return frozenset(found.union(case.key for case in left if is_explained(case, days)))


def group_lines(removals: Removals, few: int) -> Iterator[GroupLine]:
    """Yield the groups in which nobody, only a placeholder or fewer than `few` people stay."""
    held = {
        (trip.directory, trip.group)
        for trip in removals.guarded.trips
        if trip.guard is Guard.LAST_MEMBER
    }
    for edge, lines in sorted(_by_group(removals.plan.lines).items()):
        group = removals.groups.get(edge)
        if group is None:
            continue
        leaving = {line.member for line in lines}
        outlook = _outlook(group, group.direct_count - len(leaving), few, held=edge in held)
        if outlook is not None:
            explained = {line.member for line in lines if line.explained}
            yield GroupLine(
                directory=edge[0],
                group=edge[1],
                name=group.name,
                members=group.direct_count,
                leaving=len(leaving),
                explained=len(explained),
                outlook=outlook,
                held=edge in held,
            )


def _outlook(group: Group, stays: int, few: int, *, held: bool) -> Outlook | None:
    people = stays - group.placeholder
    if people <= 0:
        # One that must not be empty and is not held keeps, or is given, the placeholder member.
        kept = group.placeholder or not (group.may_be_empty or held)
        return Outlook.PLACEHOLDER if kept else Outlook.EMPTIED
    return Outlook.FEW if people < few else None


def limit_lines(removals: Removals, policy: Policy) -> Iterator[LimitLine]:
    """Yield what trips, and for each directory without a trip of its own the numbers of its limit.

    The last member is told with the groups.
    """
    whole = set()
    for trip in removals.guarded.trips:
        if trip.guard is Guard.DIRECTORY_LIMIT:
            whole.add(trip.directory)
        if trip.guard is not Guard.LAST_MEMBER:
            yield LimitLine(
                trip.directory,
                trip.group,
                str(trip.guard),
                trip.removals,
                trip.explained,
                trip.limit,
                trip.overridable,
            )
    for directory, lines in sorted(_by_directory(removals.plan.lines).items()):
        if directory not in whole:
            limit = limit_for(removals.memberships.get(directory, 0), policy)
            counted, explained = _rights(lines, explained=False), _rights(lines, explained=True)
            yield LimitLine(directory, "", "", counted, explained, limit, overridable=True)


def _rights(lines: Iterable[PlanLine], *, explained: bool) -> int:
    return len({(x.entitlement, x.account) for x in lines if x.explained is explained})


def _by_group(lines: Iterable[PlanLine]) -> dict[tuple[str, str], list[PlanLine]]:
    found: dict[tuple[str, str], list[PlanLine]] = defaultdict(list)
    for line in lines:
        found[line.directory, line.group].append(line)
    return found


def _by_directory(lines: Iterable[PlanLine]) -> dict[str, list[PlanLine]]:
    found: dict[str, list[PlanLine]] = defaultdict(list)
    for line in lines:
        found[line.directory].append(line)
    return found
