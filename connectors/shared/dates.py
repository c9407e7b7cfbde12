"""Reads the days that Japanese personnel files write: 和暦, 西暦, serials and words for "none".

Promise: a text gives exactly one day, or "none given", or is refused with what would be right;
nothing is guessed (domain page, section 4). Days are days in Japan.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from connectors.shared.bilingual import both

EXPECTED = both(
    "日付にしてください(例 2025-04-01、R07.04.01、令和7年4月1日)",
    "must be a date, such as 2025-04-01 or R07.04.01",
)

_ERAS = {
    "明治": (1868, date(1868, 1, 25), date(1912, 7, 29)),
    "大正": (1912, date(1912, 7, 30), date(1926, 12, 24)),
    "昭和": (1926, date(1926, 12, 25), date(1989, 1, 7)),
    "平成": (1989, date(1989, 1, 8), date(2019, 4, 30)),
    "令和": (2019, date(2019, 5, 1), date.max),
}
_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA_CODES = {"1": "明治", "2": "大正", "3": "昭和", "4": "平成", "5": "令和"}
_SPELLED = {era[0]: era for era in _ERAS} | {era: era for era in _ERAS} | _LETTERS

_NONE = re.compile(r"|-+|0{1,8}|0000[-/.]00[-/.]00|9999[-/.]?(?:12[-/.]?31|99[-/.]?99)|なし")
_MIDNIGHT = re.compile(r"(.*\S)(?:T|\s+)0?0:00(?::00(?:\.0+)?)?(?:\+09:?00)?")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_ERA_DAY = re.compile(
    r"(?P<era>明治?|大正?|昭和?|平成?|令和?|[MTSHR])\.?"
    r"(?P<year>元|\d{1,2})(?:年|[./-])(?P<month>\d{1,2})(?:月|[./-])(?P<day>\d{1,2})日?"
)
_ERA_PACKED = re.compile(
    r"(?P<era>[MTSHR1-5])(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)",
)
_WESTERN = re.compile(
    r"(?P<year>\d{4})(?:年|[./-])(?P<month>\d{1,2})(?:月|[./-])(?P<day>\d{1,2})日?"
)
_WESTERN_PACKED = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)")
_SERIAL = re.compile(r"\d{5}")
_SERIALS = range(20_000, 80_001)
# Excel's day 0 as its calendar stands after the 29 February 1900 that never was.
_SERIAL_EPOCH = date(1899, 12, 30)
_YEARS = range(1868, 2200)
# The start of a longer way to write a day: a one-figure day, a serial, or a 7-digit text whose
# first digit may begin a year of the western calendar.
_CUTTABLE = re.compile(r"\d{5}|[12]\d{6}|.*\D\d")


class DayError(ValueError):
    """The text is no day and no word for "none"; the message says what would be right."""


class ParsedDay(NamedTuple):
    """A day as read: None for "none given"; `note` says what a person should look at, or ""."""

    day: date | None
    note: str = ""


def _key(text: str) -> str:
    """Return the text half-width, upper case, without spaces and without a time of midnight."""
    plain = unicodedata.normalize("NFKC", text).strip().translate(_DASHES)
    midnight = _MIDNIGHT.fullmatch(plain)
    return "".join((midnight[1] if midnight else plain).split()).upper()


@lru_cache(maxsize=65_536)
def parse_day(text: str) -> ParsedDay:
    """Return the day that the text writes; raises DayError.

    A day after the end of its era is that calendar day, with a note (平成31年5月 stands in real
    files); one before the beginning of its era is refused.
    """
    key = _key(text)
    if _NONE.fullmatch(key):
        return ParsedDay(None)
    era = _ERA_DAY.fullmatch(key) or _ERA_PACKED.fullmatch(key)
    if era:
        return _era_day(era)
    western = _WESTERN.fullmatch(key) or _WESTERN_PACKED.fullmatch(key)
    if western and int(western["year"]) in _YEARS:
        return ParsedDay(_calendar_day(int(western["year"]), western))
    if _SERIAL.fullmatch(key) and int(key) in _SERIALS:
        return ParsedDay(_SERIAL_EPOCH + timedelta(days=int(key)))
    raise DayError(EXPECTED)


def may_be_cut(text: str) -> bool:
    """Return whether the text of a day may be the beginning of a longer one, of another day."""
    return _CUTTABLE.fullmatch(_key(text)) is not None


def _era_day(parts: re.Match[str]) -> ParsedDay:
    """Return the day of an era; raises DayError before its beginning."""
    era = _ERA_CODES.get(parts["era"]) or _SPELLED[parts["era"]]
    first_year, begins_on, ends_on = _ERAS[era]
    year = 1 if parts["year"] == "元" else int(parts["year"])
    day = _calendar_day(first_year + year - 1, parts)
    if year == 0 or day < begins_on:
        ja, en = f"{era}は{begins_on}から", f"the era {era} begins on {begins_on}"
        raise DayError(both(f"{ja}です。{EXPECTED.split(' / ')[0]}", en))
    if day <= ends_on:
        return ParsedDay(day)
    ja = f"{era}は{ends_on}までのため、{day}として読みました"
    return ParsedDay(day, both(ja, f"the era {era} ended on {ends_on}: read as {day}"))


def _calendar_day(year: int, parts: re.Match[str]) -> date:
    """Return the calendar day; raises DayError where there is none, as on 30 February."""
    try:
        return date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        ja, en = "暦にない日付です", "there is no such day in the calendar"
        raise DayError(both(ja, en)) from None
