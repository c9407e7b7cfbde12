"""How long a server asks to be left alone: `Retry-After`, as RFC 9110 writes it."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

_LONGEST_WAIT_S = 24 * 60 * 60


def parse_retry_after(text: str | None, now: datetime) -> int | None:
    """Return the seconds a `Retry-After` asks for, at most a day; None where it says nothing.

    It is seconds or a date (RFC 9110, section 10.2.3). What is neither is no hint.
    """
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(int(seconds), 0), _LONGEST_WAIT_S)
