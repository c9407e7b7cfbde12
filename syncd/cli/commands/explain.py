"""`syncd explain`: why each right of one person stands or falls."""

from __future__ import annotations

import argparse
from typing import Any

from rich.text import Text

from syncd.cli.opening import answer, open_for
from syncd.core.ids import normalise_staff_number
from syncd.flow.explain import explain
from syncd.flow.report import RightExplained
from syncd.reports.explain import render


def run(arguments: argparse.Namespace) -> int:
    """Tell one person's rights by what the last runs learned."""
    opened = open_for(arguments)
    width = opened.settings.model.organization.staff_number_width
    number = normalise_staff_number(arguments.staff_number, width)
    told = explain(opened.site, number, arguments.as_of or opened.today())
    as_json = {
        "staff_number": told.staff_number,
        "as_of": told.as_of.isoformat(),
        "known": told.person is not None,
        "other_numbers": [] if told.person is None else list(told.person.other_numbers),
        "rights": [_right(right) for right in told.rights],
        "notices": [str(notice.notice) for notice in told.notices],
    }
    answer(arguments, as_json, Text(render(told, arguments.lang)))
    return 0


def _right(right: RightExplained) -> dict[str, Any]:
    return {
        "directory": right.directory,
        "entitlement": right.entitlement.entitlement,
        "account": right.account,
        "verdict": str(right.verdict),
        "reasons": [str(fault.reason) for fault in right.faults],
        "because": [str(b) for fault in right.faults for b in fault.because],
        "justified_by": [str(because) for because in right.justified_by],
        "unknown_because": right.unknown_because,
        "case": None if right.case is None else right.case.case_id,
    }
