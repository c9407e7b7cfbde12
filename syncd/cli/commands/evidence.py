"""`syncd evidence verify`: hold the audit trail against its checkpoints."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.text import Text

from syncd.cli.opening import answer, open_for
from syncd.flow.evidence import verify_trail
from syncd.reports.tables import render_trail

_TAMPERED = 1


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 where a record was altered, removed or inserted."""
    trail = verify_trail(open_for(arguments).site.store)
    answer(arguments, asdict(trail), Text(render_trail(trail, arguments.lang)))
    return _TAMPERED if trail.faults else 0
