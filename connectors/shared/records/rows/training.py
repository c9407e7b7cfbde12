"""研修受講記録: who attended which training, when."""

from __future__ import annotations

from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import Cut, day, staff, text
from syncd.core.facts import TrainingRecord


def _build(cells: RowCells) -> Built:
    record = TrainingRecord(
        staff_number=cells.person(),
        course=cells.text("研修名"),
        attended_on=cells.needed_day("受講日"),
        source=cells.site.source,
        line=cells.line,
    )
    return Built(record)


FORM = Form(
    columns=(staff(required=True), text("研修名"), day("受講日", Cut.TELLING, required=True)),
    build=_build,
    may_be_empty=True,
)
