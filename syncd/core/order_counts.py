"""HR's count of orders held against the orders that are there: a feed that lost or gained some.

What is compared is exact: the confirmed orders in force of a 発令日, after cancellations and
corrections, each once however often it came. A statement counts from its day on, and for as long
as it stands. Where several places state one thing, each of them must agree (decision record 0028).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, Self

from syncd.bilingual import Bilingual
from syncd.core.cases import Case
from syncd.core.facts import OrderCount
from syncd.core.orders import OrderInForce
from syncd.core.scopes import Authorities

Cited = tuple[str, date]
"""An order as a case cites it: its number and its 発令日."""


class Shortfall(StrEnum):
    """Why the orders of a day cannot be relied on; permanent names."""

    DIFFERS = "differs"
    NOT_STATED = "not-stated"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Deviation:
    """What a day's orders lack: another number of them than stated, or no statement to go by.

    `on` is the 発令日 from which nothing may be removed; for an input that cannot be read, the day
    of the last good one. `kind` empty: all orders of the day. `stated` None: nobody said.
    """

    shortfall: Shortfall
    on: date
    kind: str = ""
    authority: str = ""
    stated: int | None = None
    found: int = 0
    tolerance: int = 0
    source: str = ""

    @property
    def told(self) -> Bilingual:
        """Return it in a sentence, with its numbers, each in their language."""
        if self.shortfall is Shortfall.UNREADABLE:
            return Bilingual(
                f"発令件数の入力「{self.source}」を受け付けられず、発令の件数を確かめられません",
                en=f"the stated counts of orders ({self.source}) were refused, "
                "so the orders cannot be counted against them",
            )
        which = Bilingual(self.kind or "全区分", en=self.kind or "all kinds")
        whose = f"（{self.authority}）" if self.authority else ""
        if self.shortfall is Shortfall.NOT_STATED:
            return Bilingual(
                f"{self.on} の発令（{which}）が {self.found} 件ありますが、"
                "あるはずの件数を人事が示していません",
                en=f"there are {self.found} orders of {self.on} ({which.en}), "
                "and personnel have not stated how many there should be",
            )
        return Bilingual(
            f"{self.on} の発令（{which}）{whose}は {self.found} 件です。人事が示した件数は "
            f"{self.stated} 件、許容差は {self.tolerance} 件です",
            en=f"{self.found} orders of {self.on} ({which.en}){self.authority and ' '}"
            f"{self.authority} are there; personnel stated {self.stated}, "
            f"give or take {self.tolerance}",
        )

    def ground(self) -> dict[str, Any]:
        """Return it as JSON holds it, on record and in the store."""
        return asdict(self) | {"shortfall": str(self.shortfall), "on": self.on.isoformat()}

    @classmethod
    def of(cls, ground: Mapping[str, Any]) -> Self:
        """Return what `ground` gave."""
        on, shortfall = date.fromisoformat(ground["on"]), Shortfall(ground["shortfall"])
        return cls(**{**ground, "on": on, "shortfall": shortfall})


class Orders(Protocol):
    """Who knows the orders in force: all that is asked of the people of a day."""

    def orders_in_force(self, authority: str = "") -> Iterable[OrderInForce]:
        """Yield every order in force, those of one authority where it is named."""
        ...


@dataclass(frozen=True, slots=True)
class Counted:
    """The orders held against the statements.

    `met` are statements that agree. `covered` are the orders of which some statement speaks, and
    `vouched` those that are as many as there should be, however late they came.
    """

    deviations: tuple[Deviation, ...] = ()
    met: tuple[OrderCount, ...] = ()
    covered: frozenset[Cited] = frozenset()
    vouched: frozenset[Cited] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """One statement beside the orders that it speaks of; `authority` empty: those of all."""

    stated: OrderCount
    authority: str
    orders: tuple[OrderInForce, ...]

    @property
    def deviation(self) -> Deviation | None:
        """Return by how much the orders differ; None where that is within the tolerance."""
        said, found = self.stated, len(self.orders)
        if said.count is None or abs(found - said.count) <= said.tolerance:
            return None
        return Deviation(
            Shortfall.DIFFERS,
            said.effective_on,
            said.kind,
            self.authority,
            said.count,
            found,
            said.tolerance,
        )

    @property
    def cited(self) -> Iterator[Cited]:
        """Yield its orders as cases cite them."""
        return ((str(o.order.order_number), o.effective_on) for o in self.orders)


def tallies(
    stated: Iterable[OrderCount], orders: Orders, authorities: Authorities
) -> Iterator[Tally]:
    """Yield every statement that was not taken back with its orders, whatever its day."""
    by_authority: dict[str, list[OrderCount]] = defaultdict(list)
    for each in stated:
        if each.count is not None:
            by_authority[authorities.of_source.get(each.source, "")].append(each)
    for name, theirs in sorted(by_authority.items()):
        found = _distinct(orders, name, {each.effective_on for each in theirs})
        for each in theirs:
            of_day = found.get(each.effective_on, ())
            its = tuple(o for o in of_day if each.kind in ("", o.kind.word))
            yield Tally(each, name, its)


def compare(
    stated: Iterable[OrderCount], orders: Orders, authorities: Authorities, as_of: date
) -> Counted:
    """Hold the orders against every statement whose day has come by `as_of`."""
    come = (each for each in stated if each.effective_on <= as_of)
    made = tuple(tallies(come, orders, authorities))
    deviations = {tally.deviation for tally in made if tally.deviation is not None}
    ordered = sorted(deviations, key=lambda d: (d.on, d.kind, d.authority, d.stated or 0))
    covered = frozenset(cited for tally in made for cited in tally.cited)
    doubtful = {each.on for each in ordered}  # one number of the day that is wrong is enough
    return Counted(
        tuple(ordered),
        tuple(tally.stated for tally in made if tally.deviation is None),
        covered,
        frozenset(cited for cited in covered if cited[1] not in doubtful),
    )


def _distinct(
    orders: Orders, authority: str, days: Collection[date]
) -> dict[date, list[OrderInForce]]:
    """Return the orders of some days, each once: what was brought by hand may come by the feed."""
    found: dict[date, dict[tuple[object, ...], OrderInForce]] = defaultdict(dict)
    for each in orders.orders_in_force(authority):
        if each.effective_on in days:
            order = each.order
            key = order.order_number, order.staff_number, order.kind, order.org_unit, order.title
            found[each.effective_on].setdefault(key, each)
    return {day: list(theirs.values()) for day, theirs in found.items()}


def not_stated(
    cases: Iterable[Case], counted: Counted, orders: Orders, as_of: date
) -> Iterator[Deviation]:
    """Yield each day and kind of orders that some case rests on and no statement speaks of."""
    grounds = (b for case in cases for b in case.because if b.kind == "order")
    cited = {(b.ref, b.on) for b in grounds if b.on is not None}
    asked = {(number, on) for number, on in cited - counted.covered if on <= as_of}
    if not asked:
        return
    found: Counter[tuple[date, str]] = Counter()
    unknown: set[tuple[date, str]] = set()
    for day, theirs in _distinct(orders, "", {on for _, on in asked}).items():
        for each in theirs:
            found[day, each.kind.word] += 1
            if (str(each.order.order_number), day) in asked:
                unknown.add((day, each.kind.word))
    # An order that a case cites and that is not in force any more was counted by nobody either.
    unknown |= {(on, "") for on in {on for _, on in asked} - {day for day, _ in unknown}}
    for day, kind in sorted(unknown):
        yield Deviation(Shortfall.NOT_STATED, day, kind, found=found[day, kind])


def concerns(deviation: Deviation, case: Case) -> bool:
    """Tell whether the orders of the day may speak of a case: then it waits.

    What was stale before that day is stale whatever the day's orders say; it is not held up.
    """
    if any(b.kind == "order" and b.on == deviation.on for b in case.because):
        return True
    return (case.since or case.opened_at.date()) >= deviation.on
