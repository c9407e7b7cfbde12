"""Reads one list of a JSON API as the configuration says."""

from __future__ import annotations

import base64
import time
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel

from connectors.http.oauth import ClientCredentials
from connectors.http.options import HttpFeedOptions
from connectors.http.pages import Paging
from connectors.http.rows import RowReader
from connectors.shared.feeds.faults import FeedError
from connectors.shared.feeds.line import Manners, opened, proof
from connectors.shared.feeds.pages import Listing, read_list
from connectors.shared.feeds.source import Attempt, FeedSource, Gathered, built
from connectors.shared.http.patience import Pause
from connectors.shared.records.reading import BASE_ON
from connectors.shared.records.rows import FORMS
from syncd.errors import ConfigurationError
from syncd.ports.source import Source, SourceContext


class HttpSourceType:
    """The entry point of the `http` source."""

    Options: ClassVar[type[BaseModel]] = HttpFeedOptions

    @staticmethod
    def build(options: BaseModel, context: SourceContext) -> Source:
        """Return the source; connects to nothing yet; raises ConfigurationError."""
        if not isinstance(options, HttpFeedOptions):
            raise ConfigurationError(f"source {context.name!r}: these are no options of http")
        return http_source(options, context)


def http_source(
    options: HttpFeedOptions, context: SourceContext, pause: Pause = time.sleep
) -> FeedSource:
    """Return the source that waits by `pause`; raises ConfigurationError."""
    _check_fields(options, context)
    reader = RowReader(options)

    clients = ClientCredentials(options, context.base_dir, context.clock or _no_clock)

    def gather(attempt: Attempt) -> Gathered:
        patience = options.patience(lambda: attempt.began_at, pause)

        def headers() -> dict[str, str]:
            if options.auth == "oauth":
                return clients.headers(patience)
            return _proof(options, proof(options, context.base_dir))

        manners = Manners(headers, options.reset_header)
        paging = Paging(options, attempt.began_at.date())
        listing = Listing(paging.begins, paging.shown, reader.row, options.most_rows)
        try:
            with opened(options, context.base_dir, manners, patience) as line:
                rows = read_list(listing, line.get, attempt.progress("rows"))
        except FeedError:
            clients.forget()
            raise
        return Gathered(reader.columns, rows)

    return built(options, context, options.url, gather)


def _no_clock() -> datetime:
    raise ConfigurationError("a feed needs a clock")


def _proof(options: HttpFeedOptions, secret: str) -> dict[str, str]:
    match options.auth:
        case "bearer":
            return {"Authorization": f"Bearer {secret}"}
        case "header":
            return {options.auth_header: secret}
        case _:
            pair = base64.b64encode(f"{options.username}:{secret}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}


def _check_fields(options: HttpFeedOptions, context: SourceContext) -> None:
    """Hold the fields against the columns of the kind; raises ConfigurationError."""
    columns = FORMS[context.provides].columns
    known = {column.name for column in columns}
    wrong = sorted(set(options.fields) - known)
    if wrong:
        raise ConfigurationError(
            f"source {context.name!r}: {context.provides} has no columns {', '.join(wrong)}; "
            f"it has: {', '.join(sorted(known))}"
        )
    lacking = {column.name for column in columns if column.is_missed(options.fields)}
    missing = sorted(lacking - {BASE_ON})
    if missing:
        raise ConfigurationError(f"source {context.name!r}: fields lacks {', '.join(missing)}")
