"""異動日: personnel bring the orders or take the feed, see what follows, start, watch, print."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.facts import Order
from syncd.core.intake import without_advance_notices
from syncd.errors import NoSuchCase, SourceRefused, UsageError
from syncd.flow.feed import check_feed, feeds, rows_told
from syncd.flow.syncs import (
    MOST_BYTES,
    ask_for_sync,
    bring,
    find_upload,
    foresee,
    hold,
    read_brought,
)
from syncd.ports.source import SourceReading
from syncd.ports.syncs import CheckedFeed, RequestedSync
from syncd.web.desk import Desk
from syncd.web.events import ENDED, stream
from syncd.web.forms import parse_day
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.visitor import Visitor
from syncd.web.words import step_word

router = APIRouter()
_SEE_OTHER = 303
_RECENT = 10
_MOST_SHOWN = 1000


@router.get("/transfer-day")
def show_transferparse_day(
    request: Request, visitor: Annotated[Visitor, door(Permission.START_SYNC)]
) -> Response:
    """Show how to begin, and the runs that were asked for lately."""
    desk = desk_of(request)
    with desk.opened.site.store.begin() as unit:
        recent = unit.syncs(_RECENT)
    context = {
        "recent": recent,
        "coming": desk.coming(),
        "key": desk.turnstile.new_secret(),
        "feeds": feeds(desk.opened.site),
    }
    return page(request, "transfer.html", visitor, context)


@router.post("/transfer-day/files")
def bring_file(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.BRING_ORDERS)],
    file: Annotated[UploadFile, File()],
    expected: Annotated[int, Form(ge=1, le=1_000_000)],
) -> Response:
    """Take a file of orders and how many should be in it; nothing counts before the start.

    What is wrong with it is shown line by line, and then nothing of it is kept.
    """
    content = file.file.read(MOST_BYTES + 1)
    opened = desk_of(request).opened
    upload = hold(opened.site, visitor.own, file.filename or "-", content, expected)
    try:
        bring(opened.site, upload, opened.parse_upload)
    except SourceRefused as refusal:
        context = {"upload": upload, "faults": refusal.faults}
        return page(request, "transfer_file.html", visitor, context, 422)
    return RedirectResponse(f"/transfer-day/files/{upload.upload_id}", _SEE_OTHER)


@router.get("/transfer-day/files/{upload_id}")
def check_file(
    request: Request,
    upload_id: str,
    visitor: Annotated[Visitor, door(Permission.BRING_ORDERS)],
    on: str = "",
) -> Response:
    """Show what would follow from a brought file on a day."""
    desk = desk_of(request)
    opened = desk.opened
    upload = find_upload(opened.site, upload_id)
    reading = read_brought(upload, opened.parse_upload)
    context = {"upload": upload, "faults": (), "key": desk.turnstile.new_secret()}
    foreseen = _foreseen(desk, visitor, reading, on)
    return page(request, "transfer_file.html", visitor, {**context, **foreseen})


@router.post("/transfer-day/feed")
def check_configured(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.START_SYNC)],
    source: Annotated[str, Form(max_length=200)],
    expected: Annotated[int, Form(ge=1, le=1_000_000)],
    on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Read a configured source of orders now, and show what is wrong with it or what follows.

    Nothing is recorded. The number is posted, not asked for in an address: addresses are logged,
    and it tells how many 内示 there are.
    """
    desk, sees = desk_of(request), visitor.sees_advance_notices
    asked = {"source": source, "expected": expected}
    try:
        seen = check_feed(desk.opened.site, source, expected, advance_notices=sees)
    except SourceRefused as refusal:
        context = {**asked, "refused": refusal, "faults": refusal.faults}
        return page(request, "transfer_feed.html", visitor, context, 422)
    foreseen = _foreseen(desk, visitor, seen.reading, on)
    context = {**asked, "refused": None, "faults": (), "seen": seen, **foreseen}
    context["key"] = desk.turnstile.new_secret()
    return page(request, "transfer_feed.html", visitor, context)


def _foreseen(desk: Desk, visitor: Visitor, reading: SourceReading, on: str) -> dict[str, Any]:
    """Return what a page shows of orders that were read; 内示 to who may see it only."""
    opened, sees = desk.opened, visitor.sees_advance_notices
    orders = [record for record in reading.records if isinstance(record, Order)]
    confirmed = [order for order in orders if order.confirmed]
    day = parse_day(on) or _firstparse_day(confirmed, opened.today())
    report = foresee(opened.site, visitor.own, reading, day)
    losing = [f for f in report.findings if f.verdict == "stale"]
    roll = desk.roll()
    with opened.site.store.begin() as unit:
        known = {case.key for case in unit.cases()}
    return {
        "rows": rows_told(reading, advance_notices=sees),
        "kinds": Counter(order.kind for order in (orders if sees else confirmed)),
        "advance": len(orders) - len(confirmed) if sees else 0,
        "held": reading.held if sees else without_advance_notices(reading.held),
        "warnings": (*reading.warnings, *(reading.advance_warnings if sees else ())),
        "on": day,
        "report": report,
        "losing": losing,
        "new": [f for f in losing if f.key not in known],
        "cards": {n: listed.card for n, listed in roll.items()},
    }


def _firstparse_day(orders: list[Order], today: date) -> date:
    """Return the first day on which the file changes anything: today for what has begun."""
    days = [order.effective_on for order in orders if order.effective_on is not None]
    return max(today, min(days, default=today))


def checked_feed(
    source: Annotated[str, Form(max_length=200)] = "",
    sha256: Annotated[str, Form(max_length=64)] = "",
    expected: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> CheckedFeed | None:
    """Return what a form says was checked; None where it starts without a check."""
    return CheckedFeed(source, sha256, expected, advance_notices=False) if source else None


@router.post("/transfer-day/start")
def start(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.START_SYNC)],
    key: Annotated[str, Form(max_length=200)],
    upload_id: Annotated[str, Form()] = "",
    feed: Annotated[CheckedFeed | None, Depends(checked_feed)] = None,
) -> Response:
    """Ask for a run, with a brought file or a feed that was checked, or on all that is configured.

    Asked twice with one key it is done once.
    """
    if upload_id and not visitor.may("bring-orders"):
        raise UsageError(
            "only personnel start a run with a brought file.",
            ja="持ち込んだファイルで突合を始められるのは、人事だけです。",
        )
    site, upload = desk_of(request).opened.site, upload_id or None
    if feed is not None:
        feed = replace(feed, advance_notices=visitor.sees_advance_notices)
    asked = ask_for_sync(site, visitor.own, upload_id=upload, feed=feed, key=key)
    return RedirectResponse(f"/transfer-day/runs/{asked.sync_id}", _SEE_OTHER)


@router.get("/transfer-day/runs/{sync_id}")
def show_progress(
    request: Request, sync_id: str, visitor: Annotated[Visitor, door(Permission.START_SYNC)]
) -> Response:
    """Show a requested run as it goes on, and its result to print."""
    desk = desk_of(request)
    with desk.opened.site.store.begin() as unit:
        asked = _found(unit.sync(sync_id))
        steps = unit.sync_events(sync_id)
        row = None if asked.run is None else unit.find_run(asked.run)
        upload = None if asked.upload_id is None else unit.upload(asked.upload_id)
        removed = unit.removed_since(asked.started_at) if asked.started_at is not None else ()
        waiting = unit.waiting(visitor.visible)
        cards = unit.cards(c.staff_number for c in removed if c.staff_number)
    if row is not None and row.finished_at is not None:
        removed = tuple(c for c in removed if c.updated_at <= row.finished_at)
    context = {
        "asked": asked,
        "steps": steps,
        "last": steps[-1] if steps else None,
        "row": row,
        "upload": upload if visitor.may("bring-orders") else None,
        "removed": removed[:_MOST_SHOWN],
        "removed_count": len(removed),
        "tells_total": asked.feed is not None
        and (visitor.sees_advance_notices or not asked.feed.advance_notices),
        "waiting": waiting,
        "cards": cards,
        "ended": asked.state in ENDED,
        "step_word": lambda step: step_word(step, visitor.lang),
    }
    return page(request, "transfer_run.html", visitor, context)


def _found(asked: RequestedSync | None) -> RequestedSync:
    if asked is None:
        raise NoSuchCase("there is no such requested run.", ja="その突合は頼まれていません。")
    return asked


@router.get("/transfer-day/runs/{sync_id}/events")
def follow(
    request: Request, sync_id: str, visitor: Annotated[Visitor, door(Permission.START_SYNC)]
) -> Response:
    """Stream the progress (server-sent events); a browser that comes back goes on where it was."""
    with desk_of(request).opened.site.store.begin() as unit:
        _found(unit.sync(sync_id))
    return stream(request, visitor, sync_id)
