"""Long lists cut into pages where what is listed does not change between two looks.

A frozen plan and a decision are sorted once and for all, so that a number is cursor enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

A_PAGE = 200
MOST_ROWS = 10_000_000


@dataclass(frozen=True, slots=True)
class Cut:
    """A page of a list. The addresses are empty where there is nothing before or after it."""

    rows: Sequence[Any]
    start: int
    total: int
    before: str
    after: str
    whole: str

    @property
    def is_part(self) -> bool:
        """Tell whether more is to be seen than is shown."""
        return len(self.rows) < self.total


def cut(rows: Sequence[Any], request: Request, *, start: int, everything: bool) -> Cut:
    """Return one page of the rows, or all of them where somebody asked for a print."""
    if everything:
        return Cut(rows, 0, len(rows), "", "", "")
    shown = rows[start : start + A_PAGE]
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "start"]

    def at(name: str, value: str) -> str:
        return f"{request.url.path}?{urlencode([*kept, (name, value)])}"

    return Cut(
        rows=shown,
        start=start,
        total=len(rows),
        before=at("start", str(max(0, start - A_PAGE))) if start else "",
        after=at("start", str(start + A_PAGE)) if start + A_PAGE < len(rows) else "",
        whole=at("everything", "true") if len(shown) < len(rows) else "",
    )
