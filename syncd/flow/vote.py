"""What people decide: approve, refuse with a dated exception, release a held plan.

Every vote is on record, also the ones that are not permitted. A vote moves its case in the same
transaction; nothing is written to a directory here: the next run does that, after its guards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, TypeVar

from syncd.bilingual import Bilingual, japanese
from syncd.core.acting import acting_on
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.ids import CaseId, PlanHash
from syncd.core.plan import Plan
from syncd.core.votes import (
    Actor,
    Choice,
    Vote,
    answers_for,
    approval_asked,
    distinct_voters,
    may_decide,
)
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.report import PlanVoteResult, SelectionResult, VoteResult
from syncd.flow.site import Site
from syncd.ports.store import PlanState, StoredPlan, Unit

T = TypeVar("T")

OVERRIDE_VOTES = 2
_MOST_NAMED = 20
_WAITS = (CaseState.OPEN, CaseState.REFUSED)
EXCEPTION_VOTES = 2


@dataclass(frozen=True, slots=True)
class _Ballot:
    """One person's decision before it is bound to a case: what is said, why, until when."""

    choice: Choice
    reason: str = ""
    until: date | None = None
    plan_hash: PlanHash | None = None


Check: TypeAlias = Callable[[Case], None]
"""Looks at a case in the unit in which it is voted on; what it raises undoes the vote."""


def _nothing_asked(_: Case) -> None:
    """Ask nothing of a case."""


def approve_cases(
    site: Site,
    actors: Sequence[Actor],
    case_ids: Sequence[CaseId],
    reason: str = "",
    check: Check = _nothing_asked,
) -> tuple[VoteResult, ...]:
    """Approve the revocation of single cases, each in the first capacity that may.

    Raises NotPermitted, IllegalMove or NoSuchCase at the first case that cannot be approved; then
    none of them is.
    """
    ballot = _Ballot(Choice.REVOKE, reason)

    def vote(unit: Unit) -> tuple[VoteResult, ...]:
        cases = unit.cases_of(case_ids)
        for case in cases:
            check(case)
        return _approve(site, unit, [(acting_on(actors, case), case) for case in cases], ballot)

    return _on_record(site, actors[0], _subject(case_ids), vote)


def approve_selected(
    site: Site, actors: Sequence[Actor], case_ids: Sequence[CaseId], reason: str = ""
) -> SelectionResult:
    """Approve those of many cases that this person may approve and that still wait.

    What was not approved is told case by case; people choose from a list that may be older than
    what became of it. Raises NoSuchCase.
    """
    ballot = _Ballot(Choice.REVOKE, reason)

    def vote(unit: Unit) -> SelectionResult:
        pairs: list[tuple[Actor, Case]] = []
        left: list[tuple[CaseId, Bilingual]] = []
        for case in unit.cases_of(case_ids):
            if case.state not in _WAITS:
                left.append((case.case_id, _no_longer_waits(case)))
                continue
            try:
                pairs.append((acting_on(actors, case), case))
            except NotPermitted as why:
                left.append((case.case_id, why.told))
                unit.audit([_refusal_record(site, actors[0], case.case_id, why)])
        return SelectionResult(_approve(site, unit, pairs, ballot), tuple(left))

    return _on_record(site, actors[0], _subject(case_ids), vote)


def _no_longer_waits(case: Case) -> Bilingual:
    return Bilingual(
        f"case {case.case_id} is {case.state} by now.",
        ja="その間に状態が変わり、もう承認を待っていません。",
    )


def _subject(case_ids: Sequence[CaseId]) -> str:
    """Return how a selection is named on record: the cases, or how many where they are many."""
    return ", ".join(case_ids) if len(case_ids) <= _MOST_NAMED else f"{len(case_ids)} cases"


def approve_plan(
    site: Site, actors: Sequence[Actor], plan_hash: str, reason: str = ""
) -> PlanVoteResult:
    """Approve exactly this plan, or release it where a guard holds it.

    Cases that this person may not decide stay open and are told in `refused`: by their number
    where they belong to sections that this person does not see.
    """

    def vote(unit: Unit) -> PlanVoteResult:
        stored = unit.plan(PlanHash(plan_hash))
        if stored.state is PlanState.HELD:
            return _release(site, unit, actors, stored, reason)
        if stored.state is not PlanState.PROPOSED:
            raise IllegalMove(
                f"plan {stored.plan.hash[:12]} is {stored.state}: it no longer waits for anybody. "
                "'syncd sync' shows the plan that does.",
                ja=f"計画 {stored.plan.hash[:12]} はもう承認を待っていません。"
                "待っている計画は計画の一覧にあります。",
            )
        return _approve_lines(site, unit, actors, stored, reason)

    return _on_record(site, actors[0], plan_hash, vote)


def approve_part(
    site: Site, actors: Sequence[Actor], plan_hash: str, case_ids: Sequence[CaseId]
) -> PlanVoteResult:
    """Approve some cases of a plan: what is approved is a new, smaller plan with its own hash.

    Raises UsageError where nothing of the plan is chosen.
    """

    def vote(unit: Unit) -> PlanVoteResult:
        stored = unit.plan(PlanHash(plan_hash))
        chosen = frozenset(case_ids)
        part = Plan.of(line for line in stored.plan.lines if line.case_id in chosen)
        if not part.lines or stored.state is not PlanState.PROPOSED:
            raise UsageError(
                "choose at least one line of a plan that waits for approval.",
                ja="承認を待つ計画の行を、一つ以上選んでください。",
            )
        now = site.clock()
        new = StoredPlan(part, PlanState.PROPOSED, now, stored.run)
        if part.hash != stored.plan.hash:
            unit.save_plan(new)
            ground: dict[str, object] = {"lines": len(part.lines), "part_of": stored.plan.hash}
            event = AuditEvent.PLAN_FROZEN
            unit.audit([AuditRecord(now, event, actors[0].account, part.hash, stored.run, ground)])
        return _approve_lines(site, unit, actors, new, "")

    return _on_record(site, actors[0], plan_hash, vote)


def refuse_case(
    site: Site,
    actors: Sequence[Actor],
    case_id: CaseId,
    until: date,
    reason: str,
    check: Check = _nothing_asked,
) -> VoteResult:
    """Keep the right until a day: the first person refuses, a second one grants the exception.

    Raises UsageError for a day that is over or a missing reason, NotPermitted, IllegalMove.
    """
    if until < day_of(site.clock()):
        raise UsageError(
            f"--until {until.isoformat()} is over. An exception ends on a coming day.",
            ja=f"{until.isoformat()} は過ぎた日です。猶予は、これからの日までにしてください。",
        )
    if not reason.strip():
        raise UsageError(
            "an exception needs a reason: --reason TEXT", ja="期限付きで残すには理由が要ります。"
        )
    ballot = _Ballot(Choice.KEEP, reason, until)

    def vote(unit: Unit) -> VoteResult:
        case = unit.case(case_id)
        check(case)
        return _refuse(site, unit, acting_on(actors, case), case, ballot)

    return _on_record(site, actors[0], case_id, vote)


def override_votes(unit: Unit, stored: StoredPlan) -> tuple[Vote, ...]:
    """Return the votes that release a held plan; those before it was held again are spent."""
    votes = unit.votes(plan_hash=stored.plan.hash)
    return tuple(v for v in votes if v.choice is Choice.OVERRIDE and v.at >= stored.frozen_at)


def _spent(unit: Unit, stored: StoredPlan) -> int:
    """Return how many votes of before the plan was held again there are: the round of new ones.

    Whoever released it then may do so again, for other reasons than it was held for.
    """
    votes = unit.votes(plan_hash=stored.plan.hash)
    return sum(v.choice is Choice.OVERRIDE and v.at < stored.frozen_at for v in votes)


def cast(
    site: Site, unit: Unit, pairs: Sequence[tuple[Actor, Case]], ballot: _Ballot
) -> dict[CaseId, tuple[Vote, ...]]:
    """Record votes on cases; return for each all votes of its round with the same choice."""
    at = site.clock()
    votes = [_vote(actor, case, ballot, at) for actor, case in pairs]
    unit.add_votes(votes)
    unit.audit(_vote_record(vote) for vote in votes)
    rounds = {case.case_id: case.round for _, case in pairs}
    return {
        case_id: tuple(
            v for v in theirs if v.round == rounds[case_id] and v.choice is ballot.choice
        )
        for case_id, theirs in unit.all_votes(rounds).items()
    }


def _vote(actor: Actor, case: Case, ballot: _Ballot, at: datetime) -> Vote:
    return Vote(
        choice=ballot.choice,
        voter=actor.account,
        voter_staff_number=actor.identity,
        at=at,
        case_id=case.case_id,
        round=case.round,
        plan_hash=ballot.plan_hash,
        deputy_for=actor.deputy_for,
        reason=ballot.reason,
        until=ballot.until,
    )


def _vote_record(vote: Vote) -> AuditRecord:
    ground = {
        "choice": str(vote.choice),
        "round": vote.round,
        "plan": vote.plan_hash,
        "deputy_for": vote.deputy_for,
        "reason": vote.reason,
        "until": None if vote.until is None else vote.until.isoformat(),
    }
    subject = vote.case_id or ""
    return AuditRecord(vote.at, AuditEvent.VOTE_CAST, vote.voter, subject, None, ground)


def restore_ballot(reason: str) -> _Ballot:
    """Return the vote that asks for a removed right to be put back."""
    return _Ballot(Choice.RESTORE, reason)


def _on_record(site: Site, actor: Actor, subject: str, vote: Callable[[Unit], T]) -> T:
    """Run a vote in one transaction; a refusal undoes it, and is put on record in another."""
    try:
        with site.store.begin() as unit:
            return vote(unit)
    except (NotPermitted, IllegalMove) as refusal:
        with site.store.begin() as unit:
            unit.audit([_refusal_record(site, actor, subject, refusal)])
        raise


def _refusal_record(
    site: Site, actor: Actor, subject: str, why: NotPermitted | IllegalMove
) -> AuditRecord:
    ground = {"why": type(why).__name__}
    event = AuditEvent.VOTE_REFUSED
    return AuditRecord(site.clock(), event, actor.account, subject, None, ground)


def _approve(
    site: Site, unit: Unit, pairs: Sequence[tuple[Actor, Case]], ballot: _Ballot
) -> tuple[VoteResult, ...]:
    """Count each person's vote on each case, and approve those that have enough."""
    now = site.clock()
    approved = {
        case.case_id: moved(case, CaseEvent.APPROVE, now, approved_reasons=case.reasons)
        for _, case in pairs
    }
    cast_now = cast(site, unit, pairs, ballot)
    results, changes, records = [], [], []
    for actor, case in pairs:
        given = distinct_voters(cast_now[case.case_id])
        needed = _votes_needed(site, case)
        after = approved[case.case_id] if given >= needed else case
        results.append(VoteResult(after, given, needed))
        if after is not case:
            changes.append((case, after))
            event = AuditEvent.CASE_APPROVED
            records.append(_move_record(event, after, actor, now, {"votes": given}))
    unit.update_cases(changes)
    unit.audit(records)
    return tuple(results)


def _votes_needed(site: Site, case: Case) -> int:
    asked = approval_asked(
        case.reasons, case.entitlement, site.policy.approval, needs_person=case.needs_person
    )
    return max(1, asked.votes)


def _move_record(
    event: AuditEvent, case: Case, actor: Actor, at: datetime, ground: dict[str, object]
) -> AuditRecord:
    reasons = [str(reason) for reason in case.reasons]
    because = [str(b) for b in case.because]
    ground = {**ground, "reasons": reasons, "because": because}
    return AuditRecord(at, event, actor.account, case.case_id, None, ground)


def _approve_lines(
    site: Site, unit: Unit, actors: Sequence[Actor], stored: StoredPlan, reason: str
) -> PlanVoteResult:
    ballot = _Ballot(Choice.REVOKE, reason, plan_hash=stored.plan.hash)
    pairs, refused, elsewhere = [], [], 0
    # A plan may be older than what became of its cases: only those that still wait are voted on.
    for case in unit.cases_of(stored.plan.case_ids):
        if case.state not in _WAITS:
            continue
        try:
            pairs.append((acting_on(actors, case), case))
        except NotPermitted as why:
            if any(answers_for(actor, case.section) for actor in actors):
                refused.append(why.told)
            else:  # an approver may know how many there are, and not whose
                elsewhere += 1
    refused += [_elsewhere(elsewhere)] if elsewhere else []
    if refused and not pairs:
        raise NotPermitted(refused[0], ja=japanese(refused[0]))
    results = _approve(site, unit, pairs, ballot)
    approved = sum(result.case.state is CaseState.APPROVED for result in results)
    return PlanVoteResult(
        stored.plan.hash,
        held=False,
        given=approved,
        needed=len(results) + len(refused) + max(0, elsewhere - 1),
        cases=results,
        refused=tuple(refused),
    )


def _elsewhere(count: int) -> Bilingual:
    ja = f"{count} 件は、あなたが判断する所属のものではありません。"
    return Bilingual(f"{count} cases belong to sections for which you do not decide.", ja=ja)


def _release(
    site: Site, unit: Unit, actors: Sequence[Actor], stored: StoredPlan, reason: str
) -> PlanVoteResult:
    """Vote to let a held plan go on once; it needs two persons and concerns neither of them."""
    if not reason.strip():
        raise UsageError(
            "releasing a held plan needs a reason: --reason TEXT",
            ja="保留を解除するには理由が要ります。",
        )
    actor = _acting_on_all(actors, unit.cases_of(stored.plan.case_ids))
    now = site.clock()
    unit.add_vote(
        Vote(
            choice=Choice.OVERRIDE,
            voter=actor.account,
            voter_staff_number=actor.identity,
            at=now,
            plan_hash=stored.plan.hash,
            round=_spent(unit, stored),
            deputy_for=actor.deputy_for,
            reason=reason,
        )
    )
    given = distinct_voters(override_votes(unit, stored))
    ground = {"reason": reason, "votes": given, "trips": [t.ground() for t in stored.trips]}
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


def _acting_on_all(actors: Sequence[Actor], cases: Sequence[Case]) -> Actor:
    """Return the first capacity that may decide every case; raises NotPermitted."""
    able = set(actors)
    for case in cases:
        acting_on([actor for actor in actors if actor in able], case)
        able = {actor for actor in able if may_decide(actor, case)}
    return next(actor for actor in actors if actor in able)


def _refuse(site: Site, unit: Unit, actor: Actor, case: Case, ballot: _Ballot) -> VoteResult:
    first = case.state is not CaseState.REFUSED
    event = CaseEvent.REFUSE if first else CaseEvent.EXCEPT
    until = {"exception_until": ballot.until, "exception_reason": ballot.reason}
    after = moved(case, event, site.clock(), **until)
    votes = cast(site, unit, [(actor, case)], ballot)[case.case_id]
    given = distinct_voters(v for v in votes if v.until == ballot.until)
    if not first and given < EXCEPTION_VOTES:
        return VoteResult(case, given, EXCEPTION_VOTES)
    unit.update_case(case, after)
    audit = AuditEvent.CASE_REFUSED if first else AuditEvent.CASE_EXCEPTED
    ground: dict[str, object] = {"until": str(ballot.until)}
    unit.audit([_move_record(audit, after, actor, after.updated_at, ground)])
    return VoteResult(after, given, EXCEPTION_VOTES)
