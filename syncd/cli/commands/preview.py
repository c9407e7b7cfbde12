"""`syncd preview --on D`: who loses what on a coming day, kept and held to the last preview.

With `--advance-notices` 内示 counts as if it were confirmed. Whether somebody may see that is
decided by their roles before anything is read; for nobody else is there a word of it.
"""

from __future__ import annotations

import argparse

from rich.console import Group

from syncd.bootstrap import OpenSite, acting_account
from syncd.cli.opening import answer, open_for
from syncd.core.access import Permission, permissions_of, require
from syncd.flow.foresight.foreseeing import Asked
from syncd.flow.foresight.keeping import keep
from syncd.flow.rehearse import rehearse_ahead
from syncd.flow.site import RunRequest
from syncd.reports import sync_json
from syncd.reports.foresight import as_json, terminal
from syncd.reports.tables import run_line


def run(arguments: argparse.Namespace) -> int:
    """Read everything anew, foresee the day, keep that, and say what differs from the last time.

    Raises NotPermitted where 内示 is asked for by somebody who may not see it.
    """
    opened = open_for(arguments)
    if arguments.advance_notices:
        _may_see_advance_notices(opened)
    asked = Asked(
        on=arguments.on,
        today=opened.today(),
        terms=opened.settings.model.foresight.terms,
        with_notices=arguments.advance_notices,
    )
    request = RunRequest(arguments.on, acting_account(), "preview")
    made = rehearse_ahead(opened.site, request, asked)
    told = keep(opened.site, made.foreseen.preview, acting_account())
    shown = sync_json.render(made.report)
    if made.foreseen.noticed is not None:
        as_json.marked_findings(shown["findings"], made.report.decision, made.foreseen.openly)
    shown["preview"] = as_json.render(told)
    line = run_line(made.report, arguments.lang)
    answer(arguments, shown, Group(line, terminal.render(told, arguments.lang)))
    return made.report.exit_code


def _may_see_advance_notices(opened: OpenSite) -> None:
    doors = (permissions_of(actor) for actor in opened.acting())
    opens = frozenset[Permission]().union(*doors)
    require(opens, Permission.SEE_ADVANCE_NOTICES, acting_account())
