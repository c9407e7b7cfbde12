"""Which rights end on a coming day, by which orders, and whether that rests on 内示.

A right is lost on a day when its ground ends on that very day. What was stale before is not lost
on it, and stands among the cases already. What rests on 内示 is told by comparing two decisions,
one on the confirmed facts alone and one that takes 内示 for orders: whatever the first does not
say in the same words rests on one, also where no order is cited (decision record 0022, 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from syncd.core.facts import Facts
from syncd.core.findings import Because, Decision, Finding, Verdict


@dataclass(frozen=True, slots=True)
class ComingLoss:
    """One right that ends on the day: `orders` take it; none where a term or a list ends it.

    `rests_on_notice` tells that the confirmed facts alone do not say this: it is for nobody but
    those who may see 内示.
    """

    finding: Finding
    orders: tuple[Because, ...]
    rests_on_notice: bool = False


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
    return tuple(
        ComingLoss(
            finding,
            orders_of(finding.because),
            said is not None and said.get(finding.key) != finding,
        )
        for finding in decision.findings
        if finding.verdict is Verdict.STALE and finding.since == decision.as_of
    )


def orders_of(because: Iterable[Because]) -> tuple[Because, ...]:
    """Return the orders among the facts that something rests on."""
    return tuple(fact for fact in because if fact.kind == "order")
