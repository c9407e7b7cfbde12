"""Nested groups in words: paths, edges that go, what blocks a case."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from syncd.bilingual import Bilingual
from syncd.core.findings import Verdict
from syncd.core.plan import GroupCut, Loss, Plan
from syncd.reports.nested import path_word, render_cuts
from syncd.reports.tables import render_cases
from syncd.reports.words import Lang
from tests import builders as b


@pytest.mark.parametrize(
    ("path", "ja"),
    [
        ("direct", "直接"),
        ("primary group", "主グループ"),
        ("nested through directors > tax", "入れ子: directors > tax"),
        ("direct; nested through a > tax; …", "直接; 入れ子: a > tax; …"),
        ("primary group, nested through a > tax", "主グループ、入れ子: a > tax"),
    ],
)
def test_a_path_is_told_in_japanese_without_touching_names(path: str, ja: str) -> None:
    assert path_word(path, Lang.JA) == ja
    assert path_word(path, Lang.EN) == path


def plan_of(people: int) -> Plan:
    losses = tuple(
        Loss(b.account_name(n), (("TAX-EDIT", Verdict.STALE),), ("app",))  # type: ignore[arg-type]
        for n in range(1, people + 1)
    )
    cut = GroupCut("cn=kakari", ("kakari", "tax"), losses)
    return Plan.of(b.plan_line(n, "cn=tax", member="cn=kakari", cut=cut) for n in range(1, 3))


def test_an_edge_is_told_once_with_who_loses_what() -> None:
    (line,) = render_cuts(plan_of(2), Lang.EN, 5)
    assert "the group kakari leaves tax" in line
    assert "u0002: TAX-EDIT (stale), app (not listed)" in line
    (line,) = render_cuts(plan_of(30), Lang.JA, 5)
    assert "グループ kakari を tax から外します" in line
    assert "ほか 22 人" in line


def shown(renderable: Any) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(renderable)
    return out.getvalue()


def test_the_list_of_cases_says_which_of_them_no_plan_can_end_and_what_to_do() -> None:
    stuck = b.case(
        1,
        blocked=(Bilingual("残すべき人がいます", en="somebody depends on it"),),
        instead=(Bilingual("直接与える", en="give it directly"),),
        dependents=("u0009",),
    )
    text = shown(render_cases([stuck, b.case(2)], Lang.EN))
    for part in ("C1: somebody depends on it", "kept for: u0009", "→ give it directly"):
        assert part in text
    assert "残すべき人: u0009" in shown(render_cases([stuck], Lang.JA))
