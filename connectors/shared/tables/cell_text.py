"""The text that a person meant by the value of a spreadsheet's cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

# A 0 in a cell that is formatted as a date.
_DAY_ZERO = date(1899, 12, 30)


def cell_text(value: object) -> str:
    """Return 12010.0 as `12010`, a day as ISO, nothing as the empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    render = _RENDERERS.get(type(value))
    return render(value) if render else str(value)


def _float(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _moment(value: datetime) -> str:
    if value.time() != time(0):
        return value.isoformat(" ")
    return _day(value.date())


def _day(value: date) -> str:
    return "0" if value == _DAY_ZERO else value.isoformat()


def _time(value: time | timedelta) -> str:
    return str(value) if value not in (time(0), timedelta(0)) else "0"


def _formula(_: object) -> str:
    return "="


_RENDERERS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: str(value).upper(),
    float: _float,
    datetime: _moment,
    date: _day,
    time: _time,
    timedelta: _time,
    ArrayFormula: _formula,
    DataTableFormula: _formula,
}
