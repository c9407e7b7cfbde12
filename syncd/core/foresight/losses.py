"""Which rights end on a coming day, by which orders, and whether that rests on 内示.

A right is lost on a day when its ground ends on that very day. What was stale before is not lost
on it, and stands among the cases already. What rests on 内示 is told by comparing two decisions,
one on the confirmed facts alone and one that takes 内示 for orders: whatever the first does not
say in the same words rests on one, also where no order is cited (decision record 0022, 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from syncd.core.facts import Facts
from syncd.core.findings import Because, Decision, Finding, Verdict


@dataclass(frozen=True, slots=True)
class ComingLoss:
    """One right that ends on the day: `orders` take it; none where a term or a list ends it.

    `because` are all the facts that it rests on, as `Finding.because` gives them.

    `rests_on_notice` tells that the confirmed facts alone do not say this: it is for nobody but
    those who may see 内示.
    """

    finding: Finding
    orders: tuple[Because, ...]
    rests_on_notice: bool = False
    because: tuple[Because, ...] = ()


def as_if_confirmed(facts: Facts) -> Facts:
    """Return the facts with every 内示 taken for a confirmed order; the same where there is none.

    What is decided on them is for nobody but those who may see 内示.
    """
    if all(order.confirmed for order in facts.orders):
        return facts
    orders = tuple(o if o.confirmed else replace(o, confirmed=True) for o in facts.orders)
    return replace(facts, orders=orders)


def coming_losses(decision: Decision, openly: Decision | None = None) -> tuple[ComingLoss, ...]:
    """Return the rights whose ground ends on the day of a decision, in the order of their keys.

    `openly` is the decision of the same day on the confirmed facts alone, where `decision` was
    made on facts `as_if_confirmed`; None where it was made on confirmed facts itself.
    """
    said = None if openly is None else {finding.key: finding for finding in openly.findings}
    told: dict[int, _Told] = {}
    return tuple(
        _loss(finding, said, told)
        for finding in decision.findings
        if finding.verdict is Verdict.STALE and finding.since == decision.as_of
    )


_Told = tuple[tuple[Because, ...], tuple[Because, ...]]
"""The orders among some faults, and all facts behind them."""


def _loss(
    finding: Finding,
    said: Mapping[tuple[str, str, str], Finding] | None,
    told: dict[int, _Told],
) -> ComingLoss:
    # A person's rights for one affair are judged once and share their faults: so is this.
    known = told.get(id(finding.faults))
    if known is None:
        because = finding.because
        known = told[id(finding.faults)] = (orders_of(because), because)
    rests_on_notice = said is not None and said.get(finding.key) != finding
    return ComingLoss(finding, known[0], rests_on_notice, known[1])


def orders_of(because: Iterable[Because]) -> tuple[Because, ...]:
    """Return the orders among the facts that something rests on."""
    return tuple(fact for fact in because if fact.kind == "order")
