"""SIGKILL at any point of a unit leaves all of it or nothing; a dead process holds no right."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from syncd.errors import AlreadyRunning
from syncd.store import open_store
from tests.fakes.children import Child
from tests.fakes.readings import at, case, person

_UNIT = """
from syncd.core.audit import AuditEvent, AuditRecord
with store.begin() as unit:
    unit.accept(roster(person("1")), at(1)); {0}
    unit.insert_case(case()); {1}
    unit.audit([AuditRecord(at(1), AuditEvent.CASE_OPENED, "syncd", "C-00001")]); {2}
{3}
"""
_STEPS = 4


@pytest.mark.parametrize("step", range(_STEPS))
def test_a_unit_killed_at_any_step_is_there_whole_or_not_at_all(
    store_url: str, tmp_path: Path, step: int
) -> None:
    dies = "say('here'); os.kill(os.getpid(), 9)"
    lines = _UNIT.format(*(dies if n == step else "pass" for n in range(_STEPS)))
    with Child(lines, store_url, tmp_path) as child:
        assert child.hear() == "here"
        assert child.process.wait(timeout=30) == -9
    committed = step == _STEPS - 1
    store = open_store(store_url, tmp_path)
    with store.begin() as unit:
        known = unit.facts(at(2)).rosters
        assert [roster.entries for roster in known] == ([(person("1"),)] if committed else [])
        assert unit.cases() == ((case(),) if committed else ())
        assert unit.checkpoint(at(2)).size == int(committed)
    store.close()


def test_a_right_held_by_another_process_is_refused_and_free_when_it_dies(
    store_url: str, tmp_path: Path
) -> None:
    store = open_store(store_url, tmp_path)
    lines = "with store.exclusive('sync'):\n    say('mine')\n    sys.stdin.read()\n"
    with Child(lines, store_url, tmp_path) as child:
        assert child.hear() == "mine"
        with pytest.raises(AlreadyRunning), store.exclusive("sync"):
            pass
        with store.begin() as unit:
            unit.insert_case(case())
    for _ in range(50):
        try:
            with store.exclusive("sync"):
                break
        except AlreadyRunning:
            time.sleep(0.1)
    else:
        pytest.fail("the right of a dead process was not given back")
    store.close()
