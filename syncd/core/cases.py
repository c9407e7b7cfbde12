"""Cases: one open case for each stale membership, and the one table of what may follow what.

A case is found again by (directory, entitlement, account). `TRANSITIONS` is the whole life of a
case (design, section 5); `moved` is the only way to change a state, so that no module can invent
a transition. What starts a move is decided elsewhere: here it is only allowed or refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from syncd.core.findings import Because, Finding, Reason
from syncd.core.ids import AccountId, CaseId, EntitlementId, OrgUnitCode, StaffNumber
from syncd.errors import IllegalMove


class CaseState(StrEnum):
    """Where a case stands (design, section 5)."""

    OPEN = "open"
    APPROVED = "approved"
    APPLYING = "applying"
    REMOVED = "removed"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"
    GONE = "gone"
    EXCEPTED = "excepted"
    REFUSED = "refused"
    FAILED = "failed"


ENDED = frozenset({CaseState.VERIFIED, CaseState.WITHDRAWN, CaseState.GONE})
"""States that a case does not leave; a right that comes back opens a new case."""


class CaseEvent(StrEnum):
    """What can happen to a case."""

    APPROVE = "approve"
    CLAIM = "claim"
    REMOVE = "remove"
    VERIFY = "verify"
    RETRY = "retry"
    FAIL = "fail"
    REOPEN = "reopen"
    REFUSE = "refuse"
    EXCEPT = "except"
    END_EXCEPTION = "end-exception"
    WITHDRAW = "withdraw"
    VANISH = "vanish"


_S, _E = CaseState, CaseEvent

TRANSITIONS: Mapping[tuple[CaseState, CaseEvent], CaseState] = MappingProxyType(
    {
        (_S.OPEN, _E.APPROVE): _S.APPROVED,
        (_S.OPEN, _E.REFUSE): _S.REFUSED,
        (_S.OPEN, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.OPEN, _E.VANISH): _S.GONE,
        (_S.APPROVED, _E.CLAIM): _S.APPLYING,
        (_S.APPROVED, _E.REOPEN): _S.OPEN,
        (_S.APPROVED, _E.REFUSE): _S.REFUSED,
        (_S.APPROVED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.APPROVED, _E.VANISH): _S.GONE,
        (_S.APPLYING, _E.REMOVE): _S.REMOVED,
        (_S.APPLYING, _E.RETRY): _S.APPROVED,
        (_S.APPLYING, _E.FAIL): _S.FAILED,
        (_S.REMOVED, _E.VERIFY): _S.VERIFIED,
        (_S.REMOVED, _E.RETRY): _S.APPROVED,
        (_S.REMOVED, _E.FAIL): _S.FAILED,
        (_S.REFUSED, _E.EXCEPT): _S.EXCEPTED,
        (_S.REFUSED, _E.APPROVE): _S.APPROVED,
        (_S.REFUSED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.REFUSED, _E.VANISH): _S.GONE,
        (_S.EXCEPTED, _E.END_EXCEPTION): _S.OPEN,
        (_S.EXCEPTED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.EXCEPTED, _E.VANISH): _S.GONE,
        (_S.FAILED, _E.RETRY): _S.APPROVED,
        (_S.FAILED, _E.REOPEN): _S.OPEN,
        (_S.FAILED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.FAILED, _E.VANISH): _S.GONE,
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """One revocation case.

    `member` is the account's native id in the directory, `groups` the keys of the groups whose
    direct membership a removal would cut, `path` how the right is conveyed, in words. `since` is
    the first day of the stale right where the facts tell it; `due_at` when it had to be gone;
    `escalate_at` and `hard_deadline_at` are the people's deadlines. `round` counts how often the
    case (re)opened: votes of an earlier round do not count. `regrant_of` names the verified case
    of the same right that came back. `explained_by` names the orders that the reasons rest on.
    `section` is the one that answers for the right: that of the designation it rested on, else
    the person's own; None where neither is known. `cuts` are the edges (group, member) that the
    last plan held for it where some are edges of nested groups; empty, it is the account's own
    edge in each of `groups`. `blocked` says why no plan can end it, `instead` what a person could
    do, and `dependents` are some of those on whose account it is not cut. All moments are aware.
    """

    case_id: CaseId
    directory: str
    entitlement: EntitlementId
    account: AccountId
    staff_number: StaffNumber | None
    member: str
    groups: tuple[str, ...]
    path: str
    state: CaseState
    reasons: tuple[Reason, ...]
    because: tuple[Because, ...]
    since: date | None
    needs_person: bool
    opened_at: datetime
    updated_at: datetime
    due_at: datetime
    escalate_at: datetime
    hard_deadline_at: datetime
    round: int = 1
    escalated: bool = False
    requested_by: str = ""
    regrant_of: CaseId | None = None
    exception_until: date | None = None
    exception_reason: str = ""
    approved_reasons: tuple[Reason, ...] = ()
    attempts: int = 0
    last_error: str = ""
    restored_at: datetime | None = None
    section: OrgUnitCode | None = None
    cuts: tuple[tuple[str, str], ...] = ()
    blocked: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    dependents: tuple[AccountId, ...] = ()

    @property
    def left_groups(self) -> tuple[str, ...]:
        """Return the groups that the account leaves by a removal, itself or with a group in it.

        Standing in all of them again gives exactly the right back, and to nobody else.
        """
        return tuple(dict.fromkeys(group for group, _ in self.cuts)) or self.groups

    @property
    def key(self) -> tuple[str, str, str]:
        """Return (directory, entitlement, account)."""
        return (self.directory, self.entitlement, self.account)

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more can happen to the case."""
        return self.state in ENDED


def case_of(
    finding: Finding,
    case_id: CaseId,
    at: datetime,
    *,
    path: str | None = None,
    **changes: Any,  # noqa: ANN401 - fields of Case
) -> Case:
    """Return the open case of a stale membership, found at a moment; every deadline is that moment.

    `changes` are what the finding does not tell; `path` spares putting the ways into words.
    """
    deadlines = dict.fromkeys(("due_at", "escalate_at", "hard_deadline_at"), at)
    return Case(
        case_id=case_id,
        directory=finding.directory,
        entitlement=finding.entitlement,
        account=finding.account,
        staff_number=finding.staff_number,
        member=finding.member,
        groups=finding.groups,
        state=CaseState.OPEN,
        reasons=finding.reasons,
        because=finding.because,
        since=finding.since,
        needs_person=finding.needs_person,
        opened_at=at,
        updated_at=at,
        section=finding.section,
        path=finding.path if path is None else path,
        **deadlines | changes,
    )


def moved(case: Case, event: CaseEvent, at: datetime, **changes: Any) -> Case:  # noqa: ANN401 - dataclasses.replace
    """Return the case after `event` at `at`; raises IllegalMove for a move not in the table."""
    after = TRANSITIONS.get((case.state, event))
    if after is None:
        raise IllegalMove(
            f"case {case.case_id} is {case.state}: {event} is not possible from there. "
            f"'syncd cases' shows where it stands.",
            ja=f"案件 {case.case_id} は状態が {case.state} なので、{event} はできません。"
            "案件の一覧で、いまの状態を確かめてください。",
        )
    if after is CaseState.OPEN:
        changes.setdefault("round", case.round + 1)
    return replace(case, state=after, updated_at=at, **changes)


def exceptions_on(cases: Iterable[Case], on: date) -> set[tuple[str, str, str]]:
    """Return the keys of the cases for which a dated exception stands on a day."""
    return {
        case.key
        for case in cases
        if case.state is CaseState.EXCEPTED
        and case.exception_until is not None
        and case.exception_until >= on
    }
