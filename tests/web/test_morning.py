"""朝の報告 in the console: counts, every right with its minutes, papers and files; each their own."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.cases import CaseState
from syncd.core.ids import RunId
from syncd.flow.morning.report import morning_report
from syncd.ports.runs import RunRow
from tests.web.conftest import HOST, Office

PATH = "/transfer-day/morning"
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_report_of_today_shows_every_count_and_every_right(office: Office):
    told = morning_report(office.opened.site, office.opened.today())
    assert told.lines
    shown = office.enter("soukatsu").get(f"{PATH}?everything=true").text
    for line in told.lines:
        assert f"/cases/{line.case.case_id}" in shown
    for count in told.counts.values():
        assert f"<b>{count}</b>" in shown


def test_an_approver_sees_the_rights_of_their_sections_only(office: Office):
    told = morning_report(office.opened.site, office.opened.today())
    shown = office.enter("hosaka").get(f"{PATH}?everything=true").text
    ledger = office.enter("hosaka").get(f"{PATH}/ledger").text
    theirs = {c.case_id for c in office.cases(*CaseState) if c.section == "20020"}
    assert theirs
    for line in told.lines:
        inside = line.case.case_id in theirs
        assert (line.case.case_id in shown) == (line.case.case_id in ledger) == inside


def test_the_ledger_has_the_columns_of_the_handbook_and_a_line_for_each_right(office: Office):
    told = morning_report(office.opened.site, office.opened.today())
    answer = office.enter("soukatsu").get(f"{PATH}/ledger")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, *lines = rows(answer.content)
    assert header[:13] == [
        *("システム", "グループ", "利用者ID", "職員番号", "付与根拠", "付与日", "期限"),
        *("失効予定日", "失効日", "処理者", "確認者", "遅延日数", "最終ログイン"),
    ]
    assert [line[13] for line in lines] == [each.case.case_id for each in told.lines]


def test_the_days_add_up_to_what_the_page_says(office: Office):
    answer = office.enter("kansa").get("/transfer-day/exposure?form=csv")
    header, *lines = rows(answer.content)
    assert header == ["日", "権限", "残存分"]
    assert len(lines) == 31
    page = office.enter("kansa").get("/transfer-day/exposure").text
    for day, *_ in lines:
        assert f"{PATH}?on={day}" in page


@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}?on=2999-01-01",
        f"{PATH}/ledger?on=2999-01-01",
        "/transfer-day/exposure?until_on=2999-01-01",
        "/transfer-day/exposure?from_on=2027-03-02&until_on=2027-03-01",
        f"{PATH}?on=x",
    ],
)
def test_a_day_that_cannot_be_told_of_is_refused_in_words(office: Office, path: str):
    assert office.enter("soukatsu").get(path).status_code == 422


@pytest.mark.parametrize("path", [PATH, "/transfer-day/exposure"])
def test_the_pages_are_english_for_who_reads_english(office: Office, path: str):
    browser = office.enter("soukatsu")
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    text = browser.get(path).text
    main = text.split("<h1>", 1)[1].split('<div class="only-print">')[0].split("<table>")[0]
    assert not JAPANESE.search(main.split("</dl>")[0])


def test_a_day_on_which_nothing_happened_says_so(office: Office):
    text = office.enter("soukatsu").get(f"{PATH}?on=2020-01-01").text
    assert "この日に関わる権限はありません" in text
    assert "まだ確定していません" in text


def begin_a_run(office: Office, run: str) -> None:
    now = office.opened.clock()
    row = RunRow(RunId(run), "full", office.opened.today(), "syncd", now + timedelta(seconds=1))
    with office.opened.site.store.begin() as unit:
        unit.save_run(row)
        unit.add_sync_event(run, now, "sources", 4, 4)
        unit.add_sync_event(run, now, "removals", 3, 8)


def end_the_run(office: Office, run: str) -> None:
    with office.opened.site.store.begin() as unit:
        row = unit.find_run(RunId(run))
        assert row is not None
        unit.save_run(replace(row, finished_at=row.started_at, complete=True))


def test_a_scheduled_run_shows_its_progress_and_who_comes_back_sees_where_it_is(
    fresh_office: Office,
):
    begin_a_run(fresh_office, "going")
    browser = fresh_office.enter("soukatsu")
    for path in ("/", "/runs/going"):
        text = browser.get(path).text
        assert 'data-follow="/runs/going/events"' in text
        assert "失効しています  3 / 8" in text
        assert "入力を読んでいます  4 / 4" in text
    end_the_run(fresh_office, "going")
    told = browser.get("/runs/going/events", headers={"Last-Event-ID": "1"}).text
    assert "id: 1\n" not in told
    assert "id: 2\nevent: progress" in told
    assert told.rstrip().endswith('event: done\ndata: "done"')
    assert "data-follow" not in browser.get("/").text


def test_a_stream_of_no_run_ends_at_once(office: Office):
    assert "event: done" in office.enter("soukatsu").get("/runs/none/events").text
