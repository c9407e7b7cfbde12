"""Reads `people.txt`: what stands in the files of a city, and what a person expects syncd to say.

Nothing is interpreted here: no date is read, no rule known. The verdicts were written by hand.
"""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

ROSTER_DEFAULTS = {
    "氏名": "見本 太郎",
    "フリガナ": "ミホン タロウ",
    "職員区分": "正規職員",
    "所属コード": "12010",
    "所属名": "市民税課",
    "職名": "主事",
    "在職区分": "在職",
    "採用日": "H30.4.1",
    "任期満了日": "99999999",
}
DESIGNATION_DEFAULTS = {
    "事務の名称": "個人番号利用事務",
    "氏名": "見本 太郎",
    "取扱範囲": "照会;更新",
    "指定日": "R07.04.01",
    "指定者": "保護責任者",
}


# Beside the columns of a designation: in which of two lists the line stands.
STANDS = "stands"
_NOTHING = {
    "roster": ("roster", lambda: None),
    "designation": ("designations", list),
    "training": ("training", list),
    "entry": ("entries", dict),
}


@dataclass
class Expectation:
    """What is to be said of one right of one account; `since` None: not compared, `none`: null."""

    right: str
    verdict: str
    account: str
    reasons: list[str]
    since: str | None = None
    because: list[str] = field(default_factory=list)
    path: str | None = None
    via: str | None = None


@dataclass
class CityPerson:
    """One person: the rows about them, and the expectations written beside."""

    number: str
    story: str
    roster: dict[str, str] | None
    roster_stands: str = "always"
    orders: list[dict[str, str]] = field(default_factory=list)
    designations: list[dict[str, str]] | None = None
    training: list[str] | None = None
    entries: dict[str, dict[str, str]] | None = None
    listed: list[dict[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    expected: list[Expectation] = field(default_factory=list)

    @property
    def staff_number(self):
        return self.number.zfill(7)


@dataclass
class City:
    """All of `people.txt`; `base` is the 基準日 as ISO and as the file writes it.

    `earlier_base` is that of a first roster, where the set has two.
    """

    base: tuple[str, str] = ("", "")
    earlier_base: tuple[str, str] = ("", "")
    units: list[dict[str, str]] = field(default_factory=list)
    rights: list[dict[str, str]] = field(default_factory=list)
    nested: list[tuple[str, str]] = field(default_factory=list)
    unlisted: list[tuple[str, str]] = field(default_factory=list)
    people: list[CityPerson] = field(default_factory=list)

    def directory_of(self, right):
        return next(row["システム"] for row in self.rights if row["権限ID"] == right)


def read_city(path: Path) -> City:
    """Return the city and its people, defaults filled in."""
    city = City()
    for line in path.read_text("utf-8").splitlines():
        words = [_unescaped(word) for word in shlex.split(line, comments=line.startswith("#"))]
        if words and line.startswith("  "):
            _read_person_line(city.people[-1], words)
        elif words:
            _read_city_line(city, words)
    for person in city.people:
        _fill_defaults(person)
    return city


def _unescaped(word):
    return word.replace("\\n", "\n").replace("\\ue000", "\ue000")


def _cells(words):
    return dict(word.split("=", 1) for word in words)


def _blank(word):
    return "" if word == "-" else word


def _read_city_line(city, words):
    match words:
        case ["base", iso, written]:
            city.base = (iso, written)
        case ["earlier-base", iso, written]:
            city.earlier_base = (iso, written)
        case ["fill", first, count]:
            numbers = range(int(first), int(first) + int(count))
            city.people += [CityPerson(str(n), "", dict(ROSTER_DEFAULTS)) for n in numbers]
        case ["unit", code, name, parent, *cells]:
            row = {"所属コード": code, "所属名": name, "上位所属コード": _blank(parent)}
            city.units.append(row | _cells(cells))
        case ["right", identifier, directory, group, name, affairs, operations]:
            columns = ("権限ID", "システム", "グループ", "権限名", "事務コード", "操作")
            row = (identifier, directory, group, name, affairs, _blank(operations))
            city.rights.append(dict(zip(columns, row, strict=True)))
        case ["group", member, parent]:
            city.nested.append((member, parent))
        case ["unlisted-group", group, member]:
            city.unlisted.append((group, member))
        case ["person", number, *story]:
            city.people.append(CityPerson(number, " ".join(story), dict(ROSTER_DEFAULTS)))
        case _:
            raise ValueError(f"people.txt: {words}")


def _read_person_line(person, words):
    match words:
        case ["no", what]:
            name, nothing = _NOTHING[what]
            setattr(person, name, nothing())
        case ["roster", *cells]:
            person.roster |= _cells(cells)
        case ["earlier" | "later" as stands, "roster"]:
            person.roster_stands = stands
        case ["earlier", "designation", affair, unit, *cells]:
            _designate(person, affair, unit, {STANDS: "earlier"} | _cells(cells))
        case ["designation", affair, unit, *cells]:
            _designate(person, affair, unit, _cells(cells))
        case ["training", *days]:
            person.training = days
        case _:
            _read_other_line(person, words)


def _read_other_line(person, words):
    """Orders, accounts, and what is expected."""
    match words:
        case ["order", number, day, kind, *rest]:
            person.orders.append(_order(person, number, day, kind, rest))
        case ["entry", uid, *cells]:
            person.entries = (person.entries or {}) | {uid: _cells(cells)}
        case ["listed", system, uid, kind, *cells]:
            row = {"システム": system, "利用者ID": uid, "種別": kind}
            person.listed.append(row | _cells(cells))
        case ["notice", name]:
            person.notices.append(name)
        case ["=", right, verdict, *rest]:
            person.expected.append(_expectation(person, right, verdict, rest))
        case _:
            raise ValueError(f"people.txt, person {person.number}: {words}")


def _designate(person, affair, unit, cells):
    row = {"事務コード": affair, "所属コード": unit, "職員番号": person.staff_number}
    person.designations = [*(person.designations or []), row | DESIGNATION_DEFAULTS | cells]


def _order(person, number, day, kind, rest):
    unit = rest.pop(0) if rest and "=" not in rest[0] else "-"
    row = {"発令番号": number, "発令日": _blank(day), "発令区分": kind}
    return row | {"職員番号": person.staff_number, "所属コード": _blank(unit)} | _cells(rest)


def _expectation(person, right, verdict, rest):
    named = [word.split("=", 1) for word in rest if "=" in word]
    expected = Expectation(
        right=right,
        verdict=verdict,
        account=dict(named).get("as", f"u{person.staff_number}"),
        reasons=[word for word in rest if "=" not in word],
        because=[value for name, value in named if name == "because"],
    )
    for name, value in named:
        if name in ("since", "path", "via"):
            setattr(expected, name, value)
    return expected


def _fill_defaults(person):
    if person.designations is None:
        row = {"事務コード": "TAX", "所属コード": "12010", "職員番号": person.staff_number}
        person.designations = [row | DESIGNATION_DEFAULTS]
    if person.training is None:
        person.training = ["2026-06-01"]
    if person.entries is None:
        person.entries = {f"u{person.staff_number}": {"employeeNumber": person.staff_number}}
