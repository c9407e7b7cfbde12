"""What the API takes and gives, as OpenAPI tells it. Days are dates, moments carry an offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from syncd.core.cases import Case
from syncd.core.findings import Finding
from syncd.ports.listing import CaseLine
from syncd.ports.store import StoredPlan
from syncd.ports.syncs import RequestedSync
from syncd.web.forms import Day

_NO_NUL = r"^[^\x00]*$"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Model):
    """An error, after RFC 9457. `faults` are those of an input, row by row."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[dict[str, Any]] | None = None


class CaseOut(_Model):
    """One case. `because` cites facts as the command line does: `order R9-0123`."""

    case: str
    directory: str
    entitlement: str
    account: str
    staff_number: str | None
    section: str | None
    state: str
    reasons: list[str]
    because: list[str]
    since: date | None
    needs_person: bool
    opened_at: datetime
    updated_at: datetime
    due_at: datetime
    escalate_at: datetime
    hard_deadline_at: datetime
    regrant_of: str | None
    exception_until: date | None
    groups: list[str]
    path: str
    blocked: list[str]
    instead: list[str]

    @classmethod
    def of(cls, case: Case) -> CaseOut:
        """Return a case as the API gives it."""
        return cls(
            case=case.case_id,
            directory=case.directory,
            entitlement=case.entitlement,
            account=case.account,
            staff_number=case.staff_number,
            section=case.section,
            state=str(case.state),
            reasons=[str(reason) for reason in case.reasons],
            because=[str(because) for because in case.because],
            since=case.since,
            needs_person=case.needs_person,
            opened_at=case.opened_at,
            updated_at=case.updated_at,
            due_at=case.due_at,
            escalate_at=case.escalate_at,
            hard_deadline_at=case.hard_deadline_at,
            regrant_of=case.regrant_of,
            exception_until=case.exception_until,
            groups=list(case.groups),
            path=case.path,
            blocked=list(case.blocked),
            instead=list(case.instead),
        )


class CasesOut(_Model):
    """A page of cases; `next` is the cursor of the following page."""

    items: list[CaseOut]
    total: int
    next: str | None

    @classmethod
    def of(cls, lines: tuple[CaseLine, ...], total: int, cursor: str | None) -> CasesOut:
        """Return a page as the API gives it."""
        return cls(items=[CaseOut.of(line.case) for line in lines], total=total, next=cursor)


class ApproveIn(_Model):
    """An approval; the reason is for the record."""

    reason: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] = ""


class RefuseIn(_Model):
    """A refusal: keep the right until a day, for a reason."""

    until: Day
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=_NO_NUL)]


class ReleaseIn(_Model):
    """A vote to release a held plan once."""

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=_NO_NUL)]


class DecisionOut(_Model):
    """What a decision led to: the case after it and how many votes it has of those needed."""

    case: CaseOut
    given: int
    needed: int


class PlanLineOut(_Model):
    """One edge that a plan cuts: `member` out of `group`.

    `others` are how many besides the account lose something by it, where the member is a group.
    """

    directory: str
    group: str
    member: str
    entitlement: str
    case: str
    account: str
    staff_number: str | None
    reasons: list[str]
    others: int


class PlanOut(_Model):
    """A frozen plan, as far as its sections may be seen; `others` counts the lines left out."""

    hash: str
    state: str
    frozen_at: datetime
    run: str
    trips: list[str]
    lines: list[PlanLineOut]
    others: int

    @classmethod
    def of(cls, stored: StoredPlan, seen: list[PlanLineOut]) -> PlanOut:
        """Return a plan as the API gives it."""
        return cls(
            hash=stored.plan.hash,
            state=str(stored.state),
            frozen_at=stored.frozen_at,
            run=stored.run,
            trips=[str(trip) for trip in stored.trips],
            lines=seen,
            others=len(stored.plan.lines) - len(seen),
        )


class PlanVoteOut(_Model):
    """What a vote on a plan led to."""

    plan: str
    held: bool
    given: int
    needed: int
    released: bool
    refused: list[str]


class SyncOut(_Model):
    """A run that was asked for."""

    sync: str
    state: str
    requested_by: str
    requested_at: datetime
    as_of: date
    run: str | None
    started_at: datetime | None
    finished_at: datetime | None
    exit_code: int | None
    error: str

    @classmethod
    def of(cls, row: RequestedSync) -> SyncOut:
        """Return a requested run as the API gives it."""
        return cls(
            sync=row.sync_id,
            state=str(row.state),
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            as_of=row.as_of,
            run=row.run,
            started_at=row.started_at,
            finished_at=row.finished_at,
            exit_code=row.exit_code,
            error=row.error,
        )


class OrderIn(_Model):
    """One personnel order; the fields are those of the design's columns (section 3)."""

    order_number: Annotated[str, Field(min_length=1, max_length=100, pattern=_NO_NUL)]
    effective_on: date | None = None
    kind: Annotated[str, Field(min_length=1, max_length=100)]
    staff_number: Annotated[str, Field(min_length=1, max_length=100, pattern=_NO_NUL)]
    name: Annotated[str, Field(max_length=200)] = ""
    org_unit: Annotated[str, Field(max_length=100)] | None = None
    title: Annotated[str, Field(max_length=200)] = ""
    ends_on: date | None = None
    target: Annotated[str, Field(max_length=100)] | None = None
    confirmed: bool = True


class OrdersIn(_Model):
    """Orders, and how many there should be: the control total that tells a cut list."""

    expected: Annotated[int, Field(ge=1, le=100_000)]
    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=100_000)]


class OrdersOut(_Model):
    """What was recorded; the next run decides on it."""

    recorded: int


class FindingOut(_Model):
    """One finding, worded as `syncd sync --json` words it."""

    directory: str
    entitlement: str
    account: str
    staff_number: str | None
    section: str | None
    verdict: str
    reasons: list[str]
    since: date | None
    because: list[str]
    path: str
    needs_person: bool
    unknown_because: str

    @classmethod
    def of(cls, finding: Finding) -> FindingOut:
        """Return a finding as the API gives it."""
        return cls(
            directory=finding.directory,
            entitlement=finding.entitlement,
            account=finding.account,
            staff_number=finding.staff_number,
            section=finding.section,
            verdict=str(finding.verdict),
            reasons=[str(reason) for reason in finding.reasons],
            since=finding.since,
            because=[str(because) for because in finding.because],
            path=finding.path,
            needs_person=finding.needs_person,
            unknown_because=finding.unknown_because,
        )


class FindingsOut(_Model):
    """A page of what is not justified, on what the last runs learned."""

    as_of: date
    items: list[FindingOut]
    total: int
    next: str | None


class RightOut(_Model):
    """One right of a person, and why it stands or falls."""

    directory: str
    entitlement: str
    account: str
    verdict: str
    reasons: list[str]
    because: list[str]
    justified_by: list[str]
    case: str | None


class PostOut(_Model):
    """A post that a person holds."""

    org_unit: str
    title: str
    kind: str
    since: date | None


class PersonOut(_Model):
    """A person as of a day. `advance_notices` are there only for who may see 内示.

    `other_numbers` are further staff numbers that the person links give them.
    """

    staff_number: str
    other_numbers: list[str]
    as_of: date
    posts: list[PostOut]
    rights: list[RightOut]
    advance_notices: list[str] | None
