"""証跡: the audit trail, filtered and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from syncd.core.access import Permission
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import midnight
from syncd.errors import UsageError
from syncd.ports.listing import TrailQuery
from syncd.ports.store import Store
from syncd.web.forms import parse_day
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.trail_words import tell
from syncd.web.visitor import Visitor

router = APIRouter()
_A_BATCH = 1000
_LAST_NUMBER = 2**63 - 1  # no database counts further


def query_of(
    event: str = "",
    actor: str = "",
    subject: str = "",
    from_on: str = "",
    until_on: str = "",
    before: Annotated[int | None, Query(ge=1, le=_LAST_NUMBER)] = None,
) -> TrailQuery:
    """Return the filters of an address; raises UsageError."""
    if event and event not in set(AuditEvent):
        raise UsageError(
            f"{event!r} is no event; choose one of the list.",
            ja=f"{event} という出来事はありません。一覧から選んでください。",
        )
    until = _midnight(until_on)
    return TrailQuery(
        events=frozenset([event] if event else ()),
        actor=actor,
        subject=subject,
        from_at=_midnight(from_on),
        until_at=None if until is None else until + timedelta(days=1),
        before=before,
    )


def _midnight(text: str) -> datetime | None:
    day = parse_day(text)
    return None if day is None else midnight(day)


Filters = Annotated[TrailQuery, Depends(query_of)]


@router.get("/trail")
def show_trail(
    request: Request, visitor: Annotated[Visitor, door(Permission.READ_TRAIL)], query: Filters
) -> Response:
    """Show one page of the records that match, newest first."""
    opened = desk_of(request).opened
    titles = opened.settings.model.organization.role_labels
    with opened.site.store.begin() as unit:
        lines = unit.trail_page(query)
        checkpoints = unit.checkpoints()
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "before"]
    more = len(lines) == query.limit
    after = urlencode([*kept, ("before", lines[-1].record_id)]) if more else ""
    context = {
        "lines": [
            (line.number, tell(json.loads(line.leaf), visitor.lang, titles)) for line in lines
        ],
        "query": query,
        "until_on": request.query_params.get("until_on", ""),
        "events": list(AuditEvent),
        "checkpoint": checkpoints[-1] if checkpoints else None,
        "next_page": f"/trail?{after}" if more else "",
        "export": "/trail/export?" + urlencode(kept),
    }
    return page(request, "trail.html", visitor, context)


@router.get("/trail/export")
def export_trail(
    request: Request, visitor: Annotated[Visitor, door(Permission.READ_TRAIL)], query: Filters
) -> Response:
    """Give the records that match as JSON lines, each exactly as it stands in the tree."""
    opened = desk_of(request).opened
    store, now = opened.site.store, opened.clock()
    ground = {"filters": request.url.query}
    with store.begin() as unit:
        event = AuditEvent.TRAIL_EXPORTED
        unit.audit([AuditRecord(now, event, visitor.account, "console", None, ground)])
    name = f"trail-{opened.today().isoformat()}.jsonl"
    return StreamingResponse(
        _leaves(store, replace(query, limit=_A_BATCH)),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _leaves(store: Store, query: TrailQuery) -> Iterator[bytes]:
    while True:
        with store.begin() as unit:
            lines = unit.trail_page(query)
        for line in lines:
            yield line.leaf + b"\n"
        if len(lines) < query.limit:
            return
        query = replace(query, before=lines[-1].record_id)
