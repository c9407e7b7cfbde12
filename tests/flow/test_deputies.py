"""代決, roles that follow posts, and deciding many cases at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.core.acting import Grant, Someone
from syncd.core.cases import CaseState
from syncd.core.ids import OrgUnitCode
from syncd.core.votes import Actor, Role
from syncd.errors import NoSuchCase, NotPermitted, UsageError
from syncd.flow.access.acting import actors_of
from syncd.flow.access.deputies import end_deputy, name_deputy
from syncd.flow.timeline import timeline_of
from syncd.flow.vote import approve_cases, approve_part, approve_selected
from syncd.ports.store import PlanState
from tests.fakes.directory import dn
from tests.flow.town import APRIL, Town, approver, staff, town_in, transfer

MANAGER = Grant(
    post_section=OrgUnitCode("12010"), post_title="課長", roles=frozenset({Role.APPROVER})
)
BOSS = approver("kacho", 900)
DAYS = (APRIL, APRIL + timedelta(days=2))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_in(tmp_path)


def with_manager(town: Town) -> None:
    boss = replace(town.roster.records[0], staff_number=staff(900), title="課長", name="", kana="")
    town.roster.records = (*town.roster.records, boss)


def roles_on(town: Town, day: date, number: int = 900) -> frozenset[Role]:
    return actors_of(town.site(), (MANAGER,), Someone("x", staff(number)), day)[0].roles


def test_a_role_that_follows_a_post_moves_on_the_day_of_the_transfer(town: Town):
    with_manager(town)
    successor = replace(transfer(5, "12010"), title="課長")
    town.orders.records = (transfer(900, "13010"), successor)
    town.sync(APRIL - timedelta(days=1))
    eve = APRIL - timedelta(days=1)
    assert roles_on(town, eve) == {Role.APPROVER}
    assert roles_on(town, eve, 5) == frozenset()
    assert roles_on(town, APRIL) == frozenset()
    assert roles_on(town, APRIL, 5) == {Role.APPROVER}


def test_a_role_that_follows_a_post_is_nobodys_before_the_first_roster(town: Town):
    assert roles_on(town, APRIL) == frozenset()


def deputy_actors(town: Town) -> tuple[Actor, ...]:
    boss = Grant(account="kacho", staff_number=staff(900), roles=frozenset({Role.APPROVER}))
    return actors_of(town.site(), (boss,), Someone("fuku", staff(901)), APRIL)


def stale_town(town: Town, people: int = 2) -> list[str]:
    town.orders.records = tuple(transfer(n, "13010") for n in range(1, people + 1))
    report = town.sync()
    return [case.case_id for case in report.cases.values()]


def test_a_deputy_approves_in_the_principals_place_and_the_record_says_so(town: Town):
    case_ids = stale_town(town)
    before = approve_selected(town.site(), deputy_actors(town), case_ids)
    assert (before.results, len(before.left)) == ((), 2)  # nobody handed anything over yet
    name_deputy(town.site(), BOSS, "fuku", DAYS, reason="出張")
    result = approve_selected(town.site(), deputy_actors(town), case_ids)
    assert [r.case.state for r in result.results] == [CaseState.APPROVED] * 2
    with town.store.begin() as unit:
        votes = unit.votes(case_id=result.results[0].case.case_id)
    assert [(v.voter, v.deputy_for) for v in votes] == [("fuku", "kacho")]


def test_a_deputyship_that_was_ended_gives_nothing_any_more(town: Town):
    case_ids = stale_town(town)
    handed = name_deputy(town.site(), BOSS, "fuku", DAYS)
    end_deputy(town.site(), BOSS, handed.delegation_id)
    result = approve_selected(town.site(), deputy_actors(town), case_ids)
    assert (result.results, len(result.left)) == ((), 2)


def test_nobody_ends_the_deputyship_of_another(town: Town):
    handed = name_deputy(town.site(), BOSS, "fuku", (date(2027, 4, 1), date(2027, 4, 2)))
    with pytest.raises(NoSuchCase):
        end_deputy(town.site(), approver("mallory"), handed.delegation_id)


@pytest.mark.parametrize(
    ("deputy", "days"),
    [
        ("kacho", DAYS),
        ("", DAYS),
        ("fuku", (APRIL, APRIL - timedelta(days=1))),
        ("fuku", (date(2026, 1, 1), date(2026, 1, 2))),
        ("fuku", (APRIL, APRIL + timedelta(days=93))),
    ],
)
def test_a_deputyship_that_makes_no_sense_is_refused(
    town: Town, deputy: str, days: tuple[date, date]
):
    with pytest.raises(UsageError):
        name_deputy(town.site(), BOSS, deputy, days)


def test_a_deputy_names_no_deputy(town: Town):
    with pytest.raises(NotPermitted):
        name_deputy(town.site(), replace(BOSS, deputy_for="chief"), "fuku", DAYS)


def test_of_a_selection_what_cannot_be_approved_is_told_and_the_rest_is_approved(town: Town):
    case_ids = stale_town(town, 3)
    own = approver("me", 1)  # person 1 is one of the three
    result = approve_selected(town.site(), [own], case_ids)
    assert len(result.results) == 2
    assert [why for _, why in result.left] == [
        f"case {result.left[0][0]} concerns me's own right. Another approver decides it."
    ]
    again = approve_selected(town.site(), [approver("sato")], case_ids)
    assert [r.case.case_id for r in again.results] == [result.left[0][0]]
    assert all("by now" in why for _, why in again.left)


def test_a_part_of_a_plan_is_a_plan_of_its_own(town: Town):
    stale_town(town, 3)
    with town.store.begin() as unit:
        whole = unit.plans(PlanState.PROPOSED)[0].plan
    chosen = whole.case_ids[:1]
    result = approve_part(town.site(), [approver("sato")], whole.hash, chosen)
    assert result.plan_hash != whole.hash
    with town.store.begin() as unit:
        part = unit.plan(result.plan_hash).plan
        states = [unit.case(case_id).state for case_id in whole.case_ids]
    assert part.case_ids == chosen
    assert states == [CaseState.APPROVED, CaseState.OPEN, CaseState.OPEN]


def test_a_part_that_holds_nothing_of_the_plan_is_refused(town: Town):
    stale_town(town)
    with town.store.begin() as unit:
        plan = unit.plans(PlanState.PROPOSED)[0].plan
    with pytest.raises(UsageError):
        approve_part(town.site(), [approver("sato")], plan.hash, [])


def test_a_case_belongs_to_the_section_in_which_the_work_was_done(town: Town):
    stale_town(town, 1)
    with town.store.begin() as unit:
        (case,) = unit.cases()
    assert case.section == "12010"


def test_a_timeline_tells_each_post_with_its_days(town: Town):
    town.orders.records = (
        transfer(1, "13010"),
        transfer(1, "14010", date(2027, 7, 1), order="R9-9"),
    )
    town.sync()
    told = timeline_of(town.site(), staff(1), date(2027, 8, 1))
    assert [(h.post.org_unit, h.from_on, h.until_on) for h in told.posts] == [
        ("12010", None, date(2027, 3, 31)),
        ("13010", APRIL, date(2027, 6, 30)),
        ("14010", date(2027, 7, 1), None),
    ]


def test_what_rests_on_an_advance_notice_is_kept_apart_in_a_timeline(town: Town):
    town.orders.records = (replace(transfer(1, "13010"), confirmed=False),)
    town.sync()
    told = timeline_of(town.site(), staff(1), APRIL)
    assert [h.post.org_unit for h in told.posts] == ["12010"]
    assert told.orders == ()
    assert [o.order_number for o in told.advance_notices] == ["R9-1"]


@pytest.mark.parametrize("name", ["a\nb", "a\u2028b", "\x00"])
def test_no_deputy_has_a_name_that_cannot_be_written_in_one_line(town: Town, name: str):
    with pytest.raises(UsageError, match="name another account"):
        name_deputy(town.site(), BOSS, name, DAYS)


def test_two_accounts_of_one_person_are_one_person(town: Town):
    grants = (
        Grant(account="sato", staff_number=staff(900), roles=frozenset({Role.APPROVER})),
        Grant(account="sato-op", staff_number=staff(900), roles=frozenset({Role.OPERATOR})),
    )
    town.orders.records = (transfer(1, "13010"),)
    (case,) = town.sync(actor="sato-op").cases.values()
    actors = actors_of(town.site(), grants, Someone("sato"), APRIL)
    with pytest.raises(NotPermitted, match="asked for case"):
        approve_cases(town.site(), actors, [case.case_id])
    town.directory.accounts["sato-op"] = None
    town.directory.groups[case.groups[0]].append(dn("sato-op"))
    town.now += timedelta(minutes=1)
    (own,) = (c for c in town.sync().cases.values() if c.account == "sato-op")
    with pytest.raises(NotPermitted, match="own right"):
        approve_cases(town.site(), actors, [own.case_id])
