"""`syncd report --on D`: what became of every right that a day concerned, for the morning."""

from __future__ import annotations

import argparse

from syncd.cli.opening import answer, open_for
from syncd.flow.morning.report import morning_report
from syncd.reports.morning import exit_code_of, ledger_csv, render_report, report_json


def run(arguments: argparse.Namespace) -> int:
    """Tell of a day (today); with `--csv` write the ledger of it, too."""
    opened = open_for(arguments)
    report = morning_report(opened.site, arguments.on or opened.today())
    if arguments.csv is not None:
        arguments.csv.write_bytes(ledger_csv(report, arguments.lang))
    answer(arguments, report_json(report), render_report(report, arguments.lang))
    return exit_code_of(report)
