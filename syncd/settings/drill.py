"""The table `[drill]` of the configuration; the poisons themselves are read by `poisons`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from syncd.settings.base import Table


class DrillTable(Table):
    """Poisons of the site's own beside the shipped ones, and the folder that keeps results."""

    poisons_file: str | None = None
    results: Annotated[str, Field(min_length=1)] = "var/drills"
