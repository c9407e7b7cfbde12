"""On the day: each new case takes over the votes that were given on exactly what it says.

A case whose digest nobody approved waits as any other. A line that somebody approved and that no
case came of has lapsed once a complete run has looked; then it counts no more, whatever comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.caseload import Move
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.ids import RunId
from syncd.core.policy import Policy
from syncd.core.preapproval.line import digest_of
from syncd.core.preapproval.standing import KeptLine, Outcome, counted
from syncd.core.votes import Vote, approval_asked, distinct_voters
from syncd.flow.collect import ACTOR
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class _Taken:
    """One new case with the line that was approved ahead and its votes, now the case's."""

    case: Case
    line: KeptLine
    votes: tuple[Vote, ...]

    def is_enough(self, policy: Policy) -> bool:
        """Tell whether nobody else need be asked."""
        case = self.case
        asked = approval_asked(
            case.reasons, case.entitlement, policy.approval, needs_person=case.needs_person
        )
        return bool(self.votes) and distinct_voters(self.votes) >= max(1, asked.votes)


def adopt_votes(
    unit: Unit, policy: Policy, moves: Iterable[Move], run: RunId | None, now: datetime
) -> int:
    """Give new cases the votes given ahead, and approve those that have enough; say how many."""
    taken = _taken(unit, moves)
    if not taken:
        return 0
    unit.add_votes([vote for each in taken for vote in each.votes])
    enough = [each for each in taken if each.is_enough(policy)]
    changes = [
        (
            each.case,
            moved(each.case, CaseEvent.APPROVE, now, approved_reasons=each.case.reasons),
        )
        for each in enough
    ]
    unit.update_cases(changes)
    unit.audit(record for each in taken for record in _vote_records(each, run, now))
    unit.audit(_approval(each, run, now) for each in enough)
    unit.settle_lines([each.line.digest for each in taken], Outcome.ADOPTED, now)
    return len(enough)


def _taken(unit: Unit, moves: Iterable[Move]) -> list[_Taken]:
    opened = {move.after.case_id for move in moves if move.before is None}
    if not opened:
        return []
    latest = {move.after.case_id: move.after for move in moves if move.after.case_id in opened}
    cases = {digest_of(c): c for c in latest.values() if c.state is CaseState.OPEN}
    kept = {
        digest: line
        for digest, line in unit.kept_by_digest(cases).items()
        if line.outcome is not Outcome.LAPSED
    }
    votes = unit.all_votes(line.line_id for line in kept.values())
    return [
        _Taken(cases[digest], line, _as_votes_on(cases[digest], votes[line.line_id], line.round))
        for digest, line in kept.items()
    ]


def _as_votes_on(case: Case, votes: Sequence[Vote], round_: int) -> tuple[Vote, ...]:
    """Return the votes on a line as votes on its case; who asked for the run does not decide it."""
    return tuple(
        replace(vote, case_id=case.case_id, round=case.round)
        for vote in counted(votes, round_)
        if not case.requested_by or case.requested_by not in (vote.voter, vote.deputy_for)
    )


def _vote_records(each: _Taken, run: RunId | None, now: datetime) -> Iterable[AuditRecord]:
    for vote in each.votes:
        ground = {
            "choice": str(vote.choice),
            "round": vote.round,
            "plan": vote.plan_hash,
            "deputy_for": vote.deputy_for,
            "reason": vote.reason,
            "until": None,
            "given_at": vote.at.isoformat(),
            "digest": each.line.digest,
        }
        yield AuditRecord(now, AuditEvent.VOTE_CAST, vote.voter, each.case.case_id, run, ground)


def _approval(each: _Taken, run: RunId | None, now: datetime) -> AuditRecord:
    ground = {
        "votes": distinct_voters(each.votes),
        "pre_approved": True,
        "reasons": [str(reason) for reason in each.case.reasons],
        "because": [str(b) for b in each.case.because],
    }
    return AuditRecord(now, AuditEvent.CASE_APPROVED, ACTOR, each.case.case_id, run, ground)


def lapse(unit: Unit, as_of: date, run: RunId, now: datetime) -> int:
    """Put down as lapsed what was approved for days that have come and that no case came of.

    Only for a complete run: what could not be established has not changed.
    """
    lines = unit.unsettled_lines(as_of)
    unit.settle_lines([line.digest for line in lines], Outcome.LAPSED, now)
    days = sorted({line.on for line in lines})
    unit.audit(
        AuditRecord(
            now,
            AuditEvent.PRE_APPROVAL_LAPSED,
            ACTOR,
            day.isoformat(),
            run,
            {"lines": count},
        )
        for day in days
        for count in [sum(not line.rests_on_notice for line in lines if line.on == day)]
        if count
    )
    return len(lines)
