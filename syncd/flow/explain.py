"""Why each right of one person stands or falls: the same decision, told for one person.

Reads only the store: what the last runs learned. It connects to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from syncd.core.cases import Case, CaseState, exceptions_on
from syncd.core.census import Census
from syncd.core.decide import decide
from syncd.core.facts import Facts
from syncd.core.findings import Decision, Verdict
from syncd.core.ground import Ground
from syncd.core.ids import AccountId, StaffNumber
from syncd.core.memberships import DirectorySnapshot
from syncd.core.reach import reach_of
from syncd.flow.collect import facts_about, known_facts
from syncd.flow.report import Explanation, RightExplained
from syncd.flow.site import Site


def explain(
    site: Site, staff_number: StaffNumber, as_of: date, decision: Decision | None = None
) -> Explanation:
    """Return everything that is known of a person on a day, and why each right stands or falls.

    `decision` is that of `judge` for the day, where somebody has worked it out already: then only
    what is about the person is read.
    """
    with site.store.begin() as unit:
        whole = decision is None
        facts = known_facts(unit, site, as_of) if whole else facts_about(unit, site, staff_number)
        found = (unit.last_snapshot(name) for name in site.directories)
        snapshots = tuple(snapshot for snapshot in found if snapshot is not None)
        ever = unit.cases(list(CaseState))
    cases = {case.key: case for case in ever if not case.is_ended}
    standing = exceptions_on(cases.values(), as_of)
    if decision is None:
        decision = decide(facts, snapshots, site.policy, as_of, exceptions=standing)
    ground = Ground(facts, site.policy, as_of)
    asked, staff_number = staff_number, ground.kin.canonical(staff_number)
    numbers = {asked, *ground.kin.numbers(staff_number)}
    rights = [
        right
        for snapshot in snapshots
        for right in _rights(snapshot, facts, ground, decision, staff_number, cases)
    ]
    return Explanation(
        staff_number=staff_number,
        as_of=as_of,
        person=ground.people.get(staff_number),
        designations=tuple(ground.designations.get(staff_number, ())),
        rights=tuple(rights),
        notices=tuple(n for n in decision.notices if n.staff_number == staff_number),
        names=dict(ground.chart.names),
        read_at={snapshot.directory: snapshot.read_at for snapshot in snapshots},
        cases=tuple(case for case in ever if case.staff_number in numbers),
        accounts=_accounts(snapshots, facts, ground, staff_number, numbers, ever),
    )


def _accounts(
    snapshots: tuple[DirectorySnapshot, ...],
    facts: Facts,
    ground: Ground,
    staff_number: StaffNumber,
    numbers: Collection[StaffNumber],
    ever: Iterable[Case],
) -> dict[str, frozenset[AccountId]]:
    """Return the person's accounts: those of the last reads, and those that cases were about."""
    found: dict[str, set[AccountId]] = defaultdict(set)
    for snapshot in snapshots:
        census = Census(ground, {}, snapshot, reach_of(snapshot, facts.entitlements))
        found[snapshot.directory].update(census.accounts_of(staff_number))
    for case in ever:
        if case.staff_number in numbers:
            found[case.directory].add(case.account)
    return {directory: frozenset(accounts) for directory, accounts in found.items()}


def _rights(
    snapshot: DirectorySnapshot,
    facts: Facts,
    ground: Ground,
    decision: Decision,
    staff_number: StaffNumber,
    cases: dict[tuple[str, str, str], Case],
) -> Iterator[RightExplained]:
    census = Census(ground, {}, snapshot, reach_of(snapshot, facts.entitlements))
    findings = {finding.key: finding for finding in decision.findings}
    for conveyed in census.reach.conveyed:
        entitlement = conveyed.entitlement
        for account in sorted(census.accounts_of(staff_number)):
            blocks = [b for b in conveyed.blocks if account in b.accounts]
            if not blocks:
                continue
            judged = census.judge(entitlement, account)
            paths, more = census.reach.ways(entitlement.entitlement, blocks)
            finding = findings.get((snapshot.directory, entitlement.entitlement, account))
            yield RightExplained(
                directory=snapshot.directory,
                entitlement=entitlement,
                account=account,
                paths=paths,
                more_ways=more,
                verdict=Verdict.JUSTIFIED if finding is None else finding.verdict,
                faults=judged.faults,
                justified_by=judged.justified_by,
                unknown_because=judged.unknown_because,
                case=cases.get((snapshot.directory, entitlement.entitlement, account)),
            )
