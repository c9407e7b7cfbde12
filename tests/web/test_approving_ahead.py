"""事前の承認 in the console: what waits, who may approve it, what differs afterwards, and 内示 for few."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.flow.judge import judge
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.web.conftest import Office, open_office, send

PAGE = "/transfer-day/approve"


@pytest.fixture
def eve(tmp_path: Path) -> Office:
    return open_office(tmp_path, on_the_eve=True)


def waiting(browser: TestClient, path: str = PAGE) -> list[str]:
    return re.findall(r'name="line" value="([0-9a-f]{64})"', browser.get(path).text)


def approve(browser: TestClient, **more: object):
    text = browser.get(PAGE).text
    on = re.search(r'name="on" value="([\d-]+)"', text)
    plan = re.search(r'name="plan" value="([0-9a-f]{64})"', text)
    assert on
    assert plan
    form = {"on": on[1], "plan": plan[1], "part": "false", **more}
    return send(browser, PAGE, **form)


def midnight_run(office: Office) -> None:
    office.clock.at = midnight(office.city.transfer_day)
    run(office.opened.site, RunRequest(office.city.transfer_day, "syncd"))


def add_order(office: Office, staff_number: str, confirmed: str) -> str:
    """Let the personnel system send one row more, by which somebody moves; return its number."""
    path = office.city.orders
    text = path.read_text("cp932")
    columns = next(csv.reader([text.splitlines()[0]]))
    row = dict.fromkeys(columns, "") | {
        "発令番号": "OKURE-1",
        "発令日": office.city.transfer_day.isoformat(),
        "発令区分": "配置換",
        "職員番号": staff_number,
        "所属コード": "10010",
        "発令確定": confirmed,
    }
    with path.open("a", encoding="cp932", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\r\n").writerow(row)
    run(office.opened.site, RunRequest(office.city.eve, "syncd"))
    return "OKURE-1"


def somebody_who_stays(office: Office) -> str:
    """Return whom no order moves and who holds a right by a designation."""
    site = office.opened.site
    moved = {
        row["職員番号"]
        for row in csv.DictReader(office.city.orders.read_text("cp932").splitlines())
    }
    decision = judge(site, office.city.transfer_day)
    lost = {finding.staff_number for finding in decision.findings}
    with site.store.begin() as unit:
        facts = unit.facts(office.clock.at)
        snapshots = [unit.last_snapshot(name) for name in site.directories]
    holding = {
        account.staff_number
        for snapshot in snapshots
        if snapshot is not None
        for block in snapshot.blocks
        for account in map(snapshot.accounts.get, block.accounts)
        if account is not None
    }
    return next(
        d.staff_number
        for d in facts.designations
        if d.staff_number in holding - lost
        and d.staff_number not in moved
        and d.released_on is None
        and d.org_unit != "10010"
    )


def test_the_chief_approves_the_day_and_midnight_carries_it_out(eve: Office):
    chief = eve.enter("soukatsu")
    many = waiting(chief)
    assert len(many) > 10
    assert "<ruby>" in chief.get(PAGE).text
    assert approve(chief).status_code == 303
    assert waiting(chief) == []
    before = len(eve.cases(CaseState.VERIFIED))
    midnight_run(eve)
    assert len(eve.cases(CaseState.VERIFIED)) >= before + len(many) - len(eve.cases(CaseState.OPEN))
    assert len(eve.cases(CaseState.VERIFIED)) > before


def test_an_approver_approves_their_sections_and_no_others(eve: Office):
    tax, chief = eve.enter("hosaka"), eve.enter("soukatsu")
    mine, everything = set(waiting(tax)), set(waiting(chief))
    assert mine
    assert mine < everything
    assert approve(tax).status_code == 303
    assert set(waiting(chief)) == everything - mine


def test_only_the_chosen_lines_are_approved(eve: Office):
    chief = eve.enter("soukatsu")
    first, *rest = waiting(chief)
    assert approve(chief, part="true", line=[first]).status_code == 303
    assert waiting(chief) == rest


def test_a_late_order_is_all_that_is_asked_after_the_approval(eve: Office):
    chief = eve.enter("soukatsu")
    approve(chief)
    late = somebody_who_stays(eve)
    number = add_order(eve, late, "確定")
    text = chief.get(PAGE).text
    assert waiting(chief)
    assert "増えた、または変わった行" in text
    rows = text.split("<tbody>")[-1].split("</tbody>")[0].split("<tr>")[1:]
    assert all(late in row and number in row for row in rows)


def test_an_advance_notice_is_shown_to_whom_it_may_be_and_to_nobody_else(eve: Office):
    late = somebody_who_stays(eve)
    before = {who: waiting(eve.enter(who)) for who in ("soukatsu", "hosaka")}
    number = add_order(eve, late, "内示")
    personnel = eve.enter("jinji").get(PAGE).text
    assert number in personnel
    assert "【内示】" in personnel
    for who, lines in before.items():
        text = eve.enter(who).get(PAGE).text
        assert number not in text
        assert "【内示】" not in text
        assert waiting(eve.enter(who)) == lines


def test_a_plan_that_changed_since_it_was_looked_at_is_not_approved(eve: Office):
    chief = eve.enter("soukatsu")
    count = len(waiting(chief))
    answer = approve(chief, plan="0" * 64)
    assert answer.status_code == 409
    assert "計画が変わりました" in answer.text
    assert len(waiting(chief)) == count


def test_whoever_decides_nothing_sees_no_button_and_no_way(eve: Office):
    auditor = eve.enter("kansa")
    assert waiting(auditor) == []
    assert send(auditor, PAGE, on="2027-04-01", plan="0" * 64).status_code == 403


def test_a_day_that_has_come_is_sent_to_its_cases(office: Office):
    on = office.city.transfer_day.isoformat()
    text = office.enter("soukatsu").get(f"{PAGE}?on={on}").text
    assert "もう来ています" in text
    assert 'name="line"' not in text


def test_both_languages_say_it(eve: Office):
    browser = eve.enter("soukatsu")
    browser.post("/language", data={"lang": "en", "target": PAGE})
    assert "Lines that wait" in browser.get(PAGE).text
