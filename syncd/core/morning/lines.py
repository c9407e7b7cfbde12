"""What became of one right on a day, in one word, and what it waits for where it waits.

Pure. Promise: every case has exactly one outcome. Only what was read back counts as verified;
what was written and not yet seen gone is `removed`, and what failed is `failed` also while it is
tried again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syncd.core.cases import Case, CaseState
from syncd.core.exposure.spans import Exposure
from syncd.core.ids import CaseId
from syncd.core.tasks import Task
from syncd.core.votes import Choice, Vote


class Outcome(StrEnum):
    """What became of a right; permanent names.

    VERIFIED: removed, and a read-back confirmed it. GONE: a complete read shows it no more, and
    somebody else took it. REMOVED: removed; a later read confirms it. WAITING: it stands.
    EXCEPTED: two persons let it stand until a day. FAILED: the removal was tried and did not hold.
    WITHDRAWN: the facts made it right again.
    """

    VERIFIED = "verified"
    GONE = "gone"
    REMOVED = "removed"
    WAITING = "waiting"
    EXCEPTED = "excepted"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class WaitsFor(StrEnum):
    """What a standing right waits for; permanent names.

    APPROVAL: somebody's decision. HELD: two persons, since a guard holds its plan. UNKNOWN: an
    input or a directory that could not be read. HANDED_OVER: a person who must remove it.
    BLOCKED: a person, since no plan may end it. NEXT_RUN: the next run.
    """

    APPROVAL = "approval"
    HELD = "held"
    UNKNOWN = "unknown"
    HANDED_OVER = "handed-over"
    BLOCKED = "blocked"
    NEXT_RUN = "next-run"


class ApprovedBy(StrEnum):
    """On whose word a right was removed: people, the policy's word, or nobody's so far."""

    PEOPLE = "people"
    POLICY = "policy"
    NOBODY = "nobody"


_OUTCOMES = {
    CaseState.VERIFIED: Outcome.VERIFIED,
    CaseState.GONE: Outcome.GONE,
    CaseState.REMOVED: Outcome.REMOVED,
    CaseState.EXCEPTED: Outcome.EXCEPTED,
    CaseState.FAILED: Outcome.FAILED,
    CaseState.WITHDRAWN: Outcome.WITHDRAWN,
}
_DECIDED = frozenset(
    {CaseState.APPROVED, CaseState.APPLYING, CaseState.REMOVED, CaseState.VERIFIED}
) | {CaseState.FAILED}


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds up rights at the moment of the report.

    `held` are the cases of plans that a guard holds, `tasks` those handed to people, `unread` the
    directories that could not be read; `is_doubtful`: some input is refused.
    """

    held: Collection[CaseId] = ()
    tasks: Mapping[CaseId, Task] = field(default_factory=dict)
    unread: Collection[str] = ()
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class MorningLine:
    """One right. `exposure` is None for one that the facts made right again.

    `voters` are who approved it, with when; `approved_ahead` tells that every vote was given
    before the day. `done_by` is who removed it: `syncd`, or the person who reported it done.
    """

    case: Case
    outcome: Outcome
    waits_for: WaitsFor | None
    exposure: Exposure | None
    approved_by: ApprovedBy
    voters: tuple[str, ...]
    approved_ahead: bool
    done_by: str


def line_of(
    case: Case,
    exposure: Exposure | None,
    votes: Sequence[Vote],
    standing: Standing,
    day_begins: datetime,
    done_by: str = "",
) -> MorningLine:
    """Return what became of a case; `done_by` is who reported it done where people remove."""
    outcome = outcome_of(case)
    counted = [v for v in votes if v.choice is Choice.REVOKE and v.round == case.round]
    decided = case.state in _DECIDED
    by = ApprovedBy.PEOPLE if counted else ApprovedBy.POLICY
    ours = outcome in (Outcome.VERIFIED, Outcome.REMOVED)
    return MorningLine(
        case=case,
        outcome=outcome,
        waits_for=waits_for(case, standing) if outcome is Outcome.WAITING else None,
        exposure=exposure,
        approved_by=by if decided else ApprovedBy.NOBODY,
        voters=tuple(dict.fromkeys(vote.voter for vote in counted)),
        approved_ahead=decided and bool(counted) and all(v.at < day_begins for v in counted),
        done_by=(done_by or "syncd") if ours else "",
    )


def outcome_of(case: Case) -> Outcome:
    """Return the one word for a case."""
    if case.state in (CaseState.APPROVED, CaseState.APPLYING) and case.last_error:
        return Outcome.FAILED
    return _OUTCOMES.get(case.state, Outcome.WAITING)


def waits_for(case: Case, standing: Standing) -> WaitsFor:
    """Return what a waiting case waits for; the gravest where several things hold it up."""
    if case.case_id in standing.tasks:
        return WaitsFor.HANDED_OVER
    if case.directory in standing.unread:
        return WaitsFor.UNKNOWN
    if case.state in (CaseState.OPEN, CaseState.REFUSED):
        return WaitsFor.APPROVAL
    if standing.is_doubtful:
        return WaitsFor.UNKNOWN
    if case.case_id in standing.held:
        return WaitsFor.HELD
    return WaitsFor.BLOCKED if case.blocked else WaitsFor.NEXT_RUN
