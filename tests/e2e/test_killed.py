"""Killed at any moment and started again, syncd loses no case, doubles no effect, skips no record."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from syncd.core.audit import AuditEvent
from syncd.core.cases import Case, CaseState
from syncd.flow.evidence import verify_trail
from syncd.store import open_store
from tests.e2e.doomed import GROUPS
from tests.fakes.directory import dn
from tests.flow.town import account

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {f"{group} {dn(account(n))}" for group in GROUPS for n in (1, 2, 3, 4)}


def live(folder: Path, kill_at: int) -> int:
    command = [sys.executable, "-m", "tests.e2e.doomed", str(folder), str(kill_at)]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode


@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(4))
def test_a_kill_at_every_step_loses_doubles_and_skips_nothing(tmp_path: Path, share: int):
    killed = 0
    for kill_at in range(1 + share, 1000, 4):
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        code = live(folder, kill_at)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        assert live(folder, 0) == 0
        check_everything(folder)
    assert killed >= 10


def check_everything(folder: Path) -> None:
    store = open_store("sqlite:///syncd.db", folder)
    effects = (folder / "effects").read_text().splitlines()
    assert Counter(effects) == dict.fromkeys(EXPECTED, 1)
    with store.begin() as unit:
        cases = [case for case in unit.cases(list(CaseState)) if edge(case) in EXPECTED]
        records = [leaf.decode() for _, leaf, _ in unit.audit_leaves()]
    assert Counter(edge(case) for case in cases) == dict.fromkeys(EXPECTED, 1)
    assert {case.state for case in cases} == {CaseState.VERIFIED}
    for case, event in itertools.product(cases, ON_RECORD):
        found = [r for r in records if f'"{event}"' in r and case.case_id in r]
        assert found, f"{event} of {case.case_id} is not on record"
    assert verify_trail(store).faults == ()


def edge(case: Case) -> str:
    return f"{case.groups[0]} {case.member}"


ON_RECORD = (
    AuditEvent.CASE_OPENED,
    AuditEvent.CASE_APPROVED,
    AuditEvent.REMOVAL_INTENDED,
    AuditEvent.REMOVAL_WRITTEN,
    AuditEvent.REMOVAL_VERIFIED,
)
