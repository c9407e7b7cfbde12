"""What each directory can do, in words: a table for the terminal, and what is missing means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.flow.report import CheckLine
from syncd.ports.directory import Capability
from syncd.reports.words import Lang

_NAMES = {
    Capability.READ_WHOLE: ("全件を読む", "read whole"),
    Capability.PROVE_COMPLETE: ("全件の証明", "prove it"),
    Capability.DELTA: ("差分", "changes"),
    Capability.WRITE: ("失効", "revoke"),
    Capability.BATCH: ("まとめて", "batch"),
    Capability.READ_BACK: ("読み返し", "read back"),
    Capability.RESTORE: ("復元", "restore"),
}
_WITHOUT = {
    Capability.READ_WHOLE: (
        "全件を読めないため、中の権限はすべて不明として扱います",
        "it cannot be read whole, so that every right in it is unknown",
    ),
    Capability.PROVE_COMPLETE: (
        "全件を読めたと証明できないため、見えない権限も「ない」とは見なしません",
        "no read proves itself whole, so that what is not seen is not taken for absent",
    ),
    Capability.DELTA: (
        "変更だけを尋ねられないため、外で付けられた権限は次の全件の突合で見つかります",
        "it tells no changes: a right granted elsewhere is found by the next whole read",
    ),
    Capability.WRITE: (
        "syncd は失効できません。案件は人が手で処理します（mode = apply にはできません）",
        "syncd cannot revoke in it: people carry cases out by hand (mode = apply is refused)",
    ),
    Capability.BATCH: ("失効は一件ずつ行います", "rights are revoked one by one"),
    Capability.READ_BACK: (
        "失効の結果はその場で見えず、次の突合で確かめます",
        "a removal does not show at once: the next read verifies it",
    ),
    Capability.RESTORE: (
        "失効した権限を syncd で元に戻せません",
        "what was revoked cannot be put back by syncd",
    ),
}


def ability_word(capability: Capability, lang: Lang = Lang.JA) -> str:
    """Return what people call something a directory can do."""
    return _NAMES[capability][lang is Lang.EN]


def without_word(capability: Capability, lang: Lang = Lang.JA) -> str:
    """Return what it means for people that a directory cannot do something."""
    return _WITHOUT[capability][lang is Lang.EN]


def missing_of(able: Collection[Capability]) -> tuple[Capability, ...]:
    """Return what a directory cannot do, in the fixed order.

    What follows from something else that is missing is left out: without writing there is nothing
    to batch or to put back, and what cannot be read whole proves nothing.
    """
    implied = {
        Capability.BATCH: Capability.WRITE,
        Capability.RESTORE: Capability.WRITE,
        Capability.PROVE_COMPLETE: Capability.READ_WHOLE,
    }
    return tuple(
        each
        for each in Capability
        if each not in able and (each not in implied or implied[each] in able)
    )


def render_abilities(lines: Iterable[CheckLine], lang: Lang = Lang.JA) -> RenderableType | None:
    """Return which directory can do what, and what it means where it cannot; None without any."""
    shown = [line for line in lines if line.capabilities is not None]
    if not shown:
        return None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("ディレクトリ" if lang is Lang.JA else "directory", overflow="fold")
    for capability in Capability:
        table.add_column(ability_word(capability, lang), justify="center")
    for line in shown:
        able = line.capabilities or ()
        table.add_row(line.name, *("○" if each in able else "-" for each in Capability))
    return Group(Text(), table, *_meanings(shown, lang))


def _meanings(lines: Iterable[CheckLine], lang: Lang) -> Iterator[Text]:
    for line in lines:
        for capability in missing_of(line.capabilities or ()):
            yield Text(f"- {line.name}: {without_word(capability, lang)}")
