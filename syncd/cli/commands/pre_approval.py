"""`syncd pre-approval`: what a coming day takes and who approved it; approving by its hash."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date
from typing import Any

from rich.text import Text

from syncd.bootstrap import OpenSite
from syncd.cli.opening import answer, open_for, sees_notices
from syncd.core.preapproval.line import AheadLine, AheadPlan
from syncd.core.preapproval.standing import KeptLine, Standing, Standings
from syncd.core.votes import distinct_voters
from syncd.flow.coming import coming_day
from syncd.flow.preapproval.plan import look_ahead, plan_ahead
from syncd.flow.preapproval.vote import AheadVoteResult, approve_ahead
from syncd.reports.words import Lang

_SHORTEST = 8
_WORDS = {
    Standing.NEW: ("未承認", "waits"),
    Standing.CHANGED: ("内容が変わった", "changed since"),
    Standing.PARTLY: ("あと1名", "one more needed"),
    Standing.APPROVED: ("承認済み", "approved"),
    Standing.AUTO: ("不要（方針）", "by policy"),
}


def run(arguments: argparse.Namespace) -> int:
    """Show the plan of a coming day; what rests on 内示 only to an account that may see it."""
    opened = open_for(arguments)
    with_notices = sees_notices(opened)
    on = arguments.on or _next_day(opened, with_notices=with_notices)
    plan = plan_ahead(opened.site, on, with_notices=with_notices)
    standings = look_ahead(opened.site, plan).standings
    answer(arguments, plan_json(plan, standings), _text(plan, standings, arguments.lang))
    return 0


def approve_by_hash(opened: OpenSite, given: str, reason: str) -> AheadVoteResult | None:
    """Approve the plan of the next transfer day where it is this one; None where it is another."""
    if len(given) < _SHORTEST:
        return None
    for with_notices in (False, True) if sees_notices(opened) else (False,):
        on = _next_day(opened, with_notices=with_notices)
        plan = plan_ahead(opened.site, on, with_notices=with_notices)
        if plan.hash.startswith(given):
            return approve_ahead(opened.site, opened.acting(), plan, reason=reason)
    return None


def vote_text(result: AheadVoteResult, lang: Lang) -> Text:
    """Return what approving came to, for people."""
    plan = result.plan_hash[:12]
    line = (
        f"{plan}: {result.approved} lines approved ahead, {result.waiting} need another person"
        if lang is Lang.EN
        else f"計画 {plan}: {result.approved} 件を事前に承認、{result.waiting} 件はあと1名が必要"
    )
    return Text("\n".join([line, *(f"- {why}" for why in result.refused)]))


def vote_json(result: AheadVoteResult) -> dict[str, Any]:
    """Return what approving came to, as JSON."""
    return {
        "plan": result.plan_hash,
        "ahead": True,
        "voted": result.voted,
        "approved": result.approved,
        "waiting": result.waiting,
        "refused": list(result.refused),
        "elsewhere": result.elsewhere,
    }


def _next_day(opened: OpenSite, *, with_notices: bool) -> date:
    today = opened.today()
    coming = coming_day(opened.site, today, with_notices=with_notices)
    return today if coming is None else coming.on


def plan_json(plan: AheadPlan, standings: Standings) -> dict[str, Any]:
    """Return a plan as JSON; see docs/operators.md."""
    counts = Counter(str(standings.of(line)) for line in plan.lines)
    return {
        "on": plan.on.isoformat(),
        "plan": plan.hash,
        "with_advance_notices": plan.with_notices,
        "counts": {str(each): counts[str(each)] for each in Standing},
        "waiting": sum(standings.waits(line) for line in plan.lines),
        "lines": [_line_json(line, standings) for line in plan.lines],
        "gone": [_gone_json(line) for line in standings.gone],
    }


def _line_json(line: AheadLine, standings: Standings) -> dict[str, Any]:
    return {
        "digest": line.digest,
        "directory": line.directory,
        "entitlement": line.entitlement,
        "account": line.account,
        "staff_number": line.staff_number,
        "section": line.section,
        "reasons": [str(reason) for reason in line.reasons],
        "because": [str(because) for because in line.because],
        "standing": str(standings.of(line)),
        "given": distinct_voters(standings.votes.get(line.digest, ())),
        "needed": line.needed,
        "first_vote_by": line.deadlines.first.isoformat(),
        "last_vote_by": line.deadlines.last.isoformat(),
        "advance_notice": line.rests_on_notice,
    }


def _gone_json(line: KeptLine) -> dict[str, Any]:
    directory, entitlement, account = line.key or ("", "", "")
    return {
        "digest": line.digest,
        "directory": directory,
        "entitlement": entitlement,
        "account": account,
        "orders": list(line.orders),
    }


def _text(plan: AheadPlan, standings: Standings, lang: Lang) -> Text:
    place = 1 if lang is Lang.EN else 0
    counts = Counter(standings.of(line) for line in plan.lines)
    head = [
        f"{plan.on.isoformat()}  {len(plan.lines)} {('件', 'lines')[place]}  {plan.hash}",
        "  ".join(f"{_WORDS[each][place]} {counts[each]}" for each in _WORDS),
    ]
    if plan.with_notices:
        head.insert(0, ("【内示】取扱注意", "Confidential: advance notices are in it")[place])
    lines = [_line_text(line, standings, place) for line in plan.lines if standings.waits(line)]
    gone = [
        f"- {('なくなった', 'gone')[place]}: {'/'.join(line.key or ())}" for line in standings.gone
    ]
    return Text("\n".join([*head, *lines, *gone]))


def _line_text(line: AheadLine, standings: Standings, place: int) -> str:
    mark = (" 【内示】", " [advance notice]")[place] if line.rests_on_notice else ""
    grounds = ", ".join(str(because) for because in line.because)
    word = _WORDS[standings.of(line)][place]
    return f"{line.account} {line.entitlement}: {word} ({grounds}){mark}"
