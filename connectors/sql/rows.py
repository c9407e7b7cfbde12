"""What statements answer, taken row by row and doubted: anything odd refuses the whole read.

A missing column, an empty value, an account listed twice or two groups that differ only in case
mean that a statement does not say what its author thinks. Messages name the statement and the
column, never a value: values name people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection

from connectors.shared.bilingual import both
from connectors.shared.groups import staff_number_of
from connectors.sql.faults import joined
from connectors.sql.options import SqlOptions
from connectors.sql.statements import ACCOUNT, GROUP, bound
from syncd.core.ids import AccountId, normalise_group
from syncd.core.memberships import Account
from syncd.errors import DirectoryUnreadable

_MEND = both("その文を直してください", "mend that statement")

_PAIR = (GROUP, ACCOUNT)
_OPTIONAL = ("enabled", "name")
_ABSENT = object()

Standing: TypeAlias = Counter[tuple[str, str]]
"""How many rows give (group, account)."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Puts the configured statements to one connection; raises DirectoryUnreadable for odd rows."""

    directory: str
    options: SqlOptions
    connection: Connection

    def accounts(self, width: int) -> dict[AccountId, Account]:
        """Return every account by its name; `width` pads staff numbers."""
        found: dict[AccountId, Account] = {}
        columns = (ACCOUNT, "staff_number", "enabled")
        for account, number, enabled in self._rows("accounts", self.options.accounts, columns):
            name = AccountId(self._text("accounts", ACCOUNT, account))
            if name in found:
                raise self._odd("accounts", both("同じ利用者が2度あります", "an account twice"))
            spelled = "" if number is None else _spelled(number)
            if spelled is None:
                told = both("が文字でも整数でもありません", "is neither text nor an integer")
                raise self._odd("accounts", joined(" ", "staff_number", told))
            if enabled not in (True, False, _ABSENT):
                told = both("が真偽値ではありません", "is neither true nor false")
                raise self._odd("accounts", joined(" ", "enabled", told))
            known = staff_number_of([spelled] if spelled else [], width)
            found[name] = Account(name, str(name), known, enabled=bool(enabled))
        return found

    def memberships(self) -> Standing:
        """Return every membership; refuses what the control total does not confirm."""
        text, rows = self._text, self._rows("memberships", self.options.memberships, _PAIR)
        found: Standing = Counter(
            (text("memberships", GROUP, group), text("memberships", ACCOUNT, account))
            for group, account in rows
        )
        total = self.total()
        if total is not None and total != found.total():
            told = both(
                f"{found.total()} 行ですが count は {total} です",
                f"{found.total()} rows where count says {total}",
            )
            raise self._odd("memberships", told)
        return found

    def members(self, group: str) -> Standing:
        """Return the memberships of one group: by `present` where that is configured."""
        if not self.options.present:
            return Counter({pair: n for pair, n in self.memberships().items() if pair[0] == group})
        rows = self._rows("present", self.options.present, (ACCOUNT,), {GROUP: group})
        return Counter((group, self._text("present", ACCOUNT, account)) for (account,) in rows)

    def groups(self) -> dict[str, str]:
        """Return the names of the groups that `groups` tells, by key; nothing without it."""
        found: dict[str, str] = {}
        if not self.options.groups:
            return found
        for group, name in self._rows("groups", self.options.groups, (GROUP, "name")):
            key = self._text("groups", GROUP, group)
            if key in found:
                raise self._odd("groups", both("同じグループが2度あります", "a group twice"))
            found[key] = key if name is _ABSENT else self._text("groups", "name", name)
        return found

    def total(self) -> int | None:
        """Return the control total of the memberships; None where none is configured."""
        if not self.options.count:
            return None
        rows = self.connection.execute(bound(self.options.count)).all()
        if len(rows) != 1 or len(rows[0]) != 1 or not isinstance(rows[0][0], int):
            raise self._odd("count", both("整数1つを返していません", "it gives not one integer"))
        return rows[0][0]

    def _rows(
        self,
        name: str,
        statement: str,
        wanted: tuple[str, ...],
        given: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[object, ...]]:
        """Yield all rows of a statement, each with the wanted columns in that order.

        Names of columns may be in any case. `_ABSENT` stands for those that need not be there.
        """
        result = self.connection.execute(bound(statement), given or {})
        if not result.returns_rows:
            raise self._odd(name, both("行を返しません", "it gives no rows"))
        columns = [column.lower() for column in result.keys()]  # noqa: SIM118 - not a mapping
        for column in wanted:
            if columns.count(column) > 1 or (column not in columns and column not in _OPTIONAL):
                raise self._odd(name, both(f"列 {column} がありません", f"no column {column}"))
        places = [columns.index(each) if each in columns else len(columns) for each in wanted]
        for row in result:
            cells = (*row, _ABSENT)
            yield tuple(cells[place] for place in places)

    def _text(self, name: str, column: str, value: object) -> str:
        spelled = _spelled(value)
        if not spelled:
            told = both("に空か文字でない値があります", "holds an empty value or no text")
            raise self._odd(name, joined(" ", column, told))
        return spelled

    def _odd(self, name: str, told: str) -> DirectoryUnreadable:
        return odd(self.directory, name, told)


def odd(directory: str, statement: str, told: str) -> DirectoryUnreadable:
    """Return the refusal of what a statement answered."""
    return DirectoryUnreadable(directory, joined(": ", statement, told), _MEND)


def check_distinct(directory: str, groups: Mapping[str, str]) -> None:
    """Refuse groups that syncd would take for one (core compares names without case)."""
    if len({normalise_group(key) for key in groups}) != len(groups):
        told = both("大文字小文字だけが違うグループがあります", "two groups differ only in case")
        raise odd(directory, "memberships", told)


def _spelled(value: object) -> str | None:
    """Return a value as the text by which it is asked for again; None where it has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return str(value) if whole or isinstance(value, int | UUID) else None
