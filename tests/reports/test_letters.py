"""The texts of messages: plain Japanese, no names, no surprises, and a site's own where it has one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.calendar import midnight
from syncd.core.cases import Case
from syncd.core.ids import OrgUnitCode
from syncd.core.messages import MessageKind, Recipient
from syncd.core.policy import Policy
from syncd.core.residual.reports import ResidualReport, ResidualState
from syncd.core.tasks import HandOver, Task, handed_over
from syncd.core.votes import Actor
from syncd.errors import ConfigurationError
from syncd.flow.telling.composing import Letter
from syncd.ports.notifier import Message, is_one_line
from syncd.reports.letters import Letters
from syncd.settings.tables import shipped_folder
from tests import builders as b

SATO = Recipient("sato", "sato@city.example", (Actor("sato"),))
CONSOLE = "https://syncd.city.example"
CASES = tuple(
    b.case(n, section=OrgUnitCode("12010"), hard_deadline_at=midnight(date(2027, 4, 8)))
    for n in range(1, 4)
)
REVIEWED = {
    "review": "r1",
    "name": "令和9年度 第1回",
    "on_silence": "revoke",
    "silence_on": date(2027, 4, 9),
    "total": 5,
    "sheets": [
        {"code": "12010", "name": "税務課", "number": 3},
        {"code": "", "name": "", "number": 2},
    ],
}
ABOUT = {
    MessageKind.PLAN_HELD: {"subject": "ab" * 32, "lines": 20, "trips": ["ad: 上限を超えます"]},
    MessageKind.ORDER_COUNTS: {"subject": "2027-04-01", "trips": ["4月1日の発令が違います"]},
    MessageKind.INPUT_REFUSED: {"subject": "roster", "faults": 2, "first": "line 3, 発令日"},
    MessageKind.DIRECTORY_UNREAD: {"subject": "ad", "why": "connection refused"},
    MessageKind.RUN_MISSED: {"subject": "deadline"},
    MessageKind.REPORT_READY: {
        "subject": "report 2027-04-01",
        "day": "2027-04-01",
        **dict.fromkeys(("removed", "verified", "waiting", "failed", "unknown"), 3),
    },
    MessageKind.GUARD_ALARM: {"subject": "drill"},
    MessageKind.REVIEW_CLOSED: {
        "subject": "r1",
        **dict.fromkeys(("questions", "needed", "not_needed", "silent"), 3),
    },
    MessageKind.REVIEW_ASKED: REVIEWED,
    MessageKind.REVIEW_REMINDER: REVIEWED,
    MessageKind.REVIEW_ESCALATION: REVIEWED,
    MessageKind.REVIEW_CORRECTION: REVIEWED,
}


def letters(*own: Path, console: str = CONSOLE) -> Letters:
    return Letters("みほん市", console, (*own, shipped_folder("letters")))


def _task(case: Case) -> Task:
    at = midnight(date(2027, 4, 1))
    return handed_over(case, f"t-{case.case_id}", at, Policy(), HandOver(due_open_days=1))


def _report(case: Case) -> ResidualReport:
    return ResidualReport(
        report_id=f"r-{case.case_id}",
        case_id=case.case_id,
        directory=case.directory,
        entitlement=case.entitlement,
        account=case.account,
        staff_number=case.staff_number,
        section=case.section,
        reasons=(),
        because=(),
        from_at=midnight(date(2027, 3, 20)),
        until_at=None,
        state=ResidualState.OPENED,
        opened_at=midnight(date(2027, 4, 1)),
    )


def letter(kind: MessageKind, **more: object) -> Letter:
    cases = () if kind in ABOUT else CASES
    about = ABOUT.get(kind, {})
    names = {"12010": "税務課"}
    tasks = tuple(_task(case) for case in cases) if kind.startswith("tasks") else ()
    reports = tuple(map(_report, cases)) if kind.startswith("residual") else ()
    plain = Letter(kind, "x", SATO, cases, "", None, 0, tasks, reports, about, names)
    return replace(plain, **{"last_day": date(2027, 4, 7), "open_days": 1, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_has_a_text_that_says_who_where_and_what_to_do(kind: MessageKind):
    subject, body = letters().render(letter(kind))
    assert subject.startswith("【syncd")
    assert "みほん市" in body
    assert CONSOLE in body
    assert Message(str(kind), subject, body, "sato", "x")
    assert "\n\n\n" not in body
    assert body.endswith("\n")


def test_a_refused_input_says_where_its_first_fault_stands():
    _, body = letters().render(letter(MessageKind.INPUT_REFUSED))
    assert "誤り: 2 件（最初は 3 行目、発令日）" in body


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind.startswith("review")])
def test_a_letter_of_a_review_leads_to_its_page(kind: MessageKind):
    _, body = letters().render(letter(kind))
    assert f"{CONSOLE}/reviews/r1\n" in body
    if kind is not MessageKind.REVIEW_CLOSED:
        assert "・税務課  3 件" in body
        assert "・受け持つ所属のないもの  2 件" in body


@pytest.mark.parametrize("kind", MessageKind)
def test_without_an_address_of_the_console_no_text_has_a_link(kind: MessageKind):
    _, body = letters(console="").render(letter(kind))
    assert "http" not in body
    assert "コンソール:" not in body


def test_a_digest_says_what_an_approver_needs_to_know():
    subject, body = letters().render(letter(MessageKind.NEW_CASES))
    assert subject == "【syncd】承認を待つ権限残存 3 件（最も早い期限 令和9年4月7日）"
    assert (
        f"・{CASES[0].staff_number}  {CASES[0].entitlement}（{CASES[0].directory}） 税務課" in body
    )
    assert "期限: 令和9年4月7日" in body


def test_a_long_digest_is_cut_and_says_so():
    many = tuple(b.case(n) for n in range(1, 101))
    _, body = letters().render(letter(MessageKind.NEW_CASES, cases=many))
    assert body.count("\n・") == 31
    assert "ほか 70 件" in body


def test_a_deputy_reads_in_whose_place():
    _, body = letters().render(letter(MessageKind.NEW_CASES, deputy_for="kacho"))
    assert "kacho さんの代決者として" in body


def test_the_last_day_itself_is_called_so():
    subject, _ = letters().render(letter(MessageKind.DEADLINE, open_days=0))
    assert "本日限り" in subject
    subject, _ = letters().render(letter(MessageKind.DEADLINE, open_days=3))
    assert "あと 3 開庁日" in subject


def test_a_site_changes_one_text_and_keeps_the_others(tmp_path: Path):
    own = "件名: {{ organization }}からのお知らせ\n{{ total }} 件あります。\n"
    (tmp_path / "new-cases.txt").write_text(own, encoding="utf-8")
    changed = letters(tmp_path)
    assert changed.render(letter(MessageKind.NEW_CASES)) == (
        "みほん市からのお知らせ",
        "3 件あります。\n",
    )
    assert "警報" in changed.render(letter(MessageKind.RUN_MISSED))[0]
    changed.check()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("件名: {{ nosuch }}\n", "nosuch"),
        ("件名: {% if %}\n", "new-cases.txt"),
        ("no subject\n", "must begin with a line"),
        ("件名: {{ organization.__class__.__mro__ }}\n", "unsafe"),
        ("件名: x\n{{ cases.append(1) }}", "unsafe|append"),
    ],
)
def test_a_text_that_cannot_be_used_is_a_fault_that_names_it(tmp_path: Path, text: str, why: str):
    (tmp_path / "new-cases.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=why):
        letters(tmp_path).check()


def test_no_text_of_another_folder_can_be_reached(tmp_path: Path):
    (tmp_path / "secret").write_text("x")
    own = tmp_path / "own"
    own.mkdir()
    (own / "new-cases.txt").write_text("件名: {% include '../secret' %}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="new-cases"):
        letters(own).check()


@given(st.text(), st.text())
def test_whatever_a_file_says_a_message_stays_a_message(subject: str, first: str):
    about = {"subject": subject, "faults": 1, "first": first}
    told = letters().render(letter(MessageKind.INPUT_REFUSED, about=about))
    assert is_one_line(told[0])
    Message("input-refused", *told, "sato", "x")


def test_a_task_is_told_with_what_to_take_away_and_by_when():
    subject, body = letters().render(letter(MessageKind.TASKS_TO_DO))
    assert subject == "【syncd】行う作業 3 件（最も早い期限 令和9年4月2日）"
    assert f"・{CASES[0].account}  {CASES[0].groups[0]}" in body
    assert "期限: 令和9年4月2日" in body
    assert f"{CONSOLE}/tasks" in body


def test_an_alarm_about_a_guard_says_which_and_what_to_do():
    subject, body = letters().render(letter(MessageKind.GUARD_ALARM))
    assert "訓練で抑止が働きませんでした" in subject
    assert f"{CONSOLE}/drills" in body
    subject, body = letters().render(letter(MessageKind.GUARD_ALARM, about={"subject": "clock"}))
    assert "時計" in subject
    assert "次の突合から失効を行います" in body
