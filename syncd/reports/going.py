"""The run that goes on, as JSON and for the terminal."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from syncd.flow.steps import Going
from syncd.reports.words import Lang


def going_json(going: Going) -> dict[str, Any]:
    """Return the run that goes on as JSON."""
    return {
        "run": going.row.run,
        "kind": going.row.kind,
        "started_at": going.row.started_at.isoformat(),
        "steps": [
            {"step": each.what, "done": each.done, "total": each.total} for each in going.steps
        ],
    }


def render_going(going: Going, lang: Lang = Lang.JA) -> Text:
    """Return the run that goes on in one line."""
    steps = ", ".join(
        f"{s.what} {s.done}" + ("" if s.total is None else f"/{s.total}") for s in going.steps
    )
    word = "a run goes on" if lang is Lang.EN else "突合しています"
    return Text(f"{word} ({going.row.started_at:%H:%M:%S} –): {steps}")
