"""Logging: structlog, JSON to stdout for the daemon, short lines to stderr for commands.

Events are `subject.verb_past`. No names, secrets or personal data beyond the staff number: keys
that may hold them are dropped, and a run of twelve digits (it may be a My Number) is masked.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime
from typing import Any

import structlog

_DROPPED = frozenset(
    {
        *("name", "kana", "氏名", "フリガナ"),
        *("password", "secret", "token", "authorization", "cookie"),
    }
)
_REMOVED = "[removed]"
_MASK = "[12 digits]"
_TWELVE_DIGITS = re.compile(r"(?<![\dA-Za-z])\d{12}(?![\dA-Za-z])")


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
        else structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            redact,
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
    for key, value in event.items():
        event[key] = _REMOVED if key.lower() in _DROPPED else _masked(value)
    return event


def _masked(value: Any) -> Any:  # noqa: ANN401 - whatever a record may hold
    """Mask a value, and all within it that a renderer would write out."""
    if isinstance(value, str):
        return _TWELVE_DIGITS.sub(_MASK, value)
    if isinstance(value, Mapping):
        return {k: _REMOVED if str(k).lower() in _DROPPED else _masked(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(one) for one in value]
    if value is None or isinstance(value, bool | float):
        return value
    text = _TWELVE_DIGITS.sub(_MASK, str(value))
    return value if isinstance(value, int) and text == str(value) else text
