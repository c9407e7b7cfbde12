"""How long inputs were refused and directories unreadable, as the trail tells it.

Pure: the trail's records in, stretches out. A stretch begins with the first failure after the last
good read and ends with the next good one; so 内示 is in none of it, as it is in no record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from syncd.core.audit import AuditEvent


class Failing(StrEnum):
    """What could not be read."""

    INPUT = "input"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which one input was refused or one directory could not be read whole.

    `until_at` None: it goes on. `times` counts the failures; `why` is the last one, without any
    value that may be personal.
    """

    failing: Failing
    name: str
    from_at: datetime
    until_at: datetime | None
    times: int
    why: str


_BAD = {
    AuditEvent.INPUT_REFUSED: Failing.INPUT,
    AuditEvent.DIRECTORY_UNREAD: Failing.DIRECTORY,
}
_GOOD = {
    AuditEvent.INPUT_ACCEPTED: Failing.INPUT,
    AuditEvent.DIRECTORY_READ: Failing.DIRECTORY,
}


def outages(records: Iterable[Mapping[str, Any]]) -> tuple[Outage, ...]:
    """Return every stretch that some records (oldest first) tell of, in the order of its begin."""
    standing: dict[tuple[Failing, str], Outage] = {}
    over: list[Outage] = []
    for record in records:
        event, at = AuditEvent(record["event"]), datetime.fromisoformat(record["at"])
        name = str(record["subject"])
        if event in _BAD:
            key = (_BAD[event], name)
            before = standing.get(key) or Outage(*key, at, None, 0, "")
            standing[key] = replace(before, times=before.times + 1, why=_why(record))
        elif event in _GOOD and (key := (_GOOD[event], name)) in standing:
            over.append(replace(standing.pop(key), until_at=at))
    return tuple(sorted([*over, *standing.values()], key=lambda o: (o.from_at, o.name)))


def _why(record: Mapping[str, Any]) -> str:
    ground = record["ground"]
    if "why" in ground:
        return str(ground["why"])
    first = ground.get("first") or ""
    return f"{ground.get('faults', 0)} faults" + (f"; {first}" if first else "")
