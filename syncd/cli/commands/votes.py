"""`syncd approve`, `refuse` and `restore`: what one person decides, under their own account."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from rich.text import Text

from syncd.bootstrap import OpenSite
from syncd.cli.commands.cases import case_json
from syncd.cli.commands.pre_approval import approve_by_hash, vote_json, vote_text
from syncd.cli.opening import answer, open_for
from syncd.core.ids import CaseId
from syncd.errors import NoSuchCase, UsageError
from syncd.flow.report import PlanVoteResult, VoteResult
from syncd.flow.restore import restore_case
from syncd.flow.vote import approve_cases, approve_plan, refuse_case
from syncd.reports.words import Lang, state_word


def run_approve(arguments: argparse.Namespace) -> int:
    """Approve cases, or everything in a plan; the next run removes what has enough votes."""
    if bool(arguments.cases) == bool(arguments.plan):
        raise UsageError(
            "name cases or one plan: syncd approve CASE… | --plan HASH",
            ja="案件か、計画を一つ書いてください: syncd approve CASE… | --plan HASH",
        )
    opened = open_for(arguments)
    if arguments.plan:
        return _approve_plan(arguments, opened)
    case_ids = [CaseId(case) for case in arguments.cases]
    results = approve_cases(opened.site, opened.acting(), case_ids, arguments.reason)
    return _tell(arguments, results)


def _approve_plan(arguments: argparse.Namespace, opened: OpenSite) -> int:
    """Approve a plan that waits, or the one of the coming transfer day: people know its hash."""
    try:
        result = approve_plan(opened.site, opened.acting(), arguments.plan, arguments.reason)
    except NoSuchCase:
        ahead = approve_by_hash(opened, arguments.plan, arguments.reason)
        if ahead is None:
            raise
        answer(arguments, vote_json(ahead), vote_text(ahead, arguments.lang))
        return 0
    answer(arguments, _plan_json(result), _plan_text(result, arguments.lang))
    return 0


def run_refuse(arguments: argparse.Namespace) -> int:
    """Ask that a right be kept until a day; a second person's same answer grants it."""
    opened = open_for(arguments)
    case = CaseId(arguments.case)
    result = refuse_case(opened.site, opened.acting(), case, arguments.until, arguments.reason)
    return _tell(arguments, [result])


def run_restore(arguments: argparse.Namespace) -> int:
    """Ask that a removed right be put back; a second person's vote does it."""
    opened = open_for(arguments)
    case = CaseId(arguments.case)
    return _tell(
        arguments,
        [restore_case(opened.site, opened.acting(), case, arguments.reason)],
    )


def _tell(arguments: argparse.Namespace, results: Sequence[VoteResult]) -> int:
    as_json = {
        "cases": [{**case_json(r.case), "given": r.given, "needed": r.needed} for r in results]
    }
    lines = [_line(result, arguments.lang) for result in results]
    answer(arguments, as_json, Text("\n".join(lines)))
    return 0


def _line(result: VoteResult, lang: Lang) -> str:
    case = result.case
    votes = f"{result.given}/{result.needed}"
    back = ""
    if case.restored_at is not None:
        back = " (put back)" if lang is Lang.EN else "（復元済み）"
    right = f"{case.case_id} {case.account} {case.entitlement}"
    return f"{right}: {state_word(case.state, lang)} {votes}{back}"


def _plan_json(result: PlanVoteResult) -> dict[str, Any]:
    return {
        "plan": result.plan_hash,
        "held": result.held,
        "given": result.given,
        "needed": result.needed,
        "released": result.released,
        "cases": [case_json(r.case) for r in result.cases],
        "refused": list(result.refused),
    }


def _plan_text(result: PlanVoteResult, lang: Lang) -> Text:
    plan = result.plan_hash[:12]
    if result.held:
        done = (
            "解除されました。次の突合で実行します" if result.released else "もう1名の承認が必要です"
        )
        if lang is Lang.EN:
            done = "released for the next run" if result.released else "one more person is needed"
        return Text(f"{plan}: {result.given}/{result.needed} {done}")
    approved = sum(r.case.state == "approved" for r in result.cases)
    lines = [
        f"{plan}: {approved}/{result.needed} approved; the next run removes them"
        if lang is Lang.EN
        else f"計画 {plan}: {result.needed} 件中 {approved} 件を承認済み。次の突合で失効します"
    ]
    return Text("\n".join([*lines, *(f"- {why}" for why in result.refused)]))
