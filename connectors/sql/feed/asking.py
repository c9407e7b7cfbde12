"""Asks one relation for the columns of a kind, all in the transaction of one moment.

What proves a read: count and rows come from the same snapshot and agree; every row was fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.compiler import IdentifierPreparer

from connectors.shared.feeds.faults import wrong
from connectors.shared.feeds.pages import FeedRow
from connectors.shared.feeds.source import Gathered
from connectors.shared.records.reading import BASE_ON
from connectors.shared.tables.columns import Column
from connectors.sql.feed.options import SqlFeedOptions
from connectors.sql.feed.values import NO_TEXT, NoTextError, as_cell
from connectors.sql.statements import bound
from syncd.core.ids import normalise_code


@dataclass(frozen=True, slots=True)
class Asking:
    """Reads what the options name over one connection; raises PagesWrongError."""

    options: SqlFeedOptions
    columns: tuple[Column, ...]
    connection: Connection

    def gathered(self) -> Gathered:
        """Return every row, in an order that is the same for the same rows."""
        named = self._named()
        counted = self._counted()
        if counted > self.options.most_rows:
            most = self.options.most_rows
            raise wrong(f"{most} 行を超えます(most_rows)", f"more than {most} rows (most_rows)")
        cells = sorted(self._rows(named), key=lambda row: row.cells)
        if len(cells) != counted:
            raise wrong(
                f"件数が合いません({counted} 件のはずが {len(cells)} 件)",
                f"the count says {counted} rows and {len(cells)} came",
            )
        return Gathered(tuple(named), tuple(cells))

    def _named(self) -> dict[str, str]:
        """Return the canonical columns that are there with their names in the relation."""
        found = self._execute(self.options.asking("*") + " WHERE 1 = 0")
        names = list(found.keys())
        keys = [_key(name) for name in names]
        named: dict[str, str] = {}
        missing: list[str] = []
        for column in self.columns:
            sought = self.options.columns.get(column.name, column.name)
            if keys.count(_key(sought)) > 1:
                raise wrong(
                    f"列「{sought}」が二つ以上あります", f"there is more than one column {sought!r}"
                )
            if _key(sought) in keys:
                named[column.name] = names[keys.index(_key(sought))]
            elif self._is_needed(column):
                missing.append(sought)
        if missing:
            raise _lacks(missing, names)
        return named

    def _is_needed(self, column: Column) -> bool:
        """Tell what must be there: what the kind asks for, and all that the configuration names."""
        configured = self.options.columns
        return column.name in configured or (
            column.name != BASE_ON and column.is_missed(configured)
        )

    def _counted(self) -> int:
        sql = self.options.count or self.options.asking("count(*)")
        rows = self._execute(sql.strip().removesuffix(";")).all()
        if len(rows) != 1 or len(rows[0]) != 1 or not isinstance(rows[0][0], int):
            raise wrong("count が整数1つを返していません", "count gives not one integer")
        return rows[0][0]

    def _rows(self, named: Mapping[str, str]) -> list[FeedRow]:
        quote = IdentifierPreparer(self.connection.dialect).quote_identifier
        asked = ", ".join(quote(name).replace(":", r"\:") for name in named.values())
        result = self._execute(self.options.asking(asked))
        words = [self.options.words.get(column, {}) for column in named]
        columns = tuple(named)
        return [_row(str(n), columns, words, row) for n, row in enumerate(result)]

    def _execute(self, sql: str) -> Any:  # noqa: ANN401 - SQLAlchemy's CursorResult[Any]
        return self.connection.execute(bound(sql))


def _row(
    key: str, columns: tuple[str, ...], words: list[dict[str, str]], values: tuple[object, ...]
) -> FeedRow:
    cells: list[str] = []
    faults: list[tuple[str, str]] = []
    for column, known, value in zip(columns, words, values, strict=True):
        try:
            cell = as_cell(value)
        except NoTextError:
            faults.append((column, NO_TEXT))
            cell = ""
        cells.append(known.get(cell, cell))
    return FeedRow(key, tuple(cells), tuple(faults))


def _key(name: str) -> str:
    """Return a name as a key: neither case nor width count, as in the databases themselves."""
    return normalise_code(name).casefold()


def _lacks(missing: list[str], names: list[str]) -> Exception:
    sought, there = "、".join(missing), "、".join(names)
    return wrong(
        f"ビューに列がありません: {sought}(ある列: {there})",
        f"the view lacks {', '.join(missing)} (it has {', '.join(names)})",
    )
