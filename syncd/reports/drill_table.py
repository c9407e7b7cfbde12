"""A drill as people read it on a terminal: one line for each poison, and the sum of it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.bilingual import Bilingual
from syncd.core.drill.poisons import Outcome, PoisonResult
from syncd.flow.drill.keeping import DrillReport
from syncd.reports.words import Lang

_OUTCOMES = {
    Outcome.FIRED: (Bilingual("止めた", en="held"), "green"),
    Outcome.MISSED: (Bilingual("見逃した", en="MISSED"), "red"),
    Outcome.NOT_APPLICABLE: (Bilingual("対象外", en="does not apply"), "dim"),
}
_TITLES = (
    Bilingual("毒", en="poison"),
    Bilingual("入力", en="input"),
    Bilingual("結果", en="outcome"),
    Bilingual("働いた抑止", en="guards that fired"),
    Bilingual("書込み", en="writes"),
)


def outcome_word(outcome: Outcome, lang: Lang) -> str:
    """Return what became of a poison, in words."""
    return told(_OUTCOMES[outcome][0], lang)


def told(text: Bilingual, lang: Lang) -> str:
    """Return a sentence in a language."""
    return text.ja if lang is Lang.JA else text.en


def render_drill(report: DrillReport, place: str, lang: Lang = Lang.JA) -> RenderableType:
    """Return the table, the sum and where the result is kept."""
    table = Table(*(told(title, lang) for title in _TITLES), box=None, pad_edge=False)
    for result in report.results:
        table.add_row(*_row(result, lang))
    return Group(table, Text(""), Text(drill_line(report, lang)), Text(place))


def drill_line(report: DrillReport, lang: Lang = Lang.JA) -> str:
    """Return the drill in one sentence."""
    fired, missed = report.count(Outcome.FIRED), report.count(Outcome.MISSED)
    other = report.count(Outcome.NOT_APPLICABLE)
    return told(
        Bilingual(
            f"訓練 {report.drill}: 止めた {fired}、見逃した {missed}、対象外 {other}",
            en=f"drill {report.drill}: {fired} held, {missed} missed, {other} do not apply",
        ),
        lang,
    )


def _row(result: PoisonResult, lang: Lang) -> tuple[RenderableType, ...]:
    word, style = _OUTCOMES[result.outcome]
    shown = ", ".join(sorted(result.fired)) or "-"
    because = told(result.because, lang)
    return (
        Text(f"{result.poison.id}\n{told(result.poison.title, lang)}"),
        Text(result.target),
        Text(told(word, lang), style=style),
        Text(f"{shown}\n{because}" if because else shown),
        Text(str(result.writes)),
    )
