"""Reads a view of a personnel system's database as a source."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from connectors.shared.bilingual import said
from connectors.shared.failures import SetUpError
from connectors.shared.feeds.faults import PagesWrongError, with_remedy
from connectors.shared.feeds.source import Attempt, FeedSource, Gathered, built
from connectors.shared.records.rows import FORMS
from connectors.sql.faults import SET_UP, fault_of
from connectors.sql.feed.asking import Asking
from connectors.sql.feed.options import SqlFeedOptions
from connectors.sql.feed.values import read_infinity
from connectors.sql.line import reading
from syncd.errors import ConfigurationError
from syncd.ports.source import Source, SourceContext


class SqlSourceType:
    """The entry point of the `sql` source."""

    Options: ClassVar[type[BaseModel]] = SqlFeedOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; connects to nothing yet; raises ConfigurationError."""
        if not isinstance(options, SqlFeedOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of sql")
        return sql_source(options, context)


def sql_source(options: SqlFeedOptions, context: SourceContext) -> FeedSource:
    """Return the source; raises ConfigurationError naming columns that do not exist."""
    columns = FORMS[context.provides].columns
    known = {column.name for column in columns}
    unknown = sorted({*options.columns, *options.words} - known)
    if unknown:
        raise ConfigurationError(
            f"source {context.name!r}: {context.provides} has no columns {', '.join(unknown)}; "
            f"it has: {', '.join(sorted(known))}"
        )

    def gather(_: Attempt) -> Gathered:
        try:
            with reading(options, context.base_dir) as connection:
                read_infinity(connection.connection.driver_connection)
                return Asking(options, columns, connection).gathered()
        except SetUpError as error:
            raise PagesWrongError(with_remedy(said(error), SET_UP)) from None
        except (SQLAlchemyError, ImportError, UnicodeError) as error:
            fault = fault_of(error)
            raise PagesWrongError(with_remedy(fault.why, fault.remedy)) from None

    where = f"{options.label}: {options.view or 'select'}"
    return built(options, context, where, gather)
