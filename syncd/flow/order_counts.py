"""How many orders there should be: personnel state it, and a run counts before it removes anything.

What the configured sources state and what a named person stated in the console stand side by side,
each kept as every fact is: a new number never overwrites the one before. Comparing is `core`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.cases import Case
from syncd.core.facts import OrderCount, Provides
from syncd.core.ground import Ground
from syncd.core.guards import Guard, Trip
from syncd.core.ids import CaseId, RunId, normalise_code
from syncd.core.order_counts import (
    Counted,
    Deviation,
    Shortfall,
    compare,
    concerns,
    not_stated,
    tallies,
)
from syncd.core.policy import OrderCounts, OrderEffect, Policy
from syncd.core.standing import Footing
from syncd.core.votes import Actor
from syncd.errors import UsageError
from syncd.flow.collect import ACTOR, COUNTED, known_facts
from syncd.flow.site import Site
from syncd.ports.order_counts import StatedCount
from syncd.ports.source import Fingerprint, SourceReading
from syncd.ports.store import Unit

_ABOUT_ANOTHER = frozenset({OrderEffect.CANCELS, OrderEffect.CORRECTS})
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Recount:
    """The orders counted for one run: what is lacking, with the cases that must wait for it."""

    counted: Counted
    deviations: tuple[tuple[Deviation, frozenset[CaseId]], ...] = ()


def recount(
    unit: Unit, site: Site, footing: Footing, as_of: date, due: Collection[Case]
) -> Recount:
    """Count the orders before anything is removed; `due` are the cases that are to end now."""
    ground = footing.ground
    people, stated = ground.people, ground.facts.order_counts
    counted = compare(stated, people, site.policy.authorities, as_of)
    found: list[Deviation] = [*counted.deviations, *_unreadable(unit, site)]
    if site.policy.guards.order_counts is OrderCounts.REQUIRED:
        found += not_stated(due, counted, people, as_of)
    waiting = tuple((d, frozenset(c.case_id for c in due if concerns(d, c))) for d in found)
    return Recount(counted, waiting)


def _unreadable(unit: Unit, site: Site) -> Iterable[Deviation]:
    """Yield the inputs of counts that were refused: what they would have said is not known."""
    names = {s.source.name for s in site.sources if s.source.provides is Provides.ORDER_COUNTS}
    for refused in unit.refused_inputs():
        if refused.source in names:
            last = unit.last_accepted(refused.source)
            since = date.min if last is None else day_of(last.recorded_at)
            yield Deviation(Shortfall.UNREADABLE, since, source=refused.source)


def record_recount(
    unit: Unit, made: Recount, trips: Iterable[Trip], run: RunId, at: datetime
) -> None:
    """Put on record that the orders were counted: what lacks, or that a day of today agrees."""
    lacking = [trip.ground() for trip in trips if trip.guard is Guard.ORDER_COUNTS]
    today = day_of(at).isoformat()
    met = sum(each.effective_on == day_of(at) for each in made.counted.met)
    if lacking:
        ground: dict[str, object] = {"trips": lacking}
        event = AuditEvent.ORDER_COUNTS_DEVIATED
    elif met:
        ground, event = {"met": met}, AuditEvent.ORDER_COUNTS_MET
    else:
        return
    unit.audit([AuditRecord(at, event, ACTOR, today, run, ground)])


@dataclass(frozen=True, slots=True)
class CountSeen:
    """One statement that stands, with the orders there are now; `deviation` None: they agree.

    `has_come` tells that its day is there, so that runs are held to it.
    """

    said: StatedCount
    authority: str
    found: int
    deviation: Deviation | None
    has_come: bool


def look_at_counts(site: Site, today: date) -> tuple[CountSeen, ...]:
    """Return the statements that stand, the latest day first.

    For those only who may see 内示: what is stated of a coming day tells of it.
    """
    with site.store.begin() as unit:
        said = {
            replace(each.stated, line=0): each
            for each in unit.stated_counts()
            if each.replaced_at is None
        }
        facts = known_facts(unit, site, today)
    people = Ground(facts, site.policy, today).people
    made = tallies(facts.order_counts, people, site.policy.authorities)
    seen = (
        CountSeen(
            said[replace(tally.stated, line=0)],
            tally.authority,
            len(tally.orders),
            tally.deviation,
            tally.stated.effective_on <= today,
        )
        for tally in made
    )
    return tuple(
        sorted(
            seen,
            key=lambda s: (-s.said.stated.effective_on.toordinal(), s.said.stated.kind),
        )
    )


def countable(policy: Policy) -> tuple[str, ...]:
    """Return the words of 発令区分 whose orders are counted."""
    kinds = policy.order_kinds.values()
    return tuple(kind.word for kind in kinds if kind.effect not in _ABOUT_ANOTHER)


def state_count(site: Site, actor: Actor, stated: OrderCount) -> None:
    """Keep what somebody says of a day beside all that was said before; raises UsageError.

    It counts from the next run on. The record names the day and not the number: until the day it
    tells of 内示.
    """
    kind = normalise_code(stated.kind)
    if kind and kind not in countable(site.policy):
        raise UsageError(
            f"orders of the kind {kind!r} are not counted; name one of the table of kinds, or "
            "none for all of the day.",
            ja=f"発令区分「{kind}」は数えません。発令区分の表の語を書くか、全区分なら空欄にしてください。",
        )
    if not (0 <= (stated.count or 0) <= MOST and 0 <= stated.tolerance <= MOST):
        raise UsageError(
            f"a number of orders lies between 0 and {MOST}.",
            ja=f"件数と許容差は 0 から {MOST} までです。",
        )
    now = site.clock()
    record = OrderCount(
        stated.effective_on, kind, stated.count, stated.tolerance, actor.account, COUNTED, 1
    )
    with site.store.begin() as unit:
        unit.accept(_reading(record, now), now)
        ground = {"on": stated.effective_on.isoformat()}
        event = AuditEvent.ORDER_COUNT_STATED
        unit.audit([AuditRecord(now, event, actor.account, COUNTED, None, ground)])


def _reading(record: OrderCount, now: datetime) -> SourceReading:
    sha256 = hashlib.sha256(repr((record, now)).encode()).hexdigest()
    return SourceReading(
        source=COUNTED,
        provides=Provides.ORDER_COUNTS,
        fingerprint=Fingerprint(sha256, now, COUNTED),
        base_on=None,
        rows=1,
        records=(record,),
    )
