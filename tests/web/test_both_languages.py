"""On a Japanese page every sentence is Japanese, on an English one English."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from syncd.bilingual import Bilingual
from syncd.core.facts import Provides
from syncd.core.guards import Guard, Trip
from syncd.core.ids import PlanHash
from syncd.errors import GuardUnavailable, RowFault
from syncd.ports.store import PlanState
from syncd.ports.syncs import SyncState
from tests.web.conftest import HOST, Office, csrf_of, send

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def in_english(office: Office, account: str) -> TestClient:
    browser = office.enter(account)
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    return browser


def banner(page: str) -> str:
    found = re.search(r'<div class="banner bad"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found is not None, page
    return found[1]


def case_of(office: Office, section: str = "20020"):
    return next(c for c in office.cases() if c.section == section)


REFUSALS: dict[str, Callable[[Office, TestClient], str]] = {
    "no such case": lambda _, b: b.get("/cases/none").text,
    "no such plan": lambda _, b: b.get("/plans/0123456789").text,
    "a plan by no hash": lambda _, b: b.get("/plans/zz").text,
    "nobody known": lambda _, b: b.get("/people/9999999").text,
    "no such run": lambda _, b: b.get("/runs/none").text,
    "no day": lambda _, b: b.get("/cases?due_before=x").text,
    "no state": lambda _, b: b.get("/cases?state=x").text,
    "no sorting": lambda _, b: b.get("/cases?sort=x").text,
    "nothing chosen": lambda _, b: send(b, "/cases/approve").text,
    "a deputy who is oneself": lambda _, b: (
        send(
            b, "/account/deputies", deputy="soukatsu", from_on="2027-04-01", until_on="2027-04-02"
        ).text
    ),
    "a field that lacks": lambda _, b: send(b, "/account/deputies", deputy="x").text,
    "a day that is none": lambda _, b: (
        send(b, "/account/deputies", deputy="x", from_on="y", until_on="2027-04-02").text
    ),
    "a form that is too old": lambda o, b: (
        b.post(f"/cases/{case_of(o).case_id}/approve", data={"csrf": "x"}).text
    ),
    "a right that was not removed": lambda o, b: (
        send(b, f"/cases/{case_of(o).case_id}/restore", reason="x").text
    ),
    "an exception that is over": lambda o, b: (
        send(b, f"/cases/{case_of(o).case_id}/refuse", until="2027-03-01", reason="x").text
    ),
    "no permission": lambda _, b: b.get("/access").text,
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_refusal_is_told_in_the_readers_language(office: Office, what: str):
    japanese = banner(REFUSALS[what](office, office.enter("soukatsu")))
    assert JAPANESE.search(japanese)
    assert not re.search(r"\b(the|there|is|no|needs?|of)\b", japanese)
    english = banner(REFUSALS[what](office, in_english(office, "soukatsu")))
    assert not JAPANESE.search(english.replace("、", ""))


def test_a_case_that_may_not_be_seen_is_told_in_the_words_of_one_that_is_not_there(office: Office):
    foreign = next(c for c in office.cases() if c.section != "20020")
    browser = office.enter("hosaka")
    hidden = banner(browser.get(f"/cases/{foreign.case_id}").text)
    absent = banner(browser.get("/cases/none").text)
    assert hidden.replace(foreign.case_id, "none") == absent


def test_what_could_not_be_approved_is_told_case_by_case_in_the_readers_language(
    fresh_office: Office,
):
    case = case_of(fresh_office)
    send(fresh_office.enter("soukatsu"), f"/cases/{case.case_id}/approve")
    for browser, word in (
        (fresh_office.enter("soukatsu"), "もう承認を待っていません"),
        (in_english(fresh_office, "soukatsu"), f"case {case.case_id} is approved by now"),
    ):
        assert word in send(browser, "/cases/approve", case=[case.case_id]).text


def test_what_a_guard_holds_is_told_in_the_readers_language(fresh_office: Office):
    site, plan_hash = fresh_office.opened.site, PlanHash(fresh_office.plan_hash())
    trips = (
        Trip(Guard.GROUP_LIMIT, "mihon", "cn=tax", 20, 3, 10),
        Trip(Guard.LAST_MEMBER, "mihon", "cn=tax", 2, 0, 0, overridable=False),
        Trip(Guard.PROTECTED_ACCOUNT, "mihon", "", 1, 0, 0),
    )
    with site.store.begin() as unit:
        stored = unit.plan(plan_hash)
        unit.save_plan(replace(stored, state=PlanState.HELD, trips=trips))
    for path in ("/", "/plans", f"/plans/{plan_hash}"):
        japanese = fresh_office.enter("soukatsu").get(path).text
        english = in_english(fresh_office, "soukatsu").get(path).text
        assert "当日の発令で説明できない失効が 20 件あり" in japanese
        assert "20 removals that no order of the day explains" in english
        assert "説明できない" not in english
        assert "would empty the group" in english
        assert "what is protected" in english


def test_why_nothing_is_known_of_somebody_is_told_in_the_readers_language(fresh_office: Office):
    number, before = fresh_office.city.left_behind, "2020-01-01"
    path = f"/people/{number}?as_of={before}"
    japanese = fresh_office.enter("soukatsu").get(path).text
    assert "2020-01-01 以前の基準日の職員名簿がありません" in japanese
    english = in_english(fresh_office, "soukatsu").get(path).text
    assert "no roster is dated 2020-01-01 or before" in english
    assert "職員名簿がありません" not in english


def test_a_refused_input_is_told_in_the_readers_language(fresh_office: Office):
    fault = RowFault(3, "職員番号", "x", "値が必要です")
    with fresh_office.opened.site.store.begin() as unit:
        told = replace(fault, expected=Bilingual("値が必要です", en="a value is needed"))
        unit.refuse("roster", Provides.ROSTER, "in/x.csv", fresh_office.clock(), (told,))
    assert (
        "3 行目、職員番号: 「x」: 値が必要です"
        in fresh_office.enter("unyo").get("/connections").text
    )
    english = in_english(fresh_office, "unyo").get("/connections").text
    assert "a value is needed" in english
    assert "値が必要です" not in english


def test_a_brought_file_with_faults_is_told_in_the_readers_language(office: Office):
    for browser, word, other in (
        (office.enter("jinji"), "件あるはずと申告されました", "were stated"),
        (in_english(office, "jinji"), "were stated", "申告されました"),
    ):
        token = csrf_of(browser.get("/account").text)
        answer = browser.post(
            "/transfer-day/files",
            data={"csrf": token, "expected": "3"},
            files={"file": ("orders.csv", office.city.orders.read_bytes())},
        )
        assert answer.status_code == 422
        table = answer.text.partition("<tbody>")[2]
        assert word in table
        assert other not in table


def test_why_a_requested_run_failed_is_told_in_the_readers_language(fresh_office: Office):
    sync_id = fresh_office.sync_id()
    told = GuardUnavailable("the size is not known.", ja="大きさがわかりません。").told
    with fresh_office.opened.site.store.begin() as unit:
        row = unit.sync(sync_id)
        assert row is not None
        unit.update_sync(replace(row, state=SyncState.FAILED, error=told))
    path = f"/transfer-day/runs/{sync_id}"
    assert "大きさがわかりません。" in fresh_office.enter("unyo").get(path).text
    english = in_english(fresh_office, "unyo").get(path).text
    assert "the size is not known." in english
    assert "大きさ" not in english


def test_a_tested_connection_is_told_in_the_readers_language(office: Office):
    text = send(office.enter("unyo"), "/connections/test", name="roster").text
    assert "読めました: 399 行" in text
    assert (
        "読めました"
        not in send(in_english(office, "unyo"), "/connections/test", name="roster").text
    )
    directory = send(office.enter("unyo"), "/connections/test", name="mihon").text
    assert "接続できました" in directory


def test_what_a_directory_cannot_do_is_on_its_page_in_the_readers_language(office: Office):
    assert "変更だけを尋ねられないため" in office.enter("unyo").get("/connections").text
    english = in_english(office, "unyo").get("/connections").text
    assert "it tells no changes" in english
