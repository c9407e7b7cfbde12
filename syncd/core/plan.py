"""The plan: exactly what will be removed, as a frozen, sorted value with a hash people approve.

A line cuts one edge: one member out of one group. What a plan holds is decided here from findings
and cases; who approved is `votes`, what holds it back is `guards`, doing it is `flow.apply`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from syncd.core.findings import Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, PlanHash, StaffNumber


@dataclass(frozen=True, slots=True, order=True)
class PlanLine:
    """One edge to cut. `explained` tells that an order whose effect begins today is its ground."""

    directory: str
    group: str
    member: str
    entitlement: EntitlementId
    case_id: CaseId
    account: AccountId
    staff_number: StaffNumber | None
    reasons: tuple[Reason, ...]
    explained: bool = False

    def canonical(self) -> list[object]:
        """Return what people approve of this line; `explained` is only the guard's business."""
        return [
            self.directory,
            self.group,
            self.member,
            self.entitlement,
            self.case_id,
            self.account,
            self.staff_number,
            list(self.reasons),
        ]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stale membership that no plan may remove, and why; a person must look."""

    case_id: CaseId
    directory: str
    group: str
    why: str


@dataclass(frozen=True)
class Plan:
    """Sorted lines; two runs that find the same give the same bytes and so the same hash."""

    lines: tuple[PlanLine, ...]
    blocked: tuple[Blocked, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[PlanLine], blocked: Iterable[Blocked] = ()) -> Plan:
        """Return the plan of these lines, each edge once for each entitlement, sorted."""
        unique = {(x.directory, x.group, x.member, x.entitlement): x for x in lines}
        ordered = tuple(unique[key] for key in sorted(unique))
        return cls(ordered, tuple(sorted(blocked, key=lambda b: (b.directory, b.group, b.case_id))))

    @cached_property
    def hash(self) -> PlanHash:
        """Return the SHA-256 over the canonical JSON of the lines, as lower-case hex."""
        text = json.dumps(
            [line.canonical() for line in self.lines], ensure_ascii=False, separators=(",", ":")
        )
        return PlanHash(hashlib.sha256(text.encode()).hexdigest())

    @property
    def case_ids(self) -> tuple[CaseId, ...]:
        """Return the cases that this plan would end, each once, in order."""
        return tuple(dict.fromkeys(line.case_id for line in self.lines))
