"""`syncd check`: the configuration, the store, every source and every directory."""

from __future__ import annotations

import argparse

from syncd.cli.opening import answer, open_for
from syncd.flow.check import check
from syncd.plugins import connector_versions
from syncd.reports.tables import render_check

_UNESTABLISHED = 5


def run(arguments: argparse.Namespace) -> int:
    """Try everything and say in one table what is wrong and what to do; 5 if anything is."""
    lines = check(open_for(arguments).site)
    as_json = {
        "ok": all(line.ok for line in lines),
        "connectors": connector_versions(),
        "lines": [
            {
                "kind": line.kind,
                "name": line.name,
                "ok": line.ok,
                "found": line.found,
                "remedy": line.remedy,
            }
            for line in lines
        ],
    }
    answer(arguments, as_json, render_check(lines, arguments.lang))
    return 0 if all(line.ok for line in lines) else _UNESTABLISHED
