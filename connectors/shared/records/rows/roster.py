"""職員名簿: everybody employed, as of one 基準日."""

from __future__ import annotations

from datetime import date

from connectors.shared.bilingual import both
from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import Cut, code, day, staff, text, word
from syncd.core.facts import EmploymentStatus, RosterEntry
from syncd.core.ids import OrgUnitCode

BASE_ON = "基準日"


def _base_on(cells: RowCells) -> date | None:
    """Return the row's 基準日: that of its column, else the one given outside the file."""
    given = cells.site.base_on
    stated = cells.day(BASE_ON) if given else cells.needed_day(BASE_ON)
    if given and stated and given != stated:
        ja = f"設定の base_on({given})と違います"
        cells.fault(BASE_ON, str(stated), both(ja, f"base_on of the configuration is {given}"))
    return stated or given


def _org_unit(cells: RowCells, status: EmploymentStatus) -> OrgUnitCode | None:
    """Return 所属コード, which only those who are not at work may lack."""
    found = cells.code("所属コード")
    if status is EmploymentStatus.AT_WORK:
        return OrgUnitCode(cells.needed("所属コード", found))
    return OrgUnitCode(found) if found else None


def _build(cells: RowCells) -> Built:
    staff_number = cells.person()
    statuses = cells.site.status_words
    status = EmploymentStatus(cells.word("在職区分", statuses, EmploymentStatus.AT_WORK))
    concurrent = tuple(map(OrgUnitCode, cells.codes("兼務所属コード")))
    entry = RosterEntry(
        staff_number=staff_number,
        name=cells.text("氏名"),
        kana=cells.text("フリガナ"),
        employment_type=cells.text("職員区分"),
        org_unit=_org_unit(cells, status),
        org_unit_name=cells.text("所属名"),
        title=cells.text("職名"),
        concurrent_units=concurrent if cells.has("兼務所属コード") else None,
        status=status,
        status_word=cells.text("在職区分"),
        hired_on=cells.day("採用日"),
        term_ends_on=cells.day("任期満了日"),
        separated_on=cells.day("退職日"),
        source=cells.site.source,
        line=cells.line,
    )
    return Built(entry, (staff_number,), _base_on(cells))


FORM = Form(
    columns=(
        day(BASE_ON, Cut.TELLING, required=True),
        staff(required=True),
        text("氏名"),
        text("フリガナ"),
        text("職員区分"),
        code("所属コード", required=True),
        text("所属名"),
        text("職名"),
        code("兼務所属コード"),
        word("在職区分", Cut.HARMLESS_IF_BLANK),
        day("採用日"),
        day("任期満了日"),
        day("退職日"),
    ),
    build=_build,
)
