"""What of SmartHR's people and departments counts, as cells under the canonical names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.shared.bilingual import both
from connectors.shared.feeds.faults import moved, wrong
from connectors.shared.feeds.json_paths import NotThereError, as_cell, numbers_in, parse_path
from connectors.shared.feeds.pages import FeedRow
from connectors.smarthr.options import SmartHrOptions

UNIT_COLUMNS = ("所属コード", "所属名", "上位所属コード", "建制順")
PERSON_COLUMNS = (
    *("職員番号", "氏名", "フリガナ", "職員区分", "所属コード", "所属名", "職名"),
    *("兼務所属コード", "在職区分", "採用日", "任期満了日", "退職日"),
)
_CODE, _NAME = 0, 1
_NO_FIELD = both(
    "SmartHR の応答に項目がありません。トークンの権限を確かめてください",
    "the answer lacks this field: check what the token may see",
)


class _Fields:
    """Reads the fields of one object; those that are absent are faults of their column."""

    def __init__(self, given: object) -> None:
        self.given = given
        self.faults: list[tuple[str, str]] = []

    def cell(self, column: str, *paths: str) -> str:
        """Return the first path that has a value, as a text."""
        try:
            found = (as_cell(parse_path(path).found(self.given)) for path in paths)
            return next((text for text in found if text), "")
        except NotThereError:
            self.faults.append((column, _NO_FIELD))
            return ""

    def row(self, *cells: str) -> FeedRow:
        """Return the row; raises PagesWrongError where it has no id."""
        key = _ident(self.given)
        return FeedRow(key, cells, tuple(self.faults), numbers_in(self.given))


def department_row(given: object, options: SmartHrOptions) -> FeedRow:
    """Return a department (`/v1/departments`) as a row of 所属; raises PagesWrongError."""
    fields, key = _Fields(given), options.department_key
    return fields.row(
        fields.cell("所属コード", key),
        fields.cell("所属名", "name"),
        fields.cell("上位所属コード", f"parent.{key}?"),
        fields.cell("建制順", "position?"),
    )


def type_row(given: object) -> FeedRow:
    """Return an employment type (`/v1/employment_types`); raises PagesWrongError."""
    fields = _Fields(given)
    return fields.row(fields.cell("職員区分", "name"))


@dataclass(frozen=True, slots=True)
class People:
    """Reads people (`/v1/crews`) by the departments and types that were read before them."""

    options: SmartHrOptions
    units: Mapping[str, tuple[str, ...]]
    types: Mapping[str, tuple[str, ...]]

    def row(self, given: object) -> FeedRow:
        """Return a person as a row of the roster.

        Raises PagesMovedError where the person stands in a department that was not in its list.
        """
        fields = _Fields(given)
        units = self._units(given, fields)
        main = units[0] if units else ("", "")
        word = fields.cell("在職区分", "emp_status")
        return fields.row(
            fields.cell("職員番号", "emp_code"),
            _name(fields, "氏名", "last_name", "first_name"),
            _name(fields, "フリガナ", "last_name_yomi", "first_name_yomi"),
            self._type(given, fields),
            main[_CODE],
            main[_NAME],
            fields.cell("職名", "position?"),
            ";".join(unit[_CODE] for unit in units[1:]),
            self.options.status_words.get(word, word or "?"),
            fields.cell("採用日", "entered_at"),
            fields.cell("任期満了日", "contract_end_on?"),
            fields.cell("退職日", "resigned_at"),
        )

    def _units(self, given: object, fields: _Fields) -> list[tuple[str, ...]]:
        found: Any = given.get("departments") if isinstance(given, dict) else None
        if not isinstance(found, list):
            fields.faults.append(("所属コード", _NO_FIELD))
            return []
        units = [_known(self.units, each) for each in found if each is not None]
        if any(not unit[_CODE] for unit in units):
            told = both(
                '部署コードのない部署です。SmartHR で付けるか department_key = "id" にしてください',
                'a department without a code: give it one, or set department_key = "id"',
            )
            fields.faults.append(("所属コード", told))
        return units

    def _type(self, given: object, fields: _Fields) -> str:
        if not isinstance(given, dict) or "employment_type" not in given:
            fields.faults.append(("職員区分", _NO_FIELD))
            return ""
        found = given["employment_type"]
        return "" if found is None else _known(self.types, found)[0]


def _name(fields: _Fields, column: str, last: str, first: str) -> str:
    """Return the name used at work where there is one, else that of the register."""
    parts = (fields.cell(column, f"business_{part}?", part) for part in (last, first))
    return "\u3000".join(part for part in parts if part)


def _known(known: Mapping[str, tuple[str, ...]], given: object) -> tuple[str, ...]:
    found = known.get(_ident(given))
    if found is None:
        raise moved(
            "部署または雇用形態の一覧にないものを指す人がいます",
            "somebody has a department or an employment type that its list lacks",
        )
    return found


def _ident(given: object) -> str:
    ident = given.get("id") if isinstance(given, dict) else None
    if not isinstance(ident, str) or not ident:
        raise wrong("id のない行があります", "a row has no id")
    return ident
