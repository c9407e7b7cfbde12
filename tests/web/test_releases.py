"""The room of releases: each section's own lines, papers for them, and nothing that is written."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import openpyxl
import pytest

from syncd.core.facts import Provides
from syncd.flow.releases import Releases, releases_on
from syncd.ports.source import Fingerprint, SourceReading
from tests.fakes.readings import order
from tests.web.conftest import Office
from tests.web.test_both_languages import JAPANESE, in_english


@pytest.fixture(scope="module")
def told(office: Office) -> Releases:
    found = releases_on(office.opened.site, office.opened.today(), with_notices=False)
    assert any(room.releases for room in found.rooms)
    assert any(room.newcomers for room in found.rooms)
    return found


def pages(told: Releases) -> list[str]:
    """Return an address of each kind of page."""
    released = next(room.section for room in told.rooms if room.releases)
    room = next(room for room in told.rooms if room.newcomers)
    number = quote(room.newcomers[0].staff_number)
    return [
        "/releases",
        f"/releases/{released}/notice",
        f"/releases/{room.section}/designation",
        f"/releases/{room.section}/application/{number}",
    ]


def test_every_section_with_something_to_do_is_shown_with_its_papers(
    office: Office, told: Releases
):
    shown = office.enter("soukatsu").get("/releases").text
    for room in told.rooms:
        assert room.section in shown
        for each in room.releases:
            assert all(part in shown for part in (each.line.staff_number, *each.orders))
        if room.releases:
            assert f"/releases/{room.section}/notice?on=" in shown


def test_the_notice_names_each_person_affair_day_and_order(office: Office, told: Releases):
    room = next(room for room in told.rooms if room.releases)
    paper = office.enter("soukatsu").get(f"/releases/{room.section}/notice").text
    assert "指定解除通知" in paper
    assert all(part in paper for part in ("文書番号", "保存年限", "決裁"))
    for each in room.releases:
        name = told.people[each.line.staff_number].card.name
        assert all(part in paper for part in (each.line.staff_number, name, *each.orders))


def test_the_form_for_new_handlers_leaves_the_choice_and_the_scope_to_people(
    office: Office, told: Releases
):
    room = next(room for room in told.rooms if room.newcomers)
    paper = office.enter("soukatsu").get(f"/releases/{room.section}/designation").text
    for each in room.newcomers:
        assert each.staff_number in paper
        assert told.people[each.staff_number].card.name in paper
    assert "☑" not in paper


def test_the_application_is_for_a_new_user_and_ticks_no_right(office: Office, told: Releases):
    path = pages(told)[3]
    paper = office.enter("soukatsu").get(path).text
    assert re.findall(r"☑ ([^<]+)", paper) == ["新規"]
    right = next(
        r
        for room in told.rooms
        for n in room.newcomers
        if n.staff_number in path and room.section in path
        for a in n.affairs
        for r in told.entitlements.get(a, ())
    )
    assert f"☐ {right.directory}　{right.entitlement}" in paper


def test_an_approver_sees_their_own_section_and_no_other(office: Office, told: Releases):
    browser = office.enter("hosaka")
    shown = browser.get("/releases").text
    others = [room for room in told.rooms if room.section != "20020"]
    assert others
    table = browser.get("/releases/table").text
    for room in others:
        assert f"/releases/{room.section}/" not in shown
        for each in room.releases:
            assert each.line.staff_number not in table
        for part in ("notice", "designation"):
            assert browser.get(f"/releases/{room.section}/{part}").status_code == 404
        for each in room.newcomers:
            path = f"/releases/{room.section}/application/{quote(each.staff_number)}"
            assert browser.get(path).status_code == 404


def test_the_table_has_every_line_in_both_forms_and_proposes_the_day(
    office: Office, told: Releases
):
    browser = office.enter("soukatsu")
    raw = browser.get("/releases/table").content
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    lines = [each for room in told.rooms for each in room.releases]
    assert [row["職員番号"] for row in rows] == [each.line.staff_number for each in lines]
    assert [row["解除日（案）"] for row in rows] == [each.proposed_on.isoformat() for each in lines]
    assert "解除日" not in rows[0]
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/releases/table?form=xlsx").content))
    cells = list(book.active.iter_rows(values_only=True))
    assert [[cell or "" for cell in row] for row in cells[1:]] == [
        list(row.values()) for row in rows
    ]
    assert all(isinstance(cell, str | None) for row in cells for cell in row)
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_looking_and_printing_writes_nothing(office: Office, told: Releases):
    site = office.opened.site
    with site.store.begin() as unit:
        before = (unit.inputs_version(), len(unit.cases(())))
    browser = office.enter("jinji")
    for path in (*pages(told), "/releases/table", "/releases?notices=true"):
        assert browser.get(path).status_code == 200
    with site.store.begin() as unit:
        assert (unit.inputs_version(), len(unit.cases(()))) == before


def test_the_pages_read_in_english(office: Office, told: Releases):
    browser = in_english(office, "soukatsu")
    known = {value for one in told.people.values() for value in (one.card.name, one.card.title)}
    assert known
    for path, word in zip(
        pages(told), ("propose", "Notice of release", "Designation of handlers", "new"), strict=True
    ):
        page = browser.get(path).text
        assert word.lower() in page.lower()
        for heading in re.findall(r"<(?:h1|th)[^>]*>([^<]*)", page):
            assert not JAPANESE.search(heading), (path, heading)


@pytest.mark.parametrize("path", ["/releases", "/releases/table"])
def test_advance_notices_are_for_those_who_may_see_them(office: Office, path: str):
    for account in ("hosaka", "soukatsu", "unyo", "kansa", "kanri"):
        assert office.enter(account).get(f"{path}?notices=true").status_code == 403
    assert office.enter("jinji").get(f"{path}?notices=true").status_code == 200


def test_a_day_far_away_is_refused(office: Office):
    assert office.enter("soukatsu").get("/releases?on=1999-01-01").status_code == 422


def test_an_advance_notice_is_on_no_open_page_and_marked_on_the_other(fresh_office: Office):
    """Somebody designated is to leave by 内示: only who may see that is told to prepare it."""
    site, now = fresh_office.opened.site, fresh_office.clock()
    on = fresh_office.opened.today() + timedelta(days=20)
    openly = releases_on(site, on, with_notices=False)
    stale = {each.line.staff_number for room in openly.rooms for each in room.releases}
    with site.store.begin() as unit:
        known = unit.facts(now)
    listed = {x.staff_number for x in known.designations if x.released_on is None} - stale
    source = known.orders[0].source
    number = min(n for n in listed if n.isdigit())
    made = replace(order("NAIJI-7", number, "30010", confirmed=False), effective_on=on)
    mark = Fingerprint("ef" * 32, now, "x")
    given = SourceReading(source, Provides.ORDERS, mark, None, 1, (replace(made, source=source),))
    with site.store.begin() as unit:
        unit.accept(given, now)
    asked = f"on={on.isoformat()}"
    for account in ("soukatsu", "jinji"):
        browser = fresh_office.enter(account)
        for path in ("/releases", "/releases/table"):
            answer = browser.get(f"{path}?{asked}").text
            assert "NAIJI-7" not in answer
            assert number not in answer
    browser = fresh_office.enter("jinji")
    told = browser.get(f"/releases?{asked}&notices=true").text
    assert "NAIJI-7" in told
    assert "取扱注意" in told
    table = browser.get(f"/releases/table?{asked}&notices=true").text
    (row,) = (line for line in table.splitlines() if number in line and "NAIJI-7" in line)
    assert row.endswith(",内示")
