"""事務取扱担当者名簿: who is designated for which 事務, in which section, in which scope."""

from __future__ import annotations

from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import Cut, code, day, staff, text
from syncd.core.facts import Designation
from syncd.core.ids import AffairCode, OrgUnitCode


def _build(cells: RowCells) -> Built:
    staff_number = cells.person()
    designation = Designation(
        affair=AffairCode(cells.needed_code("事務コード")),
        affair_name=cells.text("事務の名称"),
        org_unit=OrgUnitCode(cells.needed_code("所属コード")),
        staff_number=staff_number,
        name=cells.text("氏名"),
        scope=cells.operations("取扱範囲"),
        designated_on=cells.day("指定日"),
        released_on=cells.day("解除日"),
        expires_on=cells.day("有効期限"),
        designated_by=cells.text("指定者"),
        source=cells.site.source,
        line=cells.line,
    )
    return Built(designation)


FORM = Form(
    columns=(
        code("事務コード", required=True),
        text("事務の名称"),
        code("所属コード", required=True),
        staff(required=True),
        text("氏名"),
        code("取扱範囲", Cut.HARMLESS_IF_BLANK),
        day("指定日"),
        day("解除日"),
        day("有効期限"),
        text("指定者"),
    ),
    build=_build,
)
