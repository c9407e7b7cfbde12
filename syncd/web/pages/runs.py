"""突合: each run with its inputs, counts, guards and duration."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response

from syncd.core.access import Permission
from syncd.core.calendar import FIRST_DAY, LAST_DAY
from syncd.core.ids import RunId
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.steps import Going, key_of, latest
from syncd.web.events import stream
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor
from syncd.web.words import step_word

router = APIRouter()
_A_PAGE = 50


@router.get("/runs")
def list_runs(
    request: Request, visitor: Annotated[Visitor, door(Permission.READ)], before: str = ""
) -> Response:
    """Show the runs, newest first."""
    with desk_of(request).opened.site.store.begin() as unit:
        found = unit.runs(_A_PAGE + 1, _moment(before))
    context = {"runs": found[:_A_PAGE], "more": len(found) > _A_PAGE}
    return page(request, "runs.html", visitor, context)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = None
        text = "?"
    if moment is not None and not FIRST_DAY <= moment.date() <= LAST_DAY:
        moment = None
    if text and (moment is None or moment.tzinfo is None):
        raise UsageError(
            "the page begins at no moment; go back to the first page.",
            ja="そのページはありません。最初のページに戻ってください。",
        )
    return moment


@router.get("/runs/{run}")
def show_run(
    request: Request, run: str, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Show what one run read, found, planned and removed."""
    with desk_of(request).opened.site.store.begin() as unit:
        row = unit.find_run(RunId(run))
        if row is None:
            raise NoSuchCase(f"there is no run {run}.", ja=f"突合 {run} はありません。")
        records = unit.run_records(row)
        steps = latest(unit.sync_events(key_of(unit, row)))
    told = [json.loads(leaf) for leaf in records.leaves]
    context = {
        "row": row,
        "going": Going(row, steps) if row.finished_at is None else None,
        "step_word": lambda step: step_word(step, visitor.lang),
        "counted": records.counted,
        "inputs": [r for r in told if r["event"].startswith("input.")],
        "directories": [r for r in told if r["event"].startswith("directory.")],
        "counts": [r for r in told if r["event"].startswith("order_counts.")],
        "plans": [r for r in told if r["event"].startswith(("plan.", "override."))],
    }
    return page(request, "run.html", visitor, context)


@router.get("/runs/{run}/events")
def follow_run(
    request: Request, run: str, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Stream the progress of a run that the schedule began (server-sent events)."""
    return stream(request, visitor, run)
