"""Guards count people, not edges, and never let half of an edge or half of a case go on."""

from __future__ import annotations

from syncd.core.findings import Verdict
from syncd.core.guards import Census, Guard, guard, unexplained
from syncd.core.memberships import Group
from syncd.core.plan import GroupCut, Loss, Plan, PlanLine
from syncd.core.policy import DirectoryPolicy, GuardPolicy
from tests import builders as b

TAX, SECTION, OTHER = "cn=tax", "cn=section", "cn=other"
GROUPS = {
    ("ad", TAX): Group(TAX, "tax", True, 50, subgroups=(SECTION,)),
    ("ad", OTHER): Group(OTHER, "other", True, 50),
}


def lines_of_an_edge(people: int, explained: int = 0) -> list[PlanLine]:
    losses = tuple(
        Loss(b.account_name(n), (("TAX-EDIT", Verdict.STALE),))  # type: ignore[arg-type]
        for n in range(1, people + 1)
    )
    cut = GroupCut(SECTION, ("section", "tax"), losses)
    return [
        b.plan_line(n, TAX, member=SECTION, cut=cut, explained=n <= explained)
        for n in range(1, people + 1)
    ]


def census(memberships: int = 1_000) -> Census:
    return Census({"ad": memberships}, GROUPS, {})


def test_an_edge_that_takes_thirty_people_counts_thirty() -> None:
    guarded = guard(Plan.of(lines_of_an_edge(30)), census(), b.policy())
    assert {(t.guard, t.removals) for t in guarded.trips} == {(Guard.GROUP_LIMIT, 30)}
    assert not guarded.free.lines
    assert len(guarded.held.lines) == 30


def test_an_edge_is_held_whole_where_an_order_explains_only_some_of_its_lines() -> None:
    guarded = guard(Plan.of(lines_of_an_edge(30, explained=15)), census(), b.policy())
    assert not guarded.free.lines
    assert len(guarded.held.lines) == 30


def test_a_case_is_held_on_all_of_its_ways_or_on_none() -> None:
    own = b.plan_line(1, OTHER)
    guarded = guard(Plan.of([*lines_of_an_edge(30), own]), census(), b.policy())
    assert own in guarded.held.lines


def test_an_edge_is_held_when_one_of_those_who_lose_by_it_is_protected() -> None:
    rules = DirectoryPolicy(protected_accounts=frozenset({"u0002"}))
    policy = b.policy(directories={"ad": rules})
    bystander = b.plan_line(9, OTHER)
    guarded = guard(Plan.of([*lines_of_an_edge(3), bystander]), census(), policy)
    assert {t.guard for t in guarded.trips} == {Guard.PROTECTED_ACCOUNT}
    assert guarded.free.lines == (bystander,)


def test_the_last_group_in_a_group_is_its_last_member() -> None:
    groups = {("ad", TAX): Group(TAX, "tax", True, 1, subgroups=(SECTION,))}
    policy = b.policy(guards=GuardPolicy(max_removals=100))
    guarded = guard(Plan.of(lines_of_an_edge(3)), Census({"ad": 1_000}, groups, {}), policy)
    assert [(t.guard, t.removals) for t in guarded.trips] == [(Guard.LAST_MEMBER, 1)]


def test_what_an_edge_took_today_counts_in_the_group_that_it_was_taken_from() -> None:
    gone = [b.case(n, cuts=((TAX, SECTION),), because=()) for n in range(3)]
    assert unexplained(gone, b.policy()) == {("ad", TAX): 3}
