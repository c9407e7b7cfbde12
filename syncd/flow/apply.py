"""Carrying out a plan so that nothing is lost, doubled or unrecorded if the process dies.

For each group: commit the intent; look at the target; write only what is still there; read back;
commit the result with its audit record (design, section 8). A case whose intent was committed
before a crash is looked at again like any other. No transaction is open while a directory is
spoken to.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.core.audit import AuditEvent, AuditRecord
from syncd.core.cases import Case, CaseEvent, CaseState, moved
from syncd.core.ids import CaseId, RunId
from syncd.core.plan import Plan, PlanLine
from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from syncd.flow.report import Removal
from syncd.flow.site import DirectorySeat, Site
from syncd.ports.directory import DirectoryWriter, GroupRemoval
from syncd.ports.store import Unit

ACTOR = "syncd"
CHUNK = 500


@dataclass(slots=True)
class _Progress:
    """What is still to be done for each case: its groups, and the first thing that went wrong."""

    left: dict[CaseId, set[str]] = field(default_factory=lambda: defaultdict(set))
    errors: dict[CaseId, str] = field(default_factory=dict)
    deferred: set[CaseId] = field(default_factory=set)


def apply_plan(site: Site, plan: Plan, run: RunId) -> tuple[Removal, ...]:
    """Carry out a plan that the guard let through; return what became of each case.

    Stops between groups when the process was asked to stop; what is left stays approved.
    """
    progress = _Progress()
    for line in plan.lines:
        progress.left[line.case_id].add(line.group)
    removals: list[Removal] = []
    batches = _batches(plan)
    total, done = len(plan.lines), 0
    for (directory, group), lines in batches:
        if site.stopping():
            break
        site.progress("removals", done, total)
        seat = site.directories[directory]
        removals.extend(_apply_batch(site, seat, group, lines, run, progress))
        done += len(lines)
    if total:
        site.progress("removals", done, total)
    return tuple(removals)


def _batches(plan: Plan) -> list[tuple[tuple[str, str], tuple[PlanLine, ...]]]:
    by_group: dict[tuple[str, str], list[PlanLine]] = defaultdict(list)
    for line in plan.lines:
        by_group[line.directory, line.group].append(line)
    return [
        (key, tuple(lines[start : start + CHUNK]))
        for key, lines in by_group.items()
        for start in range(0, len(lines), CHUNK)
    ]


def _apply_batch(
    site: Site,
    seat: DirectorySeat,
    group: str,
    lines: tuple[PlanLine, ...],
    run: RunId,
    progress: _Progress,
) -> list[Removal]:
    with site.store.begin() as unit:
        _commit_intent(unit, lines, site, run)
    members = sorted({line.member for line in lines})
    change_id = _change_id(group, lines)
    try:
        writer = seat.writer()
        errors = _remove(seat, writer, group, members, change_id)
        still = seat.reader.present_members({group: members})[group]
    except (DirectoryWriteError, DirectoryUnreadable) as failure:
        errors = dict.fromkeys(members, f"{failure.why}. {failure.remedy}")
        still = frozenset(members)
    for line in lines:
        _note(line, errors, still, progress, is_deferred=not seat.shows_at_once)
    with site.store.begin() as unit:
        return _commit_results(unit, lines, site, run, progress)


def _commit_intent(unit: Unit, lines: tuple[PlanLine, ...], site: Site, run: RunId) -> None:
    now = site.clock()
    records = []
    for line in lines:
        case = unit.case(line.case_id)
        if case.state is CaseState.APPROVED:
            claimed = moved(case, CaseEvent.CLAIM, now, attempts=case.attempts + 1)
            unit.update_case(case, claimed)
        records.append(_record(AuditEvent.REMOVAL_INTENDED, line, site, run))
    unit.audit(records)


def _record(
    event: AuditEvent, line: PlanLine, site: Site, run: RunId, error: str = ""
) -> AuditRecord:
    ground: dict[str, object] = {
        "directory": line.directory,
        "group": line.group,
        "member": line.member,
        "entitlement": line.entitlement,
        "reasons": [str(reason) for reason in line.reasons],
    }
    if error:
        ground["error"] = error
    return AuditRecord(site.clock(), event, ACTOR, line.case_id, run, ground)


def _remove(
    seat: DirectorySeat, writer: DirectoryWriter, group: str, members: list[str], change_id: str
) -> Mapping[str, str]:
    """Remove those who are still there; return the errors by member."""
    present = seat.reader.present_members({group: members})[group]
    if not present:
        return {}
    removal = GroupRemoval(group, tuple(sorted(present)), change_id)
    (outcomes,) = writer.remove_members([removal])
    return {o.member: o.error for o in outcomes if o.error is not None}


def _change_id(group: str, lines: tuple[PlanLine, ...]) -> str:
    """Return a name for the change that a second try after a crash arrives at again."""
    text = "\n".join([group, *sorted(line.case_id for line in lines)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _note(
    line: PlanLine,
    errors: Mapping[str, str],
    still: frozenset[str],
    progress: _Progress,
    *,
    is_deferred: bool,
) -> None:
    progress.left[line.case_id].discard(line.group)
    error = errors.get(line.member)
    if error is None and line.member in still:
        if is_deferred:
            progress.deferred.add(line.case_id)
        else:
            error = "書き込みのあとも所属が残っています"
    if error is not None:
        progress.errors.setdefault(line.case_id, error)


def _commit_results(
    unit: Unit, lines: tuple[PlanLine, ...], site: Site, run: RunId, progress: _Progress
) -> list[Removal]:
    """Commit, with its audit record, what the read-back showed for every case now complete."""
    removals = []
    records = []
    finished: dict[CaseId, PlanLine] = {}
    for line in lines:
        if not progress.left[line.case_id]:
            finished[line.case_id] = line
        if line.case_id not in progress.errors:
            records.append(_record(AuditEvent.REMOVAL_WRITTEN, line, site, run))
    for case_id, line in finished.items():
        removal, event = _finish(unit.case(case_id), unit, site, progress)
        removals.append(removal)
        if event is not None:
            records.append(_record(event, line, site, run, removal.error))
    unit.audit(records)
    return removals


def _finish(
    case: Case, unit: Unit, site: Site, progress: _Progress
) -> tuple[Removal, AuditEvent | None]:
    now = site.clock()
    error = progress.errors.get(case.case_id, "")
    if error:
        fails = case.attempts >= site.policy.max_attempts
        event = CaseEvent.FAIL if fails else CaseEvent.RETRY
        after = moved(case, event, now, last_error=error)
        unit.update_case(case, after)
        audit = AuditEvent.CASE_FAILED if fails else AuditEvent.REMOVAL_NOT_CONFIRMED
        return Removal(after, "failed" if fails else "retry", error), audit
    removed = moved(case, CaseEvent.REMOVE, now, last_error="")
    unit.update_case(case, removed)
    if case.case_id in progress.deferred:
        return Removal(removed, "written"), None
    verified = moved(removed, CaseEvent.VERIFY, now)
    unit.update_case(removed, verified)
    return Removal(verified, "verified"), AuditEvent.REMOVAL_VERIFIED
