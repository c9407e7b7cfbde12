"""Why each right of one person stands or falls, in plain sentences (Japanese or English)."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.core.calendar import day_of
from syncd.core.career import PersonState
from syncd.core.cases import Case
from syncd.core.findings import Because, Fault, Reason, Verdict
from syncd.flow.report import Explanation, RightExplained
from syncd.reports.nested import path_word, render_outlook
from syncd.reports.words import Lang, day_word, reason_word, state_word, verdict_word

_WHY_EN = {
    Reason.UNKNOWN_ACCOUNT: "no roster, order or account list names a person for this account",
    Reason.SEPARATED: "the last day of work is over",
    Reason.TERM_EXPIRED: "the term is over and no later appointment followed",
    Reason.SUSPENDED: "the person is on leave or suspended",
    Reason.NOT_DESIGNATED: "nobody ever designated the person for this affair",
    Reason.DESIGNATION_ENDED: "the designation has ended",
    Reason.DESIGNATION_NOT_BEGUN: "the designation has not begun",
    Reason.TRANSFERRED: "the person holds no post in the designated section any more",
    Reason.OPERATION_EXCEEDED: "the right allows more than the designation",
    Reason.TRAINING_OVERDUE: "the training is overdue",
    Reason.HR_CONFLICT: "orders, rosters or person links disagree; a person must decide",
}
_WHY_JA = {
    Reason.UNKNOWN_ACCOUNT: "この利用者IDの職員が、名簿・発令・アカウント一覧のどこにもいません",
    Reason.SEPARATED: "最終勤務日を過ぎています",
    Reason.TERM_EXPIRED: "任期が満了し、その後の任用がありません",
    Reason.SUSPENDED: "休職・休業・停職中です",
    Reason.NOT_DESIGNATED: "この事務の取扱担当者に指定されたことがありません",
    Reason.DESIGNATION_ENDED: "指定が終わっています",
    Reason.DESIGNATION_NOT_BEGUN: "指定がまだ始まっていません",
    Reason.TRANSFERRED: "指定された所属の職に就いていません",
    Reason.OPERATION_EXCEEDED: "権限の操作が指定の取扱範囲を超えています",
    Reason.TRAINING_OVERDUE: "研修の受講期限を過ぎています",
    Reason.HR_CONFLICT: "発令・名簿・職員番号の対応のどれかが食い違っています。人の判断が必要です",
}
_KINDS_JA = {
    "order": "発令",
    "designation": "指定",
    "roster": "職員名簿",
    "account": "アカウント一覧",
    "link": "職員番号の対応",
    "training": "研修",
    "entitlement": "権限一覧",
    "review": "棚卸",
}


def sentence_of(reason: Reason, lang: Lang = Lang.JA) -> str:
    """Return what a reason means, as a sentence without its full stop."""
    return _WHY_JA[reason] if lang is Lang.JA else _WHY_EN[reason]


def because_word(because: Because, lang: Lang = Lang.JA) -> str:
    """Return how a fact is cited: 発令 R9-0123, 令和9年4月1日."""
    kind = _KINDS_JA.get(because.kind, because.kind) if lang is Lang.JA else because.kind
    day = "" if because.on is None else f", {day_word(because.on, lang)}"
    return f"{kind} {because.ref}{day}"


def render(explanation: Explanation, lang: Lang = Lang.JA) -> str:
    """Return the explanation as text: the person first, then each right with its facts."""
    return "\n".join(_lines(explanation, lang))


def _lines(told: Explanation, lang: Lang) -> Iterator[str]:
    yield from _who(told, lang)
    yield from _seen(told, lang)
    for right in told.rights:
        yield from _right(right, lang)
    for case in told.cases:
        if case.is_ended:
            yield ""
            yield from _ended(case, lang)
    for notice in told.notices:
        yield f"* {notice.detail}"


def _who(told: Explanation, lang: Lang) -> Iterator[str]:
    """Tell who the person is on the day, by every reading of the facts."""
    en = lang is Lang.EN
    yield (
        f"Staff number {told.staff_number} on {told.as_of}"
        if en
        else f"職員番号 {told.staff_number}（{day_word(told.as_of)} 時点）"
    )
    if told.person is None:
        yield (
            "  No roster and no order names this number."
            if en
            else ("  この番号は名簿にも発令にもありません。")
        )
        return
    if told.person.other_numbers:
        others = "、".join(told.person.other_numbers)
        yield f"  other staff numbers: {others}" if en else f"  ほかの職員番号: {others}"
    if told.person.unknown_because or told.person.vanished_because:
        yield f"  {told.person.unknown_because or told.person.vanished_because}"
    for state in told.person.readings:
        yield from _person(state, told, lang)
    for line in told.designations:
        span = f"{day_word(line.designated_on, lang)} - {day_word(line.released_on, lang)}"
        word = "designation" if en else "指定"
        where = f"{line.source}:{line.line}"
        yield f"  {word} {line.affair}/{_unit(line.org_unit, told)} {span} ({where})"


def _seen(told: Explanation, lang: Lang) -> Iterator[str]:
    """Say so where there is no right to explain, or nothing was looked at yet."""
    en = lang is Lang.EN
    if not told.read_at:
        yield (
            "  No directory was read yet: run 'syncd sync' first."
            if en
            else ("  まだ一度も突合していません。先に syncd sync を実行してください。")
        )
    elif not told.rights:
        yield (
            "  No right was seen in any directory."
            if en
            else ("  どのディレクトリにも権限はありません。")
        )


def _unit(code: str, told: Explanation) -> str:
    names = {str(known): name for known, name in told.names.items()}
    return f"{code} {names[code]}".rstrip() if code in names else code


def _person(state: PersonState, told: Explanation, lang: Lang) -> Iterator[str]:
    en = lang is Lang.EN
    for post in state.posts:
        since = "" if post.since is None else f" {day_word(post.since, lang)}-"
        opened = "" if post.opened_by is None else f" ({_cite(post.opened_by, lang)})"
        kind = post.kind or ("further post" if en else "兼務")
        yield f"  {kind}: {_unit(post.org_unit, told)}{since}{opened}"
    if state.last_day is not None:
        word = "last day of work" if en else "最終勤務日"
        yield f"  {word}: {day_word(state.last_day, lang)}"
    if state.term_ends_on is not None:
        yield f"  {'term ends' if en else '任期満了日'}: {day_word(state.term_ends_on, lang)}"
    if state.leave is not None:
        yield f"  {state.leave.word}: {_cite(state.leave.because, lang)}"


def _right(right: RightExplained, lang: Lang) -> Iterator[str]:
    name = f"{right.directory} / {right.entitlement.entitlement} {right.entitlement.name}".rstrip()
    yield ""
    held = path_word(right.path, lang)
    yield f"{name} ({right.account}, {held}): {verdict_word(right.verdict, lang)}"
    yield f"  {_sentence(right, lang)}"
    for fault in right.faults:
        yield f"  - {_fault(fault, lang)}"
    for because in right.justified_by:
        yield f"  - {_cite(because, lang)}"
    if right.case is not None:
        yield f"  {'case' if lang is Lang.EN else '案件'} {right.case.case_id}: " + state_word(
            right.case.state, lang
        )
        yield from (f"    {line}" for line in render_outlook(right.case, lang))


def _ended(case: Case, lang: Lang) -> Iterator[str]:
    """Tell what became of a right that is no longer open."""
    day = day_word(day_of(case.updated_at), lang)
    yield f"{case.directory} / {case.entitlement} ({case.account}): " + state_word(case.state, lang)
    why = "、".join(reason_word(reason, lang) for reason in case.reasons)
    yield f"  {day} {why}"
    for because in case.because:
        yield f"  - {_cite(because, lang)}"


def _sentence(right: RightExplained, lang: Lang) -> str:
    en = lang is Lang.EN
    if right.unknown_because:
        return right.unknown_because
    if not right.faults:
        return (
            "It stands on a designation without fault."
            if en
            else ("瑕疵のない指定に基づく権限です。")
        )
    why = sentence_of(right.faults[0].reason, lang)
    if right.verdict is Verdict.EXCEPTED:
        return (
            f"Stale ({why}), with a dated exception." if en else f"{why}。猶予が認められています。"
        )
    return f"It must go: {why}." if en else f"{why}。この権限は失効させます。"


def _fault(fault: Fault, lang: Lang) -> str:
    since = "" if fault.since is None else f" {day_word(fault.since, lang)}"
    if fault.since is not None:
        since += " -" if lang is Lang.EN else " から"
    because = ", ".join(_cite(b, lang) for b in fault.because)
    return f"{reason_word(fault.reason, lang)}{since}: {because}"


def _cite(because: Because, lang: Lang) -> str:
    kind = because.kind if lang is Lang.EN else _KINDS_JA.get(because.kind, because.kind)
    on = "" if because.on is None else f" {day_word(because.on, lang)}"
    where = f" [{because.source}:{because.line}]" if because.source else ""
    return f"{kind} {because.ref}{on}{where}"
