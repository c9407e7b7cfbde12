"""Tables for the terminal: a run, cases, a check, the audit trail. Plain when piped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.core.cases import Case
from syncd.core.findings import Finding, Reason, Verdict
from syncd.flow.report import CheckLine, RunReport, TrailReport
from syncd.reports.abilities import render_abilities
from syncd.reports.nested import path_word, render_block, render_cuts, render_outlook
from syncd.reports.words import Lang, day_word, notice_word, reason_word, state_word, verdict_word

MOST_ROWS = 40
_COLOURS = {Verdict.STALE: "red", Verdict.UNKNOWN: "yellow", Verdict.EXCEPTED: "cyan"}


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that is at least 100 columns wide where nobody looks at a terminal."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=120)


def render_run(report: RunReport, lang: Lang = Lang.JA, most: int = MOST_ROWS) -> RenderableType:
    """Return a run as an administrator reads it: one line first, then what needs attention.

    Lists are cut after `most` rows, saying how many more there are.
    """
    parts: list[RenderableType] = [Text(run_line(report, lang), style="bold")]
    parts += [Text(f"! {refusal}", style="red") for refusal in report.refused]
    parts += [Text(f"! {u.directory}: {u.why}. {u.remedy}", style="red") for u in report.unread]
    if report.findings:
        parts.append(_findings(report, lang, most))
    parts += [Text(f"! {trip}", style="red") for trip in report.trips]
    if report.held.lines:
        parts.append(Text(_held_line(report, lang)))
    parts += [Text(f"- {line}") for line in render_cuts(report.proposed, lang, most)]
    parts += _blocked(report, lang, most)
    parts += _notices(report, lang, most)
    parts += [Text(f"- {note}") for note in report.notes]
    if report.proposed.lines and any(case.state == "open" for case in report.cases.values()):
        parts.append(Text(_approve_line(report, lang), style="bold"))
    return Group(*parts)


def _blocked(report: RunReport, lang: Lang, most: int) -> Iterator[RenderableType]:
    """Yield which stale rights no plan may end, why, and what a person could do instead."""
    for b in report.blocked[:most]:
        on = [loss.account for loss in b.others]
        why, *instead = render_block([b.why], b.instead, on, lang)
        yield Text(f"- {b.directory} {b.group} {b.case_id}: {why}")
        yield from (Text(f"    {line}") for line in instead)
    if len(report.blocked) > most:
        yield Text(f"- … +{len(report.blocked) - most}")


def run_line(report: RunReport, lang: Lang = Lang.JA) -> str:
    """Return the run in one line."""
    c = report.counts
    if lang is Lang.EN:
        whole = "complete" if report.complete else "NOT COMPLETE"
        return (
            f"{report.as_of} {whole}: {c.memberships} memberships, {c.justified} justified, "
            f"{c.stale} stale, {c.excepted} excepted, {c.unknown} unknown; "
            f"{c.removed} removed, {c.failed} failed"
        )
    whole = "すべて確認" if report.complete else "未完了（不明あり）"
    return (
        f"{day_word(report.as_of)} {whole}: 権限 {c.memberships} 件 = 根拠あり {c.justified} + "
        f"残存 {c.stale} + 猶予 {c.excepted} + 不明 {c.unknown}。失効 {c.removed}、失敗 {c.failed}"
    )


def _held_line(report: RunReport, lang: Lang) -> str:
    plan = report.held.hash
    if lang is Lang.EN:
        return f"held plan {plan[:12]}: two persons release it with"
    return (
        f"保留中の計画 {plan[:12]}（{len(report.held.lines)} 件）: "
        f'2名が syncd approve --plan {plan[:12]} --reason "…" で解除できます'
    )


def _approve_line(report: RunReport, lang: Lang) -> str:
    plan = report.proposed.hash[:12]
    if lang is Lang.EN:
        return f"plan {plan}: approve with: syncd approve --plan {plan}"
    return f"計画 {plan}（{len(report.proposed.lines)} 件）: 承認は syncd approve --plan {plan}"


def _findings(report: RunReport, lang: Lang, most: int) -> RenderableType:
    titles = {
        Lang.JA: ("判定", "利用者ID", "職員番号", "権限", "理由", "いつから", "根拠", "案件"),
        Lang.EN: ("verdict", "account", "staff no.", "right", "why", "since", "because", "case"),
    }[lang]
    table = _table(titles)
    for finding in report.findings[:most]:
        table.add_row(*_finding_row(finding, report.cases.get(finding.key), lang))
    left = len(report.findings) - most
    if left <= 0:
        return table
    more = (
        f"ほか {left} 件（--json ですべて）" if lang is Lang.JA else f"{left} more (--json has all)"
    )
    return Group(table, Text(more))


def _finding_row(finding: Finding, case: Case | None, lang: Lang) -> Sequence[RenderableType]:
    reasons = [reason_word(reason, lang) for reason in finding.reasons]
    if finding.verdict is Verdict.UNKNOWN:
        reasons = [finding.unknown_because]
    because = [str(b) for b in finding.because if b.kind in ("order", "designation", "roster")]
    return (
        Text(verdict_word(finding.verdict, lang), style=_COLOURS.get(finding.verdict, "")),
        finding.account,
        finding.staff_number or "-",
        _right_and_path(finding, lang),
        "、".join(reasons),
        day_word(finding.since, lang),
        ", ".join(because[:3]),
        "-" if case is None else f"{case.case_id} {state_word(case.state, lang)}",
    )


def _right_and_path(finding: Finding, lang: Lang) -> str:
    """Return the right, with the ways to it where it is not simply direct."""
    if finding.path == "direct":
        return finding.entitlement
    return f"{finding.entitlement}\n{path_word(finding.path, lang)}"


def _notices(report: RunReport, lang: Lang, most: int) -> list[RenderableType]:
    notices = report.decision.notices
    lines: list[RenderableType] = [
        Text(f"- {notice_word(n.notice, lang)} {n.staff_number or n.directory}: {n.detail}")
        for n in notices[:most]
    ]
    if len(notices) > most:
        lines.append(Text(f"- … +{len(notices) - most}"))
    return lines


def render_cases(cases: Iterable[Case], lang: Lang = Lang.JA) -> RenderableType:
    """Return cases as a table, oldest first, and below it those that no plan can end."""
    cases = tuple(cases)
    titles = {
        Lang.JA: ("案件", "状態", "利用者ID", "職員番号", "権限", "理由", "いつから", "期限"),
        Lang.EN: ("case", "state", "account", "staff no.", "right", "why", "since", "deadline"),
    }[lang]
    table = _table(titles)
    for case in cases:
        table.add_row(
            case.case_id,
            state_word(case.state, lang) + (" *" if case.regrant_of else ""),
            case.account,
            case.staff_number or "-",
            f"{case.directory}/{case.entitlement}",
            "、".join(reason_word(reason, lang) for reason in case.reasons),
            day_word(case.since, lang),
            case.hard_deadline_at.strftime("%Y-%m-%d %H:%M"),
        )
    stuck = [(case, render_outlook(case, lang)) for case in cases if case.blocked]
    if not stuck:
        return table
    return Group(table, *(Text(f"{c.case_id}: " + "\n    ".join(told)) for c, told in stuck))


def render_check(lines: Iterable[CheckLine], lang: Lang = Lang.JA) -> RenderableType:
    """Return what works and what does not, with what to do, and what each directory can do."""
    lines = tuple(lines)
    titles = {
        Lang.JA: ("", "種類", "名前", "見つかったもの", "すること"),
        Lang.EN: ("", "kind", "name", "found", "what to do"),
    }[lang]
    table = _table(titles)
    for line in lines:
        mark = Text("OK", style="green") if line.ok else Text("NG", style="red")
        table.add_row(mark, line.kind, line.name, line.found, line.remedy)
    abilities = render_abilities(lines, lang)
    return table if abilities is None else Group(table, abilities)


def render_trail(trail: TrailReport, lang: Lang = Lang.JA) -> str:
    """Return whether the audit trail agrees with its checkpoints."""
    if trail.faults:
        return "\n".join(["証跡に異常があります:" if lang is Lang.JA else "faults:", *trail.faults])
    if lang is Lang.EN:
        return f"{trail.records} records agree with {trail.checkpoints} checkpoints; {trail.root}"
    return (
        f"証跡 {trail.records} 件はチェックポイント {trail.checkpoints} 個と一致しています"
        f"（RFC 6962 ルート {trail.root[:16]}…）"
    )


def _table(titles: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def render_reasons(report: RunReport, lang: Lang = Lang.JA) -> RenderableType:
    """Return how many memberships are stale for which first reason."""
    counted = Counter(f.reasons[0] for f in report.findings if f.reasons)
    titles = ("理由", "件数") if lang is Lang.JA else ("why", "count")
    table = _table(titles)
    for reason in Reason:
        if counted[reason]:
            table.add_row(reason_word(reason, lang), str(counted[reason]))
    return table


def render_removals(
    report: RunReport, lang: Lang = Lang.JA, most: int = MOST_ROWS
) -> RenderableType:
    """Return what was removed and what the read-back said."""
    titles = {
        Lang.JA: ("案件", "利用者ID", "権限", "グループ", "読み戻し"),
        Lang.EN: ("case", "account", "right", "group", "read back"),
    }[lang]
    table = _table(titles)
    for removal in report.removals[:most]:
        case = removal.case
        groups = ", ".join(group.partition(",")[0] for group in case.groups)
        said = removal.error or state_word(case.state, lang)
        table.add_row(case.case_id, case.account, case.entitlement, groups, said)
    left = len(report.removals) - most
    return Group(table, Text(f"… +{left}")) if left > 0 else table
