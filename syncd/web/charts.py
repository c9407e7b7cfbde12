"""Charts as plain SVG, drawn on the server: no script, no style attribute, legible in print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from syncd.core.residue import DayResidue
from syncd.reports.words import Lang, day_word
from syncd.web.words import phrase

_WIDTH, _HEIGHT = 640, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 56, 14, 34
_STEPS = (1, 2, 5)


def residue_chart(days: Sequence[DayResidue], lang: str) -> Markup:
    """Return stale rights (bars) and their residual days (dashed line) for each day."""
    say = phrase(Lang(lang))
    most, most_days = max(d.standing for d in days), max(d.days for d in days)
    top, top_days = _round_up(most), _round_up(most_days)
    parts = [*_grid(top, top_days)]
    step = (_WIDTH - _LEFT - _RIGHT) / len(days)
    for n, day in enumerate(days):
        if day.standing:
            height = (_HEIGHT - _TOP - _BOTTOM) * day.standing / top
            x, y = _LEFT + n * step + step * 0.15, _HEIGHT - _BOTTOM - height
            parts.append(
                Markup(
                    '<rect class="bar-stale" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
                ).format(x, y, step * 0.7, height)
            )
    points = " ".join(
        f"{_LEFT + (n + 0.5) * step:.1f},{_level(day.days, top_days):.1f}"
        for n, day in enumerate(days)
    )
    parts.append(Markup('<polyline class="days" stroke-width="2" points="{}"/>').format(points))
    parts += _months(days, step)
    now, stood = days[-1].standing, days[-1].days
    title = say(
        f"残存している権限と残存日数の推移。今日は {now} 件、延べ {stood} 日。",
        f"Stale rights and residual days. Today {now}, {stood} days in all.",
    )
    return _svg(_WIDTH, _HEIGHT, title, parts)


def _grid(top: int, top_days: int) -> Iterable[Markup]:
    for share in (0, 0.5, 1):
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
            _LEFT, _WIDTH - _RIGHT, y, y
        )
        yield _text(_LEFT - 6, y + 4, f"{top * share:g}", anchor="end")
        yield _text(_WIDTH - _RIGHT + 6, y + 4, f"{top_days * share:g}", soft=True)


def _months(days: Sequence[DayResidue], step: float) -> Iterable[Markup]:
    for n, day in enumerate(days):
        if n in (0, len(days) - 1) or day.on.day in (1, 15):
            if 0 < n < len(days) - 1 and (n < 4 or n > len(days) - 5):  # noqa: PLR2004 - room for a label
                continue
            x = _LEFT + (n + 0.5) * step
            yield _text(x, _HEIGHT - 14, f"{day.on.month}/{day.on.day}", anchor="middle", soft=True)


def _level(value: int, top: int) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _round_up(value: int) -> int:
    """Return the next of 2, 4, 10, 20, 40 …, so that half of it is a whole number too."""
    scale = 1
    while True:
        for step in _STEPS:
            if value <= 2 * step * scale:
                return 2 * step * scale
        scale *= 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of a timeline: `until_on` is the last day (None: it goes on).

    `maybe_before`: nobody knows how long before `from_on` it was so already.
    """

    kind: str
    label: str
    from_on: date | None
    until_on: date | None
    maybe_before: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a timeline with its name."""

    name: str
    bars: tuple[Bar, ...]


def pack(name: str, bars: Iterable[Bar]) -> Iterable[Lane]:
    """Put bars on as few lanes of one name as they need, none over another."""
    lanes: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda b: (b.from_on or date.min, b.until_on or date.max)):
        free = (lane for lane in lanes if (lane[-1].until_on or date.max) < _begins(bar))
        lane = next(free, None)
        if lane is None:
            lanes.append([bar])
        else:
            lane.append(bar)
    return [Lane(name, tuple(lane)) for lane in lanes]


def _begins(bar: Bar) -> date:
    return date.min if bar.maybe_before else bar.from_on or date.min


_LINE_WIDTH, _LANE, _NAMES = 900, 30, 190
_ROOM_FOR_A_WORD = 80


def timeline(
    lanes: Sequence[Lane], from_on: date, until_on: date, today: date, lang: str
) -> Markup:
    """Return posts, designations, rights and cases as bars over the days of a stretch."""
    say = phrase(Lang(lang))
    span = max(1, (until_on - from_on).days)

    def x(day: date | None, *, otherwise: date) -> float:
        at = min(max(day or otherwise, from_on), until_on)
        return _NAMES + (_LINE_WIDTH - _NAMES - 12) * (at - from_on).days / span

    height = _LANE * len(lanes) + 34
    parts = [*_years((from_on, until_on), x, height, Lang(lang))]
    for n, lane in enumerate(lanes):
        y = n * _LANE + 8
        parts.append(_text(0, y + 15, _cut(lane.name, 15)))
        for bar in lane.bars:
            left, right = x(bar.from_on, otherwise=from_on), x(bar.until_on, otherwise=until_on)
            parts += _bar(bar, left, right, y)
    at = x(today, otherwise=today)
    parts.append(
        Markup('<line class="today" x1="{:.1f}" x2="{:.1f}" y1="0" y2="{}"/>').format(
            at, at, height - 26
        )
    )
    return _svg(
        _LINE_WIDTH,
        height,
        say("経歴の図。同じ内容が下の表にあります。", "Timeline; the tables below say the same."),
        parts,
    )


def _bar(bar: Bar, left: float, right: float, y: int) -> Iterable[Markup]:
    if bar.maybe_before and left > _NAMES:
        yield Markup('<line class="before" x1="{}" x2="{:.1f}" y1="{}" y2="{}"/>').format(
            _NAMES, left, y + 10, y + 10
        )
    yield Markup(
        '<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="20" rx="3">'
        "<title>{}</title></rect>"
    ).format(bar.kind, left, y, max(4.0, right - left), bar.label)
    if right - left > _ROOM_FOR_A_WORD:
        yield _text(left + 5, y + 14, _cut(bar.label, int((right - left) / 11)))


def _years(
    days: tuple[date, date], x: Callable[..., float], height: int, lang: Lang
) -> Iterable[Markup]:
    """Yield a line and a word for each 1 April: the years of public bodies begin there."""
    for year in range(days[0].year, days[1].year + 1):
        day = date(year, 4, 1)
        if days[0] <= day <= days[1]:
            at = x(day, otherwise=day)
            line = Markup('<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="0" y2="{}"/>')
            yield line.format(at, at, height - 26)
            word = f"{year}-04" if lang is Lang.EN else day_word(day).removesuffix("1日")
            yield _text(at, height - 10, word, anchor="middle", soft=True)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"


def _text(x: float, y: float, text: str, *, anchor: str = "start", soft: bool = False) -> Markup:
    kind = Markup(' class="soft"') if soft else ""
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>').format(
        x, y, anchor, kind, text
    )


def _svg(width: int, height: int, title: str, parts: Iterable[Markup]) -> Markup:
    opening = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return opening.format(width, height, title) + Markup("").join(parts) + Markup("</svg>")
