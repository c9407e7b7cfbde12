"""The files of みほん市 as its systems export them: CP932 with CRLF, UTF-8 with BOM, a workbook.

The same city always gives the same bytes; a workbook's own time stamps are taken out for that.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl

from syncd.demo.cast import CONCURRENT, Designation, Fate, Role
from syncd.demo.guests import GUESTS
from syncd.demo.orders import OrderRow, in_japanese_years
from syncd.demo.people import Person
from syncd.demo.sections import AFFAIRS, BY_CODE, RIGHTS, SECTIONS

DIRECTORY = "mihon"
_BASE_ON = "令和9年3月25日"
_END_OF_FILE = b"\x1a"
_STAMP = (2027, 3, 25, 9, 0, 0)
_SAVED_AT = re.compile(rb'(xsi:type="dcterms:W3CDTF">)[^<]*')
_DESIGNATIONS = (
    *("事務コード", "事務の名称", "所属コード", "職員番号", "氏名"),
    *("取扱範囲", "指定日", "解除日", "有効期限", "指定者"),
)


def write_roster(path: Path, roles: Iterable[Role]) -> None:
    """Write 職員名簿 in CP932 with CRLF and the 0x1A of old programs."""
    text = _csv([_roster_row(role) for role in roles], "\r\n")
    path.write_bytes(text.encode("cp932") + _END_OF_FILE)


def _roster_row(role: Role) -> dict[str, str]:
    person, fate = role.person, role.fate
    status = {Fate.RETURNS: "育児休業", Fate.LONG_GONE: "退職"}.get(fate, "在職")
    return {
        "基準日": _BASE_ON,
        "職員番号": person.staff_number,
        "氏名": person.name,
        "カナ氏名": person.kana,
        "職員区分": person.employment,
        "所属コード": person.section,
        "所属名称": BY_CODE[person.section].name,
        "補職名": person.title,
        "兼務所属コード": CONCURRENT if fate is Fate.RELEASED else "",
        "在職区分": status,
        "採用日": _era_code(person.hired_on),
        "任期満了日": _era_code(person.term_ends_on) if person.term_ends_on else "99999999",
        "退職日": "R08.12.31" if fate is Fate.LONG_GONE else "0",
    }


def _era_code(day: date) -> str:
    """Return a day as 元号コード: 5 令和, 4 平成."""
    if day >= date(2019, 5, 1):
        return f"5{day.year - 2018:02}{day:%m%d}"
    return f"4{day.year - 1988:02}{day:%m%d}"


def write_orders(path: Path, orders: Iterable[OrderRow]) -> None:
    """Write 発令 in CP932 with CRLF."""
    path.write_bytes(_csv(list(orders), "\r\n").encode("cp932"))


def write_designations(path: Path, roles: Iterable[Role]) -> None:
    """Write 事務取扱担当者名簿 as a workbook with real dates, a title and a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名簿"
    sheet.append(["みほん市 特定個人情報事務取扱担当者名簿"])
    sheet.append(_DESIGNATIONS)
    of_staff = [role.designation for role in roles if role.designation is not None]
    for line in (*of_staff, *(guest.designation for guest in GUESTS if guest.designation)):
        sheet.append(_designation_cells(line))
    book.create_sheet("凡例").append(["取扱範囲は「、」で区切って記入する。"])
    written = io.BytesIO()
    book.save(written)
    path.write_bytes(_without_time_stamps(written))


def _designation_cells(line: Designation) -> list[str | date | None]:
    return [
        *(line.affair, AFFAIRS[line.affair], line.section, line.staff_number, line.name),
        *("、".join(line.scope), line.designated_on, None, line.expires_on, "保護責任者"),
    ]


def _without_time_stamps(written: io.BytesIO) -> bytes:
    """Return the workbook with every moment at which it was saved replaced by a fixed one."""
    out = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = _SAVED_AT.sub(rb"\g<1>2027-03-25T00:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, _STAMP), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write_entitlements(path: Path) -> None:
    """Write the list of rights in UTF-8 with BOM; groups are named by their short name."""
    rows = [
        {
            "権限ID": right.entitlement,
            "システム": DIRECTORY,
            "グループ": right.group,
            "権限名": right.group.removeprefix("番号_").replace("_", " "),
            "事務コード": ";".join(right.affairs),
            "操作": ";".join(right.operations),
        }
        for right in RIGHTS
    ]
    path.write_bytes(_csv(rows, "\r\n").encode("utf-8-sig"))


def write_training(path: Path, roles: Iterable[Role]) -> None:
    """Write 研修受講記録; the numbers have lost their zeros in somebody's spreadsheet."""
    rows = [_training_row(r.person, untrained=r.fate is Fate.UNTRAINED) for r in roles]
    rows += [
        {"職員番号": g.account, "研修名": "委託先向け研修", "受講日": "R8.9.10"}
        for g in GUESTS
        if g.designation
    ]
    path.write_bytes(_csv(rows, "\r\n").encode("utf-8-sig"))


def _training_row(person: Person, *, untrained: bool) -> dict[str, str]:
    year, day = ("令和7年度", date(2025, 6, 12)) if untrained else ("令和8年度", date(2026, 6, 18))
    number, course = person.staff_number.lstrip("0"), f"{year} 特定個人情報保護研修"
    return {"職員番号": number, "研修名": course, "受講日": in_japanese_years(day)}


def write_accounts(path: Path, sponsor: str) -> None:
    """Write the accounts that stand in no personnel system, with who answers for them."""
    rows = [
        {
            "システム": DIRECTORY,
            "利用者ID": guest.account,
            "職員番号": "",
            "種別": guest.kind,
            "管理者": sponsor,
            "有効期限": guest.expires_on.isoformat(),
        }
        for guest in GUESTS
        if guest.expires_on
    ]
    path.write_bytes(_csv(rows, "\n").encode("utf-8"))


def write_org_units(path: Path) -> None:
    """Write the section table."""
    rows = [
        {
            "所属コード": section.code,
            "所属名": section.name,
            "上位所属コード": section.parent,
            "建制順": str(rank * 10),
            "開始日": "平成31年4月1日",
            "終了日": "99999999",
            "移行先所属コード": "",
        }
        for rank, section in enumerate(SECTIONS, 1)
    ]
    path.write_bytes(_csv(rows, "\r\n").encode("cp932"))


def _csv(rows: Sequence[Mapping[str, str]], line_end: str) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator=line_end)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()
