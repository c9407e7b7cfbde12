"""Moments as logs write them, made aware: with an offset of their own, else the configured one.

Stamps without a year (RFC 3164) have the year of the line before them, one more where the months
begin anew; the first one of a file has the configured year, else the one that puts it closest
before the file's own date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T　]+(\d{1,2})[:時](\d{2})(?:[:分](\d{2}))?秒?"
    r"(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_CLF = re.compile(r"\[?(\d{1,2})/([A-Za-z]{3})/(\d{4}):(\d{2}):(\d{2}):(\d{2})(?: ([+-]\d{4}))?\]?")
_YEARLESS = re.compile(r"([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?")
_SECONDS, _MILLISECONDS = 10, 13
_HALF_A_YEAR = 6
_LAST_SECOND = 59


class Stamps:
    """Reads the moments of one file, in the order of its lines."""

    def __init__(
        self, zone: timezone, time_format: str = "", year: int | None = None, ahead_s: int = 0
    ) -> None:
        """Take the offset of naive moments, and the year of the first stamp without one."""
        self._zone = zone
        self._format = time_format
        self._year = year
        self._month = 0
        self._text: str | None = None
        self._ahead = timedelta(seconds=ahead_s)

    def begin(self, written_at: datetime) -> None:
        """Begin a file that was written last at a moment, for stamps without a year."""
        self._month, self._text = 0, None
        self._written_at = written_at.astimezone(self._zone)

    def read(self, text: str) -> datetime:
        """Return the moment that a text says; raises ValueError."""
        if text != self._text:  # many lines share a second
            self._moment = self._read(text.strip()) - self._ahead
            self._text = text
        return self._moment

    def _read(self, text: str) -> datetime:
        if self._format:
            return self._aware(datetime.strptime(text, self._format))  # noqa: DTZ007 - made aware
        if text.isdecimal() and text.isascii() and len(text) in (_SECONDS, _MILLISECONDS):
            seconds = int(text) / (1000 if len(text) == _MILLISECONDS else 1)
            return datetime.fromtimestamp(seconds, UTC)
        try:
            return self._aware(datetime.fromisoformat(text))
        except ValueError:
            return self._unusual(text)

    def _unusual(self, text: str) -> datetime:
        if found := _LOOSE.fullmatch(text):
            year, month, day, hour, minute, second, fraction, offset = found.groups()
            clock = (int(hour), int(minute), int(second or 0), _micro(fraction))
            return self._made((int(year), int(month), int(day)), clock, offset)
        if found := _CLF.fullmatch(text):
            day, name, year, hour, minute, second, offset = found.groups()
            clock = (int(hour), int(minute), int(second), 0)
            return self._made((int(year), _month(name), int(day)), clock, offset)
        if found := _YEARLESS.fullmatch(text):
            name, day, hour, minute, second, fraction = found.groups()
            clock = (int(hour), int(minute), int(second), _micro(fraction))
            month = _month(name)
            return self._made((self._year_now(month, int(day)), month, int(day)), clock, None)
        raise ValueError("no moment")

    def _year_now(self, month: int, day: int) -> int:
        """Return the year of a stamp that says none, and take note of where the year stands."""
        if not self._month:
            self._this = self._year or self._year_of(month, day)
        elif self._month - month > _HALF_A_YEAR:
            self._this += 1
        elif month - self._month > _HALF_A_YEAR:
            return self._this - 1  # a late line of the old year
        self._month = month
        return self._this

    def _year_of(self, month: int, day: int) -> int:
        """Return the year that puts a day closest before the day on which the file was written."""
        written = self._written_at
        return written.year - ((month, day) > (written.month, written.day))

    def _made(
        self,
        day: tuple[int, int, int],
        clock: tuple[int, int, int, int],
        offset: str | None,
    ) -> datetime:
        zone = self._zone if offset is None else _zone_of(offset)
        hour, minute, second, micro = clock
        # A leap second has no name of its own here.
        return datetime(*day, hour, minute, min(second, _LAST_SECOND), micro, tzinfo=zone)

    def _aware(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)


def _micro(fraction: str | None) -> int:
    return int((fraction or "0").ljust(6, "0")[:6])


def _month(name: str) -> int:
    month = _MONTHS.get(name.lower())
    if month is None:
        raise ValueError("no month")
    return month


def _zone_of(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
