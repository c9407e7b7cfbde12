"""発令内容: which written-out orders are understood, and which not; for who handles orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from syncd.core.access import Permission
from syncd.flow.order_texts import texts_seen
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_MOST = 500


@router.get("/transfer-day/texts")
def show_texts(
    request: Request, visitor: Annotated[Visitor, door(Permission.START_SYNC)]
) -> Response:
    """List what is not understood, the most frequent first; 内示 only for who may see it."""
    site = desk_of(request).opened.site
    seen = texts_seen(site, with_notices=visitor.sees_advance_notices)
    context = {"seen": seen, "unread": seen.unread[:_MOST], "more": len(seen.unread) - _MOST}
    return page(request, "order_texts.html", visitor, context)
