"""Voting on a coming day: exactly the lines that were shown, each in the first capacity that may.

Whoever may decide the case on the day may decide its line ahead, and nobody else. What rests on
内示 is put on record under a seal: the trail proves later that it was approved, and tells nobody
now of whom.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from syncd.bilingual import Bilingual, japanese
from syncd.core.acting import acting_on
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.calendar import day_of
from syncd.core.preapproval.line import AheadLine, AheadPlan
from syncd.core.preapproval.standing import KeptLine, Standing
from syncd.core.votes import Actor, Choice, Vote, answers_for
from syncd.errors import IllegalMove, NotPermitted, UsageError
from syncd.flow.preapproval.plan import standings_in
from syncd.flow.sealing import seal, seal_of
from syncd.flow.site import Site
from syncd.ports.store import Unit


@dataclass(frozen=True, slots=True)
class AheadVoteResult:
    """What approving ahead came to: `approved` lines have enough votes, `waiting` need another.

    `refused` says why somebody may not decide a line of their own sections; `elsewhere` counts the
    lines of other sections.
    """

    plan_hash: str
    voted: int
    approved: int
    waiting: int
    refused: tuple[Bilingual, ...] = ()
    elsewhere: int = 0


def approve_ahead(
    site: Site,
    actors: Sequence[Actor],
    plan: AheadPlan,
    *,
    chosen: Collection[str] | None = None,
    reason: str = "",
) -> AheadVoteResult:
    """Approve the lines of a plan that still need somebody, or the `chosen` ones by their digests.

    Raises IllegalMove for a day that has come, UsageError where nothing of the plan is chosen,
    NotPermitted where none of it may be decided, and StoreError.
    """
    _check_is_coming(plan.on, day_of(site.clock()))
    with site.store.begin() as unit:
        standings = standings_in(unit, plan)
        asked = [
            line
            for line in plan.lines
            if standings.waits(line) and (chosen is None or line.digest in chosen)
        ]
        if chosen is not None and not asked:
            raise UsageError(
                "choose at least one line that waits for approval.",
                ja="承認を待つ行を、一つ以上選んでください。",
            )
        pairs, refused, elsewhere = _deciding(actors, asked)
        if refused and not pairs:
            raise NotPermitted(refused[0], ja=japanese(refused[0]))
        again = {line.digest for line, _ in pairs}
        _cast(site, unit, plan, pairs, reason)
        after = standings_in(unit, plan)
    standing = [after.standings[digest] for digest in again]
    approved = sum(each is Standing.APPROVED for each in standing)
    return AheadVoteResult(
        plan.hash, len(again), approved, len(again) - approved, refused, elsewhere
    )


def _check_is_coming(on: date, today: date) -> None:
    if on <= today:
        raise IllegalMove(
            f"{on.isoformat()} has come: what it takes stands among the cases. Approve them there.",
            ja=f"{on.isoformat()} はもう来ています。案件の一覧か計画から承認してください。",
        )


_Pair = tuple[AheadLine, Actor]


def _deciding(
    actors: Sequence[Actor], lines: Iterable[AheadLine]
) -> tuple[list[_Pair], tuple[Bilingual, ...], int]:
    """Return who decides which line, why not others, and how many belong to other sections."""
    pairs: list[_Pair] = []
    refused: dict[str, Bilingual] = {}
    elsewhere = 0
    for line in lines:
        try:
            pairs.append((line, acting_on(actors, line.as_case())))
        except NotPermitted as why:
            if any(answers_for(actor, line.section) for actor in actors):
                refused.setdefault(line.account, why.told)
            else:
                elsewhere += 1
    return pairs, tuple(refused.values()), elsewhere


def _cast(site: Site, unit: Unit, plan: AheadPlan, pairs: Sequence[_Pair], reason: str) -> None:
    now = site.clock()
    unit.keep_lines([_kept(line, now) for line, _ in pairs])
    kept = unit.kept_by_digest(line.digest for line, _ in pairs)
    unit.add_votes(
        [
            Vote(
                choice=Choice.REVOKE,
                voter=actor.account,
                voter_staff_number=actor.identity,
                at=now,
                case_id=line.line_id,
                round=kept[line.digest].round,
                plan_hash=plan.hash,
                deputy_for=actor.deputy_for,
                reason=reason,
            )
            for line, actor in pairs
        ]
    )
    for actor in dict.fromkeys(actor for _, actor in pairs):
        theirs = [line for line, voter in pairs if voter is actor]
        _put_on_record(unit, plan, actor, theirs, now, site.new_id)


def _kept(line: AheadLine, now: datetime) -> KeptLine:
    return KeptLine(
        digest=line.digest,
        on=line.on,
        key=line.key,
        staff_number=line.staff_number,
        section=line.section,
        orders=tuple(str(b) for b in line.because if b.kind == "order"),
        rests_on_notice=line.rests_on_notice,
        kept_at=now,
    )


def _put_on_record(
    unit: Unit,
    plan: AheadPlan,
    actor: Actor,
    lines: Sequence[AheadLine],
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Record what was approved: openly by its digest, what rests on 内示 under a seal.

    A digest alone could be guessed by whoever guesses the order; with a salt it cannot.
    """
    openly = sorted(line.digest for line in lines if not line.rests_on_notice)
    sealed = sorted(line.digest for line in lines if line.rests_on_notice)
    grounds: list[dict[str, object]] = []
    if openly:
        grounds.append({"lines": len(openly), "sha256": seal_of("", openly)})
    if sealed:
        grounds.append({"sealed": seal(unit, sealed, plan.on, new_id)})
    unit.audit(
        AuditRecord(
            now,
            AuditEvent.PRE_APPROVAL_CAST,
            actor.account,
            plan.on.isoformat(),
            None,
            {**ground, "deputy_for": actor.deputy_for},
        )
        for ground in grounds
    )
