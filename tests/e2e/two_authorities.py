"""A body with two appointing authorities that use the same staff numbers for different people.

市長 has people 1 to 4 in 12010, 教育委員会 people 1 and 2 in 30010; all hold TAX by designation.
Accounts are `m1` … and `e1` …; the directory holds the numbers as keys (`E-0000001`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from syncd.bootstrap import OpenSite, open_site
from syncd.core.calendar import midnight
from syncd.core.cases import CaseState
from syncd.flow.report import RunReport
from syncd.flow.run import run
from syncd.flow.site import RunRequest

EVE, APRIL = date(2027, 3, 31), date(2027, 4, 1)
CONFIG = """
[organization]
name = "みほん市"
[store]
url = "sqlite:///syncd.db"

[[authorities]]
name = "市長"
sections = ["1*"]

[[authorities]]
name = "教育委員会"
number_prefix = "E"
sections = ["3*"]
staff_numbers = ["0000001-0000009"]
outside = "{outside}"

[[sources]]
name = "city"
type = "file"
provides = "roster"
path = "city.csv"
base_on = "2027-03-01"
authority = "市長"
loss_check = false

[[sources]]
name = "board"
type = "file"
provides = "roster"
path = "board.csv"
base_on = "2027-03-01"
on_error = "quarantine"
authority = "教育委員会"
loss_check = false

[[sources]]
name = "city-orders"
type = "file"
provides = "orders"
path = "city-orders.csv"
authority = "市長"

[[sources]]
name = "board-orders"
type = "file"
provides = "orders"
path = "board-orders.csv"
authority = "教育委員会"

[[sources]]
name = "designations"
type = "file"
provides = "designations"
path = "designations.csv"

[[sources]]
name = "rights"
type = "file"
provides = "entitlements"
path = "rights.csv"

[[sources]]
name = "links"
type = "file"
provides = "person_links"
path = "links.csv"

[[directories]]
name = "ad"
type = "ldif"
mode = "apply"
path = "ad.ldif"
in_place = true
people_base = "ou=people,dc=x"
groups_base = "ou=groups,dc=x"
staff_number_attribute = "employeeNumber"
account_attribute = "uid"

[[actors]]
account = "kacho"
staff_number = "0000004"
roles = ["chief"]

[[actors]]
account = "kyoiku"
staff_number = "E-0000002"
roles = ["chief"]

[[actors]]
account = "sato"
staff_number = "0000900"
roles = ["chief"]
"""
ROSTER = "職員番号,所属コード,在職区分,採用日,退職日\n"
ORDERS = "発令番号,発令日,発令区分,職員番号,所属コード,対象発令番号\n"
LINKS = "任命権者,職員番号,本人任命権者,本人番号,開始日,終了日\n"
GROUP = "cn=tax,ou=groups,dc=x"
ACCOUNTS = {
    "m1": "0000001",
    "m2": "0000002",
    "m3": "0000003",
    "m4": "0000004",
    "e1": "E-0000001",
    "e2": "E-0000002",
}


class Body:
    """The files of the body; a test changes them between two runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = midnight(EVE)
        self.configure()
        self.write("city", ROSTER, (f"{n},12010,在職,," for n in range(1, 5)))
        self.write("board", ROSTER, (f"{n},30010,在職,," for n in (1, 2)))
        self.write("city-orders", ORDERS)
        self.write("board-orders", ORDERS)
        self.write("links", LINKS)
        head = "事務コード,所属コード,職員番号,指定日\n"
        lines = [f"TAX,12010,{n},2026-04-01" for n in range(1, 5)]
        lines += [f"TAX,30010,E-{n:07},2026-04-01" for n in (1, 2)]
        self.write("designations", head, lines)
        rights = [f'TAX-EDIT,ad,"{GROUP}",TAX']
        self.write("rights", "権限ID,システム,グループ,事務コード\n", rights)
        self._write_directory()

    def configure(self, outside: str = "refuse") -> None:
        text = CONFIG.format(outside=outside)
        (self.folder / "syncd.toml").write_text(text, encoding="utf-8")

    def replace(self, old: str, new: str) -> None:
        """Change the configuration."""
        path = self.folder / "syncd.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, head: str, rows: Iterable[str] = ()) -> None:
        text = head + "".join(f"{row}\n" for row in rows)
        (self.folder / f"{name}.csv").write_text(text, encoding="utf-8")

    def _write_directory(self) -> None:
        people = [
            f"dn: uid={uid},ou=people,dc=x\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\n"
            f"sn: {uid}\nemployeeNumber: {number}\n"
            for uid, number in ACCOUNTS.items()
        ]
        members = "".join(f"member: uid={uid},ou=people,dc=x\n" for uid in ACCOUNTS)
        group = f"dn: {GROUP}\nobjectClass: groupOfNames\ncn: tax\n{members}"
        bases = [
            f"dn: ou={name},dc=x\nobjectClass: organizationalUnit\nou: {name}\n"
            for name in ("people", "groups")
        ]
        entries = ["dn: dc=x\nobjectClass: domain\ndc: x\n", *bases, *people, group]
        (self.folder / "ad.ldif").write_text("version: 1\n\n" + "\n".join(entries) + "\n")

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def open(self) -> OpenSite:
        return open_site(self.folder / "syncd.toml", lambda *_: None, clock=self.clock)

    def sync(self, as_of: date = APRIL) -> RunReport:
        self.now = max(self.now, midnight(as_of))
        opened = self.open()
        try:
            return run(opened.site, RunRequest(as_of, "syncd"))
        finally:
            opened.site.store.close()

    def members(self) -> set[str]:
        lines = (self.folder / "ad.ldif").read_text().splitlines()
        return {line[12:14] for line in lines if line.startswith("member: uid=")}

    def verdicts(self, report: RunReport) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {
            f.account: (str(f.verdict), tuple(map(str, f.reasons)))
            for f in report.decision.findings
        }

    def states(self) -> dict[str, CaseState]:
        opened = self.open()
        try:
            with opened.site.store.begin() as unit:
                return {case.account: case.state for case in unit.cases(list(CaseState))}
        finally:
            opened.site.store.close()
