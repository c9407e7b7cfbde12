"""The object of `sync --json` (design, section 7): stable, since other people's tools read it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from syncd.core.calendar import midnight
from syncd.core.findings import Finding, NoticeFinding
from syncd.core.guards import Trip
from syncd.core.memberships import Unread
from syncd.core.plan import GroupCut, Loss
from syncd.errors import SourceRefused
from syncd.flow.report import RunReport
from syncd.reports.nested import group_cuts

MOST_FAULTS = 50


def render(report: RunReport) -> dict[str, Any]:
    """Return the run as the design words it; further keys are additions, none replaces another."""
    counts = report.counts
    return {
        "run": report.run,
        "as_of": report.as_of.isoformat(),
        "complete": report.complete,
        "held": [_trip(trip, report) for trip in report.trips],
        "refused": [
            *(_refusal(refusal) for refusal in report.refused),
            *(_unread(unread) for unread in report.unread),
        ],
        "counts": {
            "memberships": counts.memberships,
            "justified": counts.justified,
            "stale": counts.stale,
            "excepted": counts.excepted,
            "unknown": counts.unknown,
            "removed": counts.removed,
            "failed": counts.failed,
        },
        "findings": _findings(report),
        "notices": [_notice(notice) for notice in report.decision.notices],
        "plan": report.proposed.hash if report.proposed.lines else None,
        "blocked": [
            {
                "case": b.case_id,
                "directory": b.directory,
                "group": b.group,
                "why": b.why,
                "instead": list(b.instead),
                "affected": b.affected,
                "others": [_loss(loss) for loss in b.others],
            }
            for b in report.blocked
        ],
        "group_cuts": [_cut(edge, cut) for edge, cut in group_cuts(report.proposed.lines).items()],
        "removals": [
            {"case": r.case.case_id, "outcome": r.outcome, "error": r.error}
            for r in report.removals
        ],
        "notes": list(report.notes),
    }


def _cut(edge: tuple[str, str, str], cut: GroupCut) -> dict[str, Any]:
    directory, group, member = edge
    losses = [_loss(loss) for loss in cut.losses]
    return {"directory": directory, "group": group, "member": member, "losses": losses}


def _loss(loss: Loss) -> dict[str, Any]:
    rights = {right: str(verdict) for right, verdict in loss.rights}
    return {"account": loss.account, "rights": rights, "groups": list(loss.groups)}


_Told = tuple[list[str], list[str]]
"""The reasons and the facts of some faults, in words."""


def _findings(report: RunReport) -> list[dict[str, Any]]:
    told: dict[int, _Told] = {}
    return [_finding(finding, report, told) for finding in report.findings]


def _finding(finding: Finding, report: RunReport, told: dict[int, _Told]) -> dict[str, Any]:
    # A person's rights for one affair are judged once and share their faults.
    known = told.get(id(finding.faults))
    if known is None:
        known = told[id(finding.faults)] = (
            [str(reason) for reason in finding.reasons],
            [str(because) for because in finding.because],
        )
    case = report.cases.get(finding.key)
    since = finding.since
    due = _midnight(since or report.as_of) if case is None else case.due_at.isoformat()
    return {
        "directory": finding.directory,
        "entitlement": finding.entitlement,
        "account": finding.account,
        "staff_number": finding.staff_number,
        "verdict": str(finding.verdict),
        "reasons": known[0],
        "since": _day(since),
        "due": due,
        "because": known[1],
        "path": finding.path,
        "case": None if case is None else case.case_id,
        "state": None if case is None else str(case.state),
        "needs_person": finding.needs_person,
        "unknown_because": finding.unknown_because,
    }


@lru_cache(maxsize=1024)
def _midnight(day: date) -> str:
    return midnight(day).isoformat()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _notice(notice: NoticeFinding) -> dict[str, Any]:
    return {
        "notice": str(notice.notice),
        "staff_number": notice.staff_number,
        "directory": notice.directory,
        "entitlement": notice.entitlement,
        "because": [str(because) for because in notice.because],
        "detail": notice.detail,
    }


def _trip(trip: Trip, report: RunReport) -> dict[str, Any]:
    return {
        "guard": str(trip.guard),
        "directory": trip.directory,
        "group": trip.group,
        "removals": trip.removals,
        "explained": trip.explained,
        "limit": trip.limit,
        "plan": report.held.hash if trip.overridable and report.held.lines else None,
        "text": str(trip),
        "order_count": None if trip.deviation is None else trip.deviation.ground(),
    }


def _refusal(refusal: SourceRefused) -> dict[str, Any]:
    shown = refusal.faults[:MOST_FAULTS]
    return {
        "source": refusal.source,
        "where": refusal.where,
        "faults": [
            {
                "line": fault.line,
                "column": fault.column,
                "value": fault.value,
                "expected": fault.expected,
            }
            for fault in shown
        ],
        "more": len(refusal.faults) - len(shown),
    }


def _unread(unread: Unread) -> dict[str, Any]:
    return {"directory": unread.directory, "why": unread.why, "remedy": unread.remedy}
