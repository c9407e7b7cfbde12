"""職員番号の対応: which number is one more number of which person; never guessed from a name."""

from __future__ import annotations

from connectors.shared.bilingual import both
from connectors.shared.records.form import Built, Form
from connectors.shared.tables.cells import RowCells
from connectors.shared.tables.columns import code, day, staff
from syncd.core.facts import PersonLink
from syncd.core.ids import StaffNumber

PERSON = "本人番号"


def _build(cells: RowCells) -> Built:
    staff_number = cells.person()
    person = StaffNumber(cells.needed(PERSON, cells.staff(PERSON)))
    link = PersonLink(
        staff_number=staff_number,
        person=person,
        starts_on=cells.day("開始日"),
        ends_on=cells.day("終了日"),
        authority=cells.plain("任命権者"),
        person_authority=cells.plain("本人任命権者"),
        source=cells.site.source,
        line=cells.line,
    )
    if (staff_number, link.authority) == (person, link.person_authority):
        ja, en = "職員番号と同じです。別の番号にしてください", "is the same number: name another"
        cells.fault(PERSON, str(person), both(ja, en))
    if link.starts_on and link.ends_on and link.ends_on < link.starts_on:
        cells.fault("終了日", str(link.ends_on), both("開始日より前です", "is before 開始日"))
    identity = (staff_number, person, link.authority, link.person_authority, str(link.starts_on))
    return Built(link, identity)


FORM = Form(
    columns=(
        code("任命権者"),
        staff(required=True),
        code("本人任命権者"),
        staff(PERSON, required=True),
        day("開始日"),
        day("終了日"),
    ),
    build=_build,
    may_be_empty=True,
)
