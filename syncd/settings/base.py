"""What every table of the configuration is made of: no key that nobody knows, spans in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_SPAN = re.compile(r"(\d{1,5})\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _parse_span(given: object) -> object:
    """Turn `90m`, `36h` or `7d` into a span."""
    if isinstance(given, timedelta):
        return given
    found = _SPAN.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError('write it as "90m", "36h" or "7d"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Span = Annotated[timedelta, BeforeValidator(_parse_span)]


class Table(BaseModel):
    """A table of the file: no key that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OpenTable(BaseModel):
    """A table whose further keys belong to a connector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @property
    def options(self) -> dict[str, Any]:
        """Return the keys that belong to the connector."""
        return dict(self.model_extra or {})
