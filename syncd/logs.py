"""Logging: structlog, JSON to stdout for the daemon, short lines to stderr for commands.

Events are `subject.verb_past`. No names, secrets or personal data beyond the staff number: keys
that may hold them are dropped, and a run of twelve digits (it may be a My Number) is masked.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any

import structlog

_DROPPED = frozenset(
    {"name", "kana", "氏名", "フリガナ", "password", "secret", "token", "authorization"}
)
_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")


def configure_logs(
    *, as_json: bool, clock: Callable[[], datetime], level: int = logging.INFO
) -> None:
    """Set up logging once for the process; `clock` gives the aware time of each record."""

    def stamp(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["at"] = clock().isoformat(timespec="milliseconds")
        return event

    stream = sys.stdout if as_json else sys.stderr
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop what may name a person or open a door; mask what may be a My Number."""
    for key in [key for key in event if key.lower() in _DROPPED]:
        event[key] = "[removed]"
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _TWELVE_DIGITS.sub("[12 digits]", value)
    return event
