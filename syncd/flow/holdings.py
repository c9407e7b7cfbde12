"""Which rights an account held over time, as far as directories were read.

Groups are what snapshots keep; which right a group conveys is asked of the newest list of
entitlements, so that a right that was listed late is told for the whole time it was held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.core.facts import Entitlement
from syncd.core.ids import AccountId, EntitlementId, normalise_group
from syncd.ports.listing import Stretch


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A right as reads showed it: from the first that did to the first that did no more.

    `gone_at` None: it is held still. `since_first_read`: it may have begun any time before.
    """

    directory: str
    entitlement: EntitlementId
    name: str
    account: AccountId
    first_seen_at: datetime
    gone_at: datetime | None
    since_first_read: bool


def held_rights(
    stretches: Iterable[Stretch], entitlements: Iterable[Entitlement]
) -> tuple[HeldRight, ...]:
    """Return each right's stretches in the order of time, several groups of a right as one."""
    conveyed = _by_group(entitlements)
    found: dict[tuple[str, EntitlementId, AccountId], list[HeldRight]] = defaultdict(list)
    for stretch in sorted(stretches, key=lambda s: s.first_seen_at):
        names = {normalise_group(stretch.group), normalise_group(stretch.name)}
        rights = {e for n in names for e in conveyed.get((stretch.directory, n), ())}
        for right in rights:
            key = (stretch.directory, right.entitlement, stretch.account)
            _add(found[key], _held(stretch, right))
    return tuple(right for _, theirs in sorted(found.items()) for right in theirs)


def _by_group(entitlements: Iterable[Entitlement]) -> dict[tuple[str, str], set[Entitlement]]:
    conveyed: dict[tuple[str, str], set[Entitlement]] = defaultdict(set)
    for entitlement in entitlements:
        for group in entitlement.groups:
            conveyed[entitlement.directory, normalise_group(group)].add(entitlement)
    return conveyed


def _held(stretch: Stretch, right: Entitlement) -> HeldRight:
    return HeldRight(
        directory=stretch.directory,
        entitlement=right.entitlement,
        name=right.name,
        account=stretch.account,
        first_seen_at=stretch.first_seen_at,
        gone_at=stretch.gone_at,
        since_first_read=stretch.since_first_read,
    )


def _add(held: list[HeldRight], more: HeldRight) -> None:
    """Add a stretch to those before it, as one with the last where they touch or overlap."""
    last = held[-1] if held else None
    if last is None or (last.gone_at is not None and last.gone_at < more.first_seen_at):
        held.append(more)
        return
    over = last.gone_at is None or more.gone_at is None
    gone_at = None if over else max(last.gone_at, more.gone_at)  # type: ignore[type-var]
    held[-1] = replace(last, gone_at=gone_at)
