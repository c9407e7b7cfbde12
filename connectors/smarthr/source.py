"""Reads a tenant of SmartHR: departments first, then employment types, then people.

Whoever is given a new department while it is read then has one that is not in the list, and the
read begins anew; nobody is ever read without a department that the service knows.
"""

from __future__ import annotations

import time
from typing import ClassVar

from pydantic import BaseModel

from connectors.shared.feeds.line import FeedLine, Manners, opened, proof
from connectors.shared.feeds.pages import FeedRow, read_list
from connectors.shared.feeds.source import Attempt, FeedSource, Gathered, built
from connectors.shared.http.patience import Pause
from connectors.smarthr.options import SmartHrOptions
from connectors.smarthr.pages import RESET_HEADER, final, listing
from connectors.smarthr.rows import (
    PERSON_COLUMNS,
    UNIT_COLUMNS,
    People,
    department_row,
    type_row,
)
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError
from syncd.ports.source import Source, SourceContext

_PROVIDES = (Provides.ROSTER, Provides.ORG_UNITS)


class SmartHrSourceType:
    """The entry point of the `smarthr` source."""

    Options: ClassVar[type[BaseModel]] = SmartHrOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; connects to nothing yet; raises ConfigurationError."""
        if not isinstance(options, SmartHrOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of smarthr")
        if context.provides not in _PROVIDES:
            raise ConfigurationError(
                f"source {context.name!r}: smarthr provides {' or '.join(_PROVIDES)}"
            )
        return smarthr_source(options, context)


def smarthr_source(
    options: SmartHrOptions, context: SourceContext, pause: Pause = time.sleep
) -> FeedSource:
    """Return the source that waits by `pause`; raises ConfigurationError."""

    def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {proof(options, context.base_dir)}"}

    def gather(attempt: Attempt) -> Gathered:
        manners = Manners(headers, RESET_HEADER, final)
        patience = options.patience(lambda: attempt.began_at, pause)
        with opened(options, context.base_dir, manners, patience) as line:
            return _gathered(options, context.provides, line, attempt)

    is_roster = context.provides is Provides.ROSTER
    name = "crews" if is_roster else "departments"
    where = f"{options.root}/api/v1/{name}"
    return built(options, context, where, gather, holds_nameless=True)


def _gathered(
    options: SmartHrOptions, provides: Provides, line: FeedLine, attempt: Attempt
) -> Gathered:
    def department(given: object) -> FeedRow:
        return department_row(given, options)

    departments = listing(options, "departments", department)
    units = read_list(departments, line.get, attempt.progress("departments"))
    if provides is Provides.ORG_UNITS:
        return Gathered(UNIT_COLUMNS, units)
    kinds = listing(options, "employment_types", type_row)
    types = read_list(kinds, line.get, attempt.progress("employment_types"))
    people = People(options, _by_id(units), _by_id(types))
    crews = read_list(listing(options, "crews", people.row), line.get, attempt.progress("crews"))
    return Gathered(PERSON_COLUMNS, crews)


def _by_id(rows: tuple[FeedRow, ...]) -> dict[str, tuple[str, ...]]:
    return {row.key: row.cells for row in rows}
