"""Rights through nested groups, from what was read to what was cut, put back or left to a person."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from syncd.bilingual import english
from syncd.core.cases import CaseState
from syncd.flow.evidence import verify_trail
from syncd.flow.report import RunReport
from syncd.flow.restore import restore_case
from syncd.flow.vote import approve_cases, approve_plan
from syncd.ports.store import PlanState
from syncd.reports import sync_json
from tests.fakes.directory import dn
from tests.flow.town import APRIL, TAX, Town, account, approver, transfer

SECTION = "cn=section,ou=groups"
APPROVER = [approver("sato")]


@pytest.fixture
def nested(town: Town) -> Town:
    """Let people 1 to 3 come to the right through the section's group, which is on no list."""
    inside = [dn(account(n)) for n in (1, 2, 3)]
    others = [m for m in town.directory.groups[TAX] if m not in inside]
    town.directory.groups = {TAX: [*others, SECTION], SECTION: inside}
    return town


def leave(town: Town, *numbers: int) -> RunReport:
    town.orders.records = tuple(transfer(n, "20010") for n in numbers)
    return town.sync()


def case_of(report: RunReport, number: int):
    return report.cases["ad", "TAX-EDIT", account(number)]


def test_the_finding_names_the_path_by_group_names_with_the_rights_group_at_the_end(nested):
    report = leave(nested, 1)
    (found,) = json.loads(json.dumps(sync_json.render(report)))["findings"]
    assert found["path"] == "nested through section > tax"
    assert case_of(report, 1).path == "nested through section > tax"


def test_a_section_that_left_as_a_whole_is_taken_out_of_the_group_by_its_own_edge(nested):
    report = leave(nested, 1, 2, 3)
    (line, *_) = report.proposed.lines
    assert (line.group, line.member, len(report.proposed.lines)) == (TAX, SECTION, 3)
    approve_plan(nested.site(), APPROVER, report.proposed.hash)
    done = nested.sync()
    assert [r.outcome for r in done.removals] == ["verified"] * 3
    assert nested.directory.written == [(TAX, (SECTION,))]  # one change, not three
    assert len(nested.members(SECTION)) == 3  # the section itself loses nobody
    assert (done.exit_code, done.counts.stale) == (0, 3)
    assert nested.sync().counts.stale == 0
    assert verify_trail(nested.store).faults == ()


def test_the_trail_says_by_which_group_and_how_many_others_lost_it(nested):
    report = leave(nested, 1, 2, 3)
    approve_plan(nested.site(), APPROVER, report.proposed.hash)
    nested.sync()
    with nested.store.begin() as unit:
        grounds = [json.loads(leaf)["ground"] for _, leaf, _ in unit.audit_leaves()]
    written = [ground for ground in grounds if "group_taken_out" in ground]
    assert {ground["group_taken_out"] for ground in written} == {SECTION}
    assert {ground["others_affected"] for ground in written} == {2}


def test_an_edge_waits_until_every_case_that_it_ends_is_approved(nested):
    report = leave(nested, 1, 2, 3)
    approve_cases(nested.site(), APPROVER, [case_of(report, n).case_id for n in (1, 2)])
    waiting = nested.sync()
    assert not nested.directory.written
    assert "wait until the cases of 1 people" in english(waiting.blocked[0].instead[-1])
    approve_cases(nested.site(), APPROVER, [case_of(report, 3).case_id])
    nested.sync()
    assert nested.directory.written == [(TAX, (SECTION,))]


def test_an_edge_on_which_a_justified_person_depends_is_never_cut(nested):
    report = leave(nested, 1, 2)
    assert not report.proposed.lines
    approve_cases(nested.site(), APPROVER, [case_of(report, n).case_id for n in (1, 2)])
    again = nested.sync()
    assert not nested.directory.written
    assert {r.state for r in (case_of(again, 1), case_of(again, 2))} == {CaseState.APPROVED}
    assert {loss.account for b in again.blocked for loss in b.others} == {account(3)}


def test_a_case_keeps_why_no_plan_can_end_it_until_one_can(nested):
    case = case_of(leave(nested, 1, 2), 1)
    assert "to 1 people" in english(case.blocked[0])
    assert case.dependents == (account(3),)
    assert any("section" in english(text) for text in case.instead)
    nested.directory.groups[TAX].append(dn(account(3)))  # what the case advised: directly
    case = case_of(nested.sync(), 1)
    assert (case.blocked, case.instead, case.dependents) == ((), (), ())
    assert case.cuts == ((TAX, SECTION),)


def test_a_right_is_put_back_to_one_person_and_not_to_the_group(nested):
    report = leave(nested, 1, 2, 3)
    approve_plan(nested.site(), APPROVER, report.proposed.hash)
    nested.sync()
    case_id = case_of(report, 1).case_id
    for name in ("sato", "tanaka"):
        restore_case(nested.site(), [approver(name, 900 + len(name))], case_id, "誤り")
    assert dn(account(1)) in nested.members(TAX)
    assert SECTION not in nested.members(TAX)


def test_a_plan_with_an_edge_comes_back_from_the_store_as_it_was_frozen(nested):
    report = leave(nested, 1, 2, 3)
    with nested.store.begin() as unit:
        (stored,) = unit.plans(PlanState.PROPOSED)
    assert stored.plan.lines == report.proposed.lines
    assert stored.plan.hash == report.proposed.hash


def test_the_edge_is_decided_once_more_on_fresh_facts_before_it_is_cut(nested):
    report = leave(nested, 1, 2, 3)
    approve_plan(nested.site(), APPROVER, report.proposed.hash)
    nested.directory.groups[SECTION].append(dn(account(4)))  # justified, and only here
    nested.directory.groups[TAX].remove(dn(account(4)))
    nested.sync()
    assert not nested.directory.written


def test_a_group_that_did_not_go_leaves_all_of_its_cases_to_be_tried_again(nested):
    report = leave(nested, 1, 2, 3)
    approve_plan(nested.site(), APPROVER, report.proposed.hash)
    nested.directory.bad_values = {SECTION}
    done = nested.sync()
    assert [r.outcome for r in done.removals] == ["retry"] * 3
    nested.directory.bad_values = set()
    assert [r.outcome for r in nested.sync().removals] == ["verified"] * 3


def test_a_run_as_of_a_later_day_says_the_same_of_the_same_edge(nested):
    first = leave(nested, 1, 2, 3).proposed
    again = nested.sync(as_of=APRIL.replace(day=2)).proposed
    assert replace(first.lines[0], explained=False) == replace(again.lines[0], explained=False)
    assert first.hash == again.hash
