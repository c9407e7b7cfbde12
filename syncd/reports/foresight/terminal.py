"""A preview on the terminal: the numbers, then each part, then what differs from the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rich.console import Group, RenderableType
from rich.text import Text

from syncd.core.findings import Reason
from syncd.core.foresight.compare import Change
from syncd.core.foresight.lines import (
    ArrivalLine,
    GroupLine,
    LimitLine,
    Line,
    ListLine,
    LossLine,
    Part,
    TrainingLine,
    UnknownLine,
)
from syncd.core.foresight.preview import Preview
from syncd.core.ids import shown_group
from syncd.flow.foresight.keeping import Compared
from syncd.reports.foresight.words import (
    cause_word,
    cited,
    confidential_mark,
    doubt_told,
    fault_word,
    limit_word,
    notice_mark,
    outlook_word,
    part_word,
    training_word,
    turn_word,
)
from syncd.reports.words import Lang, day_word, reason_word

MOST_LINES = 40


def render(told: Compared, lang: Lang = Lang.JA, most: int = MOST_LINES) -> RenderableType:
    """Return a preview as an administrator reads it; lists are cut after `most` lines."""
    return Group(*(Text(line, style=style) for line, style in _lines(told, lang, most)))


def _lines(told: Compared, lang: Lang, most: int) -> Iterator[tuple[str, str]]:
    preview = told.preview
    if preview.with_notices:
        yield confidential_mark(lang), "bold reverse"
    yield _numbers(preview, lang), "bold"
    for name in (*preview.refused, *preview.unread):
        yield _rests_on_what_was_read_before(name, lang), "red"
    for part in Part:
        lines = preview.part(part)
        if lines:
            yield f"{part_word(part, lang)}: {len(lines)}", "bold"
            yield from ((f"  {text}", "") for text in _part(preview, lines, lang, most))
    yield from _difference(told, lang, most)


def _numbers(preview: Preview, lang: Lang) -> str:
    people, by_orders = preview.people_losing, preview.lost_by_orders
    lost, unknown = len(preview.losses), sum(n for _, n in preview.unknown_by_doubt)
    if lang is Lang.EN:
        return (
            f"{preview.on}: {lost} rights of {people} people are lost, {by_orders} by orders; "
            f"{preview.before} before that day, {preview.already} stale already, {unknown} unknown"
        )
    return (
        f"{day_word(preview.on)}: {people} 人が {lost} 件の権限を失います"
        f"（うち発令によるもの {by_orders} 件）。この日より前に {preview.before} 件、"
        f"すでに残存 {preview.already} 件、不明 {unknown} 件"
    )


def _rests_on_what_was_read_before(name: str, lang: Lang) -> str:
    if lang is Lang.EN:
        return f"! {name} could not be read now: foreseen from what was read before"
    return f"! {name} をいま読めません。前回までに読めた内容での見通しです"


def _part(preview: Preview, lines: Iterable[Line], lang: Lang, most: int) -> Iterator[str]:
    told = list(lines)
    for line in told[:most]:
        yield line_word(preview, line, lang)
    if len(told) > most:
        yield f"… +{len(told) - most}"


def line_word(preview: Preview, line: Line, lang: Lang = Lang.JA) -> str:
    """Return a line of a preview in words; one that rests on 内示 begins with the mark."""
    say = _SAY[type(line)]
    mark = f"{notice_mark(lang)} " if line.notice else ""
    return mark + say(preview, line, lang)


def _who(preview: Preview, number: str | None) -> str:
    shown = preview.people_shown.get(number or "")
    return f"{number or '-'}" + (f" {shown.name}" if shown is not None and shown.name else "")


def _where(preview: Preview, code: str | None) -> str:
    return "-" if code is None else f"{code} {preview.section_names.get(code, '')}".rstrip()


def _loss(preview: Preview, line: LossLine, lang: Lang) -> str:
    why = "、".join(reason_word(Reason(reason), lang) for reason in line.reasons)
    ground = "、".join(cited(fact, lang) for fact in line.because)
    who = _who(preview, line.staff_number)
    right = f"{line.directory} {line.entitlement}"
    return f"{_where(preview, line.section)} | {who} ({line.account}) | {right} | {why} | {ground}"


def _unknown(preview: Preview, line: UnknownLine, lang: Lang) -> str:
    who = _who(preview, line.staff_number)
    return f"{who} ({line.account}) | {line.entitlement} | {doubt_told(line.doubt, lang)}"


def _arrival(preview: Preview, line: ArrivalLine, lang: Lang) -> str:
    hints = [f"{_who(preview, n)} ({', '.join(affairs)})" for n, affairs in line.replaces]
    before = ("前任（参考）", "before them, perhaps")[lang is Lang.EN]
    parts = [
        f"{_where(preview, line.section)} | {_who(preview, line.staff_number)} | {line.post}",
        ", ".join(line.affairs),
        *(["、".join(fault_word(f, lang) for f in line.faults)] if line.faults else []),
        *([f"{before}: {'、'.join(hints)}"] if hints else []),
    ]
    return " | ".join(parts)


def _list(preview: Preview, line: ListLine, lang: Lang) -> str:
    people = "、".join(
        f"{notice_mark(lang) if x.notice else ''}{_who(preview, x.staff_number)} {x.affair}"
        for x in line.lines
    )
    where, since = _where(preview, line.section), day_word(line.since, lang)
    if lang is Lang.EN:
        idle = "not changed since the orders came" if line.untouched else "changed since"
        return f"{where} | {len(line.lines)} from {since} | {idle}: {people}"
    idle = "発令を知ってから変更なし" if line.untouched else "変更あり"
    return f"{where} | {len(line.lines)} 行、{since} から | {idle}: {people}"


def _training(preview: Preview, line: TrainingLine, lang: Lang) -> str:
    until = day_word(line.good_until, lang)
    last = day_word(line.trained_on, lang)
    who = f"{_where(preview, line.section)} | {_who(preview, line.staff_number)}"
    if lang is Lang.EN:
        return f"{who} | {training_word(line.state, lang)} | last {last}, good until {until}"
    return f"{who} | {training_word(line.state)} | 最終受講 {last}、有効 {until} まで"


def _group(_preview: Preview, line: GroupLine, lang: Lang) -> str:
    where = f"{line.directory} {shown_group(line.group)}"
    told = outlook_word(line.outlook, lang)
    if lang is Lang.EN:
        held = ", the guard will hold it" if line.held else ""
        return f"{where} | {told}: {line.leaving} of {line.members} leave{held}"
    held = "、抑止が保留します" if line.held else ""
    return f"{where} | {told}: {line.members} 人のうち {line.leaving} 人が外れる{held}"


def _limit(_preview: Preview, line: LimitLine, lang: Lang) -> str:
    return limit_word(line, lang)


_SAY: dict[type, Callable[..., str]] = {
    LossLine: _loss,
    UnknownLine: _unknown,
    ArrivalLine: _arrival,
    ListLine: _list,
    TrainingLine: _training,
    GroupLine: _group,
    LimitLine: _limit,
}


def _difference(told: Compared, lang: Lang, most: int) -> Iterator[tuple[str, str]]:
    if told.last is None:
        yield ("この日の最初の見通しです", "the first preview of this day")[lang is Lang.EN], "bold"
        return
    made = f"{told.last.made_at:%Y-%m-%d %H:%M} {told.last.made_by}"
    head = ("前回の見通しとの違い", "compared with the last preview")[lang is Lang.EN]
    yield f"{head} ({made}): {len(told.changes)}", "bold"
    say = partial(_change, told, lang=lang)
    yield from ((f"  {say(change)}", "") for change in told.changes[:most])
    if len(told.changes) > most:
        yield f"  … +{len(told.changes) - most}", ""


def _change(told: Compared, change: Change, lang: Lang) -> str:
    preview = told.preview if change.after is not None or told.before is None else told.before
    why = "、".join(cause_word(each, lang) for each in change.why)
    part, turn = part_word(change.part, lang), turn_word(change.turn, lang)
    return f"{turn} | {part} | {line_word(preview, change.line, lang)} | {why}"
