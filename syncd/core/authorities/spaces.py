"""What was taken in before a number space was set up, or set up otherwise, says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from syncd.core.facts import Facts, Roster, RosterEntry
from syncd.core.ids import StaffNumber
from syncd.core.scopes import Authorities

T = TypeVar("T")


def in_own_numbers(facts: Facts, authorities: Authorities) -> Facts:
    """Return facts in which each authority's feeds speak in its own numbers only.

    The very same facts where that holds already. Orders and trainings add up over all inputs, so
    that those of before a prefix was configured would otherwise speak of another's person.
    """
    prefixes = authorities.prefixes
    if not prefixes:
        return facts

    def is_own(source: str, number: StaffNumber) -> bool:
        authority = authorities.source(source)
        return authority is None or authority.owns(number, prefixes)

    rosters = tuple(_roster(roster, is_own) for roster in facts.rosters)
    changed: dict[str, Any] = {
        "rosters": facts.rosters if _same(rosters, facts.rosters) else rosters,
        "accounts": _kept(
            facts.accounts, lambda a: a.staff_number is None or is_own(a.source, a.staff_number)
        ),
    }
    for name in ("orders", "training", "designations", "held"):
        records = getattr(facts, name)
        changed[name] = _kept(
            records, lambda r: not r.staff_number or is_own(r.source, r.staff_number)
        )
    if all(getattr(facts, name) is records for name, records in changed.items()):
        return facts
    return replace(facts, **changed)


def _roster(roster: Roster, is_own: Callable[[str, StaffNumber], bool]) -> Roster:
    def own(entry: RosterEntry) -> bool:
        return is_own(roster.source, entry.staff_number)

    entries, vanished = _kept(roster.entries, own), _kept(roster.vanished, own)
    if entries is roster.entries and vanished is roster.vanished:
        return roster
    return replace(roster, entries=entries, vanished=vanished)


def _same(some: tuple[Roster, ...], others: tuple[Roster, ...]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


def _kept(records: tuple[T, ...], wanted: Callable[[T], bool]) -> tuple[T, ...]:
    kept = tuple(record for record in records if wanted(record))
    return records if len(kept) == len(records) else kept
