"""What a case rests on, as a decision needs it: the right by its name, the orders it cites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.core.calendar import EVER
from syncd.core.cases import Case
from syncd.core.facts import Order
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class Grounds:
    """The right by the name people know it by, and the confirmed orders that the case cites."""

    right_name: str = ""
    orders: Mapping[str, Order] = field(default_factory=dict)


def grounds_of(unit: Unit, case: Case) -> Grounds:
    """Return what the facts say of a case's right and of what moved its person; never 内示."""
    cited = {because.ref for because in case.because if because.kind == "order"}
    about = [case.staff_number] if case.staff_number is not None else []
    facts = unit.facts_about(about, EVER)
    key = (case.directory, case.entitlement)
    names = (e.name for e in facts.entitlements if (e.directory, e.entitlement) == key)
    orders = {o.order_number: o for o in facts.orders if o.confirmed and o.order_number in cited}
    return Grounds(next(names, ""), {str(number): order for number, order in orders.items()})
