"""From the bytes of a file to records; pure, so that every mutation of a file can be tried.

Promise: what comes back is the whole file, but for rows in `held`, each of a known person; or
FaultyFileError is raised with every fault that could be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.shared.bilingual import both
from connectors.shared.records.form import Built, Form
from connectors.shared.records.options import RecordOptions
from connectors.shared.records.repeats import base_on_faults, distinct_records
from connectors.shared.records.rows import FORMS
from connectors.shared.tables.cells import RowCells, Site
from connectors.shared.tables.ending import UNENDED, end_faults
from connectors.shared.tables.layout import Layout, find_layout
from connectors.shared.tables.parsing import parse_table
from connectors.shared.tables.place import day_in_name
from connectors.shared.tables.screening import my_number_faults, screen_row
from connectors.shared.tables.table import Table
from syncd.core.facts import Provides, Record
from syncd.errors import RowFault
from syncd.ports.source import SourceContext

BASE_ON = "基準日"


class FaultyFileError(Exception):
    """The file cannot be used whole."""

    def __init__(self, *faults: RowFault) -> None:
        """Keep every fault."""
        self.faults = faults
        super().__init__(f"{len(faults)} faults")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole file: its records, what was set aside, and what a person should look at.

    `advance_notes` are about rows of 内示.
    """

    records: tuple[Record, ...]
    rows: int
    base_on: date | None
    held: tuple[RowFault, ...]
    notes: tuple[str, ...]
    advance_notes: tuple[str, ...] = ()


def parse_file(
    raw: bytes, file_name: str, options: RecordOptions, context: SourceContext
) -> Parsed:
    """Return what the bytes of one file say; raises FaultyFileError."""
    return parse_rows(parse_table(raw, options), file_name, options, context)


def parse_rows(
    table: Table,
    name: str,
    options: RecordOptions,
    context: SourceContext,
    *,
    holds_nameless: bool = False,
) -> Parsed:
    """Return what a table says, wherever it came from; raises FaultyFileError.

    `holds_nameless`: rows of a roster that name nobody may be set aside like others, since each is
    known to be one whole person (a service's record, not a line that may be out of joint).
    """
    _refuse(my_number_faults(table))
    if not table.rows:
        _refuse(table.faults or (_fault("ファイルが空です", "the file is empty"),))
    form = FORMS[context.provides]
    base_on = _given_base_on(options, name)
    layout = find_layout(table, form.columns, options, frozenset({BASE_ON} if base_on else ()))
    if layout.faults:
        raise FaultyFileError(*table.faults, *layout.faults)
    cells = RowCells(_site(context, table, layout, base_on))
    nameless = holds_nameless and context.provides is Provides.ROSTER
    return _read_rows(table, layout, form, cells, options, nameless=nameless)


def _fault(ja: str, en: str) -> RowFault:
    return RowFault(0, "", None, both(ja, en))


def _refuse(faults: tuple[RowFault, ...]) -> None:
    """Raise FaultyFileError where there is any fault."""
    if faults:
        raise FaultyFileError(*faults)


def _given_base_on(options: RecordOptions, file_name: str) -> date | None:
    """Return the 基準日 that the configuration or the file's name gives; raises FaultyFileError."""
    if isinstance(options.base_on, date) or options.base_on is None:
        return options.base_on
    day = day_in_name(file_name)
    if day is None:
        ja, en = "ファイル名に日付がありません", "the file's name holds no date"
        raise FaultyFileError(RowFault(0, BASE_ON, None, both(ja, f"{en} (base_on = 'filename')")))
    return day


def _site(context: SourceContext, table: Table, layout: Layout, base_on: date | None) -> Site:
    return Site(
        source=context.name,
        staff_number_width=context.staff_number_width,
        status_words=context.status_words,
        index=layout.places,
        labels=layout.labels,
        broken=table.broken,
        base_on=base_on,
    )


def _read_rows(
    table: Table,
    layout: Layout,
    form: Form,
    cells: RowCells,
    options: RecordOptions,
    *,
    nameless: bool,
) -> Parsed:
    """Read every row, then judge the file as a whole; raises FaultyFileError."""
    built, row_faults, notes, advance_notes = _build_rows(layout, form, cells)
    distinct = distinct_records(built, form)
    whole = [
        *table.faults,
        *end_faults(table, layout, form.columns, cells),
        *base_on_faults(built),
        *distinct.faults,
    ]
    told = nameless or all(f.staff_number for f in row_faults)
    aside = options.on_error == "quarantine" and told
    if not (built or form.may_be_empty) and (aside or not row_faults):
        whole.append(_fault("使える行が一つもありません", "there is no row that can be used"))
    if whole or (row_faults and not aside):
        raise FaultyFileError(*sorted([*whole, *row_faults], key=lambda fault: fault.line))
    notes += distinct.notes + _shape_notes(table, layout)
    return Parsed(
        distinct.records,
        len(layout.rows),
        built[0].base_on if built else None,
        tuple(row_faults),
        tuple(notes),
        (*advance_notes, *distinct.advance_notes),
    )


def _build_rows(
    layout: Layout, form: Form, cells: RowCells
) -> tuple[list[Built], list[RowFault], list[str], list[str]]:
    """Return the rows without fault, the faults of the others, and the notes on all of them.

    The notes on rows of 内示 come last, apart from the others.
    """
    built: list[Built] = []
    faults: list[RowFault] = []
    notes: list[str] = []
    advance_notes: list[str] = []
    for row in layout.rows:
        cells.take(row)
        read = form.build(cells)
        screen_row(row, layout, form.columns, cells)
        if cells.has_faults:
            faults.extend(cells.faults)
        else:
            built.append(read)
        if cells.notes:
            (advance_notes if cells.is_advance_notice else notes).extend(cells.notes)
    return built, faults, notes, advance_notes


def _shape_notes(table: Table, layout: Layout) -> list[str]:
    """Return what a person should know of a file whose rows were read all the same."""
    short = sum(1 for row in layout.rows if len(row.cells) < layout.width)
    notes: list[str] = [UNENDED] if table.open_end and layout.rows else []
    if short:
        ja = f"{short} 行の項目が列名より少なく、足りない項目を空欄として読みました"
        notes.append(both(ja, f"{short} rows have fewer cells than the header: read as blank"))
    return notes
