"""The report for the morning: read from the store, so that it is ready as soon as a run has ended.

Nothing of it is kept: each asking reads what is so now, and later runs keep it current by
themselves. 内示 cannot get in: cases rest on confirmed orders only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from syncd.core.audit import AuditEvent
from syncd.core.calendar import midnight
from syncd.core.cases import Case, CaseState
from syncd.core.exposure.spans import Exposure, exposures, order_keys
from syncd.core.ids import CaseId, OrgUnitCode
from syncd.core.morning.lines import MorningLine, Standing, line_of
from syncd.core.morning.outages import Failing, outages
from syncd.core.morning.report import Approver, MorningReport, Override
from syncd.core.votes import Choice, Vote
from syncd.flow.handover import standing
from syncd.flow.site import Site
from syncd.ports.listing import TrailQuery
from syncd.ports.store import PlanState, Unit

_DAY = timedelta(days=1)
_MOST_OVERRIDES = 1_000
_MOST_HELD = 20


def morning_report(
    site: Site, on: date, visible: frozenset[OrgUnitCode] | None = None
) -> MorningReport:
    """Return what became of every right that a day concerned; raises StoreError.

    `visible` are the sections it tells of (None: all, and what belongs to none).
    """
    now = site.clock()
    begins = midnight(on)
    ends = begins + _DAY
    with site.store.begin() as unit:
        cases = unit.cases_standing(begins, ends, visible)
        spans = {span.case_id: span for span in exposures_of(unit, cases)}
        votes = unit.all_votes(case.case_id for case in cases)
        holding = _standing(site, unit)
        done_by = _done_by(site, unit, cases)
        complete, last = unit.first_complete_run(begins, ends), unit.last_run()
        leaves = unit.outage_leaves(begins, ends)
        found = outages(json.loads(leaf) for leaf in leaves)
        overrides = _overrides(unit, begins, ends)
    lines = tuple(
        line_of(
            case,
            spans.get(case.case_id),
            votes[case.case_id],
            holding,
            begins,
            done_by.get(case.case_id, ""),
        )
        for case in cases
    )
    names = {Failing.INPUT: {s.source.name for s in site.sources}}
    names[Failing.DIRECTORY] = set(site.directories)
    counts = None if last is None or visible is not None else last.counts
    return MorningReport(
        on=on,
        made_at=now,
        complete_at=None if complete is None else complete.finished_at,
        run_at=None if last is None else last.started_at,
        lines=lines,
        outages=tuple(each for each in found if each.name in names[each.failing]),
        overrides=overrides,
        approvers=_approvers(lines, votes, begins),
        unknown=None if counts is None else counts.unknown,
    )


def exposures_of(unit: Unit, cases: Sequence[Case]) -> tuple[Exposure, ...]:
    """Return the exposures of cases, with when their orders were taken in."""
    keys = {key for case in cases for key in order_keys(case)}
    again = {case.case_id: case.regrant_of for case in cases if case.regrant_of is not None}
    former = {case.case_id: case for case in unit.cases_of(again.values())} if again else {}
    came_back = {case_id: former[before] for case_id, before in again.items()}
    return exposures(cases, unit.orders_recorded(keys), came_back)


def _standing(site: Site, unit: Unit) -> Standing:
    held = unit.plans(PlanState.HELD, _MOST_HELD)
    sources = {seat.source.name for seat in site.sources}
    return Standing(
        held=frozenset(case_id for stored in held for case_id in stored.plan.case_ids),
        tasks=standing(unit),
        unread=frozenset(each.directory for each in unit.unread_directories()),
        is_doubtful=any(refused.source in sources for refused in unit.refused_inputs()),
    )


def _done_by(site: Site, unit: Unit, cases: Iterable[Case]) -> Mapping[CaseId, str]:
    """Return who reported each removal done where people remove."""
    by_people = {name for name, seat in site.directories.items() if seat.hand_over is not None}
    gone = (c for c in cases if c.directory in by_people and c.state is CaseState.VERIFIED)
    told = {case.case_id: [task.done_by for task in unit.tasks_of(case.case_id)] for case in gone}
    return {case_id: names[-1] for case_id, names in told.items() if names}


def _overrides(unit: Unit, begins: datetime, ends: datetime) -> tuple[Override, ...]:
    query = TrailQuery(
        events=frozenset({str(AuditEvent.OVERRIDE_USED)}),
        from_at=begins,
        until_at=ends,
        limit=_MOST_OVERRIDES,
    )
    records = [json.loads(line.leaf) for line in unit.trail_page(query)]
    return tuple(
        Override(
            datetime.fromisoformat(record["at"]),
            record["subject"],
            tuple(record["ground"].get("voters", ())),
            int(record["ground"].get("lines", 0)),
        )
        for record in reversed(records)
    )


def _approvers(
    lines: Iterable[MorningLine], votes: Mapping[CaseId, Sequence[Vote]], begins: datetime
) -> tuple[Approver, ...]:
    """Return who approved rights of the day, by account; a vote in another round counts not."""
    counted: dict[str, list[int]] = {}
    for line in lines:
        for vote in votes[line.case.case_id]:
            if vote.choice is Choice.REVOKE and vote.round == line.case.round:
                counted.setdefault(vote.voter, [0, 0])[vote.at >= begins] += 1
    return tuple(Approver(name, *counted[name]) for name in sorted(counted))
