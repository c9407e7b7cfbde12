"""Personnel state how many orders there should be, see what differs, and nothing is overwritten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.core.calendar import day_of
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.web.conftest import Office, send
from tests.web.test_both_languages import in_english

AT = "/transfer-day/counts"


def stated(office: Office, *, days: int = 0, **form: object):
    on = (office.opened.today() + timedelta(days=days)).isoformat()
    return send(office.enter("jinji"), AT, page=AT, on=on, **form)


def test_a_number_is_shown_beside_the_orders_that_came(fresh_office: Office):
    before = fresh_office.enter("jinji").get(AT).text
    assert "示された件数はありません" in before
    assert stated(fresh_office, count=4711, kind="配置換", tolerance=2).status_code == 303
    shown = fresh_office.enter("jinji").get(AT).text
    assert all(part in shown for part in ("4711", "配置換", "違います（失効を保留）", "jinji"))


def test_the_page_reads_in_english(fresh_office: Office):
    stated(fresh_office, count=4711)
    shown = in_english(fresh_office, "jinji").get(AT).text
    assert "differs: removals held" in shown
    assert "State a number" in shown


def test_the_number_found_is_not_shown_before_one_was_stated(fresh_office: Office):
    """Who copies what came has checked nothing."""
    page = fresh_office.enter("jinji").get(AT).text
    assert '<td class="num">' not in page


def test_a_new_number_takes_the_place_of_the_first_and_both_stay_known(fresh_office: Office):
    stated(fresh_office, days=1, count=1111)
    stated(fresh_office, days=1, count=2222)
    shown = fresh_office.enter("jinji").get(AT).text
    standing, _, past = shown.partition("以前の件数")
    assert "2222" in standing
    assert "1111" not in standing
    assert "1111" in past


def test_what_was_taken_back_holds_nothing_and_stays_on_record(fresh_office: Office):
    stated(fresh_office, count=4711)
    on = fresh_office.opened.today().isoformat()
    assert send(fresh_office.enter("jinji"), f"{AT}/take-back", page=AT, on=on).status_code == 303
    standing, _, past = fresh_office.enter("jinji").get(AT).text.partition("以前の件数")
    assert "示された件数はありません" in standing
    assert "4711" in past
    assert "取下げ" in past


@pytest.mark.parametrize(
    "form",
    [{"count": "x"}, {"count": -1}, {}, {"count": 1, "kind": "取消"}, {"count": 1, "kind": "配置"}],
)
def test_what_is_no_number_or_is_not_counted_changes_nothing(fresh_office: Office, form: dict):
    assert stated(fresh_office, **form).status_code == 422
    assert "示された件数はありません" in fresh_office.enter("jinji").get(AT).text


def test_a_coming_number_is_nowhere_but_on_this_page(fresh_office: Office):
    """What is stated of a coming day tells how many 内示 there are."""
    stated(fresh_office, days=20, count=987654, kind="免職")
    for account in ("unyo", "kansa", "soukatsu", "kanri"):
        browser = fresh_office.enter(account)
        for path in ("/", "/trail", "/trail/export", "/runs", "/connections", "/transfer-day"):
            answer = browser.get(path)
            assert "987654" not in answer.text, path
        assert browser.get(AT).status_code == 403


def test_a_run_that_finds_another_number_says_so_where_runs_are_shown(fresh_office: Office):
    stated(fresh_office, count=4711)
    site, today = fresh_office.opened.site, day_of(fresh_office.clock())
    report = run(site, RunRequest(today, "syncd"))
    assert report.trips
    for account in ("unyo", "kansa"):
        shown = fresh_office.enter(account).get(f"/runs/{report.run}").text
        assert "4711" in shown
        assert "人事が示した件数" in shown
    assert (
        "personnel stated 4711" in in_english(fresh_office, "unyo").get(f"/runs/{report.run}").text
    )


def test_the_way_leads_from_the_transfer_day(office: Office):
    assert AT in office.enter("jinji").get("/transfer-day").text
    assert AT not in office.enter("unyo").get("/transfer-day").text


def test_where_orders_are_missing_nothing_looks_fine(fresh_office: Office):
    """What they would have taken was found by nobody: no plan is held, and no number shows it."""
    stated(fresh_office, count=4711)
    run(fresh_office.opened.site, RunRequest(day_of(fresh_office.clock()), "syncd"))
    shown = fresh_office.enter("soukatsu").get("/").text
    assert "直近の突合で抑止が働きました" in shown
    assert "tile fine" not in shown
    assert "A guard held the last run" in in_english(fresh_office, "soukatsu").get("/").text
