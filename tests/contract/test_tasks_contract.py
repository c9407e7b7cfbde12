"""Tasks and their evidence, kept alike on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.cards import Card, Section
from syncd.core.cases import CaseState
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.policy import Policy
from syncd.core.tasks import Evidence, HandOver, Task, TaskEvent, TaskState, followed, handed_over
from syncd.errors import IllegalMove, NoSuchCase, UsageError
from syncd.ports.store import Store
from syncd.ports.tasks import TaskCounts, TaskQuery
from tests.fakes.readings import at, case

SECTION = OrgUnitCode("12010")


def task_of(number: int, hours: float = 0, **changes: object) -> Task:
    about = replace(case(number), section=SECTION)
    made = handed_over(about, f"t{number}", at(hours), Policy(), HandOver(due_open_days=number))
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(store: Store, *tasks: Task) -> None:
    with store.begin() as unit:
        for task in tasks:
            number = int(task.case_id[2:])
            unit.insert_case(case(number, account=f"u{number:04}", state=CaseState.APPLYING))
            assert unit.add_task(task)


def test_a_task_is_kept_whole(store: Store):
    full = task_of(
        1,
        state=TaskState.CHECKED,
        done_by="a",
        done_by_number=StaffNumber("0000001"),
        done_at=at(1),
        done_note="抹消",
        checked_by="b",
        checked_by_number=StaffNumber("0000002"),
        checked_for="c",
        checked_at=at(2),
        check_note="確認",
        rejected_by="d",
        rejected_at=at(3),
        rejected_because="まだ",
        rejections=2,
        ended_at=at(4),
        version=7,
    )
    kept(store, full)
    with store.begin() as unit:
        assert unit.task("t1") == full
        assert unit.tasks_of(full.case_id) == (full,)
        with pytest.raises(NoSuchCase, match="t9"):
            unit.task("t9")


def test_a_case_has_one_task_that_stands_and_any_number_that_ended(store: Store):
    first = task_of(1)
    kept(store, first)
    again = replace(first, task_id="t1b")
    with store.begin() as unit:
        assert not unit.add_task(again)
        assert unit.standing_tasks() == (first,)
        unit.update_task(first, followed(first, TaskEvent.DROP, at(1)))
        assert unit.add_task(again)
        assert [task.task_id for task in unit.tasks_of(first.case_id)] == ["t1", "t1b"]
        assert unit.standing_tasks() == (again,)


def test_of_two_who_change_a_task_at_once_the_second_is_refused(store: Store):
    first = task_of(1)
    kept(store, first)
    changed = followed(first, TaskEvent.DROP, at(1))
    with store.begin() as unit:
        unit.update_task(first, changed)
    with store.begin() as unit, pytest.raises(IllegalMove, match="meanwhile"):
        unit.update_task(first, followed(first, TaskEvent.CONFIRM, at(2)))
    with store.begin() as unit:
        assert unit.task("t1") == changed


def test_two_runs_at_once_hand_a_case_over_once(store: Store):
    with store.begin() as unit:
        unit.insert_case(case(1, state=CaseState.APPLYING))
    made: list[bool] = []

    def hand_over(task_id: str) -> None:
        with store.begin() as unit:
            made.append(unit.add_task(replace(task_of(1), task_id=task_id)))

    threads = [threading.Thread(target=hand_over, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]


def test_a_unit_that_fails_keeps_neither_task_nor_evidence(store: Store):
    kept(store, task_of(1))
    one = Evidence("e1", "t1", "a.pdf", "application/pdf", 3, "ab", "a", at(1))

    def attach_and_die() -> None:
        with store.begin() as unit:
            unit.add_evidence(one, b"x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        attach_and_die()
    with store.begin() as unit:
        assert unit.evidence_of(["t1"]) == ()


def test_evidence_is_kept_byte_for_byte_and_listed_without_its_bytes(store: Store):
    kept(store, task_of(1), task_of(2))
    content = bytes(range(256)) * 10
    one = Evidence("e1", "t1", "証拠.pdf", "application/pdf", len(content), "ab" * 32, "a", at(1))
    two = replace(one, evidence_id="e2", attached_at=at(2))
    other = replace(one, evidence_id="e3", task_id="t2")
    with store.begin() as unit:
        for each in (two, other, one):
            unit.add_evidence(each, content)
        assert unit.evidence_of(["t1"]) == (one, two)
        assert unit.evidence("e1") == (one, content)
        with pytest.raises(NoSuchCase):
            unit.evidence("e9")


def test_pages_are_cut_by_due_date_and_repeat_nothing(store: Store):
    kept(store, *(task_of(n) for n in (3, 1, 2)))
    with store.begin() as unit:
        unit.save_cards([Card(StaffNumber("0000001"), "山田", "ヤマダ", SECTION, "主事")])
        unit.save_sections([Section(SECTION, "税務課", None, 1)])
        first = unit.task_page(TaskQuery(limit=2))
        rest = unit.task_page(TaskQuery(limit=2, after=first.after))
        with pytest.raises(UsageError):
            unit.task_page(TaskQuery(after=("x",)))
    assert [line.task.task_id for line in (*first.lines, *rest.lines)] == ["t1", "t2", "t3"]
    assert (first.total, rest.after) == (3, ())
    line = first.lines[0]
    assert (line.case.case_id, line.section_name) == (line.task.case_id, "税務課")
    assert line.card is not None
    assert line.card.name == "山田"


def test_people_see_the_tasks_of_their_sections_and_those_they_do(store: Store):
    kept(store, task_of(1), task_of(2, section=OrgUnitCode("20010"), directory="juki"))

    def seen(**given: object) -> list[str]:
        with store.begin() as unit:
            page = unit.task_page(TaskQuery(**given))  # type: ignore[arg-type]
        return [line.task.task_id for line in page.lines]

    assert seen() == ["t1", "t2"]
    assert seen(visible=frozenset({SECTION})) == ["t1"]
    assert seen(visible=frozenset()) == []
    assert seen(visible=frozenset({SECTION}), own_directories=frozenset({"juki"})) == ["t1", "t2"]
    assert seen(section=SECTION) == ["t1"]
    assert seen(directory="juki") == ["t2"]
    assert seen(states=frozenset({TaskState.CHECKED})) == []


def test_what_waits_and_what_is_overdue_is_counted(store: Store):
    done = task_of(2, state=TaskState.DONE, done_by="a", done_at=at(1))
    over = task_of(3, state=TaskState.CHECKED, done_by="a", done_at=at(1), ended_at=at(2))
    kept(store, task_of(1), done, over)
    first_due = task_of(1).due_at
    with store.begin() as unit:
        assert unit.task_counts(TaskQuery(), at(0)) == TaskCounts(1, 1, 0)
        assert unit.task_counts(TaskQuery(), first_due) == TaskCounts(1, 1, 1)
        nobodys = TaskQuery(visible=frozenset())
        assert unit.task_counts(nobodys, first_due) == TaskCounts()
        late = unit.task_page(TaskQuery(overdue_at=first_due))
    assert [line.task.task_id for line in late.lines] == ["t1"]


def test_what_was_checked_after_a_moment_is_found_and_nothing_else(store: Store):
    state = TaskState.CHECKED
    kept(
        store,
        task_of(1, state=state, done_at=at(5), ended_at=at(6)),
        task_of(2, state=state, done_at=at(3), ended_at=at(6)),
        task_of(3, state=TaskState.DONE, done_at=at(5)),
        task_of(4, state=state, done_at=at(5), ended_at=at(6), directory="juki"),
    )
    with store.begin() as unit:
        found = unit.checked_tasks("ad", at(3))
        assert [task.task_id for task in found] == ["t1"]
        assert unit.checked_tasks("ad", at(5) - timedelta(microseconds=1)) == found
