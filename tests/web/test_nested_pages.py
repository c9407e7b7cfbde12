"""What approvers are shown of nested groups: whose edge goes, who else loses, what to do instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.bilingual import Bilingual
from syncd.core.cases import Case
from syncd.core.findings import Verdict
from syncd.core.plan import GroupCut, Loss, Plan, PlanLine
from syncd.ports.store import PlanState, StoredPlan
from tests.web.conftest import HOST, Office

CHILD, PARENT = "cn=kakari,ou=groups", "cn=tax,ou=groups"


def line_of(case: Case, cut: GroupCut) -> PlanLine:
    return PlanLine(
        case.directory,
        PARENT,
        CHILD,
        case.entitlement,
        case.case_id,
        case.account,
        case.staff_number,
        case.reasons,
        cut=cut,
    )


@pytest.fixture
def two(fresh_office: Office) -> tuple[Case, Case]:
    """Two cases of different sections which one edge ends, in a plan that waits."""
    cases = fresh_office.cases()
    own = next(c for c in cases if c.section == "20020")
    other = next(c for c in cases if c.section != "20020" and c.account != own.account)
    losses = tuple(
        Loss(c.account, ((c.entitlement, Verdict.STALE),), ("全庁共有",)) for c in (own, other)
    )
    cut = GroupCut(CHILD, ("市民税係", "税務オンライン"), losses)
    plan = Plan.of([line_of(own, cut), line_of(other, cut)])
    site = fresh_office.opened.site
    with site.store.begin() as unit:
        frozen_at = fresh_office.clock()
        run = unit.runs(1)[0].run
        unit.save_plan(StoredPlan(plan, PlanState.PROPOSED, frozen_at, run))
    return own, other


def test_a_plan_names_the_group_that_goes_and_who_loses_what(fresh_office: Office, two):
    own, other = two
    text = fresh_office.enter("soukatsu").get(f"/plans/{fresh_office.plan_hash()}").text
    assert "市民税係" in text
    assert "税務オンライン" in text
    for case in (own, other):
        assert f"{case.account}: {case.entitlement}" in text
    assert "全庁共有 (一覧外)" in text
    assert "影響する人がいちばん少ない" in text


def test_an_approver_is_told_how_many_of_other_sections_lose_by_it_and_not_who(
    fresh_office: Office, two
):
    own, other = two
    text = fresh_office.enter("hosaka").get(f"/plans/{fresh_office.plan_hash()}").text
    assert f"{own.account}: {own.entitlement}" in text
    assert other.account not in text
    assert "+1 人" in text


@pytest.fixture
def stuck(fresh_office: Office) -> Case:
    """A case that no plan can end, with what a person could do."""
    before = next(c for c in fresh_office.cases() if c.section == "20020")
    after = replace(
        before,
        blocked=(Bilingual("3 人が残すべき権限を失います", en="it would cost 3 people a right"),),
        instead=(Bilingual("市民税係を一覧に載せる", en="list the group in the entitlements"),),
        dependents=("u4321",),
    )
    with fresh_office.opened.site.store.begin() as unit:
        unit.update_case(before, after)
        assert unit.case(before.case_id) == after
    return after


def test_a_case_says_why_no_plan_can_end_it_and_what_a_person_could_do(
    fresh_office: Office, stuck: Case
):
    browser = fresh_office.enter("soukatsu")
    text = browser.get(f"/cases/{stuck.case_id}").text
    for shown in (stuck.blocked[0], stuck.instead[0], "u4321", "代わりにできること"):
        assert shown in text
    assert "計画では外せない" in browser.get("/cases").text


def test_the_same_is_said_in_english(fresh_office: Office, stuck: Case):
    browser = fresh_office.enter("soukatsu")
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    text = browser.get(f"/cases/{stuck.case_id}").text
    assert "it would cost 3 people a right" in text
    assert "list the group in the entitlements" in text


def test_who_would_lose_is_not_named_to_an_approver_of_one_section(
    fresh_office: Office, stuck: Case
):
    text = fresh_office.enter("hosaka").get(f"/cases/{stuck.case_id}").text
    assert stuck.blocked[0] in text
    assert "u4321" not in text
