"""権限残存報告 in the console: seen by who may, three persons, papers, and a draft that claims nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from syncd.core.residual.reports import ResidualState
from syncd.flow.residual.reading import read_due_logs
from tests.web.conftest import HOST, Office, send
from tests.web.late import SECTION, ended, foreign, late_office, reports, write_log

CLAIMS = re.compile(
    r"漏えい(等)?(した|しました|している|していた|が発生した|が発生しました|がありました|があった)(?!かどうか)"
    r"|流出した(?!かどうか)|leak(s|ed)? (has |have )?(occurred|happened)|(was|were|has|have) (been )?leaked"
)
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
CHECK = {"method": "all", "finding": "none", "focus": "残存期間の全行"}


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    return late_office(make_office)


def used(office: Office) -> str:
    """Let the log show two uses, have it read, and return the address of the report."""
    write_log(
        office,
        "2027-04-01 00:00:00,照会,住民税",
        "2027-04-02 10:11:12,<script>alert(1)</script>,=1+1",
        "2027-03-31 23:59:59,照会,住民税",
    )
    read_due_logs(office.opened.site)
    return f"/residuals/{ended(office).report_id}"


def test_the_list_shows_window_days_cause_and_what_is_known_of_use(office: Office):
    page = office.enter("soukatsu").get("/residuals").text
    report = ended(office)
    assert f"/residuals/{report.report_id}" in page
    assert "令和9年4月1日 00:00 〜 令和9年4月3日" in page
    assert "まだ見ていない" in page
    assert "継続中" in page
    used(office)
    assert '<span class="tag stale">あり</span>' in office.enter("soukatsu").get("/residuals").text


def test_an_approver_sees_only_their_sections_reports(office: Office):
    browser = office.enter("hosaka")
    page = browser.get("/residuals").text
    own, others = ended(office), foreign(office)
    assert own.report_id in page
    assert others.report_id not in page
    assert str(others.staff_number) not in page
    for path in ("", "/report", "/rows", "/first-report", "/first-report/text"):
        assert browser.get(f"/residuals/{others.report_id}{path}").status_code == 404
    for step in ("read", "check", "decide", "close", "send-back", "known", "filing"):
        answer = send(browser, f"/residuals/{others.report_id}/{step}", reason="x", **CHECK)
        assert answer.status_code in (403, 404, 422)
    assert others.report_id not in browser.get("/residuals/export").text
    assert others.report_id not in browser.get("/residuals/log-checks").text


def test_three_persons_check_decide_and_read(office: Office):
    write_log(office)
    path = f"/residuals/{ended(office).report_id}"
    operator, approver, auditor = (office.enter(a) for a in ("unyo", "hosaka", "kansa"))
    assert "ログを読む" in operator.get(path).text
    send(operator, f"{path}/read", path)
    page = operator.get(path).text
    assert '<span class="tag fine">なし</span>' in page
    assert "SHA-256" in page
    assert send(operator, f"{path}/check", path, **CHECK).status_code == 303
    assert "判断を記録する" not in operator.get(path).text
    assert (
        send(approver, f"{path}/decide", path, outcome="no-use", reason="なし").status_code == 303
    )
    page = auditor.get(path).text
    assert "閲覧を記録する" in page
    assert send(auditor, f"{path}/close", path, note="閲覧した").status_code == 303
    assert ended(office).state is ResidualState.CLOSED
    paper = auditor.get(f"{path}/report").text
    for word in (
        "権限残存報告書",
        "unyo",
        "hosaka",
        "kansa",
        "残存日数",
        "決裁",
        "残存期間の利用はない",
    ):
        assert word in paper
    book = auditor.get("/residuals/log-checks?year=2027").text
    for word in (
        "対象期間",
        "着眼点",
        "異常の有無",
        "措置",
        "保護責任者確認",
        "監査責任者閲覧",
        "残存期間の全行",
    ):
        assert word in book
    assert "この年度の記録はありません" in auditor.get("/residuals/log-checks?year=2026").text


def test_one_person_does_not_do_two_steps(office: Office):
    path = f"/residuals/{ended(office).report_id}"
    write_log(office)
    read_due_logs(office.opened.site)
    chief = office.enter("soukatsu")
    assert send(chief, f"{path}/check", path, **CHECK).status_code == 303
    refused = send(chief, f"{path}/decide", path, outcome="no-use", reason="x")
    assert refused.status_code == 403
    assert "すでに前の段階を行いました" in refused.text


def test_a_log_that_does_not_cover_the_window_offers_no_no_use(office: Office):
    write_log(office, last="2027-04-02 08:00:00")
    read_due_logs(office.opened.site)
    path = f"/residuals/{ended(office).report_id}"
    operator = office.enter("unyo")
    page = operator.get(path).text
    assert "このログからは、次の部分の利用の有無がわかりません" in page
    assert "2027-04-02 08:00:00 〜" in page
    assert "ログの終わりより後" in page
    assert '<option value="none">' not in page
    refused = send(operator, f"{path}/check", path, **CHECK)
    assert refused.status_code == 422
    assert "「利用なし」とは言えません" in refused.text


def test_rows_are_shown_from_the_first_moment_and_do_no_harm(office: Office):
    path = used(office)
    page = office.enter("hosaka").get(path).text
    assert "2027-04-01 00:00:00" in page
    assert "2027-03-31 23:59:59" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    answer = office.enter("hosaka").get(f"{path}/rows")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.endswith(b"\r\n")
    assert "'=1+1" in answer.text
    assert ",=1+1" not in answer.text


def test_the_draft_has_facts_blanks_and_deadlines_and_claims_nothing(office: Office):
    path = used(office)
    browser = office.enter("hosaka")
    page = browser.get(f"{path}/first-report").text
    text = browser.get(f"{path}/first-report/text").content.decode("utf-8-sig")
    for told in (page, text):
        for field in (
            "概要",
            "特定個人情報の項目",
            "本人の数",
            "原因",
            "二次被害",
            "本人への対応",
            "公表",
            "再発防止",
            "その他参考",
        ):
            assert field in told
        assert "まだ誰も判断していません" in told
        assert "利用の記録が 2 行" in told
        assert "令和9年4月3日" in told  # the day of knowing: when the rows came
        assert "令和9年4月7日" in told  # day 5
        assert "令和9年5月6日" in told  # day 30 falls on a Sunday before holidays
        assert "29条の4" in told
        assert not CLAIMS.search(told), CLAIMS.search(told)
    number = ended(office).staff_number
    with office.opened.site.store.begin() as unit:
        names = [card.name for card in unit.cards([number]).values()]
    assert names
    assert all(name not in text for name in names)
    assert "（記入）" in text


def test_nothing_states_that_there_was_a_leak_in_either_language(office: Office):
    path = used(office)
    browser = office.enter("soukatsu")
    for lang in ("ja", "en"):
        browser.cookies.set("__Host-lang", lang, domain=HOST)
        for part in ("", "/report", "/first-report", "/first-report/text"):
            told = browser.get(f"{path}{part}").text
            assert not CLAIMS.search(told), (part, CLAIMS.search(told))


def test_without_a_use_there_is_no_draft(office: Office):
    write_log(office)
    read_due_logs(office.opened.site)
    path = f"/residuals/{ended(office).report_id}"
    answer = office.enter("hosaka").get(f"{path}/first-report")
    assert answer.status_code == 404
    assert "速報の案はありません" in answer.text


def test_a_person_sets_the_day_of_knowing_and_decides_of_the_first_report(office: Office):
    path = used(office)
    operator, approver = office.enter("unyo"), office.enter("hosaka")
    moved = send(operator, f"{path}/known", path, known_on="2027-04-02", reason="税務課が気付いた")
    assert moved.status_code == 303
    page = approver.get(path).text
    assert "令和9年4月2日（unyo）" in page
    late = send(operator, f"{path}/known", path, known_on="2027-05-02", reason="x")
    assert late.status_code == 422
    assert "速報するかどうかを判断する" in page
    done = send(approver, f"{path}/filing", path, filing="no-report", reason="引継ぎの照会")
    assert done.status_code == 303
    assert "委員会への報告を要しない（hosaka" in approver.get(path).text


def test_the_list_as_csv_is_for_spreadsheets(office: Office):
    answer = office.enter("soukatsu").get("/residuals/export?state=opened")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("報告番号,職員番号,氏名,所属コード")
    assert len(lines) - 2 == len(reports(office))
    assert ended(office).report_id in answer.text


def test_the_pages_are_english_where_english_is_asked_for(office: Office):
    path = used(office)
    browser = office.enter("soukatsu")
    browser.cookies.set("__Host-lang", "en", domain=HOST)
    page = browser.get(path).text
    for word in (
        "Residual days",
        "use found",
        "Use in the window",
        "First report",
        "not decided yet",
    ):
        assert word in page
    heads = re.findall(r"<(?:h2|dt|th|legend|label)[^>]*>(.*?)</", page, re.DOTALL)
    assert heads
    assert [head for head in heads if JAPANESE.search(head) and "税務システム" not in head] == []
    draft = browser.get(f"{path}/first-report/text").text
    assert "Day of knowing (day 1): 2027-04-03" in draft


def test_filters_narrow_and_an_unknown_state_is_refused(office: Office):
    browser = office.enter("soukatsu")
    assert "該当する報告はありません" in browser.get("/residuals?state=closed").text
    only = browser.get(f"/residuals?section={SECTION}").text
    assert foreign(office).report_id not in only
    assert browser.get("/residuals?state=x").status_code == 422
    assert browser.get("/residuals/none").status_code == 404


def test_a_log_is_tried_from_the_page_of_connections(office: Office):
    operator = office.enter("unyo")
    missing = send(operator, "/connections/test", "/connections", name="税務システム")
    assert "読めません" in missing.text
    write_log(office)
    tried = send(operator, "/connections/test", "/connections", name="税務システム")
    assert "読めました: 1 files, from 2027-03-31 08:00" in tried.text
