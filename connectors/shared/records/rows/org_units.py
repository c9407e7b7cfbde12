"""所属: the dated section table, with what became of sections that ended."""

from __future__ import annotations

from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import code, day, text
from syncd.core.facts import OrgUnit
from syncd.core.ids import OrgUnitCode


def _build(cells: RowCells) -> Built:
    identifier = cells.needed_code("所属コード")
    starts_on = cells.day("開始日")
    parent = cells.code("上位所属コード")
    unit = OrgUnit(
        code=OrgUnitCode(identifier),
        name=cells.text("所属名"),
        parent=OrgUnitCode(parent) if parent else None,
        rank=cells.number("建制順"),
        starts_on=starts_on,
        ends_on=cells.day("終了日"),
        successors=tuple(map(OrgUnitCode, cells.codes("移行先所属コード"))),
        source=cells.site.source,
        line=cells.line,
    )
    return Built(unit, (identifier, str(starts_on)))


FORM = Form(
    columns=(
        code("所属コード", required=True),
        text("所属名"),
        code("上位所属コード"),
        text("建制順"),
        day("開始日"),
        day("終了日"),
        code("移行先所属コード"),
    ),
    build=_build,
    may_be_empty=True,
)
