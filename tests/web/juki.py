"""The city with a system that nothing can reach, and one approved removal handed to people."""

from __future__ import annotations

from collections.abc import Callable

from syncd.bootstrap import open_site
from syncd.core.calendar import day_of
from syncd.core.cases import CaseState
from syncd.core.ids import CaseId
from syncd.core.tasks import Task
from syncd.flow.run import run
from syncd.flow.site import RunRequest
from syncd.flow.vote import approve_cases
from tests.web.conftest import Office

DIRECTORY = "juki"
SECTION = "20020"
_CONFIGURED = """
[[directories]]
name = "juki"
type = "manual"
mode = "apply"
path = "in/juki.csv"
kind = "operator-id"
control_total = "required"
contact = "市民課 住基担当 内線2345"
instructions = \"\"\"1. 統合端末の操作者管理で、この操作者IDの用途を外す。
2. 結果の画面を印刷し、添付する。\"\"\"
"""


def people(make_office: Callable[[], Office]) -> Office:
    """Return an office whose newest task waits for an operator to do it."""
    office = make_office()
    moved = next(
        c
        for c in office.cases()
        if c.section == SECTION and c.staff_number and "transferred" in c.reasons
    )
    folder = office.city.config.parent
    export(office, [("JK0001", str(moved.staff_number)), ("JKADMIN", "")], "R09.03.31")
    rights = folder / "in" / "entitlements.csv"
    row = "JUKI-OP,juki,本人確認情報 照会,本人確認情報 照会,TAX,照会\r\n"
    rights.write_bytes(rights.read_bytes() + row.encode())
    text = office.city.config.read_text("utf-8")
    office.city.config.write_text(text + _CONFIGURED, "utf-8")
    opened = open_site(office.city.config, lambda *_: None, clock=office.clock)
    juki = Office(office.city, opened, office.clock)
    look(juki)
    (case,) = (c for c in juki.cases() if c.directory == DIRECTORY and c.staff_number)
    approve_cases(opened.site, [opened.actor("hosaka")], [CaseId(case.case_id)])
    look(juki)
    return juki


def export(office: Office, holders: list[tuple[str, str]], day: str) -> None:
    """Write the list as its owner exports it."""
    lines = ["基準日,グループ,利用者ID,職員番号"]
    lines += [f"{day},本人確認情報 照会,{account},{number}" for account, number in holders]
    lines.append(f"件数,{len(holders)},,")
    path = office.city.config.parent / "in" / "juki.csv"
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp932"))


def look(office: Office) -> None:
    """Do a run now."""
    run(office.opened.site, RunRequest(day_of(office.clock.at), "syncd"))


def task_of(office: Office) -> Task:
    """Return the one task that there is, wherever it stands."""
    with office.opened.site.store.begin() as unit:
        (found,) = (
            task
            for case in unit.cases(CaseState)
            if case.directory == DIRECTORY
            for task in unit.tasks_of(case.case_id)
        )
        return found
