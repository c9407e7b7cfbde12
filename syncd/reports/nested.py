"""Nested groups in words: by what way a right is held, whose edge goes, and what blocks a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from syncd.bilingual import english, japanese
from syncd.core.cases import Case
from syncd.core.plan import GroupCut, Loss, Plan, PlanLine
from syncd.reports.words import Lang, verdict_word

MOST_OTHERS = 8
_NESTED, _PRIMARY = "nested through ", "primary group, "


def path_word(path: object, lang: Lang) -> str:
    """Return by what ways a right is held; findings and cases word it in English."""
    told = str(path)
    return told if lang is Lang.EN else "; ".join(map(_way_ja, told.split("; ")))


def _way_ja(way: str) -> str:
    if way in ("direct", "primary group"):
        return {"direct": "直接", "primary group": "主グループ"}[way]
    nested = way.removeprefix(_PRIMARY)
    if not nested.startswith(_NESTED):
        return way
    by_primary = "主グループ、" if way.startswith(_PRIMARY) else ""
    return f"{by_primary}入れ子: {nested.removeprefix(_NESTED)}"


def group_cuts(lines: Iterable[PlanLine]) -> dict[tuple[str, str, str], GroupCut]:
    """Return the edges of groups that lines cut, each once, by (directory, group, member)."""
    return {line.edge: line.cut for line in lines if line.cut is not None}


def render_cuts(plan: Plan, lang: Lang, most: int) -> Iterator[str]:
    """Yield a line for each group that a plan takes out of another one, with who loses what."""
    cuts = group_cuts(plan.lines)
    for (directory, _, _), cut in list(cuts.items())[:most]:
        child, parent = cut.names
        losses = "; ".join(loss_word(loss, lang) for loss in cut.losses[:MOST_OTHERS])
        left = len(cut.losses) - MOST_OTHERS
        more = "" if left <= 0 else (f"; {left} more" if lang is Lang.EN else f"; ほか {left} 人")
        if lang is Lang.EN:
            yield f"{directory}: the group {child} leaves {parent}; who loses what: {losses}{more}"
        else:
            yield f"{directory}: グループ {child} を {parent} から外します。失う人: {losses}{more}"
    if len(cuts) > most:
        yield f"… +{len(cuts) - most}"


def loss_word(loss: Loss, lang: Lang) -> str:
    """Return what one account loses: rights with the verdict on each, and other groups."""
    rights = [f"{right} ({verdict_word(verdict, lang)})" for right, verdict in loss.rights]
    unlisted = "not listed" if lang is Lang.EN else "一覧外"
    return f"{loss.account}: " + ", ".join(
        [*rights, *(f"{group} ({unlisted})" for group in loss.groups)]
    )


def render_block(
    why: Iterable[str], instead: Iterable[str], dependents: Sequence[str], lang: Lang
) -> Iterator[str]:
    """Yield why something is not cut, on whose account, and what a person could do instead."""
    say = english if lang is Lang.EN else japanese
    yield from map(say, why)
    if dependents:
        yield ("kept for: " if lang is Lang.EN else "残すべき人: ") + ", ".join(dependents)
    yield from (f"→ {say(text)}" for text in instead)


def render_outlook(case: Case, lang: Lang) -> Iterator[str]:
    """Yield what stands in the way of a case, and what a person could do instead."""
    return render_block(case.blocked, case.instead, case.dependents, lang)
