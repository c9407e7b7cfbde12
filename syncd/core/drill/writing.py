"""A reading as the file that a personnel system would write: canonical columns, UTF-8, ISO days.

Poisoned rows go through it and are parsed again, so that a drill tries the parser as well.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from syncd.core.facts import AccountKind, Provides, Record, RosterEntry

_Cell = str | Callable[[Any], object]
_KINDS = {
    AccountKind.PERSONAL: "個人",
    AccountKind.PRIVILEGED: "特権",
    AccountKind.SERVICE: "サービス",
    AccountKind.CONTRACTOR: "委託",
}
_COLUMNS: Mapping[Provides, Mapping[str, _Cell]] = MappingProxyType(
    {
        Provides.ROSTER: {
            "職員番号": "staff_number",
            "氏名": "name",
            "フリガナ": "kana",
            "職員区分": "employment_type",
            "所属コード": "org_unit",
            "所属名": "org_unit_name",
            "職名": "title",
            "兼務所属コード": "concurrent_units",
            "在職区分": "status_word",
            "採用日": "hired_on",
            "任期満了日": "term_ends_on",
            "退職日": "separated_on",
        },
        Provides.ORDERS: {
            "発令番号": "order_number",
            "発令日": "effective_on",
            "発令区分": "kind",
            "職員番号": "staff_number",
            "氏名": "name",
            "所属コード": "org_unit",
            "職名": "title",
            "終了日": "ends_on",
            "対象発令番号": "target",
            "発令確定": lambda order: "確定" if order.confirmed else "内示",
        },
        Provides.DESIGNATIONS: {
            "事務コード": "affair",
            "事務の名称": "affair_name",
            "所属コード": "org_unit",
            "職員番号": "staff_number",
            "氏名": "name",
            "取扱範囲": lambda line: sorted(line.scope),
            "指定日": "designated_on",
            "解除日": "released_on",
            "有効期限": "expires_on",
            "指定者": "designated_by",
        },
        Provides.ENTITLEMENTS: {
            "権限ID": "entitlement",
            "システム": "directory",
            "グループ": "groups",
            "権限名": "name",
            "事務コード": lambda right: sorted(right.affairs),
            "操作": lambda right: sorted(right.operations),
        },
        Provides.TRAINING: {
            "職員番号": "staff_number",
            "研修名": "course",
            "受講日": "attended_on",
        },
        Provides.ORG_UNITS: {
            "所属コード": "code",
            "所属名": "name",
            "上位所属コード": "parent",
            "建制順": "rank",
            "開始日": "starts_on",
            "終了日": "ends_on",
            "移行先所属コード": "successors",
        },
        Provides.ACCOUNTS: {
            "システム": "directory",
            "利用者ID": "account",
            "職員番号": "staff_number",
            "種別": lambda account: _KINDS[account.kind],
            "管理者": "sponsor",
            "有効期限": "expires_on",
        },
        Provides.ORDER_COUNTS: {
            "発令日": "effective_on",
            "発令区分": "kind",
            "件数": lambda stated: "取消" if stated.count is None else stated.count,
            "許容差": "tolerance",
        },
    }
)


def can_write(provides: Provides) -> bool:
    """Tell whether readings of a kind can be written as a file."""
    return provides in _COLUMNS


def write_rows(provides: Provides, records: Iterable[Record], base_on: date | None) -> bytes:
    """Return the rows as a CSV file; a roster's rows carry its 基準日."""
    rows = tuple(records)
    columns = dict(_COLUMNS[provides])
    if all(isinstance(row, RosterEntry) and row.concurrent_units is None for row in rows):
        columns.pop("兼務所属コード", None)  # without the column it says nothing about them
    lead = ["基準日"] if provides is Provides.ROSTER else []
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([*lead, *columns])
    for row in rows:
        cells = (_text(_value(row, cell)) for cell in columns.values())
        table.writerow([*(_text(base_on) for _ in lead), *cells])
    return out.getvalue().encode("utf-8-sig")


def _value(row: Record, cell: _Cell) -> object:
    return getattr(row, cell, None) if isinstance(cell, str) else cell(row)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return ";".join(map(str, value))
    return str(value)
