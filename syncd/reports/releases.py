"""The lines to release, in the columns of 事務取扱担当者名簿: as CSV and as a workbook.

解除日 stands there as 解除日（案）, a column that no input reads: the file proposes, and the
section that keeps the list decides.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from syncd.flow.releases import Releases
from syncd.reports.csv_text import csv_bytes, harmless
from syncd.reports.words import Lang, reason_word

HEADER = (
    *("事務コード", "事務の名称", "根拠", "所属コード", "所属", "職名", "職員番号", "氏名"),
    *("職員区分", "取扱範囲", "取扱段階", "指定日", "解除日（案）", "解除の理由", "発令番号"),
    *("指定者", "研修受講日", "内示"),
)


def release_rows(told: Releases, lang: Lang = Lang.JA) -> Iterator[Sequence[str]]:
    """Yield one row a line, in the order of the page. 根拠 and 取扱段階 are not known here."""
    for room in told.rooms:
        for each in room.releases:
            line, one = each.line, told.people[each.line.staff_number]
            yield (
                *(line.affair, line.affair_name, "", line.org_unit),
                *(told.sections.get(line.org_unit, ""), one.card.title, line.staff_number),
                *(one.card.name or line.name, one.employment, "・".join(sorted(line.scope)), ""),
                "" if line.designated_on is None else line.designated_on.isoformat(),
                each.proposed_on.isoformat(),
                reason_word(each.reason, lang),
                *("、".join(each.orders), line.designated_by),
                "" if one.trained_on is None else one.trained_on.isoformat(),
                "内示" if each.rests_on_notice else "",
            )


def releases_csv(told: Releases, lang: Lang = Lang.JA) -> bytes:
    """Return the lines as CSV."""
    return csv_bytes(HEADER, release_rows(told, lang))


def releases_xlsx(told: Releases, lang: Lang = Lang.JA) -> bytes:
    """Return the lines as a workbook whose every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("指定解除（案）")
    for row in (HEADER, *release_rows(told, lang)):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, harmless(value))
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
