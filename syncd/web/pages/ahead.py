"""見通し: who would lose what on a day and what is still to do before it, kept and compared.

The page of a day rests on confirmed orders alone, for everybody, and knows nothing of any preview
with 内示. One with 内示 is made on purpose, by who may see it, and has an address of its own that
leads nobody else anywhere (decision record 0022, 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.foresight.lines import Part
from syncd.core.ids import OrgUnitCode
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.coming import planned_day
from syncd.flow.foresight.keeping import Compared, keep, kept
from syncd.reports.foresight import terminal, words
from syncd.reports.words import Lang
from syncd.web.desk import Desk
from syncd.web.forms import Day
from syncd.web.gate import desk_of, door
from syncd.web.pages.cuts import MOST_ROWS, Cut, cut
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_FARTHEST = timedelta(days=400)
_A_FEW = 20
_MOST_HEADS = 100

Start = Annotated[int, Query(ge=0, le=MOST_ROWS)]


@router.get("/transfer-day/ahead")
def show_day(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    on: date | None = None,
    part: Part | None = None,
    start: Start = 0,
    everything: bool = False,  # noqa: FBT001, FBT002 - a link's flag
) -> Response:
    """Show who loses what on a day (the next transfer day), by section; 内示 counts nowhere."""
    desk = desk_of(request)
    day = coming_or(desk, on)
    told = _seen(desk.compared(day), visitor.visible)
    context = _context(request, visitor, told, part, start, everything=everything)
    return page(request, "ahead.html", visitor, context)


@router.get("/transfer-day/previews")
def list_previews(request: Request, visitor: Annotated[Visitor, door(Permission.READ)]) -> Response:
    """Show the previews that were kept; those with 内示 only to who may see it."""
    with desk_of(request).opened.site.store.begin() as unit:
        openly = unit.previews(with_notices=False, limit=_MOST_HEADS)
        noticed = (
            unit.previews(with_notices=True, limit=_MOST_HEADS)
            if visitor.sees_advance_notices
            else ()
        )
    heads = sorted((*openly, *noticed), key=lambda head: head.made_at, reverse=True)
    context = {"heads": heads, "sees_all": visitor.visible is None}
    return page(request, "previews.html", visitor, context)


@router.get("/transfer-day/previews/{preview_id}")
def show_preview(
    request: Request,
    preview_id: str,
    visitor: Annotated[Visitor, door(Permission.READ)],
    part: Part | None = None,
    start: Start = 0,
    everything: bool = False,  # noqa: FBT001, FBT002 - a link's flag
) -> Response:
    """Show a kept preview as it was, with what differed from the one before it."""
    site = desk_of(request).opened.site
    found = kept(site, preview_id, with_notices=False)
    if found is None and visitor.sees_advance_notices:
        found = kept(site, preview_id, with_notices=True)
    if found is None:
        raise NoSuchCase(
            f"there is no preview {preview_id}, or what it said was forgotten.",
            ja=f"見通し {preview_id} はないか、内容が消されています。",
        )
    told = _seen(found, visitor.visible)
    context = _context(request, visitor, told, part, start, everything=everything)
    return page(request, "ahead.html", visitor, context)


@router.post("/transfer-day/previews")
def keep_preview(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.START_SYNC)],
    on: Annotated[Day, Form()],
) -> Response:
    """Keep what is foreseen for a day now, on confirmed orders alone."""
    desk = desk_of(request)
    return _keep(desk, visitor, coming_or(desk, on), with_notices=False)


@router.post("/transfer-day/previews/with-notices")
def keep_preview_with_notices(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.SEE_ADVANCE_NOTICES)],
    on: Annotated[Day, Form()],
) -> Response:
    """Keep what is foreseen for a day if every 内示 is confirmed."""
    desk = desk_of(request)
    return _keep(desk, visitor, coming_or(desk, on), with_notices=True)


def _keep(desk: Desk, visitor: Visitor, day: date, *, with_notices: bool) -> Response:
    preview = desk.foresee(day, with_notices=True) if with_notices else desk.preview(day)
    told = keep(desk.opened.site, preview, visitor.account)
    made = "" if told.head is None else told.head.preview_id
    return RedirectResponse(f"/transfer-day/previews/{made}", 303)


def coming_or(desk: Desk, asked: date | None, *, with_notices: bool = False) -> date:
    """Return the day asked for, else the next transfer day; raises UsageError for no such day."""
    today, coming = desk.opened.today(), desk.coming(with_notices=with_notices)
    day = asked or (today if coming is None else coming.on)
    if not today <= day <= today + _FARTHEST:
        raise UsageError(
            f"{day.isoformat()} is no day of the coming year; choose one from today.",
            ja=f"{day.isoformat()} は今日から一年のうちの日ではありません。",
        )
    return day


def _seen(told: Compared, visible: frozenset[OrgUnitCode] | None) -> Compared:
    """Return what somebody who sees these sections is shown (None: all)."""
    if visible is None:
        return told
    changes = tuple(change for change in told.changes if change.section in visible)
    return replace(told, preview=told.preview.for_sections(visible), changes=changes)


def _context(
    request: Request,
    visitor: Visitor,
    told: Compared,
    part: Part | None,
    start: int,
    *,
    everything: bool,
) -> dict[str, Any]:
    preview = told.preview
    shown = [part] if part is not None else [each for each in Part if preview.part(each)]
    return {
        "told": told,
        "preview": preview,
        "on": preview.on,
        "part": part,
        "planned": planned_day(preview, None),
        "parts": {
            each: _cut(request, told, each, part, start, everything=everything) for each in shown
        },
        "changes": told.changes if everything else told.changes[:_A_FEW],
        "everything": everything,
        "sees_all": visitor.visible is None,
        "say": _words(told, visitor.lang),
    }


def _cut(
    request: Request,
    told: Compared,
    each: Part,
    part: Part | None,
    start: int,
    *,
    everything: bool,
) -> Cut:
    """Return the lines of a part: a page of the one asked for and of losses, a few of others."""
    lines = told.preview.part(each)
    if each is part or (part is None and each is Part.LOSSES):
        return cut(lines, request, start=start, everything=everything)
    rows = lines if everything else lines[:_A_FEW]
    whole = "" if len(rows) == len(lines) else f"?on={told.preview.on}&part={each}"
    return Cut(rows, 0, len(lines), "", "", whole)


def _words(told: Compared, lang: Lang) -> Mapping[str, Any]:
    """Return what the template says of lines, in the visitor's language."""

    def line(change: Any) -> str:  # noqa: ANN401 - a change
        gone = change.after is None and told.before is not None
        preview = told.before if gone and told.before is not None else told.preview
        return terminal.line_word(preview, change.line, lang)

    return {
        "change": line,
        "part": partial(words.part_word, lang=lang),
        "turn": partial(words.turn_word, lang=lang),
        "cause": partial(words.cause_word, lang=lang),
        "outlook": partial(words.outlook_word, lang=lang),
        "training": partial(words.training_word, lang=lang),
        "fault": partial(words.fault_word, lang=lang),
        "doubt": partial(words.doubt_told, lang=lang),
        "cited": partial(words.cited, lang=lang),
        "limit": partial(words.limit_word, lang=lang),
        "reason": partial(words.reason_told, lang=lang),
        "mark": words.notice_mark(lang),
        "confidential": words.confidential_mark(lang),
    }
