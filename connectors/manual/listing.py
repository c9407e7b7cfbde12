"""From the bytes of an exported list to who holds what; pure, so that every mutation can be tried.

Promise: what comes back is the whole list, or FaultyListError is raised with what was found. Names
and remarks are never taken out of it, and no value of a cell goes into a message: it may be
personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from connectors.manual.options import ACCOUNT, COLUMNS, DAY, GROUP, STAFF, SYSTEM, ManualOptions
from connectors.shared.bilingual import ROW, both
from connectors.shared.tables.cells import RowCells, Site
from connectors.shared.tables.ending import end_faults
from connectors.shared.tables.layout import Layout, find_layout
from connectors.shared.tables.parsing import parse_table
from connectors.shared.tables.place import day_in_name
from connectors.shared.tables.screening import my_number_faults, screen_row
from connectors.shared.tables.table import Row, Table
from syncd.core.ids import AccountId, StaffNumber, normalise_code, normalise_group
from syncd.errors import RowFault

_TOTAL = re.compile(r"(?:総|合計)?件数(?:合計)?[::]?(\d{1,9})件?|(?:合計|計|以上)[::]?(\d{1,9})件?")
_MANY = re.compile(r"[;；]")


class FaultyListError(Exception):
    """The list cannot be used whole."""

    def __init__(self, *faults: RowFault) -> None:
        """Keep every fault."""
        self.faults = faults
        super().__init__(f"{len(faults)} faults")


@dataclass(slots=True)
class Listed:
    """A whole list: the rows counted, its day, who each account is, and who stands in what.

    `groups` maps the key of a group to the name it has in the list; `holders` to its accounts.
    """

    rows: int
    exported_on: date
    accounts: dict[AccountId, StaffNumber | None] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    holders: dict[str, list[AccountId]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def parse_list(raw: bytes, file_name: str, options: ManualOptions, width: int) -> Listed:
    """Return what the bytes of a list say; raises FaultyListError."""
    table = parse_table(raw, options)
    _refuse(my_number_faults(table))
    _refuse(table.faults)
    table, stated = _without_total(table)
    if not table.rows:
        _refuse([_fault("一覧が空です", "the list is empty")])
    given = _given_day(options, file_name)
    layout = find_layout(table, COLUMNS, options, frozenset())
    _refuse(layout.faults)
    cells = RowCells(Site("", width, {}, layout.places, layout.labels, table.broken))
    listed, faults = _read_rows(layout, cells, options, given)
    faults += end_faults(table, layout, COLUMNS, cells)
    faults += _count_faults(len(layout.rows), stated, options)
    faults += _system_faults(layout, listed, options)
    _refuse(faults)
    return listed


def _fault(ja: str, en: str, column: str = "", line: int = 0) -> RowFault:
    return RowFault(line, column, None, both(ja, en))


def _refuse(faults: Iterable[RowFault]) -> None:
    """Raise FaultyListError where there is any fault; without the values, which may be personal."""
    found = [replace(fault, value=None, staff_number=None) for fault in faults]
    if found:
        raise FaultyListError(*sorted(found, key=lambda fault: fault.line))


def _without_total(table: Table) -> tuple[Table, tuple[int, ...]]:
    """Return the table without rows that state how many rows there are, and what they state.

    A list whose last row is its total was not cut off in the middle of one.
    """
    rows, stated = [], []
    for row in table.rows:
        total = _total_of(row)
        if total is None:
            rows.append(row)
        else:
            stated.append(total)
    ends_with_total = bool(table.rows) and _total_of(table.rows[-1]) is not None
    is_open = table.open_end and not ends_with_total
    return replace(table, rows=tuple(rows), open_end=is_open), tuple(stated)


def _total_of(row: Row) -> int | None:
    found = _TOTAL.fullmatch(normalise_code("".join(row.cells)))
    return None if found is None else int(found[1] or found[2])


def _count_faults(rows: int, stated: tuple[int, ...], options: ManualOptions) -> list[RowFault]:
    faults = []
    if options.control_total == "required" and not stated:
        ja, en = "件数の行がありません。途中で切れていませんか", "the row with the count is missing"
        faults.append(_fault(ja, f"{en}: was the list cut off?"))
    expected = [*stated, *([] if options.expected_rows is None else [options.expected_rows])]
    for count in dict.fromkeys(expected):
        if count != rows:
            ja = f"{rows} 行ありますが、{count} 件のはずです"
            faults.append(_fault(ja, f"the list has {rows} rows and should have {count}"))
    if not rows and not expected:
        ja = "一人も載っていません。本当にいないなら、件数の行に 0 と書いてください"
        faults.append(_fault(ja, "nobody is listed: if that is true, state a count of 0"))
    return faults


def _system_faults(layout: Layout, listed: Listed, options: ManualOptions) -> list[RowFault]:
    """Return the fault of a list in which nothing is of the system: its name may be spelled wrong.

    A list that is empty for that reason would look like one in which nobody holds anything.
    """
    if not options.system or not layout.rows or (SYSTEM in layout.places and listed.groups):
        return []
    ja, en = f"「{options.system}」の行がありません", f"no row is of the system {options.system!r}"
    return [_fault(f"{ja}。設定の system を確かめてください", f"{en}: check system", SYSTEM)]


def _given_day(options: ManualOptions, file_name: str) -> date | None:
    """Return the day that the configuration or the file's name gives; raises FaultyListError."""
    if options.exported_on != "filename":
        return options.exported_on if isinstance(options.exported_on, date) else None
    day = day_in_name(file_name)
    if day is None:
        ja, en = "ファイル名に日付がありません", "the file's name holds no date"
        raise FaultyListError(_fault(ja, f"{en} (exported_on = 'filename')", DAY))
    return day


def _read_rows(
    layout: Layout, cells: RowCells, options: ManualOptions, given: date | None
) -> tuple[Listed, list[RowFault]]:
    listed, faults = Listed(len(layout.rows), given or date.min), list[RowFault]()
    days: dict[date, int] = {}
    for row in layout.rows:
        cells.take(row)
        day = None if given else cells.day(DAY)
        _take_row(listed, cells, options)
        screen_row(row, layout, COLUMNS, cells)
        faults += cells.faults
        if day is not None:
            days.setdefault(day, row.line)
    if given is None:
        faults += _day_faults(days)
        listed.exported_on = next(iter(days), date.min)
    return listed, faults


def _day_faults(days: dict[date, int]) -> list[RowFault]:
    if len(days) == 1:
        return []
    if days:
        ja, en = "基準日が二つ以上あります", "the list has more than one day"
        return [_fault(ja, en, DAY, line) for line in days.values()]
    ja = "いつの一覧かわかりません。基準日の列か、設定の exported_on が要ります"
    return [_fault(ja, "nothing tells the day of the list: give exported_on or the column", DAY)]


def _take_row(listed: Listed, cells: RowCells, options: ManualOptions) -> None:
    """Add what a row says; a row of another system says nothing."""
    system = cells.plain(SYSTEM) if cells.has(SYSTEM) else ""
    if options.system and system and _key(system) != _key(options.system):
        return
    number = cells.person_if_any() if cells.has(STAFF) else None
    account = (cells.plain(ACCOUNT) if cells.has(ACCOUNT) else "") or number or ""
    names = [part.strip() for part in _MANY.split(cells.plain(GROUP)) if part.strip()]
    cells.needed(GROUP, ";".join(names))
    if not account:
        ja, en = "利用者IDか職員番号が必要です", "an account or a staff number is needed"
        cells.fault(ACCOUNT, None, both(ja, en))
    if not cells.has_faults:
        _add(listed, cells, AccountId(account), number, names)


def _key(system: str) -> str:
    return normalise_code(system).casefold()


def _add(
    listed: Listed,
    cells: RowCells,
    account: AccountId,
    number: StaffNumber | None,
    names: list[str],
) -> None:
    before = listed.accounts.setdefault(account, number)
    if before is None or number is None:
        listed.accounts[account] = before or number
    elif before != number:
        ja = "同じ利用者IDが、別の職員番号でも載っています。どちらかを直してください"
        en = "the same account stands with another staff number: correct one of the two"
        cells.fault(ROW, None, both(ja, en))
        return
    for name in names:
        key = normalise_group(name)
        listed.groups.setdefault(key, name)
        holders = listed.holders.setdefault(key, [])
        if account in holders:
            listed.notes.append(
                f"line {cells.line}: " + both("同じ行が前にあります", "repeats a row")
            )
        else:
            holders.append(account)
