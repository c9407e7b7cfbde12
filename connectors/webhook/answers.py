"""What a receiver's status means: taken, never to be taken, or to be tried again.

Promise: a message is given up only where the receiver says that this message is the fault (413,
422) or that it wants no more (410). 400, 401, 403, 404 and redirects are mostly a wrong secret or
address, which somebody will mend, and giving up would cost every notice meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

_FINAL = frozenset({410, 413, 422})
_LONGEST_WAIT_S = 24 * 60 * 60


def is_taken(status: int) -> bool:
    """Tell whether the receiver has taken the message: 2xx and nothing else."""
    return status // 100 == 2  # noqa: PLR2004 - the class of success


def is_final(status: int) -> bool:
    """Tell whether trying again cannot help."""
    return status in _FINAL


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
