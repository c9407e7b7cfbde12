"""職員: one person over the years, and why each right stands or falls on any day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.cases import Case
from syncd.core.facts import Designation
from syncd.core.ids import normalise_staff_number
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.explain import explain
from syncd.flow.report import Explanation
from syncd.flow.timeline import HeldPost, Timeline, timeline_of
from syncd.reports.words import Lang, reason_word
from syncd.web.charts import Bar, Lane
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor, sees_person
from syncd.web.words import phrase

router = APIRouter()
_SEE_OTHER = 303
_YEARS_SHOWN = timedelta(days=3 * 365)
_AHEAD = timedelta(days=120)


@router.get("/people")
def find_person(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    staff_number: str = "",
) -> Response:
    """Ask for a staff number, and go to that person."""
    if staff_number.strip():
        width = desk_of(request).opened.settings.model.organization.staff_number_width
        number = normalise_staff_number(staff_number, width)
        return RedirectResponse(f"/people/{number}", _SEE_OTHER)
    return page(request, "people.html", visitor)


@router.get("/people/{staff_number}")
def show_person(
    request: Request,
    staff_number: str,
    visitor: Annotated[Visitor, door(Permission.READ)],
    as_of: str = "",
) -> Response:
    """Show a person as of a day; approvers see people of their sections."""
    opened = desk_of(request).opened
    width = opened.settings.model.organization.staff_number_width
    number = normalise_staff_number(staff_number, width)
    day = _day(as_of) or opened.today()
    told = explain(opened.site, number, day)
    if told.person is None or not sees_person(visitor, told):
        raise NoSuchCase(
            f"nobody with the staff number {staff_number} is known here.",
            ja=f"職員番号 {staff_number} の人は、ここでは知られていません。",
        )
    years = timeline_of(opened.site, number, opened.today())
    lanes = list(_lanes(told, years, visitor.lang))
    context = {
        "told": told,
        "years": years,
        "as_of": day,
        "lanes": lanes,
        "from_on": opened.today() - _YEARS_SHOWN,
        "until_on": opened.today() + _AHEAD,
        "advance_notices": years.advance_notices if visitor.sees_advance_notices else (),
    }
    return page(request, "person.html", visitor, context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(
            f"{text!r} is no day; write 2027-04-01.",
            ja=f"{text} は日付ではありません。2027-04-01 のように書いてください。",
        ) from None


def _lanes(told: Explanation, years: Timeline, lang: Lang) -> Iterator[Lane]:
    say = phrase(lang)
    for held in years.posts:
        yield Lane(say("職", "post"), (_post_bar(held, told),))
    for line in told.designations:
        yield Lane(say(f"指定 {line.affair}", f"designation {line.affair}"), (_line_bar(line),))
    for case in told.cases:
        yield Lane(
            say(f"残存 {case.entitlement}", f"stale {case.entitlement}"), (_case_bar(case, lang),)
        )
    if years.training:
        bars = (Bar("training", t.course, t.attended_on, t.attended_on) for t in years.training)
        yield Lane(say("研修", "training"), tuple(bars))


def _post_bar(held: HeldPost, told: Explanation) -> Bar:
    name = told.names.get(held.post.org_unit, held.post.org_unit)
    return Bar("post", f"{name} {held.post.title}".strip(), held.from_on, held.until_on)


def _line_bar(line: Designation) -> Bar:
    ends = [day for day in (line.released_on, line.expires_on) if day is not None]
    label = f"{line.affair}/{line.org_unit}"
    return Bar("designation", label, line.designated_on, min(ends, default=None))


def _case_bar(case: Case, lang: Lang) -> Bar:
    ended = case.updated_at.date() if case.is_ended else None
    words = [reason_word(reason, lang) for reason in case.reasons]
    return Bar("case", "、".join(words), case.since or case.opened_at.date(), ended)
