"""The personnel orders of みほん市: last year's, and those that arrive on the morning of 1 April.

Rows are as a personnel system writes them: 和暦 in whatever form the clerk of the day preferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from syncd.demo.cast import CONCURRENT, Fate, Role
from syncd.demo.people import PART_TIME, Person, newcomers
from syncd.demo.sections import ELSEWHERE

TRANSFER_DAY = date(2027, 4, 1)
_EVE = date(2027, 3, 31)
_LAST_APRIL = date(2026, 4, 1)
_REIWA = 2018
_NEWCOMERS = 8
_SPARE_MOVES, _SPARE_RETIREMENTS = 10, 4

OrderRow = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Order:
    """An order before it has a number. `amends` is the place in the list of what it amends."""

    kind: str
    person: Person
    on: date | None = TRANSFER_DAY
    unit: str = ""
    title: str = ""
    until: date | None = None
    amends: int | None = None
    confirmed: str = "確定"


def in_japanese_years(day: date) -> str:
    """Return a day as 令和9年4月1日."""
    return f"令和{day.year - _REIWA}年{day.month}月{day.day}日"


_STYLES: tuple[Callable[[date], str], ...] = (
    in_japanese_years,
    lambda day: f"R{day.year - _REIWA}.{day.month}.{day.day}",
    lambda day: f"R{day.year - _REIWA:02}.{day:%m.%d}",
    lambda day: f"R{day.year - _REIWA}/{day.month}/{day.day}",
    lambda day: f"5{day.year - _REIWA:02}{day:%m%d}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day:%Y/%m/%d}",
)


def earlier_orders(roles: Iterable[Role]) -> tuple[OrderRow, ...]:
    """Return the orders of the year that ends: what they did stands in the roster."""
    return tuple(_numbered("R8", _last_year(tuple(roles))))


def arriving_orders(roles: Iterable[Role]) -> tuple[OrderRow, ...]:
    """Return the confirmed orders that take effect on 1 April, and one that is still 内示."""
    return tuple(_numbered("R9", _this_year(tuple(roles))))


def _numbered(year: str, orders: Iterable[_Order]) -> Iterator[OrderRow]:
    for place, order in enumerate(orders):
        style = _STYLES[place % len(_STYLES)]
        amends = order.amends
        yield {
            "発令番号": f"{year}-{place + 1:04}",
            "発令日": style(order.on) if order.on else "",
            "発令区分": order.kind,
            "職員番号": order.person.staff_number,
            "氏名": order.person.name,
            "所属コード": order.unit,
            "職名": order.title,
            "終了日": style(order.until) if order.until else "99999999",
            "対象発令番号": "" if amends is None else f"{year}-{amends + 1:04}",
            "発令確定": order.confirmed,
        }


def _last_year(roles: tuple[Role, ...]) -> Iterator[_Order]:
    for role in roles:
        person = role.person
        match role.fate:
            case Fate.LEFT_BEHIND:
                yield _Order("配置換", person, _LAST_APRIL, person.section, person.title)
            case Fate.RELEASED:
                yield _Order("兼務", person, _LAST_APRIL, CONCURRENT, "主査")
            case Fate.RETURNS:
                yield _Order("育児休業", person, date(2026, 5, 1), until=_EVE)
            case Fate.LONG_GONE:
                yield _Order("退職", person, date(2026, 12, 31))
    yield from (
        _Order("配置換", r.person, _LAST_APRIL, r.person.section, r.person.title)
        for r in _spare(roles)[30:42]
    )
    yield from (
        _Order("昇任", r.person, date(2026, 10, 1), r.person.section, r.person.title)
        for r in _spare(roles)[42:46]
    )


def _this_year(roles: tuple[Role, ...]) -> Iterator[_Order]:
    orders: list[_Order] = []
    for role in roles:
        orders.extend(_of_the_cast(role, len(orders)))
    spare = _spare(roles)
    moving, rest = spare[:_SPARE_MOVES], spare[_SPARE_MOVES:]
    for turn, role in enumerate(moving):
        to = ELSEWHERE[(turn * 3 + 1) % len(ELSEWHERE)]
        orders.append(_Order("配置換", role.person, TRANSFER_DAY, to, role.person.title))
    orders += [_Order("退職", r.person, _EVE) for r in rest[:_SPARE_RETIREMENTS]]
    rest = rest[_SPARE_RETIREMENTS:]
    orders += [_Order("昇任", r.person, TRANSFER_DAY, r.person.section, "主査") for r in rest[:4]]
    orders.append(_Order("派遣", rest[4].person, title="後期高齢者医療広域連合"))
    orders.append(_Order("事務取扱", rest[5].person, unit="10050", title="課長"))
    arrivals = newcomers(len(roles), _NEWCOMERS)
    orders += [_Order("採用", p, unit=ELSEWHERE[n], title=p.title) for n, p in enumerate(arrivals)]
    notice = rest[6].person
    orders.append(_Order("配置換", notice, date(2027, 5, 1), "10010", "主任", confirmed="内示"))
    yield from orders


def _of_the_cast(role: Role, place: int) -> tuple[_Order, ...]:
    """Return what 1 April brings to one person; `place` is where the first order will stand."""
    bring = _BRINGS.get(role.fate)
    return () if bring is None else bring(role, place)


def _move(role: Role, place: int) -> tuple[_Order, ...]:
    """Return a transfer, and what keeps it from taking the person off the work."""
    person = role.person
    move = _Order("配置換", person, TRANSFER_DAY, role.to, person.title)
    match role.fate:
        case Fate.KEEPS_CONCURRENT:
            until = date(2027, 6, 30)
            return (move, _Order("兼務", person, TRANSFER_DAY, person.section, until=until))
        case Fate.CANCELLED:
            return (move, _Order("取消", person, TRANSFER_DAY, amends=place))
        case Fate.CORRECTED:
            return (move, _Order("訂正", person, date(2027, 4, 16), amends=place))
        case _:
            return (move,)


def _promote(role: Role, _place: int) -> tuple[_Order, ...]:
    return (_Order("昇任", role.person, unit=role.to or role.person.section, title="主査"),)


def _renew(role: Role, _place: int) -> tuple[_Order, ...]:
    person, until = role.person, date(2028, 3, 31)
    return (_Order("採用", person, TRANSFER_DAY, person.section, person.title, until),)


def _leave(kind: str, until: date) -> _Bring:
    return lambda role, _place: (_Order(kind, role.person, until=until),)


def _return(role: Role, _place: int) -> tuple[_Order, ...]:
    person = role.person
    return (_Order("復職", person, unit=person.section, title=person.title),)


_Bring = Callable[[Role, int], tuple[_Order, ...]]

_BRINGS: dict[Fate, _Bring] = {
    Fate.MOVES: _move,
    Fate.MOVES_DESK: _move,
    Fate.KEEPS_CONCURRENT: _move,
    Fate.CANCELLED: _move,
    Fate.CORRECTED: _move,
    Fate.PROMOTED_AWAY: _promote,
    Fate.PROMOTED_HERE: _promote,
    Fate.RENEWED: _renew,
    Fate.NEVER_DESIGNATED: _renew,
    Fate.CHILDCARE: _leave("育児休業", date(2028, 3, 31)),
    Fate.SICK: _leave("休職", date(2027, 9, 30)),
    Fate.RETURNS: _return,
    Fate.RELEASED: lambda role, _: (_Order("兼務解除", role.person, unit=CONCURRENT),),
    Fate.RETIRES: lambda role, _: (_Order("退職", role.person, _EVE),),
    Fate.SECONDED: lambda role, _: (_Order("出向", role.person, title="みほん県"),),
}


def _spare(roles: tuple[Role, ...]) -> list[Role]:
    """Return people of whom the story says nothing, taken from all over the organisation."""
    free = [
        role
        for role in roles
        if role.fate is Fate.STAYS
        and not role.rights
        and role.person.employment != PART_TIME
        and role.person.seat > 6  # noqa: PLR2004 - the first seats hold the heads and the actors
    ]
    return free[::2]
