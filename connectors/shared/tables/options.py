"""How to find and read a table that people export: the keys that every such file has in common."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.shared.dates import DayError, parse_day
from connectors.shared.tables.decoding import AUTO, CODECS

FILLER = "-"


def _day_or_name(given: date | str | None) -> date | str | None:
    """Return a day, however it is written, or `filename`; raises ValueError for other texts."""
    if given is None or given == "filename" or isinstance(given, date):
        return given
    try:
        found = parse_day(given).day
    except DayError as error:
        raise ValueError(str(error)) from error
    if found is None:
        raise ValueError("must be a date or 'filename'")
    return found


DayOrName: TypeAlias = Annotated[date | str | None, AfterValidator(_day_or_name)]
"""The day of a file that has no such column: a date, or `filename` where its name holds it."""


class TableOptions(BaseModel):
    """Where the file is and how its cells are told apart; explained in docs/inputs.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, Field(min_length=1)]
    """Relative to the configuration file; a pattern takes the newest file."""
    columns: dict[str, Annotated[int, Field(ge=1)] | str] = {}
    """Canonical column to the file's own header, or to its position counted from 1."""
    encoding: str = AUTO
    header: bool | None = None
    """Whether the first row names the columns; None: yes, but not with `widths`."""
    widths: tuple[tuple[str, Annotated[int, Field(ge=1)]], ...] = ()
    """Fixed widths: canonical column (or `-` for filler) and width in half-width columns."""
    sheet: str | None = None
    delimiter: Literal["auto", ",", ";", "\t", "tab", "|"] = "auto"
    integrity: Literal["optional", "required"] = "optional"

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, given: str) -> str:
        name = given.lower()
        if name != AUTO and name not in CODECS:
            raise ValueError(f"unknown encoding; one of: {', '.join((AUTO, *CODECS))}")
        return name

    @field_validator("path")
    @classmethod
    def _usable_pattern(cls, given: str) -> str:
        if any("**" in part and part != "**" for part in Path(given).parts):
            raise ValueError("in a pattern, ** stands alone between slashes")
        return given

    @model_validator(mode="after")
    def _positions_without_header(self) -> Self:
        named = [name for name, place in self.columns.items() if isinstance(place, str)]
        if named and not self.has_header:
            raise ValueError(f"without a header, columns must be positions: {', '.join(named)}")
        if self.widths and self.columns:
            raise ValueError("widths already name the columns: leave out `columns`")
        return self

    @property
    def has_header(self) -> bool:
        """Whether the first row of the file names its columns."""
        return not self.widths if self.header is None else self.header

    @property
    def separator(self) -> str:
        """The delimiter as the parser takes it."""
        return "\t" if self.delimiter == "tab" else self.delimiter
