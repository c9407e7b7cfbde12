"""Ending a review: by the deadline or by hand, then confirmed by somebody who answered nothing.

Silence of who was never asked is no silence: where no message reached anybody of a section and
nobody of it ever answered, its rights stay as they are, whatever the policy says, and the record
says so. What silence does take goes the way of every case, with its approval and its guards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncd.core.access import Permission, permissions_of, require
from syncd.core.audit import AuditEvent
from syncd.core.calendar import day_of
from syncd.core.ids import OrgUnitCode, RunId
from syncd.core.policy import OnSilence
from syncd.core.reviews.persons import check_may_confirm
from syncd.core.reviews.questions import Sheet, Standing
from syncd.core.reviews.review import AccessReview, ReviewEvent, ReviewState, correct_by, moved
from syncd.core.votes import Actor
from syncd.errors import IllegalMove
from syncd.flow.reviews.outcomes import outcome, state_outcomes
from syncd.flow.reviews.recording import ACTOR, check_reason, check_words, put_on_record, step
from syncd.flow.site import Site
from syncd.ports.store import Unit


def close_due(site: Site, run: RunId) -> None:
    """Close the review whose time to answer is over: what nobody answered follows the policy."""
    with site.store.begin() as unit:
        for found in unit.reviews([ReviewState.OPEN]):
            review = unit.review(found.review_id, held=True)  # somebody may be closing it by hand
            if review.is_silent(site.clock()):
                _close(site, unit, review, ACTOR, run)


def close_review(site: Site, actor: Actor, review_id: str) -> AccessReview:
    """Close a review before its time, once every question is answered.

    Raises NotPermitted, NoSuchCase, and IllegalMove while somebody may still answer something.
    """

    def work(unit: Unit) -> AccessReview:
        require(permissions_of(actor), Permission.HOLD_REVIEWS, actor.account)
        review = unit.review(review_id, held=True)
        waiting = sum(sheet.waiting for sheet in unit.review_sheets(review_id))
        if waiting and not review.is_silent(site.clock()):
            raise IllegalMove(
                f"{waiting} questions wait for an answer: the review closes when they are "
                "answered, or by itself when the time is over.",
                ja=f"未回答が {waiting} 件あります。すべて回答されるか、期限が来れば締め切れます。",
            )
        return _close(site, unit, review, actor.account, None)

    return step(site, actor, review_id, work)


def confirm_review(site: Site, actor: Actor, review_id: str, note: str = "") -> AccessReview:
    """Confirm the record (確認者); raises NotPermitted, IllegalMove, NoSuchCase, UsageError."""
    check_words(note)

    def work(unit: Unit) -> AccessReview:
        review = unit.review(review_id)
        check_may_confirm(actor, unit.answerers(review_id))
        after = moved(
            review,
            ReviewEvent.CONFIRM,
            confirmed_by=actor.account,
            confirmed_by_number=actor.identity,
            confirmed_at=site.clock(),
            note=note.strip(),
        )
        unit.update_review(review, after)
        ground: dict[str, object] = {"sha256": review.sha256, "note": after.note}
        put_on_record(site, unit, AuditEvent.REVIEW_CONFIRMED, actor.account, review_id, ground)
        return after

    return step(site, actor, review_id, work)


def drop_review(site: Site, actor: Actor, review_id: str, because: str) -> AccessReview:
    """Drop a review that was begun by mistake; what was answered as not needed stays stated.

    Raises NotPermitted, IllegalMove, NoSuchCase, UsageError without a reason.
    """
    reason = check_reason(because)

    def work(unit: Unit) -> AccessReview:
        require(permissions_of(actor), Permission.HOLD_REVIEWS, actor.account)
        review = unit.review(review_id)
        after = moved(review, ReviewEvent.DROP, dropped_by=actor.account, dropped_because=reason)
        unit.update_review(review, after)
        ground: dict[str, object] = {"reason": reason}
        put_on_record(site, unit, AuditEvent.REVIEW_DROPPED, actor.account, review_id, ground)
        return after

    return step(site, actor, review_id, work)


def _close(
    site: Site, unit: Unit, review: AccessReview, account: str, run: RunId | None
) -> AccessReview:
    now = site.clock()
    after = moved(review, ReviewEvent.CLOSE, closed_by=account, closed_at=now)
    waiting = unit.questions_waiting(review.review_id)
    sheets = unit.review_sheets(review.review_id)
    unit.update_review(review, after)
    if waiting:
        _fall_silent(site, unit, review, waiting, _asked(sheets), run)
    ground: dict[str, object] = {
        "questions": review.questions,
        "needed": sum(sheet.needed for sheet in sheets),
        "not_needed": sum(sheet.not_needed for sheet in sheets),
        "silent": len(waiting),
        "sha256": review.sha256,
    }
    put_on_record(site, unit, AuditEvent.REVIEW_CLOSED, account, review.review_id, ground, run=run)
    return after


def _asked(sheets: Iterable[Sheet]) -> frozenset[OrgUnitCode | None]:
    """Return the sections that know that they are asked."""
    return frozenset(s.section for s in sheets if s.asked_at is not None or s.answered)


def _fall_silent(
    site: Site,
    unit: Unit,
    review: AccessReview,
    waiting: Sequence[Standing],
    asked: frozenset[OrgUnitCode | None],
    run: RunId | None,
) -> None:
    """Let the policy for silence speak for what nobody answered."""
    now = site.clock()
    ending = [s for s in waiting if review.on_silence is OnSilence.REVOKE and s.asked in asked]
    ended = {standing.question.number for standing in ending}
    staying = [s.question.number for s in waiting if s.question.number not in ended]
    due = correct_by(review, now, site.policy.closed_days)
    unit.silence_questions(review.review_id, sorted(ended), due)
    unit.silence_questions(review.review_id, staying, None)
    if ending:
        today = day_of(now)
        state_outcomes(unit, [outcome(review, s.question, today, "") for s in ending], now)
    never = sorted({s.asked or "" for s in waiting if s.asked not in asked})
    ground: dict[str, object] = {
        "policy": f"on_silence = {review.on_silence}",
        "ended": len(ending),
        "kept": len(staying),
        "never_asked": never,
    }
    put_on_record(site, unit, AuditEvent.REVIEW_SILENT, ACTOR, review.review_id, ground, run=run)
