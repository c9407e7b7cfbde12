"""職員: found by name, and drawn over the years with the rights they held."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.web.charts import Bar, pack, timeline
from tests.web.conftest import Office, send


def bars(text: str, kind: str) -> list[str]:
    return re.findall(rf'<rect class="{kind}"[^>]*><title>([^<]*)</title>', text)


def rows(text: str, heading: str) -> str:
    return text.partition(f'<h2 id="{heading}">')[2].partition("</table>")[0]


def test_each_right_is_drawn_from_before_the_first_read_until_it_goes_on(office: Office):
    text = office.enter("soukatsu").get(f"/people/{office.city.left_behind}").text
    drawn = bars(text, "right")
    assert drawn
    assert all("令和9年3月31日 より前から" in label for label in drawn)
    assert "続いている" in rows(text, "held")
    assert text.index('class="right"') < text.index('class="case"')


def test_a_right_that_was_removed_ends_where_a_read_showed_it_gone(fresh_office: Office):
    office = fresh_office
    everybody = [c.account for c in office.cases()]
    case = next(c for c in office.cases() if everybody.count(c.account) == 1 and c.staff_number)
    send(office.enter("soukatsu"), f"/cases/{case.case_id}/approve")
    for _ in range(2):
        office.clock.at += timedelta(hours=1)
        run(office.opened.site, RunRequest(office.opened.today(), "syncd"))
    text = office.enter("soukatsu").get(f"/people/{case.staff_number}").text
    assert "令和9年4月1日 10:40 に無いことを確認" in rows(text, "held")


def found(office: Office, text: str, account: str = "soukatsu") -> list[str]:
    page = office.enter(account).get("/people", params={"text": text}).text
    return re.findall(r'<td><a href="/people/([^"]+)"', page)


def test_people_are_found_by_name_and_kana_however_they_are_written(office: Office):
    number = office.city.left_behind
    for text in ("池田　六郎", "池田六郎", "イケダ ロクロウ", "いけだろくろう", "ｲｹﾀﾞ ﾛｸﾛｳ"):
        assert number in found(office, text), text
    assert found(office, "池田 nobody") == []


def test_people_are_found_in_the_order_of_their_kana(office: Office):
    page = office.enter("soukatsu").get("/people", params={"text": "イケダ"}).text
    kana = re.findall(r"<rt>([^<]+)</rt>", page)
    assert len(kana) > 1
    assert kana == sorted(kana)


def test_a_long_answer_is_cut_and_says_so(office: Office):
    page = office.enter("soukatsu").get("/people", params={"text": "ウ"}).text
    assert page.count('<td><a href="/people/') == 50
    assert "最初の 50" in page


def test_an_approver_finds_the_people_of_their_sections_only(office: Office):
    everybody = found(office, "池田")
    mine = found(office, "池田", "hosaka")
    assert mine
    assert set(mine) < set(everybody)
    browser = office.enter("hosaka")
    for number in mine:
        assert browser.get(f"/people/{number}").status_code == 200


@pytest.mark.parametrize("account", ["hosaka", "soukatsu"])
def test_a_number_leads_to_the_person_and_tells_nothing_of_others(office: Office, account: str):
    browser = office.enter(account)
    number = int(office.city.left_behind)
    assert browser.get(f"/people?text={number}").headers["location"] == (f"/people/{number:07}")
    unknown = browser.get("/people?text=7654321")
    assert unknown.status_code == (303 if account == "hosaka" else 200)


DAY = date(2027, 4, 1)


def bar(start: int, end: int | None, *, before: bool = False) -> Bar:
    until = None if end is None else DAY + timedelta(days=end)
    return Bar("post", f"{start}", DAY + timedelta(days=start), until, before)


def test_bars_of_one_thing_share_a_lane_where_they_do_not_overlap():
    lanes = pack("x", [bar(20, None), bar(0, 10), bar(5, 15), bar(11, 19)])
    assert [[b.label for b in lane.bars] for lane in lanes] == [["0", "11", "20"], ["5"]]
    whole = pack("x", [bar(0, 10), bar(20, 30, before=True)])
    assert [len(lane.bars) for lane in whole] == [1, 1]


def test_what_may_have_begun_earlier_is_drawn_with_a_broken_line():
    lanes = pack("x", [bar(20, 30, before=True)])
    drawn = timeline(lanes, DAY, DAY + timedelta(days=60), DAY, "ja")
    assert 'class="before"' in drawn
    assert 'class="before"' not in timeline(
        pack("x", [bar(20, 30)]), DAY, DAY + timedelta(days=60), DAY, "ja"
    )
