"""異動日: a file brought by personnel, what is wrong with it, what follows, the run, the result."""

from __future__ import annotations

import json
import re
from threading import Timer

import pytest

from syncd.core.cases import CaseState
from syncd.core.my_number import has_right_check_digit
from syncd.flow.access.sign_in import end_sessions_of
from syncd.flow.syncs import MOST_BYTES, ask_for_sync
from tests.web.conftest import Office, csrf_of, send

LATE = """発令番号,発令日,発令区分,職員番号,氏名,所属コード,職名,終了日,対象発令番号,発令確定
R9-9001,2027-03-31,退職,{number},,,,,,確定
R9-9002,2027-05-01,配置換,{other},,30010,主事,,,内示
"""


def bring_text(office: Office, text: str, expected: int, account: str = "jinji"):
    browser = office.enter(account)
    form = {"csrf": csrf_of(browser.get("/transfer-day").text), "expected": str(expected)}
    answer = browser.post("/transfer-day/files", data=form, files={"file": ("遅れ.csv", text)})
    return browser, answer


def holder(office: Office) -> str:
    """Return somebody who holds a right with ground on that day."""
    with office.opened.site.store.begin() as unit:
        snapshot = unit.last_snapshot("mihon")
        stale = {case.staff_number for case in unit.cases()}
    assert snapshot is not None
    numbers = [
        snapshot.accounts[a].staff_number
        for block in snapshot.blocks
        for a in block.accounts
        if a in snapshot.accounts
    ]
    return next(n for n in numbers if n is not None and n not in stale)


def late_orders(office: Office) -> str:
    return LATE.format(number=holder(office), other=office.city.left_behind)


def test_a_file_with_faults_is_told_line_by_line_and_changes_nothing(office: Office):
    text = late_orders(office).replace("2027-03-31", "四月の頭")
    _, answer = bring_text(office, text, 2)
    shown = answer.text
    assert answer.status_code == 422
    assert "このファイルは受け付けられません" in shown
    assert '<td class="num">2</td><td>発令日</td>' in shown
    assert "開始する" not in shown


def test_another_number_of_orders_than_stated_is_told(office: Office):
    shown = bring_text(office, late_orders(office), 3)[1].text
    assert "3 件あるはずと申告されました" in shown


def test_who_would_lose_what_is_seen_before_anything_starts(office: Office):
    browser, answer = bring_text(office, late_orders(office), 2)
    shown = browser.get(answer.headers["location"]).text
    assert "2 件の発令。申告と一致し" in shown
    assert "うち内示 1" in shown
    assert holder(office) in shown
    assert "R9-9001" in shown
    before = len(office.cases())
    assert before == len(office.cases())


def test_the_run_is_followed_to_a_result_that_can_be_printed(fresh_office: Office):
    office = fresh_office
    number = holder(office)
    browser, answer = bring_text(office, late_orders(office), 2)
    page = answer.headers["location"]
    upload_id = page.rpartition("/")[2]
    started = send(browser, "/transfer-day/start", page, upload_id=upload_id, key="k1")
    again = send(browser, "/transfer-day/start", page, upload_id=upload_id, key="k1")
    assert started.headers["location"] == again.headers["location"]
    run_page = started.headers["location"]
    assert "始まるのを待っています" in browser.get(run_page).text
    assert office.work_off() is not None
    assert office.work_off() is None
    shown = browser.get(run_page).text
    assert "遅れ.csv" in shown
    assert number in shown
    assert "結果を印刷" in shown
    removed = [c for c in office.cases(CaseState.VERIFIED) if c.staff_number == number]
    assert removed


def test_progress_streams_from_where_a_browser_left_off(office: Office):
    browser = office.enter("unyo")
    path = f"/transfer-day/runs/{office.sync_id()}/events"
    whole = browser.get(path)
    assert whole.headers["content-type"].startswith("text/event-stream")
    blocks = [b for b in whole.text.split("\n\n") if b]
    assert blocks[-1] == 'event: done\ndata: "done"'
    ids = [b.split("\n")[0] for b in blocks[:-1]]
    assert ids == [f"id: {n}" for n in range(1, len(ids) + 1)]
    told = json.loads(blocks[0].split("data: ")[1])
    assert set(told) == {"done", "total", "words"}
    rest = browser.get(path, headers={"Last-Event-ID": "2"}).text
    assert rest.startswith("id: 3\n")


def test_what_an_operator_sees_of_a_brought_file_is_not_its_content(fresh_office: Office):
    office = fresh_office
    browser, answer = bring_text(office, late_orders(office), 2)
    upload_id = answer.headers["location"].rpartition("/")[2]
    send(browser, "/transfer-day/start", "/transfer-day", upload_id=upload_id, key="k")
    office.work_off()
    operator = office.enter("unyo")
    for path in ("/transfer-day", "/runs", "/", "/connections", "/trail"):
        assert "R9-9002" not in operator.get(path).text
    assert operator.get(f"/transfer-day/files/{upload_id}").status_code == 403
    refused = send(operator, "/transfer-day/start", "/account", upload_id=upload_id, key="k2")
    assert refused.status_code == 422


def test_a_file_that_is_too_large_is_refused_before_it_is_read(office: Office):
    browser = office.enter("jinji")
    form = {"csrf": csrf_of(browser.get("/transfer-day").text), "expected": "1"}
    large = b"x" * (MOST_BYTES + 2 * 1024 * 1024)
    answer = browser.post("/transfer-day/files", data=form, files={"file": ("x.csv", large)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "a\\b.csv", "<script>.csv", "x" * 300, "a\x00.csv"]
)
def test_the_name_of_a_file_is_shown_and_never_used(office: Office, name: str):
    browser = office.enter("jinji")
    form = {"csrf": csrf_of(browser.get("/transfer-day").text), "expected": "2"}
    text = late_orders(office)
    answer = browser.post("/transfer-day/files", data=form, files={"file": (name, text)})
    shown = browser.get(answer.headers["location"])
    assert shown.status_code == 200
    assert "<script>.csv" not in shown.text


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"PK\x03\x04 not a workbook", b"a,b\n1,2\n"])
def test_what_is_no_file_of_orders_is_refused_and_is_no_bug(office: Office, content: bytes):
    for name in ("x.csv", "x.xlsx", "x"):
        browser = office.enter("jinji")
        form = {"csrf": csrf_of(browser.get("/transfer-day").text), "expected": "1"}
        answer = browser.post("/transfer-day/files", data=form, files={"file": (name, content)})
        assert (answer.status_code, "受け付けられません" in answer.text) == (422, True)


def test_a_run_that_nobody_asked_for_is_not_found(office: Office):
    browser = office.enter("jinji")
    for path in ("/transfer-day/runs/none", "/transfer-day/runs/none/events"):
        assert browser.get(path).status_code == 404
    assert browser.get("/transfer-day/files/none").status_code == 404
    assert browser.get(f"/transfer-day/files/{office.upload_id()}?on=x").status_code == 422


def test_no_byte_of_a_refused_file_is_kept(fresh_office: Office):
    elevens = [f"{7 * n + 10_000_000_019:011}" for n in range(30)]
    numbers = [e + next(d for d in "0123456789" if has_right_check_digit(e + d)) for e in elevens]
    rows = "\n".join(
        f"R9-{n},2027-04-01,退職,{number},,,,,,確定" for n, number in enumerate(numbers)
    )
    text = LATE.splitlines()[0] + "\n" + rows + "\n"
    _, answer = bring_text(fresh_office, text, 30)
    assert answer.status_code == 422
    kept = b"".join(path.read_bytes() for path in fresh_office.city.directory.rglob("*.db*"))
    assert not [number for number in numbers if number.encode() in kept]
    assert not [number for number in numbers if number in answer.text]


def orders_text(office: Office, *rows: str) -> None:
    with office.city.orders.open("a", encoding="cp932", newline="") as file:
        file.writelines(f"{row}\r\n" for row in rows)


def check_feed(office: Office, account: str, expected: int, **more: object):
    browser = office.enter(account)
    form = {"source": "orders", "expected": expected, **more}
    return browser, send(browser, "/transfer-day/feed", "/transfer-day", **form)


def rows_in(office: Office) -> int:
    return office.city.orders_before + office.city.orders_arriving


def start_form(text: str) -> dict[str, str]:
    """Return the hidden fields of the form that starts the run."""
    form = text.partition('action="/transfer-day/start"')[2]
    found = re.findall(r'name="(key|source|sha256|expected)" value="([^"]*)"', form)
    return dict(found)


def test_the_configured_feed_is_checked_seen_started_and_printed(fresh_office: Office):
    office, number = fresh_office, holder(fresh_office)
    orders_text(office, f"R9-9001,2027-03-31,退職,{number},,,,,,確定")
    browser, answer = check_feed(office, "jinji", rows_in(office) + 1)
    assert answer.status_code == 200
    assert "申告と一致し" in answer.text
    assert "R9-9001" in answer.text
    assert number not in {c.staff_number for c in office.cases()}
    started = send(browser, "/transfer-day/start", "/transfer-day", **start_form(answer.text))
    assert office.work_off() is not None
    shown = browser.get(started.headers["location"]).text
    assert "確かめた取込み" in shown
    assert "結果を印刷" in shown
    assert number in {c.staff_number for c in office.cases(CaseState.VERIFIED)}


def test_a_feed_that_changed_since_the_check_is_refused_with_a_clear_message(fresh_office: Office):
    office = fresh_office
    browser, answer = check_feed(office, "jinji", rows_in(office))
    orders_text(office, f"R9-9001,2027-03-31,退職,{holder(office)},,,,,,確定")
    started = send(browser, "/transfer-day/start", "/transfer-day", **start_form(answer.text))
    office.work_off()
    assert "確かめた後に変わりました" in browser.get(started.headers["location"]).text


def test_faults_of_the_feed_are_told_line_by_line_and_the_number_is_held(fresh_office: Office):
    office = fresh_office
    assert "あるはずと申告されました" in check_feed(office, "jinji", 3)[1].text
    orders_text(office, f"R9-9001,四月の頭,退職,{holder(office)},,,,,,確定")
    _, answer = check_feed(office, "jinji", rows_in(office) + 1)
    assert answer.status_code == 422
    assert "<td>発令日</td>" in answer.text
    assert "突合を開始する" not in answer.text


def test_an_operator_checks_the_feed_and_learns_nothing_of_advance_notices(fresh_office: Office):
    office = fresh_office
    orders_text(office, f"R9-9002,2027-05-01,併任,{office.city.left_behind},,30010,主事,,,内示")
    notices = office.city.orders.read_text("cp932").count(",内示")
    everything = rows_in(office) + 1
    browser, answer = check_feed(office, "unyo", everything - notices)
    assert answer.status_code == 200
    assert "内示" not in answer.text
    assert "併任" not in answer.text
    assert f">{everything} " not in answer.text
    refused = check_feed(office, "unyo", everything)[1].text
    assert f'<td class="mono">{everything - notices}</td>' in refused
    mine = check_feed(office, "jinji", everything)[1].text
    assert f"うち内示 {notices}" in mine
    send(browser, "/transfer-day/start", "/transfer-day", **start_form(answer.text))
    done = office.work_off()
    assert done is not None
    assert done.exit_code != 2


def test_a_feed_that_only_advance_notices_spoil_is_refused_without_a_word_of_them(
    fresh_office: Office,
):
    office = fresh_office
    orders_text(office, f"R9-9002,四月の頭,配置換,{office.city.left_behind},,30010,主事,,,内示")
    operator = check_feed(office, "unyo", rows_in(office))[1]
    assert operator.status_code == 422
    assert "人事の担当者だけ" in operator.text
    assert "四月の頭" not in operator.text
    assert "件の誤り" not in operator.text
    assert "四月の頭" in check_feed(office, "jinji", rows_in(office))[1].text


def test_how_many_rows_the_orders_have_is_on_no_page_for_who_may_not_see_advance_notices(
    fresh_office: Office,
):
    office = fresh_office
    orders_text(office, f"R9-9002,2027-05-01,併任,{office.city.left_behind},,30010,主事,,,内示")
    send(office.enter("unyo"), "/transfer-day/start", "/transfer-day", key="k")
    office.work_off()
    with_notice = f'<td class="num">{rows_in(office) + 1}</td>'
    assert with_notice not in office.enter("unyo").get("/connections").text
    assert with_notice in office.enter("jinji").get("/connections").text


def test_a_source_that_gives_no_orders_is_no_feed(office: Office):
    browser = office.enter("jinji")
    form = {"source": "roster", "expected": 1}
    assert send(browser, "/transfer-day/feed", "/transfer-day", **form).status_code == 404


def test_progress_is_told_no_longer_than_the_session_lasts(fresh_office: Office):
    site, actors = fresh_office.opened.site, fresh_office.city.actors
    asked = ask_for_sync(site, fresh_office.opened.actor(actors.operator))
    browser = fresh_office.enter(actors.operator)
    Timer(0.5, end_sessions_of, (site, actors.operator, "root")).start()
    told = browser.get(f"/transfer-day/runs/{asked.sync_id}/events")
    assert told.status_code == 200
    assert "event: done" not in told.text
    assert browser.get(f"/transfer-day/runs/{asked.sync_id}").status_code == 303
