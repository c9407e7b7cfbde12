"""Beginning a review and freezing its set: what directories held, and the facts of the day.

A set is frozen once every directory was read whole on its day or later; a day to come waits for
that day's first complete run. Whoever cannot wait freezes at once: the set then says of each
system when it was read last.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TypeAlias

from syncd.core.access import Permission, permissions_of, require
from syncd.core.audit import AuditEvent
from syncd.core.calendar import day_of, midnight
from syncd.core.cards import Card
from syncd.core.cases import Case, CaseState, exceptions_on
from syncd.core.decide import decide_on
from syncd.core.facts import Facts
from syncd.core.ids import RunId
from syncd.core.memberships import DirectorySnapshot
from syncd.core.reviews.freezing import FrozenSet, frozen_set
from syncd.core.reviews.questions import ReviewedSystem, Sheet, set_sha256
from syncd.core.reviews.review import GOING, AccessReview, ReviewState, begun, frozen
from syncd.core.standing import footing_of
from syncd.core.votes import Actor
from syncd.errors import IllegalMove, UsageError
from syncd.flow.collect import known_facts
from syncd.flow.reviews.recording import ACTOR, put_on_record, step
from syncd.flow.site import Site
from syncd.ports.store import Unit

_LONGEST_NAME = 100
_RIGHT = "begin-review"


def start_review(
    site: Site, actor: Actor, name: str, as_of: date, *, at_once: bool = False
) -> AccessReview:
    """Begin a review as of a day; frozen at once where that day was read whole already.

    With `at_once` it is frozen on what was read last, whenever that was. Raises NotPermitted,
    AlreadyRunning where somebody begins one at this moment, IllegalMove beside one that goes on,
    and UsageError for a name or a day that cannot be.
    """
    name = name.strip()
    _check_name(name)
    _check_day(site, as_of, at_once=at_once)

    def work(unit: Unit) -> AccessReview:
        require(permissions_of(actor), Permission.HOLD_REVIEWS, actor.account)
        _check_is_alone(unit)
        review = begun(site.new_id(), name, as_of, actor.account, site.clock(), site.policy)
        unit.add_review(review)
        ground: dict[str, object] = {"as_of": as_of.isoformat(), "name": name}
        put_on_record(
            site, unit, AuditEvent.REVIEW_STARTED, actor.account, review.review_id, ground
        )
        return review

    with site.store.exclusive(_RIGHT):  # two that begin at once would both be alone
        review = step(site, actor, name, work)
    if at_once or is_read(site, as_of):
        return freeze(site, review, actor.account)
    return review


def freeze_now(site: Site, actor: Actor, review_id: str) -> AccessReview:
    """Freeze a planned review whose day has come on what was read last, whenever that was.

    Raises NotPermitted, IllegalMove, NoSuchCase, and UsageError before its day.
    """

    def work(unit: Unit) -> AccessReview:
        require(permissions_of(actor), Permission.HOLD_REVIEWS, actor.account)
        return unit.review(review_id)

    review = step(site, actor, review_id, work)
    _check_day(site, review.as_of, at_once=True)
    return freeze(site, review, actor.account)


def freeze_due(site: Site, run: RunId) -> None:
    """Freeze the planned review whose day has come and was read whole; for a run that is over."""
    with site.store.begin() as unit:
        planned = unit.reviews([ReviewState.PLANNED])
    for review in planned:
        if review.as_of <= day_of(site.clock()) and is_read(site, review.as_of):
            with suppress(IllegalMove):  # somebody froze or dropped it by hand meanwhile
                freeze(site, review, ACTOR, run)


def freeze(
    site: Site, review: AccessReview, account: str, run: RunId | None = None
) -> AccessReview:
    """Freeze the set of a planned review; raises IllegalMove where somebody else did meanwhile."""
    found = _found(site, review.as_of)
    sha256 = set_sha256(review.as_of, found.systems, found.questions)
    with site.store.begin() as unit:
        now = site.clock()
        after = frozen(review, sha256, len(found.questions), now, site.policy)
        unit.update_review(review, after)
        names = {section.code: section.name for section in unit.sections()}
        asked = sorted({q.section for q in found.questions}, key=lambda code: code or "")
        sheets = [Sheet(code, names.get(code, code) if code else "", 0) for code in asked]
        unit.freeze_review(review.review_id, found.systems, found.questions, sheets)
        _keep_cards(unit, found.cards)
        ground: dict[str, object] = {
            "as_of": review.as_of.isoformat(),
            "sha256": sha256,
            "questions": len(found.questions),
            "sections": len(sheets),
            "systems": [_told(system) for system in found.systems],
        }
        put_on_record(
            site, unit, AuditEvent.REVIEW_FROZEN, account, review.review_id, ground, run=run
        )
    return after


def _check_name(name: str) -> None:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(
            f"give the review a name of 1 to {_LONGEST_NAME} characters in one line.",
            ja=f"棚卸の名前を 1 行、{_LONGEST_NAME} 字以内で書いてください。",
        )


def _check_day(site: Site, as_of: date, *, at_once: bool) -> None:
    today = day_of(site.clock())
    if at_once and as_of > today:
        raise UsageError(
            f"{as_of.isoformat()} is yet to come: what is held then is not known now.",
            ja=f"{as_of.isoformat()} はまだ来ていない日です。その日の権限はまだわかりません。",
        )
    if as_of >= today:
        return
    with site.store.begin() as unit:
        at = midnight(as_of + timedelta(days=1))
        read = any(unit.last_snapshot(name, at) is not None for name in site.directories)
    if not read:
        raise UsageError(
            f"no directory had been read by {as_of.isoformat()}: nobody knows what was held then.",
            ja=f"{as_of.isoformat()} までに読み取ったディレクトリがなく、"
            "その日の権限はわかりません。",
        )


def _check_is_alone(unit: Unit) -> None:
    going = unit.reviews(GOING)
    if going:
        raise IllegalMove(
            f"access review {going[0].review_id} ({going[0].name}) goes on. Close it, or drop it, "
            "before another one begins.",
            ja=f"棚卸「{going[0].name}」が続いています。締め切るか取りやめてから、"
            "次の棚卸を始めてください。",
        )


def is_read(site: Site, as_of: date) -> bool:
    """Tell whether a complete run has read everything on a day, or since."""
    with site.store.begin() as unit:
        last = unit.last_complete_run()
    return last is not None and last.started_at >= midnight(as_of)


def _found(site: Site, as_of: date) -> FrozenSet:
    """Return what stands in the set; no transaction is open while it is worked out."""
    facts, snapshots, excepted = _known(site, as_of)
    footing = footing_of(facts, site.policy, as_of)
    standing = exceptions_on(excepted, as_of)
    return frozen_set(decide_on(footing, snapshots, exceptions=standing), site.directories)


_Known: TypeAlias = tuple[Facts, tuple[DirectorySnapshot, ...], tuple[Case, ...]]
"""The facts, what directories held, and the cases under an exception."""


def _known(site: Site, as_of: date) -> _Known:
    at: datetime | None = None
    if as_of < day_of(site.clock()):
        at = midnight(as_of + timedelta(days=1))
    with site.store.begin() as unit:
        facts = known_facts(unit, site, as_of)
        found = (unit.last_snapshot(name, at) for name in site.directories)
        snapshots = tuple(snapshot for snapshot in found if snapshot is not None)
        return facts, snapshots, unit.cases([CaseState.EXCEPTED])


def _keep_cards(unit: Unit, seen: tuple[Card, ...]) -> None:
    """Keep how people are shown of whom nothing was kept yet: runs know others better."""
    kept = unit.cards(card.staff_number for card in seen)
    unit.save_cards(card for card in seen if card.staff_number not in kept)


def _told(system: ReviewedSystem) -> dict[str, object]:
    return {
        "directory": system.directory,
        "read_at": None if system.read_at is None else system.read_at.isoformat(),
        "sha256": system.sha256,
        "memberships": system.memberships,
    }
