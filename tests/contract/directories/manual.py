"""`manual` on a list that the owner of a system exports, with and without what proves it whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.manual import ManualDirectoryType
from syncd.ports.directory import Capability
from tests.contract.directories import ACCOUNTS, NOW, SEEDS, Kind, Seat

ALL = "利用者"
"""In which everybody stands: a list names nobody who holds nothing."""


class ManualSeat(Seat):
    def __init__(self, folder: Path, *, proves: bool) -> None:
        self.path = folder / "list.csv"
        self.reset()
        given = {"control_total": "required"} if proves else {}
        super().__init__(
            ManualDirectoryType,
            folder,
            {**given, "path": "list.csv"},
            {**given, "path": "missing.csv"},
        )

    def reset(self) -> None:
        self._write({ALL: set(ACCOUNTS), **{name: set(held) for name, held in SEEDS.items()}})

    def group(self, name: str) -> str:
        return f"業務 {name}"

    def member(self, account: str) -> str:
        return account

    def standing(self, name: str) -> set[str]:
        return self._held()[name]

    def grant(self, name: str, account: str) -> None:
        held = self._held()
        self._write({**held, name: held[name] | {account}})

    def revoke(self, name: str, account: str) -> None:
        held = self._held()
        self._write({**held, name: held[name] - {account}})

    def _held(self) -> dict[str, set[str]]:
        held: dict[str, set[str]] = {ALL: set(), **{name: set() for name in SEEDS}}
        with self.path.open(encoding="cp932", newline="") as file:
            for row in csv.DictReader(file):
                if row["グループ"] != "件数":
                    held[row["グループ"].removeprefix("業務 ")].add(row["利用者ID"])
        return held

    def _write(self, held: dict[str, set[str]]) -> None:
        rows = [(self.group(name), one) for name, some in held.items() for one in sorted(some)]
        with self.path.open("w", encoding="cp932", newline="") as file:
            written = csv.writer(file)
            written.writerow(("グループ", "利用者ID", "職員番号", "基準日"))
            for group, account in rows:
                written.writerow((group, account, ACCOUNTS[account] or "", f"{NOW:%Y%m%d}"))
            written.writerow(("件数", len(rows), "", ""))


@contextmanager
def proving(folder: Path) -> Iterator[ManualSeat]:
    yield ManualSeat(folder, proves=True)


@contextmanager
def unproved(folder: Path) -> Iterator[ManualSeat]:
    yield ManualSeat(folder, proves=False)


_ABLE = frozenset({Capability.READ_WHOLE, Capability.WRITE, Capability.BATCH})
KINDS = (
    Kind("manual", proving, _ABLE | {Capability.PROVE_COMPLETE}),
    Kind("manual-unproved", unproved, _ABLE),
)
