"""`syncd report --on D`: what became of every right that a day concerned, for the morning."""

from __future__ import annotations

import argparse

from rich.console import Group

from syncd.cli.opening import answer, open_for
from syncd.flow.morning.report import morning_report
from syncd.flow.steps import going_on
from syncd.reports.going import going_json, render_going
from syncd.reports.morning import exit_code_of, ledger_csv, render_report, report_json


def run(arguments: argparse.Namespace) -> int:
    """Tell of a day (today); with `--csv` write the ledger of it, too."""
    opened = open_for(arguments)
    report = morning_report(opened.site, arguments.on or opened.today())
    if arguments.csv is not None:
        arguments.csv.write_bytes(ledger_csv(report, arguments.lang))
    going = going_on(opened.site)
    as_json = {**report_json(report), "running": None if going is None else going_json(going)}
    told = render_report(report, arguments.lang)
    if going is not None:
        told = Group(told, render_going(going, arguments.lang))
    answer(arguments, as_json, told)
    return exit_code_of(report)
