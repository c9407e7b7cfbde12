"""見通し: each part of a preview on its page, kept ones, differences, and 内示 for who may see it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from syncd.core.foresight.lines import Part
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from tests.web.conftest import HOST, Office, csrf_of, send

DAY = date(2027, 4, 16)
AHEAD = f"/transfer-day/ahead?on={DAY}"
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
OTHERS = ("hosaka", "soukatsu", "unyo", "kansa", "kanri")


def bring(office: Office, *rows: str) -> None:
    with office.city.orders.open("a", encoding="cp932", newline="") as file:
        file.writelines(f"{row}\r\n" for row in rows)
    run(office.opened.site, RunRequest(office.opened.today(), "syncd"))


def move(office: Office, order: str = "R9-901", *, to: str = "30010", notice: bool = False) -> str:
    """Move somebody who is designated for the tax section away from it, and return who."""
    number = designated(office)
    word = "内示" if notice else "確定"
    bring(office, f"{order},{DAY},配置換,{number},,{to},主事,,,{word}")
    return number


def designated(office: Office) -> str:
    """Return somebody with a sound right of the tax section."""
    preview = office.app.state.desk.preview(DAY)
    gone = {line.staff_number for line in preview.losses}
    with office.opened.site.store.begin() as unit:
        known = {c.staff_number for c in unit.cases()}
        snapshot = unit.last_snapshot("mihon")
    assert snapshot is not None
    for block in snapshot.blocks:
        for account in block.accounts:
            number = snapshot.accounts[account].staff_number
            if number is not None and number not in known | gone:
                return str(number)
    raise AssertionError("nobody in the city is designated")


def keep(office: Office, account: str = "unyo", *, notices: bool = False) -> str:
    """Keep a preview as somebody does in the browser, and return its address."""
    browser = office.enter(account)
    path = "/transfer-day/previews" + ("/with-notices" if notices else "")
    answer = send(browser, path, on=DAY.isoformat())
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_every_part_of_a_preview_has_its_table_and_its_lines(fresh_office: Office):
    office = fresh_office
    number = move(office)
    page = office.enter("jinji").get(AHEAD).text
    preview = office.app.state.desk.preview(DAY)
    parts = [part for part in Part if preview.part(part)]
    assert {Part.LOSSES, Part.LISTS, Part.LIMITS} <= set(parts)
    for part in parts:
        assert f'<section aria-labelledby="{part}">' in page
    assert f"/people/{number}?as_of={DAY}" in page
    assert "発令を知ってから変更なし" in page
    assert "確認" in page.partition('<div class="only-print">')[2]


def test_a_part_can_be_looked_at_by_itself(fresh_office: Office):
    office = fresh_office
    move(office)
    page = office.enter("jinji").get(f"{AHEAD}&part=lists").text
    assert 'aria-labelledby="lists"' in page
    assert 'aria-labelledby="losses"' not in page
    assert office.enter("jinji").get(f"{AHEAD}&part=none").status_code == 422


def test_a_kept_preview_is_shown_as_it_was_and_the_next_tells_the_difference(fresh_office: Office):
    office = fresh_office
    first = keep(office)
    before = office.enter("kansa").get(first).text
    assert "最初の見通し" in before
    move(office)
    now = office.enter("kansa").get(AHEAD).text
    assert "増えた" in now
    assert "発令 R9-901 が出た" in now
    assert first in now
    shown = re.sub(r'value="[^"]*"', "", office.enter("kansa").get(first).text)
    assert "R9-901" not in shown
    second = keep(office, "jinji")
    assert "発令 R9-901 が出た" in office.enter("kansa").get(second).text
    assert "違いはありません" in office.enter("kansa").get(AHEAD).text


def test_the_list_of_kept_previews_says_who_kept_which(fresh_office: Office):
    office = fresh_office
    at = keep(office)
    listed = office.enter("soukatsu").get("/transfer-day/previews").text
    assert f'href="{at}"' in listed
    assert "unyo" in listed


def test_a_section_is_told_nothing_of_others_in_any_part(fresh_office: Office):
    office = fresh_office
    moved = [f"R9-9{n:02},{DAY},配置換,{n:07},,30010,主事,,,確定" for n in range(1, 60)]
    bring(office, *moved)
    whole = office.app.state.desk.preview(DAY)
    theirs = whole.for_sections(frozenset({"20020"}))
    foreign = {
        line.staff_number
        for part in (Part.LOSSES, Part.ARRIVALS, Part.TRAINING)
        for line in whole.part(part)
        if line.section != "20020"
    } - {
        number
        for line in (*theirs.losses, *theirs.arrivals, *theirs.training)
        for number in (line.staff_number,)
    }
    assert foreign
    keep(office)
    for path in (AHEAD, f"{AHEAD}&everything=true", keep(office)):
        page = office.enter("hosaka").get(path).text
        listed = {line.staff_number for row in theirs.lists for line in row.lines}
        for number in foreign - listed:
            assert str(number) not in page, path
        assert "大量失効抑止" not in page


def test_who_may_not_keep_sees_no_button_for_it(office: Office):
    for account, may in (("kansa", False), ("hosaka", False), ("unyo", True), ("jinji", True)):
        page = office.enter(account).get(AHEAD).text
        assert ("この見通しを保存する" in page) is may, account
        assert ("内示を含めて見通す" in page) is (account == "jinji"), account


def test_english_pages_are_english(fresh_office: Office):
    office = fresh_office
    keep(office)
    move(office)
    at = keep(office, "jinji", notices=True)
    browser = office.enter("jinji")
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    for path in (AHEAD, at, "/transfer-day/previews"):
        page = browser.get(path).text.partition("<main")[2]
        headings = re.findall(r"<(?:h1|h2|th|button|caption)[^>]*>(.*?)</", page, re.DOTALL)
        named = set(office.app.state.desk.preview(DAY).section_names.values())
        for text in headings:
            told = re.sub(r"<[^>]+>", "", text).strip()
            assert told in named or not JAPANESE.search(told), (path, told)


# --- 内示 --------------------------------------------------------------------------------------


def test_a_preview_with_advance_notices_is_marked_line_by_line_and_as_a_paper(
    fresh_office: Office,
):
    office = fresh_office
    number = move(office, notice=True)
    page = office.enter("jinji").get(keep(office, "jinji", notices=True)).text
    assert number in page
    assert page.count("取扱注意") == 2
    assert "【内示】" in page
    assert 'class="confidential"' in page


def test_nobody_else_finds_a_preview_with_advance_notices(fresh_office: Office):
    office = fresh_office
    number = move(office, "NAIJI-901", notice=True)
    at = keep(office, "jinji", notices=True)
    for account in OTHERS:
        browser = office.enter(account)
        assert browser.get(at).status_code == 404, account
        assert at not in browser.get("/transfer-day/previews").text
        assert number not in browser.get(AHEAD).text.partition("<main")[2]
        token = csrf_of(browser.get("/account").text)
        given = {"csrf": token, "on": DAY.isoformat()}
        answer = browser.post("/transfer-day/previews/with-notices", data=given)
        assert answer.status_code == 403, account
    assert at in office.enter("jinji").get("/transfer-day/previews").text


@pytest.mark.parametrize("account", OTHERS)
def test_pages_are_byte_for_byte_the_same_whether_there_is_an_advance_notice_or_not(
    make_worlds: tuple[Office, Office], account: str
):
    seen = [pages(office, account) for office in make_worlds]
    assert seen[0] == seen[1]


def pages(office: Office, account: str) -> list[str]:
    browser = office.enter(account)
    with office.opened.site.store.begin() as unit:
        heads = unit.previews(with_notices=False)
    paths = [AHEAD, f"{AHEAD}&everything=true", "/transfer-day/previews"]
    paths += [f"/transfer-day/previews/{head.preview_id}" for head in heads]
    shown = [browser.get(path) for path in paths]
    assert [answer.status_code for answer in shown] == [200] * len(paths)
    return [_without_what_differs_by_chance(answer.text, heads) for answer in shown]


def _without_what_differs_by_chance(page: str, heads: tuple) -> str:
    """Return a page without tokens and random ids, which no two sessions share."""
    for place, head in enumerate(heads):
        page = page.replace(head.preview_id, f"preview-{place}")
    return re.sub(r'(name="csrf"|name="csrf-token") (value|content)="[^"]*"', "", page)


@pytest.fixture(scope="module")
def make_worlds(make_office) -> tuple[Office, Office]:
    """Two cities that differ in nothing but 内示 that came between two kept previews."""
    worlds = []
    for notice in (False, True):
        office = make_office()
        office.clock.at = office.clock.at.replace(hour=9, minute=0, second=0, microsecond=0)
        number = designated(office)
        bring(office, f"R9-902,{DAY},退職,{number},,,,,,確定")
        office.clock.at = office.clock.at.replace(minute=10, second=0, microsecond=0)
        keep(office)
        if notice:
            other = move(office, "NAIJI-902", notice=True)
            bring(office, f"NAIJI-903,{DAY - timedelta(days=1)},退職,{other},,,,,,内示")
            keep(office, "jinji", notices=True)
        office.clock.at = office.clock.at.replace(minute=20, second=0, microsecond=0)
        keep(office)
        office.clock.at = office.clock.at.replace(minute=30, second=0, microsecond=0)
        worlds.append(office)
    return worlds[0], worlds[1]
