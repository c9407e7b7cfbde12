"""`syncd cases`: the cases that have not ended, or those in one state."""

from __future__ import annotations

import argparse
from typing import Any

from syncd.cli.opening import answer, open_for
from syncd.core.cases import Case, CaseState
from syncd.reports.tables import render_cases


def run(arguments: argparse.Namespace) -> int:
    """List cases."""
    opened = open_for(arguments)
    states = None if arguments.state is None else [CaseState(arguments.state)]
    with opened.site.store.begin() as unit:
        cases = unit.cases(states)
    as_json = {"cases": [case_json(case) for case in cases]}
    answer(arguments, as_json, render_cases(cases, arguments.lang))
    return 0


def case_json(case: Case) -> dict[str, Any]:
    """Return a case as JSON."""
    until = case.exception_until
    return {
        "case": case.case_id,
        "state": str(case.state),
        "directory": case.directory,
        "entitlement": case.entitlement,
        "account": case.account,
        "staff_number": case.staff_number,
        "reasons": [str(reason) for reason in case.reasons],
        "because": [str(because) for because in case.because],
        "since": None if case.since is None else case.since.isoformat(),
        "due": case.due_at.isoformat(),
        "deadline": case.hard_deadline_at.isoformat(),
        "escalated": case.escalated,
        "needs_person": case.needs_person,
        "regrant_of": case.regrant_of,
        "exception_until": None if until is None else until.isoformat(),
        "last_error": case.last_error,
        "path": case.path,
        "blocked": list(case.blocked),
        "instead": list(case.instead),
        "dependents": list(case.dependents),
    }
