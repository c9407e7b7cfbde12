"""発令件数: how many orders of each kind personnel say there are for a day, give or take.

A cut number would be another number, so nothing here may be cut.
"""

from __future__ import annotations

from connectors.shared.bilingual import both
from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import code, day
from syncd.core.facts import OrderCount

COUNT, TOLERANCE = "件数", "許容差"
TAKEN_BACK = "取消"
"""Stands in 件数 where a statement no longer holds; a blank one is a fault."""

_IN_ALL = frozenset({"計", "合計"})
_ABOUT_ANOTHER = ("取消", "訂正")


def _build(cells: RowCells) -> Built:
    effective_on = cells.needed_day("発令日")
    kind = cells.code("発令区分") or ""
    if kind in _ABOUT_ANOTHER:
        ja = "取消と訂正は数えません。取消・訂正の後に残る発令の件数を書いてください"
        en = "is not counted: state what remains after cancellations and corrections"
        cells.fault("発令区分", kind, both(ja, en))
    given = cells.needed_code(COUNT)
    count = None if given in ("", TAKEN_BACK) else cells.number(COUNT)
    stated = OrderCount(
        effective_on=effective_on,
        kind="" if kind in _IN_ALL else kind,
        count=count,
        tolerance=cells.number(TOLERANCE) or 0,
        source=cells.site.source,
        line=cells.line,
    )
    return Built(stated, (str(effective_on), stated.kind))


FORM = Form(
    columns=(
        day("発令日", required=True),
        code("発令区分"),
        code(COUNT, required=True),
        code(TOLERANCE),
    ),
    build=_build,
    may_be_empty=True,
)
