"""From findings to cases: which open, move on or end because of what a run saw.

Pure: cases and a decision in, moves out, each with the audit event that records it. People's
moves (votes) are `flow.vote`; writing is `flow.apply`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from syncd.core.audit import AuditEvent
from syncd.core.calendar import end_of_open_day, midnight
from syncd.core.cases import Case, CaseEvent, CaseState, case_of, moved
from syncd.core.findings import Finding, Verdict
from syncd.core.ids import CaseId
from syncd.core.policy import Approval, OnSilence, Policy
from syncd.core.votes import approval_asked

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """One change of one case (`before` None: it is new), with what is put on record."""

    before: Case | None
    after: Case
    event: AuditEvent
    ground: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a run saw, as far as cases are concerned.

    `findings` by key. `seen` are the keys of cases whose membership was present; `looked` are the
    keys about which anything can be said (their directory was read whole and their entitlement is
    on the list). `proposing` are the directories in which cases are opened. `deferred` are the
    directories whose writes show only after people carried them over. `outdated` are the keys of
    cases that were reported done after the moment for which their directory's list holds: it says
    nothing about them, neither by what it shows nor by what it lacks. `agreeing` are keys of which
    it is known already that the case says what the finding says (`agrees`). `asked_by` names who
    asked for the end of a right in an access review; else `requested_by` asked for the run.
    """

    as_of: date
    now: datetime
    findings: Mapping[Key, Finding]
    seen: Collection[Key]
    looked: Collection[Key]
    proposing: Collection[str]
    deferred: Collection[str] = ()
    outdated: Collection[Key] = ()
    requested_by: str = ""
    agreeing: Collection[Key] = ()
    asked_by: Mapping[Key, str] = field(default_factory=dict)


def advance(
    cases: Iterable[Case],
    sight: Sight,
    policy: Policy,
    last_verified: Callable[[Key], Case | None],
    new_id: Callable[[], str],
) -> tuple[Move, ...]:
    """Return every move that follows from what was seen, existing cases first, then new ones."""
    moves: list[Move] = []
    known: set[Key] = set()
    for case in cases:
        known.add(case.key)
        moves.extend(_advance_one(case, sight, policy))
    for key in sorted(sight.findings.keys() - known):
        finding = sight.findings[key]
        if finding.verdict is Verdict.STALE and finding.directory in sight.proposing:
            moves.extend(_open(finding, sight, policy, last_verified(key), CaseId(new_id())))
    return tuple(moves)


def _advance_one(case: Case, sight: Sight, policy: Policy) -> list[Move]:
    if case.key not in sight.looked or case.key in sight.outdated:
        return []
    finding = sight.findings.get(case.key)
    if finding is None:
        return _absent(case, sight) if case.key not in sight.seen else _right_again(case, sight)
    if finding.verdict is Verdict.UNKNOWN:
        return []
    return _still_stale(case, finding, sight, policy)


def _step(
    case: Case,
    event: CaseEvent,
    audit: AuditEvent,
    at: datetime,
    ground: Mapping[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401 - fields of Case
) -> Move:
    return Move(case, moved(case, event, at, **changes), audit, ground or {})


def _absent(case: Case, sight: Sight) -> list[Move]:
    """End a case whose membership is no longer there: by us where we meant to, else by others."""
    if case.state in (CaseState.APPLYING, CaseState.REMOVED):
        moves = []
        if case.state is CaseState.APPLYING:
            moves.append(
                _step(case, CaseEvent.REMOVE, AuditEvent.REMOVAL_WRITTEN, sight.now, _BY_READING)
            )
            case = moves[0].after
        verified = _step(
            case, CaseEvent.VERIFY, AuditEvent.REMOVAL_VERIFIED, sight.now, _BY_READING
        )
        return [*moves, verified]
    return [_step(case, CaseEvent.VANISH, AuditEvent.CASE_GONE, sight.now)]


_BY_READING = {"seen": "absent in a complete read"}


def _right_again(case: Case, sight: Sight) -> list[Move]:
    moves = []
    if case.state in (CaseState.APPLYING, CaseState.REMOVED):
        moves.append(_step(case, CaseEvent.RETRY, AuditEvent.CASE_RETRIED, sight.now))
        case = moves[0].after
    return [*moves, _step(case, CaseEvent.WITHDRAW, AuditEvent.CASE_WITHDRAWN, sight.now)]


def _still_stale(case: Case, finding: Finding, sight: Sight, policy: Policy) -> list[Move]:
    moves: list[Move] = []

    def current() -> Case:
        return moves[-1].after if moves else case

    fresh = case if case.key in sight.agreeing else _refreshed(case, finding)
    if fresh != case:
        ground = {"reasons": [str(r) for r in fresh.reasons]}
        moves.append(
            Move(case, replace(fresh, updated_at=sight.now), AuditEvent.CASE_UPDATED, ground)
        )
    for advance_state in (_back_from_exception, _ground_changed, _write_did_not_hold):
        move = advance_state(current(), sight, policy)
        if move is not None:
            moves.append(move)
    moves.extend(_deadlines(current(), sight, policy))
    return moves


def agrees(case: Case, finding: Finding) -> bool:
    """Tell whether a case says what the facts now say, so that nothing of it is to be updated."""
    return _refreshed(case, finding) == case


def _refreshed(case: Case, finding: Finding) -> Case:
    """Return the case with what the facts now say; the deadlines stay as they were set."""
    return replace(
        case,
        reasons=finding.reasons,
        because=finding.because,
        since=finding.since,
        needs_person=finding.needs_person,
        member=finding.member,
        groups=finding.groups,
        path=finding.path,
        staff_number=finding.staff_number,
        section=finding.section,
    )


def _back_from_exception(case: Case, sight: Sight, policy: Policy) -> Move | None:
    if case.state is not CaseState.EXCEPTED or case.exception_until is None:
        return None
    if case.exception_until >= sight.as_of:
        return None
    return _step(
        case,
        CaseEvent.END_EXCEPTION,
        AuditEvent.CASE_EXCEPTION_ENDED,
        sight.now,
        exception_until=None,
        escalated=False,
        escalate_at=_escalates_at(sight.as_of, policy),
        hard_deadline_at=_hard_deadline_at(sight.as_of, policy),
    )


def _ground_changed(case: Case, sight: Sight, _policy: Policy) -> Move | None:
    """Ask again where nothing that was approved holds any more."""
    if case.state is not CaseState.APPROVED:
        return None
    if set(case.approved_reasons) & set(case.reasons):
        return None
    return _step(case, CaseEvent.REOPEN, AuditEvent.CASE_REOPENED, sight.now, approved_reasons=())


def _write_did_not_hold(case: Case, sight: Sight, policy: Policy) -> Move | None:
    if case.state is not CaseState.REMOVED or case.directory in sight.deferred:
        return None
    ground = {"seen": "present in a complete read after the removal"}
    if case.attempts >= policy.max_attempts:
        return _step(case, CaseEvent.FAIL, AuditEvent.CASE_FAILED, sight.now, ground)
    return _step(case, CaseEvent.RETRY, AuditEvent.REMOVAL_NOT_CONFIRMED, sight.now, ground)


def _deadlines(case: Case, sight: Sight, policy: Policy) -> list[Move]:
    """Approve by policy where the reasons allow or nobody answered in time; escalate before."""
    if case.state not in (CaseState.OPEN, CaseState.REFUSED):
        return []
    moves: list[Move] = []
    if sight.now >= case.escalate_at and not case.escalated:
        after = replace(case, escalated=True, updated_at=sight.now)
        moves.append(Move(case, after, AuditEvent.CASE_ESCALATED))
        case = after
    policy_line = _policy_line(case, sight, policy)
    if policy_line:
        moves.append(
            _step(
                case,
                CaseEvent.APPROVE,
                AuditEvent.CASE_APPROVED,
                sight.now,
                {"policy": policy_line},
                approved_reasons=case.reasons,
            )
        )
    return moves


def _policy_line(case: Case, sight: Sight, policy: Policy) -> str:
    """Return the line of the policy that approves the case without a vote, or nothing."""
    asked = approval_asked(
        case.reasons, case.entitlement, policy.approval, needs_person=case.needs_person
    )
    if asked is Approval.AUTO and case.state is CaseState.OPEN:
        return "policy.approval = auto"
    silent = policy.deadlines.on_silence is OnSilence.REVOKE and not case.needs_person
    if silent and sight.now >= case.hard_deadline_at:
        return "policy.on_silence = revoke"
    return ""


def _open(
    finding: Finding, sight: Sight, policy: Policy, before: Case | None, case_id: CaseId
) -> list[Move]:
    case = case_of(
        finding,
        case_id,
        sight.now,
        due_at=midnight(finding.since or sight.as_of),
        escalate_at=_escalates_at(sight.as_of, policy),
        hard_deadline_at=_hard_deadline_at(sight.as_of, policy),
        requested_by=sight.asked_by.get(finding.key, sight.requested_by),
        regrant_of=None if before is None else before.case_id,
    )
    ground = {
        "reasons": [str(r) for r in case.reasons],
        "because": [str(b) for b in case.because],
        "since": None if case.since is None else case.since.isoformat(),
        "directory": case.directory,
        "entitlement": case.entitlement,
        "account": case.account,
        "staff_number": case.staff_number,
        "regranted": before is not None,
    }
    return [Move(None, case, AuditEvent.CASE_OPENED, ground), *_deadlines(case, sight, policy)]


def _escalates_at(as_of: date, policy: Policy) -> datetime:
    return end_of_open_day(as_of, policy.deadlines.escalate_open_days, policy.closed_days)


def _hard_deadline_at(as_of: date, policy: Policy) -> datetime:
    return end_of_open_day(as_of, policy.deadlines.hard_open_days, policy.closed_days)
