"""What a value of a database means as the text of a cell, or that it can mean none."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader

from connectors.shared.bilingual import both
from connectors.shared.tables.cell_text import cell_text
from syncd.core.calendar import JST

NO_TEXT = both(
    "この列の値は文字・数・日付として読めません。ビューで文字に直してください",
    "the values of this column are no text, number or day: let the view make them texts",
)
_NEVER = b"infinity"


class NoTextError(ValueError):
    """A value that no cell can hold."""


def as_cell(value: object) -> str:
    """Return a value as a cell: NULL is blank, an array is its values with `;` between them.

    A moment with a zone is told by the calendar of Japan. CHAR comes padded with blanks; they go.
    Raises NoTextError for bytes, composites and the like.
    """
    if isinstance(value, list | tuple):
        return ";".join(as_cell(each) for each in value)
    if isinstance(value, bytes | bytearray | memoryview | dict | set):
        raise NoTextError
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(JST).replace(tzinfo=None)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return cell_text(value).strip()


def read_infinity(connection: object) -> None:
    """Let a PostgreSQL connection read `infinity`, which Python's days have not, as the last day.

    The last day means "none", as 9999-12-31 does; `-infinity` stays an error.
    """
    if isinstance(connection, psycopg.Connection):
        connection.adapters.register_loader("date", _Day)
        connection.adapters.register_loader("timestamp", _Moment)
        connection.adapters.register_loader("timestamptz", _ZonedMoment)


class _Day(DateLoader):
    def load(self, data: Any) -> date:  # noqa: ANN401 - psycopg's Buffer
        return date.max if bytes(data) == _NEVER else super().load(data)


class _Moment(TimestampLoader):
    def load(self, data: Any) -> datetime:  # noqa: ANN401 - psycopg's Buffer
        return _LAST if bytes(data) == _NEVER else super().load(data)


class _ZonedMoment(TimestamptzLoader):
    def load(self, data: Any) -> datetime:  # noqa: ANN401 - psycopg's Buffer
        return _LAST if bytes(data) == _NEVER else super().load(data)


_LAST = datetime(9999, 12, 31)  # noqa: DTZ001 - a sentinel, not a moment
