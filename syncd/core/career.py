"""A person's career folded to one day: posts, leave, last day of work, and what changed them.

Pure folding: a roster row and a sequence of orders in force in, one frozen state out. Which
roster and which orders, and what to do when the two disagree, is `people`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from syncd.core.facts import EmploymentStatus, RosterEntry
from syncd.core.findings import Because
from syncd.core.ids import OrgUnitCode, StaffNumber
from syncd.core.orders import OrderInForce
from syncd.core.policy import Aspect, OrderEffect

_ONE_DAY = timedelta(days=1)
PRIMARY = "本務"


@dataclass(frozen=True, slots=True)
class Post:
    """A post a person holds: 本務, or a further one under its word. `ends_on` is the last day.

    `opened_by` cites the order that brought the person into the section, where one is known.
    `formerly` are codes that a 組織改正読替 replaced for this person. `title` is 職名 as received.
    """

    org_unit: OrgUnitCode
    kind: str = PRIMARY
    since: date | None = None
    ends_on: date | None = None
    opened_by: Because | None = None
    formerly: tuple[OrgUnitCode, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """A post that ended: from `on` the person no longer held `org_unit` (None: not known which)."""

    org_unit: OrgUnitCode | None
    on: date
    because: Because


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave or suspension; `until` is its last day (None: until 復職)."""

    word: str
    since: date | None
    until: date | None
    because: Because


@dataclass(frozen=True, slots=True)
class PersonState:
    """What one reading of the facts says of a person on a day.

    `last_day` and `term_ends_on` are last days of work, each with the fact that says so.
    """

    staff_number: StaffNumber
    posts: tuple[Post, ...] = ()
    closures: tuple[Closure, ...] = ()
    last_day: date | None = None
    last_day_because: Because | None = None
    term_ends_on: date | None = None
    term_because: Because | None = None
    leave: Leave | None = None
    roster: Because | None = None
    contradictions: tuple[Because, ...] = ()


@dataclass(slots=True)
class Career:
    """The fold in progress. Mutable, and never leaves this module's callers in `people`."""

    staff_number: StaffNumber
    primary: Post | None = None
    further: list[Post] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    last_day: date | None = None
    last_day_because: Because | None = None
    term_ends_on: date | None = None
    term_because: Because | None = None
    leave: Leave | None = None
    roster: Because | None = None
    contradictions: list[Because] = field(default_factory=list)

    @classmethod
    def from_roster(cls, entry: RosterEntry, base_on: date) -> Career:
        """Return what a roster row says as of its 基準日."""
        because = Because("roster", entry.staff_number, base_on, entry.source, entry.line)
        career = cls(entry.staff_number, roster=because)
        if entry.org_unit is not None:
            career.primary = Post(entry.org_unit, title=entry.title)
        career.further = [Post(code, kind="") for code in entry.concurrent_units or ()]
        career.last_day, career.last_day_because = entry.separated_on, because
        career.term_ends_on, career.term_because = entry.term_ends_on, because
        if entry.status is EmploymentStatus.SUSPENDED:
            career.leave = Leave(entry.status_word, None, None, because)
        elif entry.status is EmploymentStatus.AWAY:
            career.close_primary(base_on, because)
        elif entry.status is EmploymentStatus.SEPARATED and entry.separated_on is None:
            career.last_day = base_on - _ONE_DAY
        return career

    def apply_all(self, orders: Iterable[OrderInForce]) -> None:
        """Apply orders in their sequence."""
        for order in orders:
            self._drop_ended_posts(order.begins_on)
            _APPLY[order.kind.effect](self, order)
            self._end_implicitly(order)

    def close_primary(self, on: date, because: Because) -> None:
        """End the primary post."""
        if self.primary is not None:
            self.closures.append(Closure(self.primary.org_unit, on, because))
        self.primary = None

    def has_left(self, on: date) -> bool:
        """Tell whether the last day of work lies before a day."""
        return self.last_day is not None and self.last_day < on

    def on(self, day: date, hired_on: date | None = None) -> PersonState:
        """Freeze the state as of a day."""
        self._drop_ended_posts(day)
        posts = tuple(self.further) if self.primary is None else (self.primary, *self.further)
        leave = self.leave
        if leave is not None and leave.until is not None and leave.until < day:
            leave = None
        return PersonState(
            staff_number=self.staff_number,
            posts=() if hired_on is not None and hired_on > day else posts,
            closures=tuple(self.closures),
            last_day=self.last_day,
            last_day_because=self.last_day_because,
            term_ends_on=self.term_ends_on,
            term_because=self.term_because,
            leave=leave,
            roster=self.roster,
            contradictions=tuple(self.contradictions),
        )

    def _drop_ended_posts(self, day: date) -> None:
        for post in self.further:
            if post.ends_on is not None and post.ends_on < day and post.opened_by is not None:
                self.closures.append(
                    Closure(post.org_unit, post.ends_on + _ONE_DAY, post.opened_by)
                )
        self.further = [p for p in self.further if p.ends_on is None or p.ends_on >= day]

    def _end_implicitly(self, order: OrderInForce) -> None:
        ends = order.kind.also_ends
        if Aspect.FURTHER in ends:
            opened_now = order.because
            for post in [p for p in self.further if p.opened_by != opened_now]:
                self._close_further(post, order)
        if Aspect.PRIMARY in ends:
            self.close_primary(order.begins_on, order.because)
        if Aspect.SUSPENSION in ends:
            self.leave = None

    def _close_further(self, post: Post, order: OrderInForce) -> None:
        self.further.remove(post)
        self.closures.append(Closure(post.org_unit, order.begins_on, order.because))


def _open_primary(career: Career, order: OrderInForce) -> None:
    if order.kind.appoints:
        _appoint(career, order)
    elif career.has_left(order.begins_on):
        career.contradictions.append(order.because)
        return
    unit = order.order.org_unit
    former = career.primary
    title = order.order.title
    if unit is None or (former is not None and former.org_unit == unit):
        if former is not None and title:
            career.primary = replace(former, title=title)
        return
    closed = former.org_unit if former is not None else None
    career.closures.append(Closure(closed, order.begins_on, order.because))
    career.primary = Post(unit, since=order.begins_on, opened_by=order.because, title=title)


def _appoint(career: Career, order: OrderInForce) -> None:
    begins, ends = order.begins_on, order.order.ends_on
    if career.has_left(begins):
        career.last_day, career.last_day_because = None, None
    term = career.term_ends_on
    if ends is not None or (term is not None and term < begins):
        career.term_ends_on, career.term_because = ends, order.because


def _open_further(career: Career, order: OrderInForce) -> None:
    if career.has_left(order.begins_on):
        career.contradictions.append(order.because)
        return
    unit = order.order.org_unit
    if unit is None:
        return
    kind = order.kind.post_kind or order.kind.word
    career.further = [
        p for p in career.further if not (p.org_unit == unit and p.kind in ("", kind))
    ]
    career.further.append(
        Post(
            unit,
            kind,
            order.begins_on,
            order.order.ends_on,
            order.because,
            title=order.order.title,
        )
    )


def _close_further(career: Career, order: OrderInForce) -> None:
    unit, kind = order.order.org_unit, order.kind.post_kind
    in_unit = [p for p in career.further if unit is None or p.org_unit == unit]
    exact = [p for p in in_unit if p.kind in ("", kind)]
    for post in exact or (in_unit if unit is not None else []):
        career._close_further(post, order)  # noqa: SLF001 - one fold, one module


def _close_primary(career: Career, order: OrderInForce) -> None:
    career.close_primary(order.begins_on, order.because)


def _suspend(career: Career, order: OrderInForce) -> None:
    career.leave = Leave(order.kind.word, order.begins_on, order.order.ends_on, order.because)


def _reinstate(career: Career, _order: OrderInForce) -> None:
    career.leave = None


def _end_employment(career: Career, order: OrderInForce) -> None:
    if career.last_day is not None and career.last_day < order.effective_on:
        career.contradictions.append(order.because)
        return
    career.last_day, career.last_day_because = order.effective_on, order.because


def _rename_unit(career: Career, order: OrderInForce) -> None:
    unit, former = order.order.org_unit, career.primary
    if unit is None:
        return
    formerly = () if former is None else (former.org_unit, *former.formerly)
    title = order.order.title or (former.title if former is not None else "")
    career.primary = Post(
        unit, since=order.begins_on, opened_by=order.because, formerly=formerly, title=title
    )


def _leave_alone(_career: Career, _order: OrderInForce) -> None:
    """Amending orders were resolved before the fold."""


_APPLY = {
    OrderEffect.OPENS_PRIMARY: _open_primary,
    OrderEffect.OPENS_FURTHER: _open_further,
    OrderEffect.CLOSES_FURTHER: _close_further,
    OrderEffect.CLOSES_PRIMARY: _close_primary,
    OrderEffect.SUSPENDS: _suspend,
    OrderEffect.ENDS_SUSPENSION: _reinstate,
    OrderEffect.ENDS_EMPLOYMENT: _end_employment,
    OrderEffect.RENAMES_UNIT: _rename_unit,
    OrderEffect.CANCELS: _leave_alone,
    OrderEffect.CORRECTS: _leave_alone,
}
