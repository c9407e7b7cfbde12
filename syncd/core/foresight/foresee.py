"""From the decision as of a coming day to its preview: every part, sorted as people read it.

With 内示 the day is decided twice, with and without: a line that the confirmed facts do not say in
the same words rests on 内示 and is marked so, whatever the way by which 内示 came into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from syncd.core.cards import LAST_RANK, LAST_TEXT
from syncd.core.cases import Case
from syncd.core.decide import Decided
from syncd.core.facts import Facts, Order
from syncd.core.findings import Decision, Verdict
from syncd.core.foresight.arrivals import arrivals
from syncd.core.foresight.groups import Removals, group_lines, limit_lines, removals_on
from syncd.core.foresight.lines import (
    Amendment,
    ArrivalLine,
    InputSeen,
    Line,
    ListLine,
    LossLine,
    OrderSeen,
    Part,
    Shown,
    ShownSection,
    UnknownLine,
)
from syncd.core.foresight.lists import Moments, outdated_lists
from syncd.core.foresight.losses import coming_losses
from syncd.core.foresight.preview import Preview
from syncd.core.foresight.training import training_due
from syncd.core.ground import Ground
from syncd.core.ids import StaffNumber
from syncd.core.policy import OrderEffect, Policy

MOST_UNKNOWN = 2_000
"""So many lines of what is unknown a preview names; beyond that it only counts."""

Key = tuple[str, str, str]
L = TypeVar("L", bound=Line)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a site asks of its previews: how soon training is due, how few members are few."""

    training_within: timedelta = timedelta(days=60)
    few_members: int = 3


@dataclass(frozen=True, slots=True)
class View:
    """The day as decided on the last good inputs, and all that its preview tells besides."""

    decided: Decided
    cases: Mapping[Key, Case]
    moments: Moments = field(default_factory=Moments)
    inputs: tuple[InputSeen, ...] = ()
    refused: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def decision(self) -> Decision:
        """Return what holds on the day."""
        return self.decided.decision

    @property
    def ground(self) -> Ground:
        """Return the facts as of the day."""
        return self.decided.footing.ground


def foresee(view: View, terms: Terms, today: date) -> Preview:
    """Return the preview of a day by what its view says, nothing marked."""
    ground, policy = view.ground, view.ground.policy
    removals = removals_on(view.decided, view.cases, policy)
    lists = outdated_lists(view.decided.footing, view.moments)
    leaving = [StaffNumber(x.staff_number) for line in lists for x in line.lines]
    coming = tuple(arrivals(ground, leaving))
    before, already = _earlier(view.decision, today)
    preview = Preview(
        on=ground.on,
        with_notices=False,
        refused=view.refused,
        unread=view.unread,
        losses=tuple(_losses(view.decision, removals)),
        unknown=tuple(_unknown(view.decision)),
        arrivals=coming,
        lists=lists,
        training=tuple(training_due(ground, coming, terms.training_within)),
        groups=tuple(group_lines(removals, terms.few_members)),
        limits=tuple(limit_lines(removals, policy)),
        before=before,
        already=already,
        unknown_counts=_unknown_counts(view.decision),
        orders=tuple(_orders(ground)),
        amendments=tuple(_amendments(ground.facts, policy, ground.on)),
        inputs=view.inputs,
    )
    return _arranged(preview, ground)


def with_marks(noticed: Preview, openly: Preview) -> Preview:
    """Return a preview that took 内示 for orders, with all that rests on it marked.

    `openly` is the preview of the same day on the confirmed facts alone.
    """
    marked: dict[str, Any] = {
        part.value: _marked(noticed.part(part), openly.part(part)) for part in Part
    }
    still = {line.key for line in noticed.losses}
    spared = tuple(replace(x, notice=True) for x in openly.losses if x.key not in still)
    known_orders, known_amendments = set(openly.orders), set(openly.amendments)
    people = dict.fromkeys((*noticed.people, *(openly.people if spared else ())))
    sections = dict.fromkeys((*noticed.sections, *(openly.sections if spared else ())))
    return replace(
        noticed,
        **{**marked, "spared": spared},
        with_notices=True,
        orders=tuple(replace(o, notice=o not in known_orders) for o in noticed.orders),
        amendments=tuple(replace(a, notice=a not in known_amendments) for a in noticed.amendments),
        people=tuple({one.staff_number: one for one in reversed(people)}.values()),
        sections=tuple({one.code: one for one in reversed(sections)}.values()),
    )


def _marked(lines: Iterable[Line], openly: Iterable[Line]) -> tuple[Line, ...]:
    said = {line.key: line for line in openly}
    return tuple(
        line if said.get(line.key) == line else _noticed(line, said.get(line.key)) for line in lines
    )


def _noticed(line: Line, openly: Line | None) -> Line:
    if not isinstance(line, ListLine):
        return replace(line, notice=True)
    said = set(openly.lines) if isinstance(openly, ListLine) else set()
    lines = tuple(x if x in said else replace(x, notice=True) for x in line.lines)
    return replace(line, lines=lines, notice=True)


def _losses(decision: Decision, removals: Removals) -> Iterator[LossLine]:
    told: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for loss in coming_losses(decision):
        finding = loss.finding
        known = told.get(id(loss.because))
        if known is None:
            orders = tuple(order.ref for order in loss.orders)
            known = told[id(loss.because)] = (orders, tuple(map(str, loss.because)))
        yield LossLine(
            finding.directory,
            finding.entitlement,
            finding.account,
            finding.staff_number,
            finding.section,
            finding.reasons,
            known[0],
            known[1],
            finding.needs_person,
            finding.key in removals.explained,
        )


def _unknown(decision: Decision) -> Iterator[UnknownLine]:
    left = MOST_UNKNOWN
    for f in decision.findings:
        if f.verdict is Verdict.UNKNOWN and left:
            left -= 1
            yield UnknownLine(
                f.directory,
                f.entitlement,
                f.account,
                f.staff_number,
                f.section,
                str(f.doubt or ""),
            )


def _unknown_counts(decision: Decision) -> tuple[tuple[str | None, str, int], ...]:
    counted = Counter(
        (f.section, str(f.doubt or "")) for f in decision.findings if f.verdict is Verdict.UNKNOWN
    )
    ordered = sorted(counted.items(), key=lambda each: (each[0][0] or "", each[0][1]))
    return tuple((section, doubt, number) for (section, doubt), number in ordered)


def _earlier(decision: Decision, today: date) -> tuple[int, int]:
    """Return how many rights are lost after today and before the day, and how many were stale."""
    before = already = 0
    for finding in decision.findings:
        if finding.verdict is Verdict.STALE:
            since = finding.since
            if since is None or since <= today:
                already += 1
            elif since < decision.as_of:
                before += 1
    return before, already


def _orders(ground: Ground) -> Iterator[OrderSeen]:
    seen = {
        OrderSeen(
            o.order.order_number,
            o.order.staff_number,
            o.order.kind,
            o.order.org_unit,
            o.order.title,
            o.order.ends_on,
        )
        for o in ground.people.orders_on(ground.on)
    }
    return iter(sorted(seen, key=lambda o: (o.staff_number, o.order_number, o.kind, repr(o))))


def _amendments(facts: Facts, policy: Policy, on: date) -> Iterator[Amendment]:
    """Yield what cancels or corrects an order of the day or of its eve, and what amends that."""
    near = {on, on - timedelta(days=1)}
    amending = [(o, effect) for o in facts.orders if (effect := _amends(o, policy)) is not None]
    about = {(o.order_number, o.staff_number) for o in facts.orders if o.effective_on in near}
    found: set[Amendment] = set()
    grown = True
    while grown:
        more = {
            Amendment(o.order_number, o.target or "", o.staff_number, effect is OrderEffect.CANCELS)
            for o, effect in amending
            if (o.target, o.staff_number) in about or o.effective_on in near
        } - found
        about |= {(a.order_number, a.staff_number) for a in more}  # type: ignore[misc]
        found |= more
        grown = bool(more)
    return iter(sorted(found, key=lambda a: (a.staff_number, a.order_number, a.target)))


def _amends(order: Order, policy: Policy) -> OrderEffect | None:
    kind = policy.order_kinds.get(order.kind)
    amends = kind is not None and kind.effect in (OrderEffect.CANCELS, OrderEffect.CORRECTS)
    return kind.effect if order.confirmed and kind is not None and amends else None


def _arranged(preview: Preview, ground: Ground) -> Preview:
    """Return a preview with its lines by 建制順 and フリガナ, and with who and what they name."""
    numbers = sorted(set(_numbers(preview)))
    people = {number: _shown(ground, number) for number in numbers}
    codes = {line.section for part in Part for line in preview.part(part) if line.section}
    codes |= {order.org_unit for order in preview.orders if order.org_unit}
    sections = _sections(ground, codes)
    ranks = {one.code: one.rank for one in sections}

    def place(line: Line) -> tuple[object, ...]:
        code, number = line.section, getattr(line, "staff_number", None)
        kana = people[number].kana if number in people else ""
        rank = LAST_RANK + (code is None) if code is None else ranks.get(code, LAST_RANK)
        return (rank, code or LAST_TEXT, kana or LAST_TEXT, line.key)

    ordered: dict[str, Any] = {
        part.value: tuple(sorted(preview.part(part), key=place)) for part in Part
    }
    return replace(preview, **ordered, people=tuple(people.values()), sections=sections)


def _numbers(preview: Preview) -> Iterator[str]:
    for part in Part:
        for line in preview.part(part):
            if isinstance(line, ListLine):
                yield from (each.staff_number for each in line.lines)
                continue
            if isinstance(line, ArrivalLine):
                yield from (number for number, _ in line.replaces)
            number = getattr(line, "staff_number", None)
            if number is not None:
                yield number


def _shown(ground: Ground, number: str) -> Shown:
    card = ground.people.card(StaffNumber(number))
    return Shown(number, card.name, card.kana, card.title)


def _sections(ground: Ground, codes: set[str]) -> tuple[ShownSection, ...]:
    chart = ground.chart
    named: dict[str, str] = {code: name for code, name in chart.names.items() if code in codes}
    if codes - named.keys():
        for roster in ground.facts.rosters:
            for entry in roster.entries:
                if entry.org_unit in codes and entry.org_unit not in named:
                    named[entry.org_unit] = entry.org_unit_name
    ranks: Mapping[Any, int] = chart.rank
    return tuple(
        ShownSection(code, named.get(code, ""), ranks.get(code, LAST_RANK))
        for code in sorted(codes)
    )
