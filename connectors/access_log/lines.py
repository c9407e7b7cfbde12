"""What one line of a log says, by format: its moment, and its texts under the columns' names.

A line that says nothing of a sign-in (another program's, in syslog) still has its moment; one
whose moment cannot be read is unreadable, and its content is never told.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from connectors.access_log.options import AccessLogOptions, Columns
from connectors.access_log.stamps import Stamps

NO_COLUMN, NO_MOMENT, NO_FORM, TOO_LONG = "no-column", "no-moment", "no-form", "too-long"


class Unreadable(Exception):  # noqa: N818 - it says what it is; never leaves this package
    """A line cannot be read; the text is one of the codes of this module."""


class Line(NamedTuple):
    """A line that could be read; `account` None: it says nothing of a sign-in.

    `texts` gives all that it says under the columns' names: most lines are about nobody in
    question, and are not looked at any further.
    """

    at: datetime
    account: str | None
    texts: Callable[[], Mapping[str, str]]


Parse: TypeAlias = Callable[[str], "Line | None"]
"""Reads a line; None for one that is no record (headings, an empty one). Raises Unreadable."""


def parser_of(options: AccessLogOptions, stamps: Stamps) -> Parse:
    """Return what reads the lines of one file, the first line first."""
    if options.format == "csv":
        return _Csv(options, stamps)
    if options.format == "jsonl":
        return _JsonLines(options.columns, stamps)
    return _Syslog(options.pattern, stamps)


class _Csv:
    """One record a line: a quote that a line does not close makes the line unreadable."""

    def __init__(self, options: AccessLogOptions, stamps: Stamps) -> None:
        self._columns = options.columns
        self._delimiter = options.delimiter
        self._stamps = stamps
        self._places: dict[str, tuple[int, ...]] = {}
        if options.header:
            self._learn(options.header)

    def __call__(self, text: str) -> Line | None:
        if not text.strip():
            return None
        cells = self._cells(text)
        if not self._places:
            self._learn([cell.strip() for cell in cells])
            return None
        at = _moment(self._stamps, self._joined(cells, "at"))
        return Line(at, self._joined(cells, "account"), partial(self._texts, cells))

    def _joined(self, cells: list[str], name: str) -> str:
        places = self._places[name]
        if len(places) == 1 and places[0] < len(cells):
            return cells[places[0]]
        return " ".join(self._cell(cells, place, name) for place in places)

    def _texts(self, cells: list[str]) -> dict[str, str]:
        return {name: self._joined(cells, name) for name in self._places}

    def _cells(self, text: str) -> list[str]:
        if '"' not in text:  # a tenth of the time that a reader of its own takes
            return text.split(self._delimiter)
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            raise Unreadable(NO_FORM) from error

    def _cell(self, cells: list[str], place: int, name: str) -> str:
        if place < len(cells):
            return cells[place]
        if name in ("at", "account"):
            raise Unreadable(NO_FORM)
        return ""

    def _learn(self, header: list[str] | tuple[str, ...]) -> None:
        places: dict[str, tuple[int, ...]] = {}
        for name, wanted in _wanted(self._columns).items():
            missing = [column for column in wanted if column not in header]
            if missing:
                raise Unreadable(NO_COLUMN)
            places[name] = tuple(list(header).index(column) for column in wanted)
        self._places = places


class _JsonLines:
    def __init__(self, columns: Columns, stamps: Stamps) -> None:
        self._paths = {
            name: [path.split(".") for path in wanted] for name, wanted in _wanted(columns).items()
        }
        self._stamps = stamps

    def __call__(self, text: str) -> Line | None:
        if not text.strip():
            return None
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable(NO_FORM) from error
        if not isinstance(record, dict):
            raise Unreadable(NO_FORM)
        at = _moment(self._stamps, self._joined(record, "at"))
        account = self._joined(record, "account")
        return Line(at, account if account.strip() else None, partial(self._texts, record))

    def _joined(self, record: dict[str, Any], name: str) -> str:
        return " ".join(_at(record, path) for path in self._paths[name])

    def _texts(self, record: dict[str, Any]) -> dict[str, str]:
        return {name: self._joined(record, name) for name in self._paths}


def _at(record: dict[str, Any], path: list[str]) -> str:
    """Return the text at a dotted path; a number as it is written, nothing for all else."""
    here: Any = record
    for key in path:
        if not isinstance(here, dict) or key not in here:
            return ""
        here = here[key]
    return str(here) if isinstance(here, str | int | float) else ""


_RFC5424 = re.compile(r"<\d{1,3}>1 (\S+) (.*)", re.DOTALL)
_RFC3164 = re.compile(
    r"(?:<\d{1,3}>)?([A-Za-z]{3} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) (.*)", re.DOTALL
)
_ISO = re.compile(r"(?:<\d{1,3}>)?(\d{4}-\d{2}-\d{2}[T ]\S+) (.*)", re.DOTALL)


class _Syslog:
    """RFC 5424, RFC 3164, and the ISO stamps that rsyslog writes, told apart line by line."""

    def __init__(self, pattern: str, stamps: Stamps) -> None:
        self._pattern = re.compile(pattern)
        self._stamps = stamps

    def __call__(self, text: str) -> Line | None:
        if not text.strip():
            return None
        found = _RFC5424.fullmatch(text) or _RFC3164.fullmatch(text) or _ISO.fullmatch(text)
        if found is None:
            raise Unreadable(NO_MOMENT)
        at = _moment(self._stamps, found[1])
        told = self._pattern.search(found[2])
        if told is None:
            return Line(at, None, dict)
        return Line(at, told["account"] or "", partial(told.groupdict, ""))


def _wanted(columns: Columns) -> dict[str, tuple[str, ...]]:
    at = (columns.at,) if isinstance(columns.at, str) else columns.at
    others = {name: getattr(columns, name) for name in ("account", "action", "target", "result")}
    return {"at": at, **{name: (column,) for name, column in others.items() if column}}


def _moment(stamps: Stamps, text: str) -> datetime:
    try:
        return stamps.read(text)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable(NO_MOMENT) from error
