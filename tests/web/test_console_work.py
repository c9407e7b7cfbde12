"""What people do in the console, and what it leads to."""

from __future__ import annotations

import json
import re

import pytest

from syncd.core.cases import CaseState
from syncd.flow.grounds import grounds_of
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.syncs import ask_for_sync
from syncd.ports.store import PlanState
from syncd.web.pages import cuts
from tests.web.conftest import Office, send


def tax_case(office: Office):
    return next(c for c in office.cases() if c.section == "20020")


def test_today_tells_what_waits_for_whom_and_until_when(office: Office):
    text = office.enter("soukatsu").get("/").text
    assert f"<b>{len(office.cases())}</b>" in text
    assert "税務課" in text
    assert "令和9年4月7日まで" in text
    assert "令和9年4月16日: 発令 1, 対象 1人" in text


def test_an_approved_case_is_removed_by_the_next_run(fresh_office: Office):
    everybody = [c.account for c in fresh_office.cases()]
    case = next(c for c in fresh_office.cases() if everybody.count(c.account) == 1 and c.groups)
    answer = send(fresh_office.enter("soukatsu"), f"/cases/{case.case_id}/approve")
    assert answer.headers["location"] == f"/cases/{case.case_id}"
    site, today = fresh_office.opened.site, fresh_office.opened.today()
    run(site, RunRequest(today, "syncd"))
    with site.store.begin() as unit:
        assert unit.case(case.case_id).state is CaseState.VERIFIED


def test_one_page_is_enough_to_decide(office: Office):
    case = tax_case(office)
    text = office.enter("hosaka").get(f"/cases/{case.case_id}").text
    for shown in (case.entitlement, case.account, str(case.staff_number), *case.groups):
        assert shown in text
    for because in case.because:
        assert because.ref in text


def test_the_page_of_a_case_names_the_right_and_what_its_order_moved(office: Office):
    moved = next(c for c in office.cases() if any(b.kind == "order" for b in c.because))
    with office.opened.site.store.begin() as unit:
        grounds = grounds_of(unit, moved)
        sections = {s.code: s.name for s in unit.sections()}
    order = next(iter(grounds.orders.values()))
    text = office.enter("soukatsu").get(f"/cases/{moved.case_id}").text
    assert grounds.right_name
    assert f"{moved.entitlement} {grounds.right_name}" in text
    assert order.org_unit
    assert f"{order.kind} → {sections[order.org_unit]}" in text


def test_a_right_is_kept_until_a_day_by_two_persons(fresh_office: Office):
    case = tax_case(fresh_office)
    form = {"until": "2027-04-15", "reason": "引継ぎのため"}
    send(fresh_office.enter("hosaka"), f"/cases/{case.case_id}/refuse", **form)
    assert [c.case_id for c in fresh_office.cases(CaseState.REFUSED)] == [case.case_id]
    send(fresh_office.enter("soukatsu"), f"/cases/{case.case_id}/refuse", **form)
    assert [c.case_id for c in fresh_office.cases(CaseState.EXCEPTED)] == [case.case_id]


def test_a_case_is_handed_to_a_deputy_who_decides_it_and_no_other(fresh_office: Office):
    case = tax_case(fresh_office)
    form = {"until": "2027-04-15", "deputy": "norole"}
    answer = send(fresh_office.enter("hosaka"), f"/cases/{case.case_id}/deputy", **form)
    own = fresh_office.enter("hosaka").get(answer.headers["location"]).text
    assert re.search(r"代決者 norole（令和9年4月15日まで）", own)
    deputy = fresh_office.enter("norole")
    assert send(deputy, f"/cases/{case.case_id}/approve").status_code == 303
    text = deputy.get(f"/cases/{case.case_id}").text
    assert "代決: hosaka" in text
    other = next(c for c in fresh_office.cases() if c.section == "20020")
    assert send(deputy, f"/cases/{other.case_id}/approve").status_code == 403


def test_a_plan_is_approved_in_part(fresh_office: Office):
    case, plan = tax_case(fresh_office), fresh_office.plan_hash()
    answer = send(
        fresh_office.enter("soukatsu"), f"/plans/{plan}/approve", part="true", case=[case.case_id]
    )
    assert answer.headers["location"] != f"/plans/{plan}"
    assert [c.case_id for c in fresh_office.cases(CaseState.APPROVED)] == [case.case_id]


def test_today_leads_to_the_plan_that_waits_and_not_to_the_part_that_is_approved(
    fresh_office: Office,
):
    whole, browser = fresh_office.plan_hash(), fresh_office.enter("soukatsu")
    case = tax_case(fresh_office)
    form = {"case": [case.case_id], "part": "true"}
    part = send(browser, f"/plans/{whole}/approve", **form).headers["location"]
    assert part != f"/plans/{whole}"
    text = browser.get("/").text
    assert f'href="/plans/{whole}"' in text
    assert f'href="{part}"' not in text


def test_an_order_that_a_brought_file_repeats_is_counted_once(fresh_office: Office):
    personnel = fresh_office.opened.actor(fresh_office.city.actors.personnel)
    ask_for_sync(fresh_office.opened.site, personnel, upload_id=fresh_office.upload_id())
    assert fresh_office.work_off() is not None
    text = fresh_office.enter("soukatsu").get("/").text
    assert "令和9年4月16日: 発令 1, 対象 1人" in text


def test_a_plan_is_approved_whole(fresh_office: Office):
    waiting, plan = len(fresh_office.cases()), fresh_office.plan_hash()
    send(fresh_office.enter("soukatsu"), f"/plans/{plan}/approve")
    assert len(fresh_office.cases(CaseState.APPROVED)) == waiting


def test_the_trail_is_exported_leaf_by_leaf_and_that_is_on_record(office: Office):
    browser = office.enter("kansa")
    lines = browser.get("/trail/export?event=case.opened").text.splitlines()
    assert lines
    assert {json.loads(line)["event"] for line in lines} == {"case.opened"}
    assert "trail.exported" in browser.get("/trail").text


def test_a_connection_is_tried_at_a_click(office: Office):
    text = send(office.enter("unyo"), "/connections/test", name="roster").text
    assert "読めました: 399 行" in text
    assert send(office.enter("unyo"), "/connections/test", name="none").status_code == 404


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/transfer-day/feed", "/transfer-day"),
        ("/cases/none/approve", "/cases/none"),
        ("/account/deputies/none/end", "/account"),
        ("/connections/test", "/connections"),
    ],
)
def test_the_language_of_an_answer_to_a_form_leads_to_a_page_that_can_be_gone_to(
    office: Office, path: str, above: str
):
    answer = send(office.enter("kanri"), path, name="orders", source="orders", expected="1")
    assert f'name="target" value="{above}"' in answer.text


def test_the_language_is_kept_in_the_browser(office: Office):
    browser = office.enter("kansa")
    browser.post("/language", data={"lang": "en", "target": "/"})
    text = browser.get("/").text
    assert '<html lang="en">' in text
    assert "2027-04-01" in text
    assert "令和" not in text


def test_a_person_is_shown_as_of_any_day(office: Office):
    browser, number = office.enter("soukatsu"), office.city.left_behind
    now = browser.get(f"/people/{number}").text
    then = browser.get(f"/people/{number}?as_of=2026-03-31").text
    assert "権限残存" in now
    assert "令和8年3月31日 時点" in then
    assert browser.get(f"/people?staff_number={int(number)}").headers["location"] == (
        f"/people/{number}"
    )


def test_cases_stand_together_by_person_and_by_transfer(office: Office):
    browser = office.enter("soukatsu")
    by_person = browser.get("/cases?sort=kana").text
    number = office.city.left_behind
    assert by_person.count(f'scope="colgroup">池田　六郎 {number}</th>') == 1
    by_transfer = browser.get("/cases?sort=transfer").text
    assert by_transfer.count('scope="colgroup">発令 R8-0005, 令和8年4月1日</th>') == 1
    assert 'scope="colgroup">発令によらないもの</th>' in by_transfer
    assert "colgroup" not in browser.get("/cases").text


def test_what_no_section_answers_for_is_one_click_from_today(office: Office):
    chief = office.enter("soukatsu")
    assert '<a href="/cases?section=-">所属なし（総括責任者）</a>' in chief.get("/").text
    text = chief.get("/cases?section=-").text
    found = set(re.findall(r'href="/cases/([0-9a-f]+)" data-open', text))
    assert found == {c.case_id for c in office.cases() if c.section is None} != set()
    assert '<option value="-" selected>' in text
    assert '<option value="-"' not in office.enter("hosaka").get("/cases").text


def test_nobody_approves_by_one_box_what_came_after_they_looked(
    fresh_office: Office,
):
    browser, seen = fresh_office.enter("soukatsu"), len(fresh_office.cases())
    refused = send(browser, "/cases/approve", everything="true", told=seen - 1)
    assert refused.status_code == 409
    assert f"{seen - 1} 件から {seen} 件に増えています" in refused.text
    assert len(fresh_office.cases()) == seen
    assert send(browser, "/cases/approve", everything="true", told=seen).status_code == 200
    assert fresh_office.cases() == ()


@pytest.mark.parametrize(
    "path",
    [
        "/cases?due_before=9999-12-31",
        "/trail?until_on=9999-12-31",
        "/people/{number}?as_of=0001-01-01",
        "/runs?before=0001-01-01T00:00:00%2B09:00",
        "/api/v1/cases?due_before=9999-12-31",
        "/api/v1/people/{number}?as_of=0001-01-01",
    ],
)
def test_a_day_at_the_end_of_time_is_a_fault_of_the_form_and_not_of_ours(office: Office, path: str):
    answer = office.enter("soukatsu").get(path.format(number=office.city.left_behind))
    assert answer.status_code == 422


def test_the_second_of_two_approvers_is_told_that_it_changed_and_led_back(fresh_office: Office):
    case, second = tax_case(fresh_office), fresh_office.enter("hosaka")
    send(fresh_office.enter("soukatsu"), f"/cases/{case.case_id}/approve")
    answer = send(second, f"/cases/{case.case_id}/approve")
    assert answer.status_code == 409
    assert "すでに変わっています" in answer.text
    assert "その間に状態が変わり、もう承認を待っていません。" in answer.text
    assert f'<a href="/cases/{case.case_id}">前のページに戻る</a>' in answer.text


def test_two_who_wanted_different_days_still_find_how_to_agree(fresh_office: Office):
    case = tax_case(fresh_office)
    path, form = f"/cases/{case.case_id}", {"reason": "引継ぎのため"}
    first, second = fresh_office.enter("soukatsu"), fresh_office.enter("hosaka")
    send(first, f"{path}/refuse", until="2027-04-10", **form)
    send(second, f"{path}/refuse", until="2027-12-31", **form)
    assert "もう1名の判断を待っています" in first.get(path).text
    text = second.get(path).text
    assert "2人目として認める" in text
    assert re.search(r'name="until" [^>]*value="2027-04-10"[^>]* readonly', text)
    send(second, f"{path}/refuse", until="2027-04-10", **form)
    assert [c.case_id for c in fresh_office.cases(CaseState.EXCEPTED)] == [case.case_id]


def test_every_filter_keeps_its_value_after_a_reload(office: Office):
    browser = office.enter("kansa")
    assert 'name="due_before" type="date" value="2027-04-07"' in (
        browser.get("/cases?due_before=2027-04-07").text
    )
    assert 'name="until_on" type="date" value="2027-04-01"' in (
        browser.get("/trail?until_on=2027-04-01").text
    )


def test_a_filter_offers_the_rights_of_all_cases_and_of_no_other_section(office: Office):
    def offered(account: str) -> set[str]:
        text = office.enter(account).get("/cases?text=nobody-of-this-name").text
        rights = text.partition('<datalist id="rights">')[2].partition("</datalist>")[0]
        return set(re.findall(r'value="([^"]+)"', rights))

    assert offered("soukatsu") == {c.entitlement for c in office.cases(*CaseState)}
    own = {c.entitlement for c in office.cases(*CaseState) if c.section == "20020"}
    assert offered("hosaka") == own


def test_a_long_plan_is_cut_into_pages_that_give_every_line_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cuts, "A_PAGE", 10)
    browser, path = office.enter("soukatsu"), f"/plans/{office.plan_hash()}"
    seen: list[str] = []
    address = path
    while address:
        text = browser.get(address).text
        found = re.findall(r'<td><a href="(/cases/[^"]+)" data-open', text)
        assert 0 < len(found) <= 10
        seen += found
        nexts = re.findall(r'href="([^"]+)">次のページ', text)
        address = nexts[0].replace("&amp;", "&") if nexts else ""
    whole = browser.get(f"{path}?everything=true").text
    assert seen == re.findall(r'<td><a href="(/cases/[^"]+)" data-open', whole)
    with office.opened.site.store.begin() as unit:
        assert len(seen) == len(unit.plans(PlanState.PROPOSED)[0].plan.lines)
    assert f"計画全体を承認する（{len(seen)}）" in whole
    assert f"計画全体を承認する（{len(seen)}）" in browser.get(path).text


def test_a_section_pages_through_its_own_lines_only(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cuts, "A_PAGE", 3)
    own = {c.case_id for c in office.cases(*CaseState) if c.section == "20020"}
    text = office.enter("hosaka").get(f"/plans/{office.plan_hash()}?start=3").text
    found = re.findall(r'<td><a href="/cases/([^"]+)" data-open', text)
    assert found
    assert set(found) <= own
    assert "4–6 / 8" in text
