"""A process that lives through the town's story and is killed at the n-th step it takes.

A step is the end of every committed unit and the moment before and after every group that loses
members in the directory. Three groups lose them, in a round of two and a round of one. Run as
`python -m tests.e2e.doomed FOLDER N`; N = 0 lets it live. The directory is a JSON file, and
`effects` beside it gets one line for every value that really went away.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from syncd.core.cases import CaseState
from syncd.flow import apply
from syncd.flow.vote import approve_plan
from syncd.ports.directory import GroupRemoval, Progress, WriteOutcome
from syncd.ports.store import Store, Unit
from syncd.store import open_store
from tests.fakes.directory import FakeDirectory
from tests.flow.town import APRIL, TAX, Town, approver, separation, transfer

GROUPS = (TAX, "cn=view,ou=groups", "cn=print,ou=groups")


class Fate:
    """Counts steps and ends the process at the chosen one, as a power cut would."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.step = 0

    def take_step(self) -> None:
        self.step += 1
        if self.step == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedStore:
    """The real store; every committed unit is a step."""

    def __init__(self, store: Store, fate: Fate) -> None:
        self._store = store
        self._fate = fate

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        self._fate.take_step()
        with self._store.begin() as unit:
            yield unit
        self._fate.take_step()

    def exclusive(self, what: str):
        return self._store.exclusive(what)


class FileDirectory(FakeDirectory):
    """A directory in a JSON file, so that it outlives the process that writes it."""

    path: Path
    fate: Fate

    def read(self, progress: Progress):
        self.groups = json.loads(self.path.read_text())
        return super().read(progress)

    def remove_from(self, removal: GroupRemoval) -> tuple[WriteOutcome, ...]:
        group, members = removal.group, removal.members
        self.fate.take_step()
        self.groups = json.loads(self.path.read_text())
        present = [m for m in members if m in self.groups[group]]
        outcomes = super().remove_from(removal)
        spare = self.path.with_suffix(".new")
        spare.write_text(json.dumps(self.groups))
        with self.path.with_name("effects").open("a") as effects:
            effects.writelines(f"{group} {member}\n" for member in present)
        spare.replace(self.path)
        self.fate.take_step()
        return outcomes


def live(folder: Path, kill_at: int) -> Town:
    fate = Fate(kill_at)
    store = DoomedStore(open_store("sqlite:///syncd.db", folder), fate)
    town = Town(folder, store)  # type: ignore[arg-type]
    _move_in(town, folder / "directory.json", fate)
    town.orders.records = (
        *(separation(n, date(2027, 3, 31)) for n in (1, 2)),
        *(transfer(n, "20010") for n in (3, 4)),
    )
    report = town.sync()
    with store.begin() as unit:
        waiting = unit.cases([CaseState.OPEN])
    if waiting:
        approve_plan(town.site(), [approver("sato")], report.proposed.hash)
    town.sync(APRIL)
    town.sync(APRIL)
    return town


def _move_in(town: Town, path: Path, fate: Fate) -> None:
    seed, right = town.directory, town.entitlements.records[0]
    town.entitlements.records = tuple(
        replace(right, entitlement=group.partition(",")[0], groups=(group,)) for group in GROUPS
    )
    groups = dict.fromkeys(GROUPS, seed.groups[TAX])
    if not path.exists():
        path.write_text(json.dumps(groups))
    directory = FileDirectory(seed.name, seed.clock, seed.accounts, groups)
    directory.path, directory.fate = path, fate
    town.directory = directory
    town.name_ids(str(os.getpid()))


if __name__ == "__main__":
    apply.ROUND_GROUPS = 2
    live(Path(sys.argv[1]), int(sys.argv[2]))
