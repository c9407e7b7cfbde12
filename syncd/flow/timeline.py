"""A person over the years: the posts that roster and orders say they held, day by day.

Only confirmed orders count; 内示 is shown, to those who may see it, as a list of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from syncd.core.calendar import EVER
from syncd.core.career import Post
from syncd.core.facts import Facts, Order, TrainingRecord
from syncd.core.ground import Ground
from syncd.core.ids import AccountId, StaffNumber
from syncd.core.ordertexts.reading import with_texts_read
from syncd.core.policy import Policy
from syncd.flow.holdings import HeldRight, held_rights
from syncd.flow.site import Site

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post held from a day to its last day; None: it goes on, or began before all facts."""

    post: Post
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn of a person. `advance_notices` are orders under 内示: not for everybody."""

    name: str
    kana: str
    posts: tuple[HeldPost, ...]
    orders: tuple[Order, ...]
    advance_notices: tuple[Order, ...]
    training: tuple[TrainingRecord, ...]
    rights: tuple[HeldRight, ...] = ()


def timeline_of(
    site: Site,
    staff_number: StaffNumber,
    today: date,
    accounts: Mapping[str, Collection[AccountId]] = MappingProxyType({}),
) -> Timeline:
    """Return a person's years as far as facts and reads of directories tell; raises StoreError.

    `accounts` are theirs, by directory; without them no right is told.
    """
    with site.store.begin() as unit:
        facts = with_texts_read(unit.facts_about([staff_number], EVER), site.policy)
        stretches = unit.stretches(accounts)
    card = Ground(facts, site.policy, today).people.card(staff_number)
    return Timeline(
        name=card.name,
        kana=card.kana,
        posts=tuple(_posts(facts, site.policy, staff_number, today)),
        orders=tuple(o for o in facts.orders if o.confirmed),
        advance_notices=tuple(o for o in facts.orders if not o.confirmed),
        training=facts.training,
        rights=held_rights(stretches, facts.entitlements),
    )


def _posts(
    facts: Facts, policy: Policy, staff_number: StaffNumber, today: date
) -> Iterable[HeldPost]:
    days = sorted(_turning_days(facts) | {today})
    standing: dict[tuple[str, str], HeldPost] = {}
    for day in days:
        now = {_key(post): post for post in _held_on(facts, policy, staff_number, day)}
        for key in [key for key in standing if key not in now]:
            held = standing.pop(key)
            yield HeldPost(held.post, held.from_on, day - _ONE_DAY)
        for key, post in now.items():
            began = standing[key].from_on if key in standing else _began(post, day, days[0])
            standing[key] = HeldPost(post, began, post.ends_on)
    yield from standing.values()


def _turning_days(facts: Facts) -> set[date]:
    """Return every day on which something may change."""
    days = {roster.base_on for roster in facts.rosters}
    for order in facts.orders:
        if order.confirmed:
            days |= {d for d in (order.effective_on, order.ends_on) if d is not None}
    for link in facts.links:
        days |= {d for d in (link.starts_on, link.ends_on) if d is not None}
    return days | {day + _ONE_DAY for day in days}


def _held_on(
    facts: Facts, policy: Policy, staff_number: StaffNumber, day: date
) -> tuple[Post, ...]:
    ground = Ground(facts, policy, day)
    person = ground.people.get(ground.kin.canonical(staff_number))
    if person is None or not person.readings:
        return ()
    state = person.readings[0]
    left = state.last_day is not None and state.last_day < day
    return () if left else state.posts


def _began(post: Post, day: date, first: date) -> date | None:
    if post.since is not None:
        return post.since
    return None if day == first else day


def _key(post: Post) -> tuple[str, str]:
    return (post.org_unit, post.kind)
