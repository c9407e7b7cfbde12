"""The options of an `[[access_logs]]` table whose `type` is `file`."""

from __future__ import annotations

import codecs
import re
from datetime import timedelta, timezone
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_NAMED = frozenset({"at", "account", "action", "target", "result"})


class Columns(BaseModel):
    """Where a line says what: names of columns (csv) or dotted paths (jsonl)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Annotated[str, Field(min_length=1)] | tuple[Annotated[str, Field(min_length=1)], ...] = "at"
    """Several are put together with a space between them, as a date and a time."""
    account: Annotated[str, Field(min_length=1)] = "account"
    action: str = ""
    target: str = ""
    result: str = ""


class AccessLogOptions(BaseModel):
    """How to find and read the log; keys are explained in docs/connectors.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, Field(min_length=1)]
    """A pattern that names every file of the log, rotated and `.gz` ones too."""
    format: Literal["csv", "jsonl", "syslog"]
    columns: Columns = Columns()
    header: tuple[str, ...] = ()
    """The names of the columns of a CSV whose files have no line of headings."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    pattern: str = ""
    """For syslog: a regular expression with groups named as the columns are, at least `account`."""
    encoding: str = "utf-8"
    time_format: str = ""
    """As `strptime` writes it, where the moments are in no form that is known by itself."""
    offset: str = "+09:00"
    """Of moments without one; Japan's by default. It never changes over the year."""
    year: Annotated[int, Field(ge=2000, le=2999)] | None = None
    """Of the first line of each file, for stamps without a year; else by the file's own date."""
    clock_ahead_s: Annotated[int, Field(ge=-86_400, le=86_400)] = 0
    """By how much the clock of the system runs ahead; it is subtracted."""
    domains: tuple[str, ...] = ()
    """Domains whose accounts are the directory's; none: whatever the domain, the name counts."""
    success: tuple[str, ...] = ()
    """Words of `result` that are use; without words of failure, nothing else is."""
    failure: tuple[str, ...] = ()
    """Words of `result` that say that nobody got in; what is neither counts as use."""
    entitlements: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Which rights a `target` is about; a target that is not named may be about any."""
    quiet_hours: Annotated[int, Field(ge=1, le=8784)] = 96
    """A longer stretch without any line is said to be a hole."""

    @field_validator("pattern")
    @classmethod
    def _a_pattern(cls, given: str) -> str:
        try:
            groups = set(re.compile(given).groupindex)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if given and "account" not in groups:
            raise ValueError("name at least one group: (?P<account>…)")
        if groups - _NAMED:
            raise ValueError(f"name groups only {', '.join(sorted(_NAMED))}")
        return given

    @field_validator("encoding")
    @classmethod
    def _an_encoding(cls, given: str) -> str:
        try:
            name = codecs.lookup(given).name
        except LookupError:
            raise ValueError("no such encoding; write utf-8, cp932 or euc-jp") from None
        if name.startswith(("utf-16", "utf-32")):
            raise ValueError("lines of such files cannot be told apart by bytes; use utf-8")
        return given

    @field_validator("offset")
    @classmethod
    def _an_offset(cls, given: str) -> str:
        if _OFFSET.fullmatch(given) is None:
            raise ValueError('write it as "+09:00" or "+00:00"')
        return given

    @model_validator(mode="after")
    def _belongs_together(self) -> AccessLogOptions:
        if self.format == "syslog" and not self.pattern:
            raise ValueError("format syslog needs a pattern with the group account")
        if self.format != "syslog" and self.pattern:
            raise ValueError("pattern belongs to format syslog; map columns instead")
        if self.header and self.format != "csv":
            raise ValueError("header belongs to format csv")
        return self

    @property
    def zone(self) -> timezone:
        """Return the fixed offset of moments that give none."""
        found = _OFFSET.fullmatch(self.offset)
        if found is None:
            raise ValueError(self.offset)
        sign = -1 if found[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(found[2]), minutes=int(found[3])))
