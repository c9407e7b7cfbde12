"""From cases to a plan: which edges to cut, and which stale rights no plan may touch.

Cutting an edge takes away everything that it conveys. So an edge is planned only where its group
is on the list of entitlements and every right that it conveys to the account is stale and, for a
plan that is to be applied, approved. Property: no plan ever holds a justified membership.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from syncd.core.cases import Case
from syncd.core.findings import Finding, Verdict
from syncd.core.guards import is_explained
from syncd.core.plan import Blocked, Plan, PlanLine
from syncd.core.policy import Policy
from syncd.core.reach import Reach

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """What a plan is made from: findings by key, what each directory's groups convey."""

    findings: Mapping[Key, Finding]
    reaches: Mapping[str, Reach]
    policy: Policy


def plan_for(cases: Iterable[Case], basis: PlanBasis, alongside: Iterable[Case] = ()) -> Plan:
    """Return the plan that ends these cases, with what it must leave to a person.

    `alongside` are cases that are going already without being part of this plan: what an edge
    conveys of theirs is no reason to spare it.
    """
    cases = tuple(cases)
    going = {case.key for case in (*cases, *alongside)}
    lines: list[PlanLine] = []
    blocked: list[Blocked] = []
    for case in cases:
        finding = basis.findings.get(case.key)
        reach = basis.reaches.get(case.directory)
        if finding is None or reach is None or finding.verdict is not Verdict.STALE:
            continue
        stops = _stops(case, finding, reach, basis, going)
        if stops:
            blocked.extend(stops)
        else:
            lines.extend(_line(case, finding, group, basis.policy) for group in finding.groups)
    return Plan.of(lines, blocked)


def _stops(
    case: Case,
    finding: Finding,
    reach: Reach,
    basis: PlanBasis,
    going: Collection[Key],
) -> list[Blocked]:
    """Return why a case cannot be ended by cutting edges; a right is cut whole or not at all."""
    stops = []
    if not finding.groups or any(path.primary for path in finding.paths):
        why = "主グループによる権限です。ディレクトリで主グループを変更してください"
        stops.append(Blocked(case.case_id, case.directory, "", why))
    for group in finding.groups:
        why = _edge_stop(finding, group, reach, basis, going)
        if why:
            stops.append(Blocked(case.case_id, case.directory, group, why))
    return stops


def _edge_stop(
    finding: Finding, group: str, reach: Reach, basis: PlanBasis, going: Collection[Key]
) -> str:
    if group not in reach.listed:
        return (
            "入れ子のグループが権限の一覧にないため、外すと他の権限も失われるおそれがあります。"
            "一覧に加えるか、手で処理してください"
        )
    for entitlement in sorted(reach.conveys.get(group, ())):
        key = (finding.directory, entitlement, finding.account)
        other = basis.findings.get(key)
        if other is None or other.verdict is not Verdict.STALE:
            return f"同じグループが、根拠のある権限 {entitlement} も与えています"
        if key not in going:
            return f"同じグループが与える権限 {entitlement} の承認を待っています"
    return ""


def _line(case: Case, finding: Finding, group: str, policy: Policy) -> PlanLine:
    return PlanLine(
        directory=case.directory,
        group=group,
        member=finding.member,
        entitlement=case.entitlement,
        case_id=case.case_id,
        account=case.account,
        staff_number=case.staff_number,
        reasons=case.reasons,
        explained=is_explained(case, policy.guards.explained_days),
    )
