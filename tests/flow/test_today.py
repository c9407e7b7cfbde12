"""When the first page may say that all is well: only where that is established, and now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.core.findings import Doubt
from syncd.core.ids import PlanHash, RunId
from syncd.flow.today import PlanSeen, Today
from syncd.flow.uncertain import Uncertain
from syncd.ports.runs import RunRow
from tests.flow.town import APRIL

DUE = midnight(APRIL)
GOOD = RunRow(RunId("r1"), "full", APRIL, "syncd", DUE, DUE + timedelta(minutes=1), complete=True)
SURE = Uncertain((), (), {}, everything=False, rights=0)
QUIET = Today(
    counts=dict.fromkeys(CaseState, 0),
    waiting=(),
    last_run=GOOD,
    last_complete=GOOD,
    due_at=DUE,
    uncertain=SURE,
    held=(),
    proposed=None,
    coming=None,
    residue=(),
)
OLD = replace(GOOD, run=RunId("r0"), started_at=DUE - timedelta(days=1))


def counted(state: CaseState) -> dict[CaseState, int]:
    return {**QUIET.counts, state: 1}


def test_all_is_well_after_a_complete_run_in_time_with_nothing_left():
    assert QUIET.is_fine
    assert not QUIET.is_late


@pytest.mark.parametrize(
    "changes",
    [
        {"last_run": None, "last_complete": None},
        {"last_run": OLD, "last_complete": OLD},
        {"last_run": replace(GOOD, complete=False), "last_complete": OLD},
        {"last_run": replace(GOOD, complete=None, finished_at=None), "last_complete": OLD},
        {"uncertain": replace(SURE, doubts={Doubt.ROW_HELD: 1}, rights=1)},
        {"held": (PlanSeen(PlanHash("0" * 64), 3, ("too many",)),)},
        {"counts": counted(CaseState.OPEN)},
        {"counts": counted(CaseState.REFUSED)},
        {"counts": counted(CaseState.FAILED)},
    ],
    ids="+".join,
)
def test_all_is_never_well_while_anything_is_open_unknown_or_old(changes):
    assert not replace(QUIET, **changes).is_fine


def test_a_right_that_is_being_removed_or_excepted_is_under_way():
    seen = replace(QUIET, counts=counted(CaseState.APPROVED))
    assert seen.is_fine
    assert seen.under_way == 1


def test_a_run_that_began_in_time_and_still_goes_on_was_not_missed():
    running = replace(GOOD, complete=None, finished_at=None)
    assert not replace(QUIET, last_run=running, last_complete=OLD).is_late
    late = replace(running, started_at=DUE - timedelta(hours=1))
    assert replace(QUIET, last_run=late, last_complete=OLD).is_late


def test_an_incomplete_run_in_time_does_not_make_up_for_the_complete_one():
    assert replace(QUIET, last_run=replace(GOOD, complete=False), last_complete=OLD).is_late
