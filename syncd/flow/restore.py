"""Putting a removed right back: two persons, a reason, within the days that the policy allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from syncd.core.acting import acting_on
from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.cases import Case, CaseState
from syncd.core.ids import CaseId
from syncd.core.votes import Actor, distinct_voters
from syncd.errors import DirectoryWriteError, IllegalMove, UsageError
from syncd.flow.report import VoteResult
from syncd.flow.site import DirectorySeat, Mode, Site
from syncd.flow.vote import cast, restore_ballot
from syncd.ports.directory import Capability
from syncd.ports.store import Unit

RESTORE_VOTES = 2


def restore_case(site: Site, actors: Sequence[Actor], case_id: CaseId, reason: str) -> VoteResult:
    """Vote to put a right back; the second person's vote does it, and reads it back.

    Raises IllegalMove for a case that was not removed by syncd or too long ago, NotPermitted,
    UsageError without a reason, DirectoryWriteError where the directory does not take it.
    """
    if not reason.strip():
        raise UsageError(
            "restoring a right needs a reason: --reason TEXT",
            ja="権限を元に戻すには理由が要ります。",
        )
    with site.store.begin() as unit:
        case = unit.case(case_id)
        _check_restorable(site, case)
        actor = acting_on(actors, case)
        votes = cast(site, unit, [(actor, case)], restore_ballot(reason))
        given = distinct_voters(votes[case.case_id])
        if given < RESTORE_VOTES:
            return VoteResult(case, given, RESTORE_VOTES)
        _record(site, unit, AuditEvent.RESTORE_INTENDED, case, actor, reason)
    _put_back(site, case)
    with site.store.begin() as unit:
        now = site.clock()
        restored = replace(case, restored_at=now, updated_at=now)
        unit.update_case(case, restored)
        _record(site, unit, AuditEvent.RESTORE_WRITTEN, restored, actor, reason)
    return VoteResult(restored, given, RESTORE_VOTES)


def _check_restorable(site: Site, case: Case) -> None:
    if case.state is not CaseState.VERIFIED or case.restored_at is not None:
        raise IllegalMove(
            f"case {case.case_id} is {case.state}: only a right that syncd removed, and that was "
            "not put back yet, can be restored.",
            ja=f"案件 {case.case_id} は元に戻せません。"
            "戻せるのは、syncd が失効し、まだ戻していない権限だけです。",
        )
    until = case.updated_at + timedelta(days=site.policy.restore_days)
    if site.clock() > until:
        raise IllegalMove(
            f"case {case.case_id} could be restored until {until:%Y-%m-%d %H:%M}. "
            "Apply for the right anew.",
            ja=f"案件 {case.case_id} を元に戻せたのは {until:%Y-%m-%d %H:%M} までです。"
            "権限を新しく申請してください。",
        )
    seat = site.directories.get(case.directory)
    if seat is None or seat.mode is not Mode.APPLY:
        raise IllegalMove(
            f"directory {case.directory!r} is not in mode apply: put the right back by hand.",
            ja=(
                f"ディレクトリ {case.directory} のモードは apply ではありません。"
                "権限は手で戻してください。"
            ),
        )
    if Capability.RESTORE not in seat.capabilities:
        raise IllegalMove(
            f"directory {case.directory!r} cannot put a right back by itself: put it back by hand.",
            ja=(
                f"ディレクトリ {case.directory} には syncd から権限を戻せません。"
                "権限は手で戻してください。"
            ),
        )


def _put_back(site: Site, case: Case) -> None:
    seat = site.directories[case.directory]
    writer = seat.writer()
    for group in case.left_groups:
        outcome = writer.add_member(group, case.member, f"restore-{case.case_id}")
        shows = not seat.shows_at_once or case.member in _present(seat, group, case.member)
        if outcome.error is not None or not shows:
            why = outcome.error or "not there on re-reading"
            raise DirectoryWriteError(
                case.directory,
                f"{group} did not take the member back ({why})",
                "Look at the group and repeat 'syncd restore'.",
            )


def _present(seat: DirectorySeat, group: str, member: str) -> frozenset[str]:
    return seat.reader.present_members({group: [member]})[group]


def _record(
    site: Site, unit: Unit, event: AuditEvent, case: Case, actor: Actor, reason: str
) -> None:
    ground = {"groups": list(case.left_groups), "member": case.member, "reason": reason}
    unit.audit([AuditRecord(site.clock(), event, actor.account, case.case_id, None, ground)])
