"""`syncd sync`: one run, or what one would find."""

from __future__ import annotations

import argparse

from syncd.bootstrap import acting_account
from syncd.cli.opening import answer, open_for
from syncd.flow.rehearse import rehearse
from syncd.flow.report import RunReport
from syncd.flow.run import run as run_once
from syncd.flow.site import RunRequest
from syncd.reports import sync_json
from syncd.reports.tables import render_run


def run(arguments: argparse.Namespace) -> int:
    """Do one run, or with `--dry-run` only say what it would find.

    As of another day than today the inputs become facts and are judged, and nothing is done.
    """
    opened = open_for(arguments)
    as_of = arguments.as_of or opened.today()
    request = RunRequest(as_of, acting_account(), acts=as_of == opened.today())
    do = rehearse if arguments.dry_run else run_once
    return _tell(arguments, do(opened.site, request))


def _tell(arguments: argparse.Namespace, report: RunReport) -> int:
    answer(arguments, sync_json.render(report), render_run(report, arguments.lang))
    return report.exit_code
