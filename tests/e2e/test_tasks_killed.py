"""Killed at any moment of a task's life and started again, syncd loses and doubles nothing of it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from syncd.core.cases import CaseState
from syncd.core.tasks import TaskState
from syncd.flow.evidence import verify_trail
from syncd.flow.vote import approve_cases
from syncd.store import open_store
from tests.e2e.doomed import DoomedStore, Fate
from tests.flow.manual_town import CHECKER, ManualTown
from tests.flow.town import APRIL, transfer

CONTEXT = multiprocessing.get_context("fork")
CHANGES = ("add_task", "update_task", "update_case", "add_evidence", "audit")


class DoomedUnit:
    """A unit in which every change is a step too: the process may die between two of them."""

    def __init__(self, unit: Any, fate: Fate) -> None:
        self._unit = unit
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._unit, name)
        if name not in CHANGES:
            return asked

        def change(*given: object) -> object:
            self._fate.take_step()
            return asked(*given)

        return change


class DoomedWithin(DoomedStore):
    @contextmanager
    def begin(self) -> Iterator[Any]:
        with super().begin() as unit:
            yield DoomedUnit(unit, self._fate)


def move_in(folder: Path, store: Any) -> ManualTown:
    town = ManualTown(folder, store)
    town.name_ids(f"p{os.getpid()}-")
    town.orders.records = (transfer(1, "20010"),)
    town.at_noon(APRIL)
    return town


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose case is approved and not handed over yet; `test_killed` holds what was before."""
    folder = tmp_path_factory.mktemp("approved")
    town = move_in(folder, open_store("sqlite:///syncd.db", folder))
    town.export(date(2027, 3, 31))
    town.sync()
    (case,) = town.cases()
    approve_cases(town.site(), [CHECKER], [case.case_id])
    town.store.close()
    return folder


def live(folder: Path, kill_at: int) -> None:
    """Live through the story from wherever it stands; each step is done only if it is still due."""
    town = move_in(folder, DoomedWithin(open_store("sqlite:///syncd.db", folder), Fate(kill_at)))
    town.sync()
    for state, step in ((TaskState.OPEN, town.report), (TaskState.DONE, town.check)):
        town.at_noon(date(2027, 4, 6))
        if town.task().state is state:
            step()
    town.sync_on(date(2027, 4, 7))


def died(target: Callable[[Path, int], None], folder: Path, kill_at: int) -> bool:
    process = CONTEXT.Process(target=target, args=(folder, kill_at))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(4))
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_kill_at_every_step_of_a_task_loses_and_doubles_nothing(
    approved: Path, tmp_path: Path, share: int
):
    killed = 0
    for kill_at in range(1 + share, 1000, 4):
        folder = tmp_path / str(kill_at)
        shutil.copytree(approved, folder)
        if not died(live, folder, kill_at):
            break
        killed += 1
        live(folder, 0)
        check_everything(folder)
    assert killed >= 10


def check_everything(folder: Path) -> None:
    store = open_store("sqlite:///syncd.db", folder)
    with store.begin() as unit:
        (case,) = unit.cases(list(CaseState))
        (task,) = unit.tasks_of(case.case_id)
        evidence = unit.evidence_of([task.task_id])
        counted = Counter(
            event
            for _, leaf, _ in unit.audit_leaves()
            for event in ONCE
            if f'"event":"{event}"'.encode() in leaf
        )
    assert (case.state, task.state) == (CaseState.VERIFIED, TaskState.CHECKED)
    assert (task.done_by, task.checked_by) == ("unyo1", "hosaka")
    assert len(evidence) == 1
    assert counted == dict.fromkeys(ONCE, 1)
    assert verify_trail(store).faults == ()
    store.close()


ONCE = (
    "case.opened",
    "case.approved",
    "task.handed_over",
    "evidence.attached",
    "task.done",
    "removal.written",
    "task.checked",
    "removal.verified",
)
