"""The options of a `[[sources]]` table whose `type` is `sql`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from connectors.sql.line_options import SqlLineOptions
from connectors.sql.statements import READS, check_statement

_PART = r'(?:[^\W\d]\w*|"[^"\x00]+")'
_VIEW = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")


class SqlFeedOptions(SqlLineOptions):
    """Which view or SELECT, and what its columns mean; explained in docs/inputs.md.

    `columns` are canonical columns with the names that the view has for them. Only they are asked
    for: what else the view shows never leaves the database.
    """

    view: str = ""
    """The name as SQL has it: `hr.v_roster`, `hr."発令一覧"`."""
    select: str = ""
    """A SELECT of one's own instead of a view."""
    count: str = ""
    """A SELECT of one integer: how many rows there must be, counted elsewhere than in the view."""
    columns: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Canonical column to the database's words and ours."""
    on_error: Literal["refuse", "quarantine"] = "refuse"
    keep_s: Annotated[float, Field(ge=0, le=86_400)] = 300
    most_rows: Annotated[int, Field(ge=1, le=5_000_000)] = 500_000

    @property
    def kept_for(self) -> timedelta:
        """Return how long what was read may stand."""
        return timedelta(seconds=self.keep_s)

    def asking(self, what: str) -> str:
        """Return the statement that selects `what` of the view or of the SELECT."""
        own = check_statement(self.select, READS, ())
        relation = self.view.replace(":", r"\:") or f"({own}\n)"
        return f"SELECT {what} FROM {relation} syncd_feed"  # noqa: S608 - a checked name or SELECT

    @field_validator("view")
    @classmethod
    def _a_name(cls, given: str) -> str:
        if given and not _VIEW.fullmatch(given):
            raise ValueError('write the name of a view, as in hr.v_roster or hr."発令一覧"')
        return given

    @field_validator("select", "count")
    @classmethod
    def _only_reads(cls, given: str) -> str:
        check_statement(given, READS, ())
        return given

    @model_validator(mode="after")
    def _one_relation(self) -> SqlFeedOptions:
        if bool(self.view) == bool(self.select):
            raise ValueError("give exactly one of view and select")
        if not self.has_known_snapshots:
            raise ValueError(
                "a feed is read from postgresql or sqlite only: of other databases it is not known "
                "here how to read one moment and to make writing impossible"
            )
        return self
