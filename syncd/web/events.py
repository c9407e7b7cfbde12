"""Server-sent events of a run (WHATWG HTML, 9.2): resumable, and never held for ever."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anyio
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from syncd.core.ids import RunId
from syncd.flow.steps import key_of
from syncd.ports.runs import RunRow
from syncd.ports.store import Unit
from syncd.ports.syncs import SyncEvent, SyncState
from syncd.web.desk import Desk
from syncd.web.gate import desk_of, is_still_in
from syncd.web.visitor import Visitor
from syncd.web.words import step_word

ENDED = (SyncState.DONE, SyncState.FAILED)
_POLL_S = 0.3
_LONGEST_S = 600.0
_ASK_EVERY = 10
"""After how many looks the gate is asked again: some three seconds."""


def stream(request: Request, visitor: Visitor, key: str) -> Response:
    """Stream the steps of a run after `Last-Event-ID`, to its end.

    `key` is the id of a request or of a run that nobody asked for.
    """
    seen = request.headers.get("Last-Event-ID", "0")
    after = int(seen) if seen.isdecimal() and len(seen) < 10 else 0  # noqa: PLR2004 - digits
    return StreamingResponse(
        _events(request, visitor, key, after),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _events(request: Request, visitor: Visitor, key: str, after: int) -> AsyncIterator[str]:
    """Yield each step once; end with the run, with the session, or after a while.

    Then the browser comes back, and the gate is asked again.
    """
    desk, left, turn = desk_of(request), _LONGEST_S, 0
    while left > 0:
        turn += 1
        if turn % _ASK_EVERY == 0 and not await run_in_threadpool(is_still_in, request):
            return
        steps, state = await run_in_threadpool(_steps, desk, key, after)
        for step in steps:
            after = step.number
            told = {"done": step.done, "total": step.total, "words": step_word(step, visitor.lang)}
            text = json.dumps(told, ensure_ascii=False)
            yield f"id: {step.number}\nevent: progress\ndata: {text}\n\n"
        if state in ENDED:
            yield f"event: done\ndata: {json.dumps(str(state))}\n\n"
            return
        await anyio.sleep(_POLL_S)
        left -= _POLL_S


def _steps(desk: Desk, key: str, after: int) -> tuple[tuple[SyncEvent, ...], SyncState]:
    with desk.opened.site.store.begin() as unit:
        asked = unit.sync(key)
        if asked is not None:
            return unit.sync_events(key, after), asked.state
        row = unit.find_run(RunId(key))
        if row is None:
            return (), SyncState.FAILED
        return unit.sync_events(key_of(unit, row), after), _state(unit, row)


def _state(unit: Unit, row: RunRow) -> SyncState:
    """Return where a run stands; one that broke off is over when another has begun."""
    last = unit.last_run()
    is_over = row.finished_at is not None or last is None or last.run != row.run
    return SyncState.DONE if is_over else SyncState.RUNNING
