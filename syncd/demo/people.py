"""The people of みほん市: about 400, none of them real, with the oddities real names bring.

Names are common surnames with given names in sequence; numbers begin at 0099001. 髙 and 﨑 stand
in CP932 and not in Shift_JIS; フリガナ is in half width, as old personnel systems write it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from syncd.demo.sections import SECTIONS, Section

REGULAR, PART_TIME = "正規職員", "会計年度任用職員"
TERM_ENDS = date(2027, 3, 31)
_FIRST_NUMBER = 99001
_PART_TIMERS = {"20012": 5, "20021": 2, "20041": 3, "30041": 2, "10010": 4, "50020": 6}

_SURNAMES = (
    *(("佐藤", "ｻﾄｳ"), ("鈴木", "ｽｽﾞｷ"), ("髙橋", "ﾀｶﾊｼ"), ("田中", "ﾀﾅｶ"), ("伊藤", "ｲﾄｳ")),
    *(("山﨑", "ﾔﾏｻﾞｷ"), ("渡邉", "ﾜﾀﾅﾍﾞ"), ("中村", "ﾅｶﾑﾗ"), ("小林", "ｺﾊﾞﾔｼ"), ("加藤", "ｶﾄｳ")),
    *(("吉田", "ﾖｼﾀﾞ"), ("齋藤", "ｻｲﾄｳ"), ("松本", "ﾏﾂﾓﾄ"), ("井上", "ｲﾉｳｴ"), ("木村", "ｷﾑﾗ")),
    *(("清水", "ｼﾐｽﾞ"), ("髙﨑", "ﾀｶｻｷ"), ("森", "ﾓﾘ"), ("池田", "ｲｹﾀﾞ"), ("橋本", "ﾊｼﾓﾄ")),
    *(("石川", "ｲｼｶﾜ"), ("前田", "ﾏｴﾀﾞ"), ("濵田", "ﾊﾏﾀﾞ")),
)
_GIVEN = (
    *(("太郎", "ﾀﾛｳ"), ("花子", "ﾊﾅｺ"), ("一郎", "ｲﾁﾛｳ"), ("さくら", "ｻｸﾗ"), ("次郎", "ｼﾞﾛｳ")),
    *(("桃子", "ﾓﾓｺ"), ("三郎", "ｻﾌﾞﾛｳ"), ("梅子", "ｳﾒｺ"), ("四郎", "ｼﾛｳ"), ("みどり", "ﾐﾄﾞﾘ")),
    *(("五郎", "ｺﾞﾛｳ"), ("あおい", "ｱｵｲ"), ("六郎", "ﾛｸﾛｳ"), ("松子", "ﾏﾂｺ"), ("八郎", "ﾊﾁﾛｳ")),
    *(("竹子", "ﾀｹｺ"), ("十郎", "ｼﾞｭｳﾛｳ"), ("ひかり", "ﾋｶﾘ")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the roster as of 25 March; `seat` counts the people of the section from 0."""

    staff_number: str
    name: str
    kana: str
    employment: str
    section: str
    seat: int
    title: str
    hired_on: date
    term_ends_on: date | None = None

    @property
    def account(self) -> str:
        """Return the 利用者ID: a letter and the staff number."""
        return f"m{self.staff_number}"


def everybody() -> tuple[Person, ...]:
    """Return the staff in 建制順, part-time staff after the regular staff of their section."""
    people: list[Person] = []
    for section in SECTIONS:
        people.extend(_staff_of(section, len(people)))
    return tuple(people)


def newcomers(known: int, count: int) -> Iterable[Person]:
    """Return people hired on 1 April, who stand in no roster yet."""
    for number in range(known, known + count):
        yield _person(number, REGULAR, "", number - known, "主事補", date(2027, 4, 1))


def _staff_of(section: Section, known: int) -> Iterable[Person]:
    for seat in range(section.staff):
        hired_on = date(1990 + (known + seat) * 7 % 35, 4, 1)
        title = _title(section, seat)
        yield _person(known + seat, REGULAR, section.code, seat, title, hired_on)
    for extra in range(_PART_TIMERS.get(section.code, 0)):
        seat = section.staff + extra
        hired_on = date(2026, 4, 1)
        yield _person(known + seat, PART_TIME, section.code, seat, "事務補助員", hired_on)


def _person(
    index: int, employment: str, section: str, seat: int, title: str, hired_on: date
) -> Person:
    surname, given = _SURNAMES[index % len(_SURNAMES)], _GIVEN[index * 5 % len(_GIVEN)]
    return Person(
        staff_number=f"{_FIRST_NUMBER + index:07}",
        name=f"{surname[0]}　{given[0]}",
        kana=f"{surname[1]} {given[1]}",
        employment=employment,
        section=section,
        seat=seat,
        title=title,
        hired_on=hired_on,
        term_ends_on=TERM_ENDS if employment == PART_TIME else None,
    )


def _title(section: Section, seat: int) -> str:
    if section.code.endswith("0000"):
        return {"5": "次長", "9": "局長"}.get(section.code[0], "部長")
    if section.code.endswith("0"):
        return ("課長", "課長補佐", "主査", "主任", "主事")[min(seat, 2 + seat % 3)]
    return ("係長", "主査", "主任", "主事")[min(seat, 1 + seat % 3)]
