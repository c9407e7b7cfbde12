"""`[residual]` and what the law says of reports (`config/citations.toml`, a site's own too)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from syncd.core.reporting import ReportingRule, ResidualPolicy
from syncd.errors import ConfigurationError
from syncd.settings.base import OpenTable, Span, Table


class ResidualTable(Table):
    """`[residual]`: when a right that outlived its ground is reported.

    `longer_than` is how long it may have stood after 00:00 of the end of its ground; `0m` reports
    every one. `citations_file` adds rules of the law to the shipped ones.
    """

    longer_than: Span = timedelta(days=1)
    citations_file: str | None = None


class AccessLogTable(OpenTable):
    """One `[[access_logs]]`: where the accounts of a directory show what they did."""

    name: Annotated[str, Field(min_length=1)]
    directory: str
    type: str


class _Rule(Table):
    """One `[[reports]]` of a file of citations."""

    effective_on: date
    first_days: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    final_days: Annotated[int, Field(ge=1)]
    wrongful_days: Annotated[int, Field(ge=1)]
    cites: tuple[str, ...]
    items: tuple[
        Literal[
            "overview",
            "contents",
            "people",
            "cause",
            "secondary",
            "response",
            "publication",
            "prevention",
            "other",
        ],
        ...,
    ]


class _Citations(Table):
    reports: tuple[_Rule, ...] = ()


def load_rules(paths: Iterable[Path]) -> tuple[ReportingRule, ...]:
    """Return the rules of all files, oldest first; raises ConfigurationError."""
    rules = [rule for path in paths for rule in _read(path).reports]
    ordered = sorted(rules, key=lambda rule: rule.effective_on)
    return tuple(ReportingRule(**rule.model_dump()) for rule in ordered)


def residual_policy(
    table: ResidualTable, citations: Iterable[Path], holidays: frozenset[date]
) -> ResidualPolicy:
    """Return what a body asks of rights that outlived their ground; raises ConfigurationError."""
    return ResidualPolicy(table.longer_than, load_rules(citations), holidays)


def _read(path: Path) -> _Citations:
    try:
        return _Citations.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}. Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not readable as TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {place}: {first['msg']}") from error
