"""異動日に失うもの: who would lose what on a day, by the orders that are confirmed so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from syncd.core.access import Permission
from syncd.core.cards import LAST_RANK, LAST_TEXT, Card, Section
from syncd.core.findings import Finding
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.errors import UsageError
from syncd.flow.coming import losses, planned_day
from syncd.web.desk import Desk
from syncd.web.gate import desk_of, door
from syncd.web.pages.cuts import MOST_ROWS, cut
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_FARTHEST = timedelta(days=400)


@router.get("/transfer-day/ahead")
def show_day(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    on: date | None = None,
    start: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 0,
    everything: bool = False,  # noqa: FBT001, FBT002 - a link's flag
) -> Response:
    """Show who loses what on a day (the next transfer day), by section; 内示 counts nowhere."""
    desk = desk_of(request)
    day = _day(desk, on)
    decision, roll, learned = desk.decision(day), desk.roll(), desk.learned()
    with desk.opened.site.store.begin() as unit:
        sections = {section.code: section for section in unit.sections()}
    lost = losses(decision, visitor.visible)
    cards = {n: roll[n].card for n in {f.staff_number for f in lost} if n is not None and n in roll}
    ordered = sorted(lost, key=lambda finding: _place(finding, sections, cards))
    context = {
        "on": day,
        "planned": planned_day(decision, visitor.visible),
        "unread": [each.directory for each, _ in learned.unread],
        "refused": [each.source for each in learned.refused],
        "shown": cut(ordered, request, start=start, everything=everything),
        "cards": cards,
        "section_names": {code: section.name for code, section in sections.items()},
    }
    return page(request, "ahead.html", visitor, context)


def _day(desk: Desk, asked: date | None) -> date:
    today, coming = desk.opened.today(), desk.coming()
    day = asked or (today if coming is None else coming.on)
    if not today <= day <= today + _FARTHEST:
        raise UsageError(
            f"{day.isoformat()} is no day of the coming year; choose one from today.",
            ja=f"{day.isoformat()} は今日から一年のうちの日ではありません。",
        )
    return day


def _place(
    finding: Finding,
    sections: Mapping[OrgUnitCode, Section],
    cards: Mapping[StaffNumber, Card],
) -> tuple[int, str, str, tuple[str, str, str]]:
    """Return where a right stands in the list: by 建制順, then by フリガナ."""
    section = None if finding.section is None else sections.get(finding.section)
    card = None if finding.staff_number is None else cards.get(finding.staff_number)
    rank = LAST_RANK if section is None else section.rank
    kana = LAST_TEXT if card is None else card.kana
    return (rank, finding.section or LAST_TEXT, kana, finding.key)
