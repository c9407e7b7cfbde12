"""What a printed ユーザー情報登録・変更申請書 says of a task (domain page, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from syncd.core.calendar import EVER
from syncd.core.cases import Case
from syncd.core.facts import Designation, Entitlement, Facts
from syncd.core.tasks import Task
from syncd.core.votes import Choice
from syncd.flow.collect import facts_about
from syncd.flow.site import Site
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class Application:
    """The form's fields as the facts give them; empty and None where nothing is known.

    `affairs` are the names of the 事務 that the right serves, `applied_by` the accounts that
    approved the removal. `begins_on` and `ends_on` are those of the designation it rested on,
    `effective_on` the day of the order that moved the person.
    """

    right_name: str = ""
    operations: tuple[str, ...] = ()
    affairs: tuple[str, ...] = ()
    employment: str = ""
    order_number: str = ""
    effective_on: date | None = None
    begins_on: date | None = None
    ends_on: date | None = None
    trained_on: date | None = None
    applied_by: tuple[str, ...] = ()


def application_of(unit: Unit, site: Site, case: Case, task: Task) -> Application:
    """Return what the form of a task says; 内示 is in none of it."""
    number = case.staff_number
    facts = facts_about(unit, site, number) if number else unit.facts_about([], EVER)
    key = (task.directory, case.entitlement)
    right = next((e for e in facts.entitlements if (e.directory, e.entitlement) == key), None)
    designation = _designation(facts, right)
    entries = [entry for roster in facts.rosters for entry in roster.entries]
    order = next((b for b in case.because if b.kind == "order"), None)
    votes = unit.votes(case_id=case.case_id)
    return Application(
        right_name="" if right is None else right.name,
        operations=() if right is None else tuple(sorted(right.operations)),
        affairs=_affairs(facts, right),
        employment=entries[-1].employment_type if entries else "",
        order_number="" if order is None else order.ref,
        effective_on=None if order is None else order.on,
        begins_on=None if designation is None else designation.designated_on,
        ends_on=None if designation is None else designation.released_on or designation.expires_on,
        trained_on=max((t.attended_on for t in facts.training), default=None),
        applied_by=tuple(
            v.voter for v in votes if v.choice is Choice.REVOKE and v.round == case.round
        ),
    )


def _designation(facts: Facts, right: Entitlement | None) -> Designation | None:
    """Return the newest designation of the person for a 事務 that the right serves."""
    served = frozenset() if right is None else right.affairs
    lines = [line for line in facts.designations if line.affair in served]
    return max(lines, key=lambda line: line.designated_on or date.min, default=None)


def _affairs(facts: Facts, right: Entitlement | None) -> tuple[str, ...]:
    names = {line.affair: line.affair_name for line in facts.designations if line.affair_name}
    return () if right is None else tuple(names.get(a, str(a)) for a in sorted(right.affairs))
