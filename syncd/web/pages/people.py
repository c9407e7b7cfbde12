"""職員: one person over the years, and why each right stands or falls on any day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from syncd.core.access import Permission
from syncd.core.calendar import day_of
from syncd.core.cases import Case
from syncd.core.facts import Designation
from syncd.core.ids import normalise_staff_number
from syncd.errors import NoSuchCase
from syncd.flow.explain import explain
from syncd.flow.holdings import HeldRight
from syncd.flow.report import Explanation
from syncd.flow.roll import find_people
from syncd.flow.timeline import HeldPost, Timeline, timeline_of
from syncd.reports.words import Lang, day_word, reason_word
from syncd.web.charts import Bar, Lane, pack
from syncd.web.forms import parse_day
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.visitor import Visitor, sees_person
from syncd.web.words import phrase

router = APIRouter()
_SEE_OTHER = 303
_YEARS_SHOWN = timedelta(days=3 * 365)
_AHEAD = timedelta(days=120)
_MOST_FOUND = 50
_NUMBER = re.compile(r"[0-9０-９A-Za-z_-]*[0-9０-９][0-9０-９A-Za-z_-]*")


@router.get("/people")
def find_person(
    request: Request,
    visitor: Annotated[Visitor, door(Permission.READ)],
    text: Annotated[str, Query(max_length=200)] = "",
    staff_number: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Find people by name, フリガナ or number; a whole number leads to that person at once."""
    desk = desk_of(request)
    asked, roll = (text or staff_number).strip(), desk.roll()
    width = desk.opened.settings.model.organization.staff_number_width
    number = normalise_staff_number(asked, width) if _NUMBER.fullmatch(asked) else None
    # Whoever sees some sections only is led there always: an answer of another kind would tell
    # which numbers exist elsewhere.
    if number is not None and (visitor.visible is not None or number in roll):
        return RedirectResponse(f"/people/{quote(number, safe='')}", _SEE_OTHER)
    found = find_people(roll.values(), asked, visitor.visible)
    with desk.opened.site.store.begin() as unit:
        names = {section.code: section.name for section in unit.sections()}
    context = {
        "asked": asked,
        "found": found[:_MOST_FOUND],
        "total": len(found),
        "section_names": names,
    }
    return page(request, "people.html", visitor, context)


@router.get("/people/{staff_number}")
def show_person(
    request: Request,
    staff_number: str,
    visitor: Annotated[Visitor, door(Permission.READ)],
    as_of: str = "",
) -> Response:
    """Show a person as of a day; approvers see people of their sections."""
    desk = desk_of(request)
    opened = desk.opened
    width = opened.settings.model.organization.staff_number_width
    number = normalise_staff_number(staff_number, width)
    day = parse_day(as_of) or opened.today()
    told = explain(opened.site, number, day, desk.decision(day))
    if told.person is None or not sees_person(visitor, told):
        raise NoSuchCase(
            f"nobody with the staff number {staff_number} is known here.",
            ja=f"職員番号 {staff_number} の人は、ここでは知られていません。",
        )
    years = timeline_of(opened.site, number, opened.today(), told.accounts)
    lanes = list(_lanes(told, years, visitor.lang, opened.today()))
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


def _lanes(told: Explanation, years: Timeline, lang: Lang, today: date) -> Iterator[Lane]:
    """Yield the lanes: posts, designations of each affair, training, each right and its cases."""
    say = phrase(lang)
    yield from pack(say("職", "post"), (_post_bar(held, told) for held in years.posts))
    for affair in dict.fromkeys(line.affair for line in told.designations):
        lines = (_line_bar(line) for line in told.designations if line.affair == affair)
        yield from pack(say(f"指定 {affair}", f"designation {affair}"), lines)
    if years.training:
        bars = (Bar("training", t.course, t.attended_on, t.attended_on) for t in years.training)
        yield Lane(say("研修", "training"), tuple(bars))
    rights = [(r.directory, r.entitlement) for r in years.rights]
    cases = [(c.directory, c.entitlement) for c in told.cases]
    for key in dict.fromkeys((*rights, *cases)):
        held = [r for r in years.rights if (r.directory, r.entitlement) == key]
        drawn = (_right_bar(right, lang, today) for right in held)
        yield from pack(say(f"権限 {key[1]}", f"right {key[1]}"), drawn)
        bars = (_case_bar(c, lang) for c in told.cases if (c.directory, c.entitlement) == key)
        yield from pack(say(f"残存 {key[1]}", f"stale {key[1]}"), bars)


def _right_bar(held: HeldRight, lang: Lang, today: date) -> Bar:
    """Return the bar of a right; one that is held still ends today, for nobody saw tomorrow."""
    seen_on = day_of(held.first_seen_at)
    gone_on = today if held.gone_at is None else day_of(held.gone_at)
    from_on = day_word(seen_on, lang)
    since = phrase(lang)(f"{from_on} より前から", f"since before {from_on}")
    label = held.name or held.entitlement
    told = f"{label}（{since}）" if held.since_first_read else label
    return Bar("right", told, seen_on, gone_on, held.since_first_read)


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
