"""発令: what the appointing authority ordered; what a 発令区分 means is left to the core."""

from __future__ import annotations

from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import CONFIRMED, CONFIRMED_COLUMN, NOTICE, RowCells
from connectors.shared.tables.columns import Cut, code, day, staff, text, word
from syncd.core.facts import Order
from syncd.core.ids import OrderNumber, OrgUnitCode

# 取消 and 訂正 speak of another order, and a 訂正 may leave its 発令日 as it was.
_ABOUT_ANOTHER = ("取消", "訂正")
_CONFIRMED = {CONFIRMED: True, NOTICE: False}


def _build(cells: RowCells) -> Built:
    staff_number = cells.person()
    written = cells.text("発令内容")
    kind = (cells.code("発令区分") or "") if written else cells.needed_code("発令区分")
    refers = kind in _ABOUT_ANOTHER
    target = cells.needed_code("対象発令番号") if refers else cells.code("対象発令番号")
    unit = cells.code("所属コード")
    order = Order(
        order_number=OrderNumber(cells.needed_code("発令番号")),
        effective_on=cells.day("発令日") if refers else cells.needed_day("発令日"),
        kind=kind,
        staff_number=staff_number,
        name=cells.text("氏名"),
        org_unit=OrgUnitCode(unit) if unit else None,
        title=cells.text("職名"),
        ends_on=cells.day("終了日"),
        target=OrderNumber(target) if target else None,
        confirmed=cells.word(CONFIRMED_COLUMN, _CONFIRMED, blank=True),
        source=cells.site.source,
        line=cells.line,
        text=written,
    )
    return Built(order)


FORM = Form(
    columns=(
        code("発令番号", required=True),
        day("発令日", Cut.TELLING, required=True),
        code("発令区分", required=True, instead="発令内容"),
        staff(required=True),
        text("氏名"),
        code("所属コード"),
        text("職名"),
        day("終了日", Cut.TELLING),
        code("対象発令番号", Cut.HARMLESS_IF_BLANK),
        word(CONFIRMED_COLUMN),
        # Last: files without a header are read by the places of the columns before it.
        text("発令内容"),
    ),
    build=_build,
    may_be_empty=True,
)
