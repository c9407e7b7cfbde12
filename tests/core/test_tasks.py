"""The life of a task, tried in every order: no way leads round the second person."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from syncd.core.calendar import JST
from syncd.core.exhibits import MOST_BYTES, media_type_of, safe_name
from syncd.core.ids import StaffNumber
from syncd.core.policy import DeadlinePolicy, Policy
from syncd.core.tasks import (
    STANDING,
    TASK_MOVES,
    HandOver,
    TaskEvent,
    TaskState,
    checked,
    followed,
    handed_over,
    rejected,
    reported,
)
from syncd.core.votes import Actor
from syncd.errors import EvidenceRefused, IllegalMove, NotPermitted
from tests.connectors.file.conftest import as_xlsx
from tests.fakes.readings import case

NOW = datetime(2027, 4, 1, 9, tzinfo=JST)
PEOPLE = tuple(
    Actor(name, None if number is None else StaffNumber(number), deputy_for=principal)
    for name, number, principal in (
        ("a", "1", ""),
        ("a-adm", "1", ""),
        ("b", "2", ""),
        ("c", None, ""),
        ("d", "4", "a"),
        ("e", None, "c"),
    )
)


class Life(RuleBasedStateMachine):
    """Anybody tries anything at any time; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOW
        self.task = handed_over(case(), "t1", NOW, Policy(), HandOver())
        self.reports = 0

    def step(self, move) -> None:
        self.at += timedelta(hours=1)
        before = self.task
        try:
            self.task = move(before)
        except (IllegalMove, NotPermitted):
            return
        assert self.task.version == before.version + 1

    @rule(who=st.sampled_from(PEOPLE))
    def report(self, who: Actor) -> None:
        before = self.task.state
        self.step(lambda task: reported(task, who, self.at, "done"))
        self.reports += self.task.state is not before

    @rule(who=st.sampled_from(PEOPLE))
    def check(self, who: Actor) -> None:
        self.step(lambda task: checked(task, who, self.at, "seen"))

    @rule(who=st.sampled_from(PEOPLE))
    def reject(self, who: Actor) -> None:
        self.step(lambda task: rejected(task, who, self.at, "still there"))

    @rule(event=st.sampled_from([TaskEvent.CONFIRM, TaskEvent.CONTRADICT, TaskEvent.DROP]))
    def see(self, event: TaskEvent) -> None:
        self.step(lambda task: followed(task, event, self.at))

    @invariant()
    def nobody_checked_their_own_work(self) -> None:
        task = self.task
        if task.state is TaskState.CHECKED:
            assert task.done_by
            assert task.checked_by not in ("", task.done_by)
            assert task.checked_for != task.done_by
            assert not (task.done_by_number and task.done_by_number == task.checked_by_number)
            assert self.reports

    @invariant()
    def what_ended_has_a_moment_and_what_stands_has_none(self) -> None:
        assert (self.task.ended_at is None) == (self.task.state in STANDING)


TestLife = Life.TestCase


def test_a_task_ends_only_by_a_second_person_by_a_list_or_because_it_is_not_needed():
    ends = {event for (_, event), after in TASK_MOVES.items() if after not in STANDING}
    assert ends == {TaskEvent.CHECK, TaskEvent.CONFIRM, TaskEvent.CONTRADICT, TaskEvent.DROP}
    assert (TaskState.OPEN, TaskEvent.CHECK) not in TASK_MOVES


def test_a_task_is_due_with_its_case_and_never_before_somebody_can_do_it():
    policy = Policy(deadlines=DeadlinePolicy(escalate_open_days=1), closed_days=frozenset())
    early = handed_over(case(), "t", NOW, policy, HandOver())
    assert early.due_at == case().hard_deadline_at
    late = case().hard_deadline_at + timedelta(days=1)
    at_the_end = handed_over(case(), "t", late, policy, HandOver())
    assert at_the_end.due_at > late + timedelta(hours=23)
    closed = Policy(closed_days=frozenset({date(2027, 4, 2)}))
    days = handed_over(case(), "t", NOW, closed, HandOver(due_open_days=1))
    assert days.due_at == datetime(2027, 4, 6, tzinfo=JST)  # after Friday (closed) and a weekend
    assert not days.is_overdue(days.due_at - timedelta(seconds=1))
    assert days.is_overdue(days.due_at)


def zipped(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return raw.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind", "end"),
    [
        (b"%PDF-1.7\n...", "a.exe", "application/pdf", ".pdf"),
        (b"\x89PNG\r\n\x1a\nxx", "a", "image/png", ".png"),
        (b"\xff\xd8\xff\xe0", "a.png", "image/jpeg", ".jpg"),
        (as_xlsx([["u0001"]]), "a.zip", "spreadsheetml.sheet", ".xlsx"),
        (zipped("word/document.xml"), "a", "wordprocessingml.document", ".docx"),
        ("抹消した".encode("cp932"), "a.txt", "text/plain", ".txt"),
        ("﻿id,状態\r\n1,抹消\r\n".encode(), "一覧.CSV", "text/csv", ".csv"),
    ],
)
def test_a_file_is_what_its_content_says_and_gets_the_name_of_that(
    content: bytes, name: str, kind: str, end: str
):
    found = media_type_of(content, name)
    assert found.endswith(kind)
    assert safe_name(name, found).endswith(end)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" * (MOST_BYTES + 1),
        b"MZ\x90\x00\x03",
        b"PK\x03\x04 not a zip",
        zipped("a.txt"),
        zipped("xl/workbook.xml", "xl/vbaProject.bin"),
        zipped("word/document.xml", "word/embeddings/a.bin"),
        b"\x00\x01\x02",
        b"\xff\xfe\xfd broken",
        b"123456789018\n234567890121\n345678901234",
    ],
)
def test_what_is_no_evidence_is_refused(content: bytes):
    with pytest.raises(EvidenceRefused):
        media_type_of(content, "a.xlsx")


def test_a_name_carries_no_folder_no_control_character_and_never_grows_long():
    assert safe_name("../../etc/passwd.pdf", "application/pdf") == "passwd.pdf"
    assert safe_name("C:\\temp\\証拠\r\n\x00.pdf", "application/pdf") == "証拠.pdf"
    assert safe_name("\u202egnp.exe", "image/png") == "gnp.png"
    assert safe_name("...", "text/plain") == "evidence.txt"
    assert len(safe_name("長" * 500 + ".pdf", "application/pdf")) <= 124
