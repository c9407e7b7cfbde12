"""What is known of a directory whose list people export: the list, and what was checked since.

A list is older than the moment at which it is read. What people removed and somebody else checked
after its day still stands in it, and is no longer held: without this each run would find such a
right anew. A list older than the one before it is no reading at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from syncd.bilingual import Bilingual
from syncd.core.ids import AccountId, normalise_group
from syncd.core.memberships import DirectorySnapshot, MembershipBlock, Reading, Unread
from syncd.core.tasks import Task
from syncd.ports.listing import LastRead
from syncd.ports.store import Unit


def as_known(unit: Unit, readings: Iterable[Reading], now: datetime) -> tuple[Reading, ...]:
    """Return the readings with every list brought up to what people checked since its day."""
    readings = tuple(readings)
    if not any(isinstance(r, DirectorySnapshot) and r.proof.exported_on for r in readings):
        return readings
    last = unit.last_reads()
    return tuple(_as_known(unit, reading, last, now) for reading in readings)


def _as_known(unit: Unit, reading: Reading, last: Mapping[str, LastRead], now: datetime) -> Reading:
    if not isinstance(reading, DirectorySnapshot) or reading.proof.exported_on is None:
        return reading
    before = last.get(reading.directory)
    newest = None if before is None else before.proof.exported_on
    if newest is not None and reading.proof.exported_on < newest:
        return _went_back(reading, reading.proof.exported_on, newest, now)
    return _without(reading, unit.checked_tasks(reading.directory, reading.holds_at))


def _went_back(reading: DirectorySnapshot, day: date, newest: date, now: datetime) -> Unread:
    return Unread(
        reading.directory,
        now,
        Bilingual(
            f"the list is of {day}, and one of {newest} was read before",
            ja=f"一覧は {day} のもので、すでに {newest} のものを読んでいます",
        ),
        Bilingual(
            "Put the newest list there, and take the older one away.",
            ja="最新の一覧を置き、古いものを取り除いてください。",
        ),
    )


def _without(snapshot: DirectorySnapshot, checked: tuple[Task, ...]) -> DirectorySnapshot:
    gone: dict[str, set[AccountId]] = defaultdict(set)
    for task in checked:
        for group in task.groups:
            gone[normalise_group(group)].add(task.account)
    left_out: Counter[str] = Counter()
    blocks: list[MembershipBlock] = []
    for block in snapshot.blocks:
        theirs = gone[normalise_group(block.group)]
        kept = tuple(account for account in block.accounts if account not in theirs)
        left_out[block.group] += len(block.accounts) - len(kept)
        blocks += [replace(block, accounts=kept)] if kept else []
    if not left_out.total():
        return snapshot
    groups = tuple(
        replace(group, direct_count=group.direct_count - left_out[group.key])
        for group in snapshot.groups
    )
    told = (
        f"一覧の日より後に失効が確認された {left_out.total()} 件を除いて読みました / "
        f"{left_out.total()} memberships were left out, removed and checked after the list's day"
    )
    warnings = (*snapshot.warnings, told)
    return replace(snapshot, blocks=tuple(blocks), groups=groups, warnings=warnings)
