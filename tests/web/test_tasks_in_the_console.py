"""作業 in the console: who sees it, who does it, who checks it, and what becomes of a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from syncd.core.cases import CaseState
from syncd.core.exhibits import MOST_BYTES
from syncd.core.tasks import TaskEvent, TaskState, followed
from tests.web.conftest import Office, csrf_of
from tests.web.juki import export, look, people, task_of
from tests.web.test_both_languages import in_english

PDF = b"%PDF-1.7\n% a screen, printed\n"
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    return people(make_office)


def send(browser: TestClient, task_id: str, step: str, *files: tuple[str, bytes], **form: str):
    token = csrf_of(browser.get("/account").text)
    attached = [("file", (name, content)) for name, content in files]
    return browser.post(f"/tasks/{task_id}/{step}", data={"csrf": token, **form}, files=attached)


def test_the_whole_way_of_a_task_by_two_people(office: Office):
    task = task_of(office)
    unyo, hosaka = office.enter("unyo"), office.enter("hosaka")
    listed = unyo.get("/tasks").text
    assert "JK0001" in listed
    assert "作業待ち" in listed
    told = unyo.get(f"/tasks/{task.task_id}").text
    for expected in ("統合端末の操作者管理", "市民課 住基担当", "本人確認情報 照会", "操作者ID"):
        assert expected in told
    assert send(unyo, task.task_id, "done", ("画面.pdf", PDF), note="外した").status_code == 303
    assert send(unyo, task.task_id, "check", note="x").status_code == 403
    assert send(hosaka, task.task_id, "check", note="画面で確かめた").status_code == 303
    ended = task_of(office)
    assert (ended.state, ended.done_by, ended.checked_by) == (
        TaskState.CHECKED,
        "unyo",
        "hosaka",
    )
    with office.opened.site.store.begin() as unit:
        assert unit.case(task.case_id).state is CaseState.VERIFIED
    assert "確認済み" in hosaka.get(f"/cases/{task.case_id}").text


def test_what_was_sent_back_says_why_to_whoever_does_it(office: Office):
    task = task_of(office)
    unyo, hosaka = office.enter("unyo"), office.enter("hosaka")
    send(unyo, task.task_id, "done", ("a.pdf", PDF))
    assert send(hosaka, task.task_id, "reject", reason="まだ照会できます").status_code == 303
    told = unyo.get(f"/tasks/{task.task_id}").text
    assert "差し戻されました" in told
    assert "まだ照会できます" in told


def test_nobody_is_offered_what_they_may_not_do(office: Office):
    task = task_of(office)
    page = f"/tasks/{task.task_id}"
    seen = {who: office.enter(who).get(page).text for who in ("unyo", "hosaka", "kansa", "jinji")}
    assert "行いました" in seen["unyo"]
    assert not any("行いました" in seen[who] for who in ("hosaka", "kansa", "jinji"))
    send(office.enter("unyo"), task.task_id, "done", ("a.pdf", PDF))
    seen = {who: office.enter(who).get(page).text for who in ("unyo", "hosaka", "kansa", "jinji")}
    assert "確認しました" in seen["hosaka"]
    assert not any("確認しました" in seen[who] for who in ("unyo", "kansa", "jinji"))
    assert send(office.enter("kansa"), task.task_id, "check", note="x").status_code == 403
    assert send(office.enter("jinji"), task.task_id, "check", note="x").status_code == 403


def test_a_task_of_another_section_is_not_there_for_its_approver(office: Office):
    task = task_of(office)
    with office.opened.site.store.begin() as unit:
        unit.update_task(task, replace(task, section="30010", version=task.version + 1))
    hosaka = office.enter("hosaka")
    assert hosaka.get(f"/tasks/{task.task_id}").status_code == 404
    assert hosaka.get(f"/tasks/{task.task_id}/form").status_code == 404
    assert send(hosaka, task.task_id, "check", note="x").status_code == 404
    assert "JK0001" not in hosaka.get("/tasks").text
    assert "JK0001" in office.enter("kansa").get("/tasks").text


def test_evidence_comes_back_byte_for_byte_as_a_download_and_is_never_shown_inline(office: Office):
    task = task_of(office)
    unyo = office.enter("unyo")
    evil = "証拠<script>.html"
    send(unyo, task.task_id, "done", (evil, PDF))
    with office.opened.site.store.begin() as unit:
        (kept,) = unit.evidence_of([task.task_id])
    answer = unyo.get(f"/tasks/{task.task_id}/evidence/{kept.evidence_id}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    given = answer.headers["Content-Disposition"]
    assert given.startswith(f'attachment; filename="evidence-{kept.evidence_id}.pdf"; filename*=')
    assert quote("証拠", safe="") in given
    assert "<" not in given
    assert "<script>.pdf" not in unyo.get(f"/tasks/{task.task_id}").text
    assert unyo.get(f"/tasks/none/evidence/{kept.evidence_id}").status_code == 404
    assert unyo.get(f"/tasks/{task.task_id}/evidence/none").status_code == 404


def test_a_file_of_another_task_is_not_given_under_this_one(office: Office):
    task = task_of(office)
    unyo = office.enter("unyo")
    send(unyo, task.task_id, "evidence", ("a.pdf", PDF))
    with office.opened.site.store.begin() as unit:
        (kept,) = unit.evidence_of([task.task_id])
        done = unit.task(task.task_id)
        unit.update_task(done, followed(done, TaskEvent.DROP, office.clock()))
        unit.add_task(replace(task, task_id="other"))
    assert unyo.get(f"/tasks/other/evidence/{kept.evidence_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf", b"<html>\x00<script>"),
        ("a.xlsx", b"PK\x03\x04broken"),
        ("a.txt", b""),
        ("a.pdf", b"%PDF-" + b"x" * MOST_BYTES),
    ],
)
def test_a_file_that_is_no_evidence_is_refused_and_the_task_stays(
    office: Office, name: str, content: bytes
):
    task = task_of(office)
    answer = send(office.enter("unyo"), task.task_id, "done", (name, content))
    assert answer.status_code == 422
    assert task_of(office) == task
    with office.opened.site.store.begin() as unit:
        assert unit.evidence_of([task.task_id]) == ()


def test_the_printed_form_has_every_field_of_the_paper(office: Office):
    task = task_of(office)
    form = office.enter("unyo").get(f"/tasks/{task.task_id}/form").text
    assert "ユーザー情報登録・変更申請書" in form
    for field in (
        *("文書番号", "申請日", "所属", "申請者", "区分", "対象者", "職員番号", "氏名", "フリガナ"),
        *("職員区分", "システム", "権限名・操作範囲", "事務の名称", "理由", "発令日", "開始日"),
        *("終了日", "研修受講日", "決裁", "受付", "処理", "確認", "保存年限"),
    ):
        assert field in form, field
    assert "☑ 削除" in form
    assert "☐ 新規" in form
    assert "住民税" in form


def test_today_counts_what_waits_for_people_and_what_is_overdue(office: Office):
    assert "<b>1 · 0</b>" in office.enter("hosaka").get("/").text
    task = task_of(office)
    send(office.enter("unyo"), task.task_id, "done", ("a.pdf", PDF))
    assert "<b>0 · 1</b>" in office.enter("hosaka").get("/").text
    office.clock.at = task.due_at + timedelta(minutes=1)
    today = office.enter("hosaka").get("/").text
    assert "/tasks?state=overdue" in today
    listed = office.enter("hosaka").get("/tasks?state=overdue").text
    assert "JK0001" in listed
    assert "JK0001" not in office.enter("hosaka").get("/tasks?state=open").text


def test_filters_that_nobody_can_mean_are_refused(office: Office):
    hosaka = office.enter("hosaka")
    assert hosaka.get("/tasks?state=x").status_code == 422
    assert hosaka.get("/tasks?after=x").status_code == 422
    assert "JK0001" not in hosaka.get("/tasks?directory=none").text
    assert "JK0001" in hosaka.get("/tasks?section=20020&directory=juki").text


def test_what_a_later_list_says_is_shown_on_the_page(office: Office):
    task = task_of(office)
    send(office.enter("unyo"), task.task_id, "done", ("a.pdf", PDF))
    office.clock.at += timedelta(days=5)
    export(office, [("JKADMIN", "")], "R09.04.06")
    look(office)
    told = office.enter("hosaka").get(f"/tasks/{task.task_id}").text
    assert "人による確認は行われていません" in told
    assert "確認しました" in told


def test_the_pages_are_english_for_whoever_reads_english(office: Office):
    task = task_of(office)
    browser = in_english(office, "unyo")
    for path in ("/tasks", f"/tasks/{task.task_id}", f"/tasks/{task.task_id}/form"):
        told = browser.get(path).text
        assert "Right" in told
        assert "作業" not in told.replace("作業待ち", "")


def test_the_api_lists_what_the_console_lists(office: Office):
    task = task_of(office)
    answer = office.enter("hosaka").get("/api/v1/tasks").json()
    assert [one["task"] for one in answer["items"]] == [task.task_id]
    assert answer["total"] == 1
    (one,) = answer["items"]
    assert (one["directory"], one["account"], one["state"]) == ("juki", "JK0001", "open")
    assert (one["overdue"], one["evidence"]) == (False, [])
    send(office.enter("unyo"), task.task_id, "done", ("a.pdf", PDF))
    (one,) = office.enter("hosaka").get("/api/v1/tasks?state=done").json()["items"]
    assert one["done_by"] == "unyo"
    assert [e["size"] for e in one["evidence"]] == [len(PDF)]
    assert office.enter("hosaka").get("/api/v1/tasks?state=open").json()["items"] == []
