"""Telling people of an access review: their questions, the days that are left, what is not gone.

Who is told is who may answer. A section counts as asked only when a message was written that
reaches somebody: on that rests what its silence means (`flow.reviews.ending`). One letter tells
somebody of all their sections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.core.audit import AuditEvent
from syncd.core.calendar import day_of, last_day_before
from syncd.core.ids import OrgUnitCode
from syncd.core.messages import MessageKind, Recipient, open_days_until
from syncd.core.reviews.persons import may_answer_for
from syncd.core.reviews.questions import Sheet
from syncd.core.reviews.review import AccessReview, ReviewState
from syncd.core.votes import Actor, Role
from syncd.flow.reviews.recording import ACTOR, put_on_record
from syncd.flow.site import Site
from syncd.flow.telling.letter import Letter
from syncd.flow.telling.news import News
from syncd.flow.telling.residuals import Reaches
from syncd.ports.store import Unit

_EVENTS = {
    MessageKind.REVIEW_ASKED: AuditEvent.REVIEW_ASKED,
    MessageKind.REVIEW_REMINDER: AuditEvent.REVIEW_REMINDED,
    MessageKind.REVIEW_ESCALATION: AuditEvent.REVIEW_ESCALATED,
}


@dataclass(frozen=True, slots=True)
class ReviewTopic:
    """Sheets of one review that are told of together, each with how many questions it is about."""

    kind: MessageKind
    object: str
    review: AccessReview
    sheets: tuple[tuple[Sheet, int], ...]
    open_days: int = 0


def about_reviews(unit: Unit, site: Site, news: News, now: datetime) -> Iterator[ReviewTopic]:
    """Yield what there is to tell of reviews that are open, and of corrections that are overdue."""
    if not (news.reviews or news.reminds or news.is_first):
        return
    for review in unit.reviews([ReviewState.OPEN]):
        if review.is_answerable(now):
            sheets = [sheet for sheet in unit.review_sheets(review.review_id) if sheet.waiting]
            yield from _asking(review, sheets, news)
            if news.reminds:
                yield from _reminding(site, review, sheets, now)
                yield from _escalating(review, sheets, now)
    if news.reminds:
        yield from _correcting(unit, now)


def _asking(review: AccessReview, sheets: Iterable[Sheet], news: News) -> Iterator[ReviewTopic]:
    new = _waiting(sheet for sheet in sheets if sheet.asked_at is None)
    if new:
        name = f"{review.review_id}:asked:{news.number}"
        yield ReviewTopic(MessageKind.REVIEW_ASKED, name, review, new)


def _reminding(
    site: Site, review: AccessReview, sheets: Iterable[Sheet], now: datetime
) -> Iterator[ReviewTopic]:
    """Yield today's reminder; a day on which nobody looked is made up for by the next one."""
    asked, closed = site.policy.review, site.policy.closed_days
    today, last = day_of(now), _last_day(review)
    due = [n for n in asked.remind_open_days if n < asked.answer_open_days]
    left = open_days_until(today, last, closed)
    nearest = min((n for n in due if left <= n), default=None)
    if nearest is None or today > last:
        return
    late = _waiting(
        sheet
        for sheet in sheets
        if sheet.asked_at is not None
        and day_of(sheet.asked_at) < today
        and (
            sheet.reminded_on is None or open_days_until(sheet.reminded_on, last, closed) > nearest
        )
    )
    if late:
        name = f"{review.review_id}:{last.isoformat()}:{nearest}"
        yield ReviewTopic(MessageKind.REVIEW_REMINDER, name, review, late, left)


def _escalating(
    review: AccessReview, sheets: Iterable[Sheet], now: datetime
) -> Iterator[ReviewTopic]:
    if review.answer_by is None or now < review.answer_by:
        return
    late = _waiting(sheet for sheet in sheets if sheet.escalated_at is None)
    if late:
        name = f"{review.review_id}:late:{day_of(now).isoformat()}"
        yield ReviewTopic(MessageKind.REVIEW_ESCALATION, name, review, late)


def _correcting(unit: Unit, now: datetime) -> Iterator[ReviewTopic]:
    """Yield what should be gone by now and is not: told once a week."""
    week = "-".join(map(str, day_of(now).isocalendar()[:2]))
    for review_id, standings in unit.corrections().items():
        late: dict[OrgUnitCode | None, int] = {}
        for standing in standings:
            if standing.is_overdue(now):
                late[standing.asked] = late.get(standing.asked, 0) + 1
        sheets = tuple(
            (s, late[s.section]) for s in unit.review_sheets(review_id) if s.section in late
        )
        if sheets:
            name, review = f"{review_id}:correct:{week}", unit.review(review_id)
            yield ReviewTopic(MessageKind.REVIEW_CORRECTION, name, review, sheets)


def _waiting(sheets: Iterable[Sheet]) -> tuple[tuple[Sheet, int], ...]:
    return tuple((sheet, sheet.waiting) for sheet in sheets)


def _last_day(review: AccessReview) -> date:
    """Return the last day on which an answer is in time."""
    return last_day_before(review.answer_by or review.started_at)


def review_letters(
    unit: Unit,
    site: Site,
    topics: Iterable[ReviewTopic],
    recipients: tuple[Recipient, ...],
    reaches: Reaches,
) -> Iterator[Letter]:
    """Yield a letter for each topic and recipient, and keep with each sheet that it was told."""
    for topic in topics:
        shares: dict[tuple[Recipient, str], list[tuple[Sheet, int]]] = {}
        told: dict[OrgUnitCode | None, set[str]] = {}
        for sheet, number in topic.sheets:
            for recipient, actor in _answering(recipients, sheet.section, topic.kind):
                if reaches(topic.kind, recipient):
                    shares.setdefault((recipient, actor.deputy_for), []).append((sheet, number))
                    told.setdefault(sheet.section, set()).add(recipient.account)
        for (recipient, deputy_for), sheets in shares.items():
            yield _letter(topic, recipient, deputy_for, sheets)
        for sheet, _ in topic.sheets:
            if sheet.section in told:
                _note(unit, site, topic, sheet, sorted(told[sheet.section]))


def _answering(
    recipients: Iterable[Recipient], section: OrgUnitCode | None, kind: MessageKind
) -> Sequence[tuple[Recipient, Actor]]:
    """Return who is told of a sheet, each in the first capacity that may answer it.

    The chief may answer everything, and is told only of what no approver may, or did not in time.
    """
    able = [
        (recipient, actor)
        for recipient in recipients
        if (actor := _able(recipient, section)) is not None
    ]
    chief_too = kind in (MessageKind.REVIEW_ESCALATION, MessageKind.REVIEW_CORRECTION)
    approvers = [found for found in able if Role.CHIEF not in found[1].roles]
    return able if chief_too or not approvers else approvers


def _able(recipient: Recipient, section: OrgUnitCode | None) -> Actor | None:
    """Return the first capacity in which somebody may answer; an approver's come first."""
    ordered = sorted(recipient.actors, key=lambda actor: Role.CHIEF in actor.roles)
    return next((actor for actor in ordered if may_answer_for([actor], section)), None)


def _letter(
    topic: ReviewTopic,
    recipient: Recipient,
    deputy_for: str,
    sheets: Sequence[tuple[Sheet, int]],
) -> Letter:
    review = topic.review
    return Letter(
        topic.kind,
        "/".join(filter(None, (topic.object, deputy_for))),
        recipient,
        deputy_for=deputy_for,
        last_day=_last_day(review),
        open_days=topic.open_days,
        about={
            "name": review.name,
            "review": review.review_id,
            "on_silence": str(review.on_silence),
            "silence_on": None if review.silence_at is None else last_day_before(review.silence_at),
            "total": sum(number for _, number in sheets),
            "sheets": [
                {"code": s.section or "", "name": s.name, "number": number} for s, number in sheets
            ],
        },
    )


def _note(unit: Unit, site: Site, topic: ReviewTopic, sheet: Sheet, accounts: list[str]) -> None:
    """Keep that a section was told, with who was."""
    now, event = site.clock(), _EVENTS.get(topic.kind)
    if event is None:
        return
    if topic.kind is MessageKind.REVIEW_ASKED:
        after = replace(sheet, asked_at=now, asked_of=tuple(accounts))
    elif topic.kind is MessageKind.REVIEW_REMINDER:
        after = replace(sheet, reminded=sheet.reminded + 1, reminded_on=day_of(now))
    else:
        after = replace(sheet, escalated_at=now)
    unit.note_sheet(topic.review.review_id, after)
    ground: dict[str, object] = {"section": sheet.section or "", "asked_of": accounts}
    put_on_record(site, unit, event, ACTOR, topic.review.review_id, ground)
