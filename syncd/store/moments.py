"""Moments as text: one fixed form that sorts as it reads, on every engine.

Every moment is kept as Japan's civil time with its offset (`2027-04-01T00:00:00.000000+09:00`).
Japan has had one offset since 1951, so the order of the texts is the order of the moments.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


@lru_cache(maxsize=4096)
def encode_moment(moment: datetime) -> str:
    """Return a moment as stored; raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("the store takes aware moments only: give the moment a time zone")
    return moment.astimezone(TOKYO).isoformat(timespec="microseconds")


def encode_maybe(moment: datetime | None) -> str | None:
    """Return a moment as stored, or None."""
    return None if moment is None else encode_moment(moment)


@lru_cache(maxsize=4096)
def decode_moment(text: str) -> datetime:
    """Return a stored moment, aware, in Asia/Tokyo."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def decode_maybe(text: str | None) -> datetime | None:
    """Return a stored moment, or None."""
    return None if text is None else decode_moment(text)
