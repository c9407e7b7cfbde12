"""棚卸: the list, one review, the sheet of a section, one question, the record on paper and as CSV.

An approver sees the sheets of their sections and nothing of the others. What people do is
`review_steps`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from syncd.bootstrap import OpenSite
from syncd.core.access import Permission
from syncd.core.calendar import last_day_before
from syncd.core.findings import Verdict
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.messages import open_days_until
from syncd.core.reviews.persons import answering, check_may_confirm, may_answer_for
from syncd.core.reviews.questions import Sheet, Standing
from syncd.core.reviews.review import GOING, AccessReview, ReviewState
from syncd.core.votes import Role
from syncd.errors import NoSuchCase, NotPermitted
from syncd.flow.reviews.answering import shown_sha256
from syncd.flow.reviews.beginning import is_read
from syncd.flow.reviews.record import (
    ReviewRecord,
    lines_of_note,
    overdue_by_section,
    record_lines,
    record_of,
)
from syncd.ports.listing import NO_SECTION
from syncd.ports.reviews import Answered, QuestionPage, QuestionQuery
from syncd.ports.store import Unit
from syncd.reports.review_tables import review_table
from syncd.web.gate import desk_of, door
from syncd.web.render import page
from syncd.web.review_words import ReviewSay
from syncd.web.trail_words import tell
from syncd.web.visitor import Visitor

router = APIRouter()
_A_PAGE = 50
_ON_PAPER = 500
_MOST_RECORDS = 200

MOST_NUMBER = 2**31 - 1
"""No question has a greater number: that is what a column of the database holds."""

Reader = Annotated[Visitor, door(Permission.READ)]
Number = Annotated[int, Path(ge=1, le=MOST_NUMBER)]


def query_of(
    section: Annotated[str, Query(max_length=100)] = "",
    answered: Answered | str = "",
    verdict: Verdict | str = "",
    directory: str = "",
    text: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
) -> QuestionQuery:
    """Return the filters of an address, of whatever review; unknown words narrow nothing."""
    nobody = section in ("", NO_SECTION)
    return QuestionQuery(
        "",
        asked=None if nobody else OrgUnitCode(section),
        of_nobody=nobody,
        answered=Answered(answered) if answered in set(Answered) else None,
        verdict=Verdict(verdict) if verdict in set(Verdict) else None,
        directory=directory,
        text=text,
        after=after,
        limit=_A_PAGE,
    )


Asked = Annotated[QuestionQuery, Depends(query_of)]


@router.get("/reviews")
def list_reviews(request: Request, visitor: Reader) -> Response:
    """Show every review, the newest first, and the form that begins one."""
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        records = [record_of(unit, r.review_id, visitor.visible) for r in unit.reviews()]
        last = unit.last_complete_run()
    context = {
        "records": records,
        "going": any(record.review.state in GOING for record in records),
        "last": last,
        "is_read": is_read(opened.site, opened.today()),
        "policy": opened.site.policy,
        "say": ReviewSay(visitor.lang),
    }
    return page(request, "reviews.html", visitor, context)


@router.get("/reviews/{review_id}")
def show_review(request: Request, review_id: str, visitor: Reader) -> Response:
    """Show what was frozen, how each section stands, and what is left to do."""
    opened = desk_of(request).opened
    titles = opened.settings.model.organization.role_labels
    sees_all = visitor.visible is None
    with opened.site.store.begin() as unit:
        whole = record_of(unit, review_id)
        leaves = unit.history(review_id)
        answerers = unit.answerers(review_id)
        overdue = overdue_by_section(unit, review_id, visitor.visible, opened.clock())
    now, record = opened.clock(), whole.seen_by(visitor.visible)
    context = {
        "record": record,
        "review": record.review,
        "say": ReviewSay(visitor.lang),
        "no_section": NO_SECTION,
        "answerable": record.review.is_answerable(now),
        "theirs": {s.section for s in record.sheets if _is_theirs(visitor, s.section)},
        "overdue": overdue,
        "days_left": _days_left(opened, record.review, now),
        "history": [tell(each, visitor.lang, titles) for each in _seen_records(visitor, leaves)],
        "sees_all": sees_all,
        "can_close": _can_close(visitor, whole, now),
        "can_drop": visitor.may("hold-reviews") and record.review.state in GOING,
        "can_freeze": visitor.may("hold-reviews") and _can_freeze(opened, record.review),
        "why_not_confirm": _why_not(visitor, record.review, answerers),
    }
    return page(request, "review.html", visitor, context)


def _seen_records(visitor: Visitor, leaves: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the newest records that a visitor may see: an approver's name their section."""
    visible, records = visitor.visible, (json.loads(leaf) for leaf in leaves)
    seen = (
        record
        for record in records
        if visible is None or record["ground"].get("section") in visible
    )
    return list(deque(seen, _MOST_RECORDS))


def _can_close(visitor: Visitor, record: ReviewRecord, now: datetime) -> bool:
    is_open = record.review.state is ReviewState.OPEN
    is_over = not record.count("waiting") or record.review.is_silent(now)
    return is_open and visitor.may("hold-reviews") and is_over


def _can_freeze(opened: OpenSite, review: AccessReview) -> bool:
    return review.state is ReviewState.PLANNED and review.as_of <= opened.today()


def _is_theirs(visitor: Visitor, section: OrgUnitCode | None) -> bool:
    """Tell whether a sheet is first of all the visitor's: the chief may answer every one."""
    first = (
        actor
        for actor in visitor.actors
        if section is None or section in actor.sections or Role.CHIEF not in actor.roles
    )
    return may_answer_for(first, section)


def _days_left(opened: OpenSite, review: AccessReview, now: datetime) -> int | None:
    """Return how many open days (開庁日) are left to answer in time; None where nobody answers."""
    if review.answer_by is None or not review.is_answerable(now):
        return None
    last = last_day_before(review.answer_by)
    return open_days_until(opened.today(), last, opened.site.policy.closed_days)


def _why_not(
    visitor: Visitor,
    review: AccessReview,
    answerers: Collection[tuple[str, StaffNumber | None]],
) -> str | None:
    """Return why somebody may not confirm; nothing where they may, None where it is not time."""
    if review.state is not ReviewState.CLOSED:
        return None
    try:
        check_may_confirm(visitor.own, answerers)
    except NotPermitted as why:
        return why.told
    return ""


def seen_sheet(
    unit: Unit, visitor: Visitor, review_id: str, section: OrgUnitCode | None
) -> tuple[AccessReview, Sheet]:
    """Return a sheet that a visitor may see; raises NoSuchCase for every other."""
    review = unit.review(review_id)
    visible = visitor.visible
    if visible is None or section in visible:
        for sheet in unit.review_sheets(review_id):
            if sheet.section == section:
                return review, sheet
    raise NoSuchCase.review(f"{review_id} ({section or NO_SECTION})")


def check_seen(unit: Unit, visitor: Visitor, review_id: str, numbers: Collection[int]) -> None:
    """Raise NoSuchCase for questions that a visitor may not see: whom they are asked of is hidden.

    Those that are not there at all are told in the same words.
    """
    standings = unit.questions_standing(review_id, numbers)
    unseen = sorted(set(numbers) - {s.question.number for s in standings if _sees(visitor, s)})
    if unseen:
        raise NoSuchCase.review(f"{review_id} ({', '.join(map(str, unseen))})")


@router.get("/reviews/{review_id}/sheet")
def show_sheet(
    request: Request,
    review_id: str,
    visitor: Reader,
    query: Asked,
    done: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
) -> Response:
    """Show the questions of one section, with the forms that answer them."""
    context = sheet_context(request, visitor, replace(query, review_id=review_id))
    return page(request, "review_sheet.html", visitor, {**context, "done": done})


def sheet_context(request: Request, visitor: Visitor, query: QuestionQuery) -> dict[str, Any]:
    """Return all that the page of a sheet shows."""
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        review, sheet = seen_sheet(unit, visitor, query.review_id, query.asked)
        found = unit.question_page(replace(query, visible=None))
        shown = shown_sha256(unit, review, query.asked) if sheet.waiting else ""
        sections = unit.sections()
    answerable = review.is_answerable(opened.clock())
    answers = answerable and may_answer_for(visitor.actors, query.asked)
    chief = any(Role.CHIEF in actor.roles for actor in visitor.actors)
    return {
        "review": review,
        "sheet": sheet,
        "found": found,
        "query": query,
        "shown": shown,
        "answerable": answerable,
        "answers": answers,
        "able": _able(visitor, found) if answers else frozenset(),
        "assigns": answers and chief,
        "sections": sections,
        "say": ReviewSay(visitor.lang),
        "refused": (),
        "narrowed": list(Answered),
        "verdicts": list(Verdict),
        "section": query.asked or NO_SECTION,
        "first_page": sheet_address(replace(query, after=0)) if query.after else "",
        "next_page": sheet_address(replace(query, after=found.after)) if found.after else "",
        "kept": urlencode(_filters(query)),
        "done": 0,
        "why": None,
        "chosen": frozenset(),
        "reason": "",
    }


def sheet_address(query: QuestionQuery, **more: int) -> str:
    """Return the address of a page of a sheet, with its filters."""
    words = urlencode([*_filters(query), *more.items()])
    return f"/reviews/{query.review_id}/sheet?{words}"


def _filters(query: QuestionQuery) -> list[tuple[str, object]]:
    """Return what an address says of a page of a sheet."""
    asked = (
        ("answered", query.answered),
        ("verdict", query.verdict),
        ("directory", query.directory),
        ("text", query.text),
        ("after", query.after),
    )
    return [("section", query.asked or NO_SECTION), *((k, v) for k, v in asked if v)]


def _able(visitor: Visitor, found: QuestionPage) -> frozenset[int]:
    """Return the numbers of the questions that the visitor may answer: not about themself."""
    return frozenset(
        line.standing.question.number for line in found.lines if _may_answer(visitor, line.standing)
    )


def _may_answer(visitor: Visitor, standing: Standing) -> bool:
    try:
        answering(visitor.actors, standing.asked, standing.question)
    except NotPermitted:
        return False
    return True


@router.get("/reviews/{review_id}/questions/{number}")
def show_question(request: Request, review_id: str, number: Number, visitor: Reader) -> Response:
    """Show one question, every answer that was ever given to it, and the case of the right."""
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        review = unit.review(review_id)
        standing = next(iter(unit.questions_standing(review_id, [number])), None)
        if standing is None or not _sees(visitor, standing):
            raise NoSuchCase.review(f"{review_id} ({number})")
        asked = standing.question
        given = unit.review_answers(review_id, number)
        cases = unit.cases_about(asked.directory, [asked.entitlement])
        cards = unit.cards([asked.staff_number] if asked.staff_number else [])
        names = {section.code: section.name for section in unit.sections()}
    context = {
        "review": review,
        "standing": standing,
        "asked": asked,
        "given": given,
        "able": review.is_answerable(opened.clock()) and _may_answer(visitor, standing),
        "card": None if asked.staff_number is None else cards.get(asked.staff_number),
        "case": next((case for case in cases if case.key == asked.key), None),
        "section_names": names,
        "section": standing.asked or NO_SECTION,
        "say": ReviewSay(visitor.lang),
    }
    return page(request, "review_question.html", visitor, context)


def _sees(visitor: Visitor, standing: Standing) -> bool:
    return visitor.visible is None or standing.asked in visitor.visible


@router.get("/reviews/{review_id}/record")
def show_record(request: Request, review_id: str, visitor: Reader) -> Response:
    """Show 棚卸完了記録, to be printed: the sheets, and what is not needed or has no answer."""
    opened = desk_of(request).opened
    with opened.site.store.begin() as unit:
        record = record_of(unit, review_id, visitor.visible)
        lines, more = lines_of_note(unit, record, visitor.visible, _ON_PAPER)
        given = unit.review_answers(review_id) if visitor.visible is None else ()
        overdue = overdue_by_section(unit, review_id, visitor.visible, opened.clock())
    context = {
        "record": record,
        "review": record.review,
        "lines": lines,
        "more": more,
        "deputies": sorted({(a.by, a.deputy_for) for a in given if a.deputy_for}),
        "overdue": overdue,
        "say": ReviewSay(visitor.lang),
    }
    return page(request, "review_record.html", visitor, context)


@router.get("/reviews/{review_id}/export")
def export_review(request: Request, review_id: str, visitor: Reader) -> Response:
    """Give every line of the record as CSV, as far as the visitor sees them."""
    store = desk_of(request).opened.site.store
    with store.begin() as unit:
        review = unit.review(review_id)
    lines = record_lines(store, review_id, visitor.visible)
    content = review_table(review, lines, visitor.lang)
    headers = {"Content-Disposition": f'attachment; filename="review-{review_id}.csv"'}
    return StreamingResponse(content, media_type="text/csv; charset=utf-8", headers=headers)
