"""`syncd drill`: poison a shadow of the site and show that every guard fires before any write."""

from __future__ import annotations

import argparse

from syncd.bootstrap import acting_account
from syncd.cli.opening import answer, open_for
from syncd.daemon.drilling import hold_drill
from syncd.reports import drill_json
from syncd.reports.drill_table import render_drill


def run(arguments: argparse.Namespace) -> int:
    """Hold a drill; 0 where every poison that applies was held, 1 where one was missed.

    2 where none applies to this site: then nothing was shown.
    """
    opened = open_for(arguments)
    site = opened.site
    report, path = hold_drill(
        opened, acting_account(), lambda done, of: site.progress("drill", done, of)
    )
    answer(
        arguments,
        {**drill_json.render(report), "kept_in": str(path)},
        render_drill(report, str(path), arguments.lang),
    )
    return report.exit_code
