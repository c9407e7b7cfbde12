"""What the trail keeps of a drill, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncd.core.drill.poisons import Outcome
from syncd.reports.drill_table import outcome_word
from syncd.reports.words import Lang

KEYS = {
    "drill": ("訓練", "drill"),
    "fired": ("止めた毒", "poisons held"),
    "missed": ("見逃した毒", "poisons missed"),
    "not_applicable": ("対象外の毒", "poisons that do not apply"),
    "poisons": ("毒ごとの結果", "each poison"),
    "poisons_sha256": ("毒の表の SHA-256", "SHA-256 of the table"),
    "seconds": ("秒", "seconds"),
}


def sayings(lang: Lang) -> Mapping[str, Callable[..., str]]:
    """Return how the values of a drill's keys are said."""
    return {
        "poisons": lambda one: f"{one['id']} {outcome_word(Outcome(one['outcome']), lang)}",
        "poisons_sha256": lambda text: text[:12],
    }
