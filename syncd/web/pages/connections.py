"""接続: each source, directory and notifier with how it stands, and a test."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syncd.core.access import Permission
from syncd.core.intake import without_advance_notices
from syncd.errors import NoSuchCase
from syncd.flow.check import check_notifier, check_one
from syncd.flow.report import CheckLine
from syncd.web.gate import desk_of, door, posting
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_RECENT = 200


@router.get("/connections")
def show_connections(
    request: Request, visitor: Annotated[Visitor, door(Permission.READ)]
) -> Response:
    """Show every source, directory and notifier."""
    return _shown(request, visitor, ())


@router.post("/connections/test")
def test_connection(
    request: Request,
    visitor: Annotated[Visitor, posting(Permission.TEST_CONNECTIONS)],
    name: Annotated[str, Form()],
) -> Response:
    """Try one of them now; nothing is recorded or changed."""
    opened = desk_of(request).opened
    lines = check_one(opened.site, name)
    if not lines:
        # Made for this request: a notifier is used by one thread at a time.
        seats = [s for s in opened.notices().seats if s.notifier.name == name]
        lines = tuple(check_notifier(seat.notifier) for seat in seats)
    if not lines:
        raise NoSuchCase(
            f"there is no source, directory or notifier {name!r}.",
            ja=f"{name} という情報源、ディレクトリ、知らせの送り先はありません。",
        )
    return _shown(request, visitor, lines)


def _shown(request: Request, visitor: Visitor, tested: tuple[CheckLine, ...]) -> Response:
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        accepted = {s.source.name: unit.last_accepted(s.source.name) for s in opened.site.sources}
        refused = {r.source: r for r in unit.refused_inputs()}
    told = {name: without_advance_notices(r.faults) for name, r in refused.items()}
    with opened.site.store.begin() as unit:
        reads = unit.last_reads()
        counts = unit.message_counts()
        messages = unit.messages(_RECENT)
    tables = {table.name: table for table in opened.settings.model.directories}
    context = {
        "sources": opened.site.sources,
        "accepted": accepted,
        "refused": refused,
        "told": told,
        "directories": opened.site.directories.values(),
        "kinds": {name: table.type for name, table in tables.items()},
        "reads": reads,
        "tested": tested,
        "access_logs": opened.site.access_logs,
        "notifiers": opened.settings.model.notifiers,
        "message_counts": counts,
        "failed": [m for m in messages if m.last_error] if visitor.may("read-trail") else [],
    }
    return page(request, "connections.html", visitor, context)
