"""指定の解除と新しい担当者: what a transfer leaves each section to do, with the papers for it.

Everything here is a draft for people: no list is changed, no right is given. What rests on 内示 is
shown by an address of its own question (`notices`), to who may see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from syncd.core.access import Permission, require
from syncd.core.releases.room import Newcomer, SectionRoom
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.releases import Releases
from syncd.reports.releases import releases_csv, releases_xlsx
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor

router = APIRouter()
_FARTHEST = timedelta(days=400)
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Reader = Annotated[Visitor, door(Permission.READ)]


@dataclass(frozen=True, slots=True)
class Question:
    """As of which day (None: today), and whether with 内示."""

    on: date | None = None
    notices: bool = False


Asked = Annotated[Question, Depends()]


def _told(request: Request, visitor: Visitor, asked: Question) -> Releases:
    """Return what the visitor is shown; raises NotPermitted for 内示, UsageError for a far day."""
    if asked.notices:
        require(visitor.opened, Permission.SEE_ADVANCE_NOTICES, visitor.account)
    desk = desk_of(request)
    today = desk.opened.today()
    day = asked.on or today
    if not today - _FARTHEST <= day <= today + _FARTHEST:
        raise UsageError(
            f"{day.isoformat()} is more than a year away; choose a nearer day.",
            ja=f"{day.isoformat()} は一年より離れています。近い日を選んでください。",
        )
    return desk.releases(day, with_notices=asked.notices).seen(visitor.visible)


@router.get("/releases")
def list_releases(request: Request, visitor: Reader, asked: Asked) -> Response:
    """Show, by section, the designations to release and who came newly."""
    told = _told(request, visitor, asked)
    coming = desk_of(request).coming()
    context = {"told": told, "coming": coming, "query": _query(told)}
    return page(request, "releases.html", visitor, context)


@router.get("/releases/table")
def download(
    request: Request,
    visitor: Reader,
    asked: Asked,
    form: Annotated[Literal["csv", "xlsx"], Query()] = "csv",
) -> Response:
    """Give the lines to release in the columns of 事務取扱担当者名簿."""
    told = _told(request, visitor, asked)
    write = releases_csv if form == "csv" else releases_xlsx
    name = f"releases-{told.on.isoformat()}{'-with-notices' if told.with_notices else ''}.{form}"
    saved = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(told, visitor.lang), media_type=_MEDIA[form], headers=saved)


@router.get("/releases/{section}/notice")
def show_notice(request: Request, section: str, visitor: Reader, asked: Asked) -> Response:
    """Show the 指定解除通知 of a section, to be printed, numbered and signed by people."""
    told = _told(request, visitor, asked)
    room = _room(told, section)
    if not room.releases:
        raise _nothing(section)
    context = {"told": told, "room": room, "query": _query(told)}
    return page(request, "release_notice.html", visitor, context)


@router.get("/releases/{section}/designation")
def show_designation(request: Request, section: str, visitor: Reader, asked: Asked) -> Response:
    """Show the form that designates handlers, with those who came; people choose among them."""
    told = _told(request, visitor, asked)
    room = _room(told, section)
    if not room.newcomers:
        raise _nothing(section)
    context = {"told": told, "room": room, "query": _query(told)}
    return page(request, "release_designation.html", visitor, context)


@router.get("/releases/{section}/application/{staff_number}")
def show_application(
    request: Request, section: str, staff_number: str, visitor: Reader, asked: Asked
) -> Response:
    """Show the ユーザー情報登録・変更申請書 (新規) of a newcomer, for people to choose from."""
    told = _told(request, visitor, asked)
    room = _room(told, section)
    newcomer = _newcomer(room, staff_number)
    rights = {
        (right.directory, right.entitlement): right
        for affair in newcomer.affairs
        for right in told.entitlements.get(affair, ())
    }
    context = {
        "told": told,
        "room": room,
        "newcomer": newcomer,
        "one": told.people[newcomer.staff_number],
        "rights": [rights[key] for key in sorted(rights)],
        "query": _query(told),
    }
    return page(request, "release_application.html", visitor, context)


def _query(told: Releases) -> str:
    return f"?on={told.on.isoformat()}{'&notices=true' if told.with_notices else ''}"


def _room(told: Releases, section: str) -> SectionRoom:
    room = told.room(section)
    if room is None:
        raise _nothing(section)
    return room


def _newcomer(room: SectionRoom, staff_number: str) -> Newcomer:
    found = [n for n in room.newcomers if n.staff_number == staff_number]
    if not found:
        raise _nothing(room.section)
    affairs = tuple(sorted({affair for each in found for affair in each.affairs}))
    return Newcomer(
        found[0].staff_number,
        found[0].post,
        found[0].title,
        found[0].since,
        found[0].order,
        affairs,
        rests_on_notice=any(each.rests_on_notice for each in found),
    )


def _nothing(section: str) -> NoSuchCase:
    return NoSuchCase(
        f"section {section} has nothing of this kind to do on that day, or it is not yours to see.",
        ja=f"所属 {section} には、その日に行うものがないか、見ることが許されていません。",
    )
