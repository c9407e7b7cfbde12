"""The store's half of `ports.residual`: reports of residual rights, and what access logs said."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    and_,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from syncd.core.calendar import day_of
from syncd.core.cards import Card
from syncd.core.cases import ENDED as CASE_ENDED
from syncd.core.cases import Case, CaseState
from syncd.core.residual.reports import (
    ENDED,
    Filing,
    Finding,
    Method,
    Outcome,
    ResidualReport,
    ResidualState,
)
from syncd.core.residual.use import BadLine, Hole, LogAnswer, LogFile, UseRow
from syncd.core.residual.window import Window
from syncd.errors import IllegalMove, NoSuchCase, UsageError
from syncd.ports.residual import LogReading, ResidualLine, ResidualPage, ResidualQuery
from syncd.store.cases import CASE_COLUMNS, decode_case
from syncd.store.codec import dumps
from syncd.store.console_tables import cards, sections
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment
from syncd.store.residual_tables import log_readings, log_rows, residual_reports
from syncd.store.tables import cases

_IDS_A_QUERY = 500
_FIELDS = tuple(field.name for field in fields(ResidualReport))
_COLUMNS = [residual_reports.c[name] for name in _FIELDS]
_MOMENTS = (
    *("from_at", "until_at", "opened_at", "asked_at", "checked_at", "decided_at"),
    *("closed_at", "filed_at", "ended_at"),
)
_LISTS = ("reasons", "because", "asked_of")
_CODES = {
    "state": ResidualState,
    "method": Method,
    "finding": Finding,
    "outcome": Outcome,
    "filing": Filing,
}
_ROW = ("account", "action", "target", "result", "file", "number")
_ENDED_NAMES = sorted(str(state) for state in ENDED)
_NEWEST = (residual_reports.c.opened_at.desc(), residual_reports.c.report_id.desc())


class ResidualUnitQueries:
    """Implements `ports.residual.ResidualUnit` over a unit's connection."""

    _connection: Connection

    def unreported_residue(
        self, longer_than: timedelta, now: datetime, ended_since: datetime | None
    ) -> tuple[Case, ...]:
        """Return the cases without a report whose right may have stood that long, oldest first."""
        last_day = day_of(now - longer_than).isoformat()
        no_residue = sorted(map(str, {*CASE_ENDED, CaseState.EXCEPTED}))
        removed: ColumnElement[bool] = cases.c.state.in_(
            [str(CaseState.VERIFIED), str(CaseState.GONE)]
        )
        if ended_since is not None:
            removed = and_(removed, cases.c.updated_at >= encode_moment(ended_since))
        wanted = (
            select(*CASE_COLUMNS)
            .outerjoin(residual_reports, residual_reports.c.case_id == cases.c.case_id)
            .where(
                residual_reports.c.case_id.is_(None),
                cases.c.since <= last_day,
                or_(cases.c.state.not_in(no_residue), removed),
            )
            .order_by(cases.c.opened_at, cases.c.case_id)
        )
        return tuple(decode_case(*row) for row in self._connection.execute(wanted))

    def add_residuals(self, reports: Collection[ResidualReport]) -> None:
        """Keep new reports; at most one for a case."""
        if reports:
            rows = [_values(report) for report in reports]
            self._connection.execute(insert(residual_reports), rows)

    def residual(self, report_id: str) -> ResidualReport:
        """Return one report; raises NoSuchCase."""
        wanted = select(*_COLUMNS).where(residual_reports.c.report_id == report_id)
        row = self._connection.execute(wanted).first()
        if row is None:
            raise NoSuchCase.residual(report_id)
        return _report(row)

    def residuals(self, states: Collection[ResidualState] = ()) -> tuple[ResidualReport, ...]:
        """Return the reports in these states (none given: that have not ended), oldest first."""
        state = residual_reports.c.state
        which = state.in_(sorted(map(str, states))) if states else state.not_in(_ENDED_NAMES)
        oldest = (residual_reports.c.opened_at, residual_reports.c.report_id)
        wanted = select(*_COLUMNS).where(which).order_by(*oldest)
        return tuple(_report(row) for row in self._connection.execute(wanted))

    def update_residual(self, before: ResidualReport, after: ResidualReport) -> None:
        """Replace a report; raises IllegalMove when the stored one is no longer `before`."""
        same = (
            residual_reports.c.report_id == before.report_id,
            residual_reports.c.version == before.version,
        )
        changed = update(residual_reports).where(*same).values(_values(after))
        if self._connection.execute(changed).rowcount != 1:
            raise IllegalMove(
                f"residual report {before.report_id} was changed meanwhile by somebody else. "
                "Look at it again.",
                ja=f"権限残存報告 {before.report_id} は、その間にほかの人が変えました。"
                "もう一度見て、判断し直してください。",
            )

    def residual_page(self, query: ResidualQuery) -> ResidualPage:
        """Return one page of the reports that match."""
        wanted = _conditions(query)
        counted = select(func.count()).select_from(residual_reports).where(*wanted)
        total = self._connection.scalar(counted)
        if query.after:
            wanted.append(_earlier_than(query.after))
        columns = [
            *(column.label(f"report_{column.name}") for column in _COLUMNS),
            *(column.label(f"card_{column.name}") for column in cards.c),
            sections.c.name.label("section_name"),
        ]
        listed = (
            select(*columns)
            .select_from(residual_reports)
            .outerjoin(cards, cards.c.staff_number == residual_reports.c.staff_number)
            .outerjoin(sections, sections.c.code == residual_reports.c.section)
            .where(*wanted)
            .order_by(*_NEWEST)
            .limit(query.limit + 1)
        )
        rows = self._connection.execute(listed).mappings().all()
        shown = tuple(_line(row) for row in rows[: query.limit])
        last = shown[-1].report if len(rows) > query.limit else None
        after = () if last is None else (encode_moment(last.opened_at), last.report_id)
        return ResidualPage(shown, int(total or 0), after)

    def residual_of(self, case_id: str) -> ResidualReport | None:
        """Return the report of a case, if there is one."""
        wanted = select(*_COLUMNS).where(residual_reports.c.case_id == case_id)
        row = self._connection.execute(wanted).first()
        return None if row is None else _report(row)

    def add_log_readings(self, readings: Collection[LogReading]) -> None:
        """Keep what logs said, with the rows."""
        for reading in readings:
            self._connection.execute(insert(log_readings).values(_reading_values(reading)))
            rows = [
                {**_row_values(row), "reading_id": reading.reading_id, "place": place}
                for place, row in enumerate(reading.answer.rows)
            ]
            if rows:
                self._connection.execute(insert(log_rows), rows)

    def log_readings(
        self, report_ids: Collection[str], *, with_rows: bool = True
    ) -> tuple[LogReading, ...]:
        """Return what logs said of these reports, oldest first; without rows it is cheap."""
        found: list[LogReading] = []
        wanted = sorted(set(report_ids))
        for start in range(0, len(wanted), _IDS_A_QUERY):
            part = log_readings.c.report_id.in_(wanted[start : start + _IDS_A_QUERY])
            for stored in self._connection.execute(select(log_readings).where(part)).mappings():
                rows = self._rows_of(stored["reading_id"]) if with_rows else ()
                found.append(_reading(stored, rows))
        return tuple(sorted(found, key=lambda one: (one.read_at, one.reading_id)))

    def _rows_of(self, reading_id: str) -> tuple[UseRow, ...]:
        wanted = select(log_rows).where(log_rows.c.reading_id == reading_id)
        ordered = wanted.order_by(log_rows.c.place)
        return tuple(
            UseRow(at=decode_moment(row["at"]), **{name: row[name] for name in _ROW})
            for row in self._connection.execute(ordered).mappings()
        )


def _conditions(query: ResidualQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.states:
        found.append(residual_reports.c.state.in_(sorted(map(str, query.states))))
    if query.visible is not None:
        found.append(residual_reports.c.section.in_(sorted(query.visible)))
    if query.section is not None:
        found.append(residual_reports.c.section == query.section)
    if query.directory:
        found.append(residual_reports.c.directory == query.directory)
    return found


def _earlier_than(after: tuple[str, ...]) -> ColumnElement[bool]:
    """Return what lies after a cursor, the newest first; raises UsageError for one that is none."""
    if len(after) != len(_NEWEST):
        raise UsageError(
            "the page begins nowhere; go back to the first page.",
            ja="そのページはありません。最初のページに戻ってください。",
        )
    return tuple_(residual_reports.c.opened_at, residual_reports.c.report_id) < tuple_(*after)


def _values(report: ResidualReport) -> dict[str, Any]:
    values = {name: getattr(report, name) for name in _FIELDS}
    values |= {name: encode_maybe(values[name]) for name in _MOMENTS}
    values |= {name: dumps(values[name]) for name in _LISTS}
    return values | {n: None if values[n] is None else str(values[n]) for n in _CODES}


def _report(row: Row[Any]) -> ResidualReport:
    return _report_of(*row)


def _report_of(*stored: Any) -> ResidualReport:  # noqa: ANN401 - the columns, in their order
    values: dict[str, Any] = dict(zip(_FIELDS, stored, strict=True))
    values |= {name: decode_maybe(values[name]) for name in _MOMENTS}
    values |= {name: tuple(json.loads(values[name])) for name in _LISTS}
    values |= {n: None if values[n] is None else code(values[n]) for n, code in _CODES.items()}
    return ResidualReport(**values)


def _line(row: RowMapping) -> ResidualLine:
    card = None
    if row["card_staff_number"] is not None:
        card = Card(*(row[f"card_{column.name}"] for column in cards.c))
    report = _report_of(*(row[f"report_{name}"] for name in _FIELDS))
    return ResidualLine(report, card, row["section_name"] or report.section or "")


def _reading_values(reading: LogReading) -> dict[str, Any]:
    answer = reading.answer
    return {
        "reading_id": reading.reading_id,
        "report_id": reading.report_id,
        "read_at": encode_moment(reading.read_at),
        "read_by": reading.read_by,
        "log": answer.log,
        "from_at": encode_moment(answer.window.from_at),
        "until_at": encode_moment(answer.window.until_at or reading.read_at),
        **{name: getattr(answer, name) for name in ("uses", "failed", "elsewhere", "unreadable")},
        "holes": dumps(
            [[encode_moment(h.from_at), encode_moment(h.until_at), h.why] for h in answer.holes]
        ),
        "bad_lines": dumps([[bad.file, bad.number, bad.why] for bad in answer.bad_lines]),
        "files": dumps([_file_values(file) for file in answer.files]),
    }


def _file_values(file: LogFile) -> list[Any]:
    ends = (encode_maybe(file.first_at), encode_maybe(file.last_at))
    return [file.name, file.size, file.sha256, file.lines, *ends]


def _row_values(row: UseRow) -> dict[str, Any]:
    return {
        "at": encode_moment(row.at),
        **{name: getattr(row, name) for name in _ROW},
    }


def _reading(stored: RowMapping, rows: Iterable[UseRow]) -> LogReading:
    window = Window(decode_moment(stored["from_at"]), decode_moment(stored["until_at"]))
    answer = LogAnswer(
        key=stored["report_id"],
        log=stored["log"],
        window=window,
        rows=tuple(rows),
        **{name: stored[name] for name in ("uses", "failed", "elsewhere", "unreadable")},
        holes=tuple(
            Hole(decode_moment(begins), decode_moment(ends), why)
            for begins, ends, why in json.loads(stored["holes"])
        ),
        bad_lines=tuple(BadLine(*bad) for bad in json.loads(stored["bad_lines"])),
        files=tuple(
            LogFile(*first, *(decode_maybe(end) for end in ends))
            for *first, ends in (([*f[:4], f[4:]]) for f in json.loads(stored["files"]))
        ),
    )
    return LogReading(
        stored["reading_id"],
        stored["report_id"],
        decode_moment(stored["read_at"]),
        stored["read_by"],
        answer,
    )
