"""What people decide: approve, refuse with a dated exception, release a held plan.

Every vote is on record, also the ones that are not permitted. A vote moves its case in the same
transaction; nothing is written to a directory here: the next run does that, after its guards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.ids import CaseId, PlanHash
from syncd.core.votes import (
    Actor,
    Choice,
    Vote,
    approval_asked,
    check_may_decide,
    distinct_voters,
)
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.report import PlanVoteResult, VoteResult
from syncd.flow.site import Site
from syncd.ports.store import PlanState, StoredPlan, Unit

T = TypeVar("T")

OVERRIDE_VOTES = 2
EXCEPTION_VOTES = 2


@dataclass(frozen=True, slots=True)
class _Ballot:
    """One person's decision before it is bound to a case: what is said, why, until when."""

    choice: Choice
    reason: str = ""
    until: date | None = None
    plan_hash: PlanHash | None = None


def approve_cases(
    site: Site, actor: Actor, case_ids: Sequence[CaseId], reason: str = ""
) -> tuple[VoteResult, ...]:
    """Approve the revocation of single cases.

    Raises NotPermitted, IllegalMove or NoSuchCase at the first case that cannot be approved; then
    none of them is.
    """
    ballot = _Ballot(Choice.REVOKE, reason)

    def vote(unit: Unit) -> tuple[VoteResult, ...]:
        return tuple(_approve(site, unit, actor, unit.case(c), ballot) for c in case_ids)

    return _on_record(site, actor, ", ".join(case_ids), vote)


def approve_plan(site: Site, actor: Actor, plan_hash: str, reason: str = "") -> PlanVoteResult:
    """Approve exactly this plan, or release it where a guard holds it.

    Cases of the plan that this person may not decide stay open and are named in `refused`.
    """

    def vote(unit: Unit) -> PlanVoteResult:
        stored = unit.plan(PlanHash(plan_hash))
        if stored.state is PlanState.HELD:
            return _release(site, unit, actor, stored, reason)
        if stored.state is not PlanState.PROPOSED:
            raise IllegalMove(
                f"plan {stored.plan.hash[:12]} is {stored.state}: it no longer waits for anybody. "
                "'syncd sync' shows the plan that does."
            )
        return _approve_lines(site, unit, actor, stored, reason)

    return _on_record(site, actor, plan_hash, vote)


def refuse_case(site: Site, actor: Actor, case_id: CaseId, until: date, reason: str) -> VoteResult:
    """Keep the right until a day: the first person refuses, a second one grants the exception.

    Raises UsageError for a day that is over or a missing reason, NotPermitted, IllegalMove.
    """
    if until < day_of(site.clock()):
        raise UsageError(f"--until {until.isoformat()} is over. An exception ends on a coming day.")
    if not reason.strip():
        raise UsageError("an exception needs a reason: --reason TEXT")
    ballot = _Ballot(Choice.KEEP, reason, until)

    def vote(unit: Unit) -> VoteResult:
        return _refuse(site, unit, actor, unit.case(case_id), ballot)

    return _on_record(site, actor, case_id, vote)


def override_votes(unit: Unit, stored: StoredPlan) -> tuple[Vote, ...]:
    """Return the votes that release a held plan; those before it was held again are spent."""
    votes = unit.votes(plan_hash=stored.plan.hash)
    return tuple(v for v in votes if v.choice is Choice.OVERRIDE and v.at >= stored.frozen_at)


def cast(site: Site, unit: Unit, actor: Actor, case: Case, ballot: _Ballot) -> tuple[Vote, ...]:
    """Record a vote on a case and return all votes of this round with the same choice."""
    vote = Vote(
        choice=ballot.choice,
        voter=actor.account,
        voter_staff_number=actor.staff_number,
        at=site.clock(),
        case_id=case.case_id,
        round=case.round,
        plan_hash=ballot.plan_hash,
        deputy_for=actor.deputy_for,
        reason=ballot.reason,
        until=ballot.until,
    )
    unit.add_vote(vote)
    ground = {
        "choice": str(vote.choice),
        "round": vote.round,
        "plan": vote.plan_hash,
        "deputy_for": vote.deputy_for,
        "reason": vote.reason,
        "until": None if vote.until is None else vote.until.isoformat(),
    }
    unit.audit(
        [AuditRecord(vote.at, AuditEvent.VOTE_CAST, actor.account, case.case_id, None, ground)]
    )
    votes = unit.votes(case_id=case.case_id)
    return tuple(v for v in votes if v.round == case.round and v.choice is ballot.choice)


def restore_ballot(reason: str) -> _Ballot:
    """Return the vote that asks for a removed right to be put back."""
    return _Ballot(Choice.RESTORE, reason)


def _on_record(site: Site, actor: Actor, subject: str, vote: Callable[[Unit], T]) -> T:
    """Run a vote in one transaction; a refusal undoes it, and is put on record in another."""
    try:
        with site.store.begin() as unit:
            return vote(unit)
    except (NotPermitted, IllegalMove) as refusal:
        record = AuditRecord(
            site.clock(),
            AuditEvent.VOTE_REFUSED,
            actor.account,
            subject,
            None,
            {"why": type(refusal).__name__},
        )
        with site.store.begin() as unit:
            unit.audit([record])
        raise


def _approve(site: Site, unit: Unit, actor: Actor, case: Case, ballot: _Ballot) -> VoteResult:
    check_may_decide(actor, case)
    now = site.clock()
    approved = moved(case, CaseEvent.APPROVE, now, approved_reasons=case.reasons)
    given = distinct_voters(cast(site, unit, actor, case, ballot))
    asked = approval_asked(
        case.reasons, case.entitlement, site.policy.approval, needs_person=case.needs_person
    )
    needed = max(1, asked.votes)
    if given < needed:
        return VoteResult(case, given, needed)
    unit.update_case(case, approved)
    _record_move(unit, AuditEvent.CASE_APPROVED, approved, actor, site, {"votes": given})
    return VoteResult(approved, given, needed)


def _record_move(
    unit: Unit,
    event: AuditEvent,
    case: Case,
    actor: Actor,
    site: Site,
    ground: dict[str, object],
) -> None:
    reasons = [str(reason) for reason in case.reasons]
    because = [str(b) for b in case.because]
    ground = {**ground, "reasons": reasons, "because": because}
    unit.audit([AuditRecord(site.clock(), event, actor.account, case.case_id, None, ground)])


def _approve_lines(
    site: Site, unit: Unit, actor: Actor, stored: StoredPlan, reason: str
) -> PlanVoteResult:
    ballot = _Ballot(Choice.REVOKE, reason, plan_hash=stored.plan.hash)
    results, refused = [], []
    for case in _waiting(unit, stored.plan.case_ids):
        try:
            check_may_decide(actor, case)
        except NotPermitted as why:
            refused.append(str(why))
        else:
            results.append(_approve(site, unit, actor, case, ballot))
    if refused and not results:
        raise NotPermitted(refused[0])
    approved = sum(result.case.state is CaseState.APPROVED for result in results)
    return PlanVoteResult(
        stored.plan.hash,
        held=False,
        given=approved,
        needed=len(results) + len(refused),
        cases=tuple(results),
        refused=tuple(refused),
    )


def _waiting(unit: Unit, case_ids: Iterable[CaseId]) -> list[Case]:
    """Return the cases of a plan that still wait; a plan may be older than what became of them."""
    cases = [unit.case(case_id) for case_id in case_ids]
    return [case for case in cases if case.state in (CaseState.OPEN, CaseState.REFUSED)]


def _release(
    site: Site, unit: Unit, actor: Actor, stored: StoredPlan, reason: str
) -> PlanVoteResult:
    """Vote to let a held plan go on once; it needs two persons and concerns neither of them."""
    if not reason.strip():
        raise UsageError("releasing a held plan needs a reason: --reason TEXT")
    for case_id in stored.plan.case_ids:
        check_may_decide(actor, unit.case(case_id))
    now = site.clock()
    unit.add_vote(
        Vote(
            choice=Choice.OVERRIDE,
            voter=actor.account,
            voter_staff_number=actor.staff_number,
            at=now,
            plan_hash=stored.plan.hash,
            deputy_for=actor.deputy_for,
            reason=reason,
        )
    )
    given = distinct_voters(override_votes(unit, stored))
    ground = {"reason": reason, "votes": given, "trips": list(stored.trips)}
    unit.audit(
        [
            AuditRecord(
                now, AuditEvent.PLAN_OVERRIDDEN, actor.account, stored.plan.hash, None, ground
            )
        ]
    )
    released = given >= OVERRIDE_VOTES
    return PlanVoteResult(
        stored.plan.hash, held=True, given=given, needed=OVERRIDE_VOTES, released=released
    )


def _refuse(site: Site, unit: Unit, actor: Actor, case: Case, ballot: _Ballot) -> VoteResult:
    check_may_decide(actor, case)
    first = case.state is not CaseState.REFUSED
    event = CaseEvent.REFUSE if first else CaseEvent.EXCEPT
    until = {"exception_until": ballot.until, "exception_reason": ballot.reason}
    after = moved(case, event, site.clock(), **until)
    votes = cast(site, unit, actor, case, ballot)
    given = distinct_voters(v for v in votes if v.until == ballot.until)
    if not first and given < EXCEPTION_VOTES:
        return VoteResult(case, given, EXCEPTION_VOTES)
    unit.update_case(case, after)
    audit = AuditEvent.CASE_REFUSED if first else AuditEvent.CASE_EXCEPTED
    _record_move(unit, audit, after, actor, site, {"until": str(ballot.until)})
    return VoteResult(after, given, EXCEPTION_VOTES)
