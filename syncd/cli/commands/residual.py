"""`syncd residual`: the rights that outlived their ground, and what access logs say of them."""

from __future__ import annotations

import argparse

from syncd.bootstrap import acting_account
from syncd.cli.opening import answer, open_for
from syncd.core.residual.reports import ResidualState
from syncd.flow.residual.reading import logs_of, read_due_logs, readings_by_report
from syncd.reports.residual import render_residuals, residual_json


def run(arguments: argparse.Namespace) -> int:
    """List the reports that have not ended, or those in one state."""
    opened = open_for(arguments)
    site = opened.site
    if arguments.read:
        read_due_logs(site, acting_account())
    states = [] if arguments.state is None else [ResidualState(arguments.state)]
    with site.store.begin() as unit:
        reports = unit.residuals(states)
        readings = readings_by_report(unit, reports)
    logs = {r.directory: [log.name for log in logs_of(site, r.directory)] for r in reports}
    now = opened.clock()
    as_json = {
        "residual_reports": [
            residual_json(r, readings.get(r.report_id, ()), logs[r.directory], now) for r in reports
        ]
    }
    answer(arguments, as_json, render_residuals(reports, readings, logs, now, arguments.lang))
    return 0
