"""今日: one look tells whether the promise holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from syncd.core.access import Permission
from syncd.flow.today import look_at_today
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()


@router.get("/")
def show_today(request: Request, visitor: Annotated[Visitor, door(Permission.READ)]) -> Response:
    """Show how things stand for the sections that the visitor sees."""
    desk = desk_of(request)
    opened = desk.opened
    seen = look_at_today(opened.site, opened.today(), visitor.visible, desk.coming())
    directories = opened.settings.model.directories
    context = {"seen": seen, "next_full": desk.next_full(), "directories": directories}
    return page(request, "today.html", visitor, context)
