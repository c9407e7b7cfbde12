"""One right that a coming day will take, as people approve it ahead, and the plan of all of them.

A line is known by the digest of everything that its approval rests on: whose right, why, by which
orders and designations, how it is held, which section answers for it. Where a source states a
fact does not belong to it: files are written anew every day. The case that is opened on the day
has the same digest exactly where nothing of this changed meanwhile (decision record 0023, 3).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.findings import Because, Finding, Reason
from syncd.core.foresight.losses import ComingLoss
from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, PlanHash, StaffNumber
from syncd.core.policy import Policy
from syncd.core.preapproval.deadlines import Deadlines, deadlines_of
from syncd.core.votes import approval_asked

_SCHEME = "syncd pre-approval 1"
_PREFIX = "ahead-"


@dataclass(frozen=True, slots=True)
class AheadLine:
    """A right whose ground ends on the day `on`; `needed` votes approve it, 0: policy does.

    `rests_on_notice` tells that the confirmed facts alone do not say this: it is for nobody but
    those who may see 内示, and is never carried out before a confirmed order says the same.
    """

    on: date
    directory: str
    entitlement: EntitlementId
    account: AccountId
    staff_number: StaffNumber | None
    section: OrgUnitCode | None
    reasons: tuple[Reason, ...]
    because: tuple[Because, ...]
    groups: tuple[str, ...]
    needs_person: bool
    needed: int
    deadlines: Deadlines
    rests_on_notice: bool
    digest: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Return (directory, entitlement, account), under which its case will be found."""
        return (self.directory, self.entitlement, self.account)

    @property
    def line_id(self) -> CaseId:
        """Return under what votes on this line are kept until there is a case."""
        return line_id(self.digest)

    def as_case(self) -> Case:
        """Return the case that would be opened on the day; it is never stored.

        Whoever may decide that case may decide this line.
        """
        at = midnight(self.on)
        return Case(
            case_id=self.line_id,
            directory=self.directory,
            entitlement=self.entitlement,
            account=self.account,
            staff_number=self.staff_number,
            member="",
            groups=self.groups,
            path="",
            state=CaseState.OPEN,
            reasons=self.reasons,
            because=self.because,
            since=self.on,
            needs_person=self.needs_person,
            opened_at=at,
            updated_at=at,
            due_at=at,
            escalate_at=self.deadlines.last,
            hard_deadline_at=self.deadlines.last,
            section=self.section,
        )


def line_id(digest: str) -> CaseId:
    """Return under what the votes on a line are kept, by its digest."""
    return CaseId(f"{_PREFIX}{digest}")


def ahead_lines(losses: Iterable[ComingLoss], on: date, policy: Policy) -> Iterator[AheadLine]:
    """Yield the lines for the coming losses of a day, which share its deadlines."""
    deadlines = deadlines_of(on, policy.pre_approval, policy.closed_days)
    for loss in losses:
        yield _line(loss, on, deadlines, policy)


def _line(loss: ComingLoss, on: date, deadlines: Deadlines, policy: Policy) -> AheadLine:
    finding = loss.finding
    asked = approval_asked(
        finding.reasons, finding.entitlement, policy.approval, needs_person=finding.needs_person
    )
    return AheadLine(
        on=on,
        directory=finding.directory,
        entitlement=finding.entitlement,
        account=finding.account,
        staff_number=finding.staff_number,
        section=finding.section,
        reasons=finding.reasons,
        because=finding.because,
        groups=tuple(sorted(finding.groups)),
        needs_person=finding.needs_person,
        needed=asked.votes,
        deadlines=deadlines,
        rests_on_notice=loss.rests_on_notice,
        digest=digest_of(finding),
    )


def digest_of(ground: Finding | Case) -> str:
    """Return the SHA-256 of all that an approval rests on, of what is foreseen or of its case."""
    canonical = [
        _SCHEME,
        None if ground.since is None else ground.since.isoformat(),
        *ground.key,
        ground.staff_number,
        ground.section,
        ground.needs_person,
        sorted(ground.groups),
        [str(reason) for reason in ground.reasons],
        sorted([b.kind, b.ref, "" if b.on is None else b.on.isoformat()] for b in ground.because),
    ]
    return hashlib.sha256(json.dumps(canonical, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class AheadPlan:
    """All lines of a coming day, in the order in which their deadlines come."""

    on: date
    lines: tuple[AheadLine, ...]
    with_notices: bool = False

    @classmethod
    def of(cls, on: date, lines: Iterable[AheadLine], *, with_notices: bool) -> AheadPlan:
        """Return the plan: what needs two persons first, then by section and key."""
        ordered = sorted(lines, key=_place)
        return cls(on, tuple(ordered), with_notices)

    @cached_property
    def hash(self) -> PlanHash:
        """Return the SHA-256 of the lines' digests: people approve exactly these."""
        whole = json.dumps([_SCHEME, self.on.isoformat(), [line.digest for line in self.lines]])
        return PlanHash(hashlib.sha256(whole.encode()).hexdigest())


def _place(line: AheadLine) -> tuple[object, ...]:
    first = line.deadlines.first if line.needed > 1 else line.deadlines.last
    return (first, line.section or "\uffff", line.account, line.key)
