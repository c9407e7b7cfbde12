"""今日: what is unknown and why, a run that was missed, and what the next transfer day takes."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from syncd.flow import judge as judged
from syncd.flow.foresight import foreseeing
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.web import desk as desks
from tests.web.conftest import Office

FINE = "根拠のない権限は残っていません"
NEXT = date(2027, 4, 16)


def today_of(office: Office, account: str = "soukatsu") -> str:
    return office.enter(account).get("/").text


def again(office: Office) -> None:
    run(office.opened.site, RunRequest(office.opened.today(), "syncd"))


def append(office: Office, *rows: str) -> None:
    with office.city.orders.open("a", encoding="cp932", newline="") as file:
        file.writelines(f"{row}\r\n" for row in rows)


def holders(office: Office) -> list[str]:
    """Return who holds a right with ground today."""
    with office.opened.site.store.begin() as unit:
        known = {c.staff_number for c in unit.cases()}
        snapshot = unit.last_snapshot("mihon")
    assert snapshot is not None
    held = [a for block in snapshot.blocks for a in block.accounts if a in snapshot.accounts]
    numbers = dict.fromkeys(snapshot.accounts[a].staff_number for a in held)
    return [number for number in numbers if number and number not in known]


def test_an_unread_directory_is_told_with_why_and_since_when(fresh_office: Office):
    office = fresh_office
    office.city.ldif.rename(office.city.ldif.with_suffix(".gone"))
    office.clock.at += timedelta(hours=1)
    again(office)
    office.clock.at += timedelta(hours=1)
    again(office)
    text = today_of(office)
    assert "ディレクトリ mihon" in text
    assert "令和9年4月1日 9:40 から" in text
    assert "最後に読めたのは 令和9年4月1日 0:00" in text
    assert "mihon.ldif" in text
    assert "135 件の権限" in text
    assert FINE not in text
    narrow = today_of(office, "hosaka")
    assert "ディレクトリ mihon" in narrow
    assert "135" not in narrow


def test_a_refused_input_makes_even_what_was_justified_unknown(fresh_office: Office):
    office = fresh_office
    roster = next(office.city.directory.glob("in/roster*"))
    roster.write_bytes(roster.read_bytes()[:2000])
    again(office)
    text = today_of(office)
    assert "入力 roster" in text
    told = re.findall(r"拒否した入力で変わり得る: (\d+)", text)
    assert told
    assert f"<b>{told[0]}</b>" in text
    assert "tile fine" not in text
    narrow = today_of(office, "hosaka")
    assert "根拠のある権限も確かめられません" in narrow
    assert f"{told[0]} 件" not in narrow
    assert f"<b>{told[0]}<" not in narrow


def test_what_two_grounds_make_unknown_is_counted_once(fresh_office: Office):
    office = fresh_office
    office.city.ldif.rename(office.city.ldif.with_suffix(".gone"))
    roster = next(office.city.directory.glob("in/roster*"))
    roster.write_bytes(roster.read_bytes()[:2000])
    again(office)
    text = today_of(office)
    held = re.findall(r"· (\d+) 件の権限", text)
    assert len(held) == 1
    assert f"<b>{held[0]}</b>" in text
    assert "入力 roster" in text
    assert "拒否した入力で変わり得る" not in text


def test_an_order_that_is_held_is_told_by_its_kind_and_to_its_section_only(fresh_office: Office):
    office = fresh_office
    case = next(c for c in office.cases() if c.section == "20020")
    append(office, f"R9-7001,2027-04-01,未知の区分,{case.staff_number},,20020,,,,確定")
    again(office)
    told = re.findall(r"保留した行や発令がある: (\d+)", today_of(office))
    assert told
    assert int(told[0]) >= 1
    others = next(c for c in office.cases() if c.section not in (None, "20020"))
    assert others
    assert "保留した行や発令がある" in today_of(office, "hosaka")


def test_a_missed_run_is_told_and_nothing_looks_fine(fresh_office: Office):
    assert "予定の突合が行われていません" not in today_of(fresh_office)
    fresh_office.clock.at += timedelta(hours=14)
    assert "予定の突合が行われていません" not in today_of(fresh_office)
    fresh_office.clock.at += timedelta(hours=3)
    text = today_of(fresh_office)
    assert "予定の突合が行われていません" in text
    assert "tile fine" not in text


def test_the_next_transfer_day_says_what_it_takes_and_from_whom(office: Office):
    text = re.sub(r"<[^>]+>", "", today_of(office))
    assert "失う権限 1件（1人、うち発令による1件）: 税務課 1" in re.sub(r"\s+", " ", text)
    listed = office.enter("soukatsu").get("/transfer-day/ahead").text
    assert "0099123" in listed
    assert "R9-0028" in listed


def test_a_section_is_told_nothing_of_what_others_lose(fresh_office: Office):
    office = fresh_office
    moved = holders(office)[:40]
    append(office, *(f"R9-8{i:03},{NEXT},退職,{n},,,,,,確定" for i, n in enumerate(moved)))
    again(office)
    whole = office.enter("soukatsu").get(f"/transfer-day/ahead?on={NEXT + timedelta(days=1)}").text
    mine = office.enter("hosaka").get(f"/transfer-day/ahead?on={NEXT + timedelta(days=1)}").text
    groups = re.findall(r'scope="colgroup">([^<]+)<', whole)
    assert len(groups) > 1
    assert re.findall(r'scope="colgroup">([^<]+)<', mine) in ([], ["税務課"])
    assert "対象" in ahead(today_of(office))
    assert "対象" not in ahead(today_of(office, "hosaka"))


def ahead(text: str) -> str:
    """Return what Today says of the coming day."""
    return text.partition("<dt>次の異動日")[2].partition("<dt>")[0]


def test_an_advance_notice_is_in_no_number_of_the_coming_day(fresh_office: Office):
    office = fresh_office
    before, number = ahead(today_of(office)), holders(office)[0]
    append(
        office,
        f"R9-9101,2027-04-10,配置換,{number},,30010,主事,,,内示",
        f"R9-9102,2027-04-16,退職,{number},,,,,,内示",
    )
    again(office)
    assert ahead(today_of(office)) == before
    for account in ("soukatsu", "jinji"):
        listed = office.enter(account).get("/transfer-day/ahead?on=2027-04-10").text
        assert "この日に失われる権限はありません" in listed


def test_a_day_is_decided_once_until_an_input_or_a_run_comes(
    fresh_office: Office, monkeypatch: pytest.MonkeyPatch
):
    asked: list[date] = []

    def counting(site, as_of):
        asked.append(as_of)
        return judged.judge(site, as_of)

    def counting_ahead(site, wanted, gathered):
        asked.append(wanted.on)
        return foreseeing.foresee_day(site, wanted, gathered)

    monkeypatch.setattr(desks, "judge", counting)
    monkeypatch.setattr(desks, "foresee_day", counting_ahead)
    browser = fresh_office.enter("soukatsu")
    for path in ("/", "/transfer-day/ahead", "/", "/transfer-day/ahead"):
        assert browser.get(path).status_code == 200
    assert sorted(asked) == [fresh_office.opened.today(), NEXT]
    again(fresh_office)
    browser.get("/")
    assert len(asked) == 4


def test_only_days_of_the_coming_year_are_foreseen(office: Office):
    browser = office.enter("kansa")
    for day in ("2027-03-31", "2029-01-01", "tomorrow"):
        assert browser.get(f"/transfer-day/ahead?on={day}").status_code == 422
