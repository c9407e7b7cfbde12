"""The object `preview` of `preview --json`: stable, since other people's tools read it.

Everything that `sync --json` gives stands beside it under the same keys (design, section 7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, cast

from syncd.core.findings import Decision
from syncd.core.foresight.compare import Change
from syncd.core.foresight.lines import GroupLine, Line, OutlivedDesignation, Part
from syncd.flow.foresight.keeping import Compared
from syncd.ports.previews import PreviewHead

MARK = "rests_on_advance_notice"
_RENAMED = {"notice": MARK}
_WRITTEN = re.compile("date|OutlivedDesignation")


def render(told: Compared) -> dict[str, Any]:
    """Return a preview as JSON holds it; further keys are additions, none replaces another."""
    preview = told.preview
    parts = {str(part): [_line(line) for line in preview.part(part)] for part in Part}
    return {
        **_head(told.head),
        "on": preview.on.isoformat(),
        "advance_notices": preview.with_notices,
        "complete": preview.complete,
        "refused": list(preview.refused),
        "unread": list(preview.unread),
        "sha256": preview.digest,
        "counts": {**preview.counts(), "before": preview.before, "already": preview.already},
        **parts,
        "unknown_by_doubt": dict(preview.unknown_by_doubt),
        "orders": [_values(order) for order in preview.orders],
        "amendments": [_values(amendment) for amendment in preview.amendments],
        "inputs": [_values(seen) for seen in preview.inputs],
        "compared_with": None if told.last is None else _head(told.last),
        "changes": [_change(change) for change in told.changes],
    }


def marked_findings(shown: list[dict[str, Any]], noticed: Decision, openly: Decision) -> None:
    """Mark in place those findings, in the order of the decision, that rest on 内示."""
    said = {finding.key: finding for finding in openly.findings}
    for entry, finding in zip(shown, noticed.findings, strict=True):
        entry[MARK] = said.get(finding.key) != finding


def _head(head: PreviewHead | None) -> dict[str, Any]:
    if head is None:
        return {"id": None, "made_at": None, "made_by": None}
    return {"id": head.preview_id, "made_at": head.made_at.isoformat(), "made_by": head.made_by}


def _change(change: Change) -> dict[str, Any]:
    return {
        "part": str(change.part),
        "turn": str(change.turn),
        "key": list(change.key),
        MARK: change.notice,
        "why": [{"cause": str(w.cause), "ref": w.ref, "by": w.by} for w in change.why],
        "before": None if change.before is None else _line(change.before),
        "after": None if change.after is None else _line(change.after),
    }


def _line(line: Line) -> dict[str, Any]:
    told = _values(line)
    if isinstance(line, GroupLine):
        told["stays"] = line.stays
    return told


def _values(value: object) -> dict[str, Any]:
    """Return a line by its fields; only those that JSON has no form for are looked at."""
    names, values_of, written = _shape(cast("Hashable", type(value)))
    told = dict(zip(names, values_of(value), strict=True))
    for name in written:
        told[name] = _plain(told[name])
    return told


@cache
def _shape(
    kind: Hashable,
) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]], tuple[str, ...]]:
    """Return how a kind of line is told: the keys, its values, which of them are to be written."""
    own = fields(cast("type[OutlivedDesignation]", kind))
    names = tuple(_RENAMED.get(field.name, field.name) for field in own)
    written = tuple(
        name for name, field in zip(names, own, strict=True) if _WRITTEN.search(str(field.type))
    )
    return names, attrgetter(*(field.name for field in own)), written


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return _values(value) if isinstance(value, OutlivedDesignation) else value
