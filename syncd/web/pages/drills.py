"""訓練: what each drill showed, poison by poison, as the trail keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from syncd.core.access import Permission
from syncd.core.audit import AuditEvent
from syncd.errors import NoSuchCase
from syncd.ports.listing import TrailQuery
from syncd.ports.store import Unit
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_A_PAGE = 50
_FINISHED = frozenset({str(AuditEvent.DRILL_FINISHED)})


@router.get("/drills")
def list_drills(
    request: Request, visitor: Annotated[Visitor, door(Permission.READ_TRAIL)]
) -> Response:
    """Show the newest drills and how each came out."""
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        found = _records(unit, TrailQuery(events=_FINISHED, limit=_A_PAGE))
    schedule = opened.settings.model.schedule.drill
    return page(request, "drills.html", visitor, {"drills": found, "schedule": schedule})


@router.get("/drills/{drill}")
def show_drill(
    request: Request, drill: str, visitor: Annotated[Visitor, door(Permission.READ_TRAIL)]
) -> Response:
    """Show one drill: every poison with what was expected and what fired."""
    with desk_of(request).opened.site.store.begin() as unit:
        found = _records(unit, TrailQuery(events=_FINISHED, subject=drill, limit=1))
    if not found or found[0]["subject"] != drill:
        raise NoSuchCase(f"there is no drill {drill}.", ja=f"訓練 {drill} はありません。")
    return page(request, "drill.html", visitor, {"drill": found[0]})


def _records(unit: Unit, query: TrailQuery) -> list[Mapping[str, Any]]:
    told = [json.loads(line.leaf) for line in unit.trail_page(query)]
    return [{**record, "at": datetime.fromisoformat(record["at"])} for record in told]
