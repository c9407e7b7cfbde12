"""The town with a system that nothing can reach: a real list in a real file, and people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from connectors.manual import ManualDirectoryType
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.tasks import Task
from syncd.core.votes import Actor, Role
from syncd.flow.report import RunReport
from syncd.flow.site import DirectorySeat, Mode, Site
from syncd.flow.tasks import Attachment, check_done, reject_done, report_done
from syncd.flow.vote import approve_cases
from syncd.ports.directory import DirectoryContext
from syncd.ports.listing import TrailQuery
from syncd.store import open_store
from tests.flow.town import APRIL, TAX, Town, account, approver, staff, transfer

DOER = Actor("unyo1", staff(801), frozenset({Role.OPERATOR}))
DOERS_OTHER_ACCOUNT = Actor("unyo1-adm", staff(801), frozenset({Role.OPERATOR}))
OTHER_DOER = Actor("unyo2", staff(802), frozenset({Role.OPERATOR}))
CHECKER = approver("hosaka", 900)
PROOF = Attachment("操作者一覧.txt", "u0001 は抹消済み".encode())


@dataclass
class ManualTown(Town):
    """Its list says who stands in the group; a test writes a new list as the owner would."""

    options: dict[str, Any] = field(default_factory=dict)

    def export(self, on: date, members: Iterable[int] = range(1, 11)) -> None:
        rows = [f'"{TAX}",{account(n)},{n}' for n in members]
        total = f"件数,{len(rows)}"
        day = f"{on:%Y/%m/%d}"
        lines = ["グループ,利用者ID,職員番号,基準日", *(f"{row},{day}" for row in rows), total]
        self._list.write_text("".join(f"{line}\r\n" for line in lines), "cp932")

    @property
    def _list(self) -> Path:
        return self.directory_path / "list.csv"

    def site(self) -> Site:
        given = {"path": "list.csv", "control_total": "required", **self.options}
        options = ManualDirectoryType.Options.model_validate(given)
        context = DirectoryContext("ad", self.directory_path, 7, lambda: self.now)
        seat = DirectorySeat(
            "ad",
            self.mode,
            ManualDirectoryType.build_reader(options, context),
            lambda: ManualDirectoryType.build_writer(options, context),
            ManualDirectoryType.capabilities(options),
            hand_over=ManualDirectoryType.hand_over(options),
        )
        return replace(super().site(), directories={"ad": seat})

    def sync_on(self, day: date, hour: int = 0) -> RunReport:
        self.now = max(self.now, midnight(day) + timedelta(hours=hour))
        return self.sync(day)

    def open_case(self) -> Case:
        """Let person 1 be moved away on 1 April; return the case about their right."""
        self.export(date(2027, 3, 31))
        self.sync_on(date(2027, 3, 31), 9)
        self.orders.records = (transfer(1, "20010"),)
        self.sync_on(APRIL)
        (case,) = self.cases()
        return case

    def hand_over(self) -> Task:
        """Open the case, approve it and hand it over."""
        case = self.open_case()
        self.now = midnight(APRIL) + timedelta(hours=9)
        approve_cases(self.site(), [CHECKER], [case.case_id])
        self.sync_on(APRIL, 10)
        return self.task()

    def at_noon(self, day: date) -> None:
        self.now = max(self.now, midnight(day) + timedelta(hours=12))

    def report(self, actor: Actor = DOER, files: tuple[Attachment, ...] = (PROOF,)) -> Task:
        return report_done(self.site(), [actor], self.task().task_id, "抹消した", files)

    def check(self, actor: Actor = CHECKER, files: tuple[Attachment, ...] = ()) -> Task:
        return check_done(self.site(), [actor], self.task().task_id, "一覧で確かめた", files)

    def reject(self, actor: Actor = CHECKER, because: str = "まだ残っています") -> Task:
        return reject_done(self.site(), [actor], self.task().task_id, because)

    def cases(self, *states: CaseState) -> tuple[Case, ...]:
        with self.store.begin() as unit:
            return unit.cases(states or CaseState)

    def case(self) -> Case:
        return self.cases()[-1]

    def tasks(self) -> tuple[Task, ...]:
        with self.store.begin() as unit:
            return tuple(t for c in unit.cases(CaseState) for t in unit.tasks_of(c.case_id))

    def task(self) -> Task:
        return self.tasks()[-1]

    def trail(self) -> list[bytes]:
        with self.store.begin() as unit:
            return [line.leaf for line in unit.trail_page(TrailQuery(limit=10_000))]

    def recorded(self, event: str) -> list[bytes]:
        return [leaf for leaf in reversed(self.trail()) if f'"event":"{event}"'.encode() in leaf]


def manual_town(folder: Path, **options: Any) -> ManualTown:
    return ManualTown(
        folder, open_store("sqlite:///syncd.db", folder), mode=Mode.APPLY, options=options
    )
