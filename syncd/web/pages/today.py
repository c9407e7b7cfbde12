"""今日: one look tells whether the promise holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from syncd.core.access import Permission
from syncd.core.reviews.review import ReviewState
from syncd.flow.coming import planned_day
from syncd.flow.steps import going_on
from syncd.flow.today import look_at_today
from syncd.flow.uncertain import uncertain
from syncd.ports.listing import NO_SECTION
from syncd.ports.outbox import Dispatch
from syncd.ports.tasks import TaskQuery
from syncd.web.gate import desk_of, door
from syncd.web.pages.tasks import seen_by
from syncd.web.render import page
from syncd.web.review_words import ReviewSay
from syncd.web.visitor import Visitor
from syncd.web.words import step_word

router = APIRouter()


@router.get("/")
def show_today(request: Request, visitor: Annotated[Visitor, door(Permission.READ)]) -> Response:
    """Show how things stand for the sections that the visitor sees."""
    desk = desk_of(request)
    opened, visible = desk.opened, visitor.visible
    told, coming = uncertain(desk.learned(), visible), desk.coming()
    seen = look_at_today(opened.site, opened.today(), visible, told, coming, desk.due_at())
    with opened.site.store.begin() as unit:
        names = {section.code: section.name for section in unit.sections()}
        counts = unit.message_counts()
        review = next(iter(unit.reviews([ReviewState.OPEN])), None)
        unanswered = 0 if review is None else unit.count_waiting(review.review_id, visible)
        tasks = unit.task_counts(seen_by(visitor, opened.site, TaskQuery()), opened.clock())
    context = {
        "seen": seen,
        "going": going_on(opened.site),
        "step_word": lambda step: step_word(step, visitor.lang),
        "planned": None if coming is None else planned_day(desk.preview(coming.on), visible),
        "section_names": names,
        "no_section": NO_SECTION,
        "next_full": desk.next_full(),
        "sees_all": visible is None,
        "tasks": tasks,
        "has_tasks": any(seat.hand_over for seat in opened.site.directories.values()),
        "review": review if unanswered else None,
        "unanswered": unanswered,
        "review_say": ReviewSay(visitor.lang),
        "undelivered": sum(n for (_, state), n in counts.items() if state is Dispatch.FAILED),
    }
    return page(request, "today.html", visitor, context)
