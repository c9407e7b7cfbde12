"""The plan: exactly what will be removed, as a frozen, sorted value with a hash people approve.

A line cuts one edge for one case: one member out of one group. The member is the account, or a
group by which it comes to the right; then the line says who else loses what, and every case that
this edge ends has a line. What a plan holds is decided in `planning`; who approved is `votes`,
what holds it back is `guards`, doing it is `flow.apply`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from syncd.core.findings import Reason, Verdict
from syncd.core.ids import AccountId, CaseId, EntitlementId, PlanHash, StaffNumber


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """What one account loses by an edge: rights with the verdict on each, and other groups.

    `groups` are names of groups that are not on the list: what they give is not known.
    """

    account: AccountId
    rights: tuple[tuple[EntitlementId, Verdict], ...]
    groups: tuple[str, ...] = ()

    def canonical(self) -> list[object]:
        """Return the loss as it is hashed and kept."""
        return [self.account, [[right, str(v)] for right, v in self.rights], list(self.groups)]


@dataclass(frozen=True, order=True)
class GroupCut:
    """The group `child` (its key) is taken out of another one: everybody who loses by it.

    `names` are what people call the child and the group that it leaves.
    """

    child: str
    names: tuple[str, str]
    losses: tuple[Loss, ...]

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of who loses what, which is part of what people approve."""
        losses = [loss.canonical() for loss in self.losses]
        return _sha256([self.child, losses])

    def __hash__(self) -> int:
        """Hash by the digest, which is worked out once however many lines share this."""
        return hash(self.digest)

    def others(self, account: AccountId) -> tuple[Loss, ...]:
        """Return who loses something besides one account."""
        return tuple(loss for loss in self.losses if loss.account != account)


@dataclass(frozen=True, slots=True, order=True)
class PlanLine:
    """One edge to cut. `explained` tells that an order whose effect begins today is its ground.

    `member` is the native id of the account, or the key of the group that `cut` takes out.
    """

    directory: str
    group: str
    member: str
    entitlement: EntitlementId
    case_id: CaseId
    account: AccountId
    staff_number: StaffNumber | None
    reasons: tuple[Reason, ...]
    explained: bool = False
    cut: GroupCut | None = None

    @property
    def edge(self) -> tuple[str, str, str]:
        """Return (directory, group, member): lines with the same edge are done or left together."""
        return (self.directory, self.group, self.member)

    def canonical(self) -> list[object]:
        """Return what people approve of this line; `explained` is only the guard's business."""
        plain: list[object] = [
            self.directory,
            self.group,
            self.member,
            self.entitlement,
            self.case_id,
            self.account,
            self.staff_number,
            list(self.reasons),
        ]
        return plain if self.cut is None else [*plain, self.cut.digest]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stale membership that no plan may remove, and why; a person must look.

    `group` is where the account stands by the way that cannot be cut. `instead` are things that a
    person could do. `others` are some of those who would lose what must stay, `affected` how many.
    """

    case_id: CaseId
    directory: str
    group: str
    why: str
    instead: tuple[str, ...] = ()
    others: tuple[Loss, ...] = ()
    affected: int = 0


@dataclass(frozen=True)
class Plan:
    """Sorted lines; two runs that find the same give the same bytes and so the same hash."""

    lines: tuple[PlanLine, ...]
    blocked: tuple[Blocked, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[PlanLine], blocked: Iterable[Blocked] = ()) -> Plan:
        """Return the plan of these lines, each edge once for each right of an account, sorted."""
        unique = {(x.directory, x.group, x.member, x.entitlement, x.account): x for x in lines}
        ordered = tuple(line for _, line in sorted(unique.items(), key=itemgetter(0)))
        return cls(ordered, tuple(sorted(blocked, key=lambda b: (b.directory, b.group, b.case_id))))

    @cached_property
    def hash(self) -> PlanHash:
        """Return the SHA-256 over the canonical JSON of the lines, as lower-case hex."""
        return PlanHash(_sha256([line.canonical() for line in self.lines]))

    @property
    def case_ids(self) -> tuple[CaseId, ...]:
        """Return the cases that this plan would end, each once, in order."""
        return tuple(dict.fromkeys(line.case_id for line in self.lines))


def _sha256(canonical: list[object]) -> str:
    text = json.dumps(canonical, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
