"""A poison: one way in which an input lies, and the guards that must notice.

The table is `config/poisons.toml` and a site can add to it. Ids are permanent: results that are
kept as evidence name them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from syncd.bilingual import Bilingual
from syncd.core.guards import Guard
from syncd.core.intake import InputGuard
from syncd.core.reread import RereadGuard

NOTHING_TO_SAY = Bilingual("", en="")
Parameters = Mapping[str, str | int | float]


class Doubt(StrEnum):
    """What makes single answers unknown instead of refusing a whole input; permanent names."""

    ORDER_HELD = "order-held"


GUARDS: frozenset[str] = frozenset(
    str(name) for family in (InputGuard, Guard, RereadGuard, Doubt) for name in family
)
"""The permanent name of everything that can fire."""


class Stage(StrEnum):
    """Where a mutator takes hold.

    `raw`: the bytes of the site's own file. `rows`: its rows, written as a file and parsed again
    where the site reads files. `reading`: what is known of an input beside its rows. `directory`:
    a directory's whole answer. `clock`: the time of the run.
    """

    RAW = "raw"
    ROWS = "rows"
    READING = "reading"
    DIRECTORY = "directory"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Poison:
    """One line of the table.

    `target` is what the site must have: a value of `provides`, `directory`, or `clock`. It counts
    as caught when one of `expects` fired. A guard that lets a small number through whatever its
    share says so by `floor`: where the poison changes no more rows than that, the guard is not
    meant to fire, and the poison does not apply.
    """

    id: str
    title: Bilingual
    target: str
    mutator: str
    parameters: Parameters
    expects: frozenset[str]
    floor: int = 0


class Outcome(StrEnum):
    """What became of a poison."""

    FIRED = "fired"
    MISSED = "missed"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class PoisonResult:
    """One poison tried on one site; nothing of it is about a person.

    `target` is the source or directory that was poisoned. `fired` are all guards that fired and
    did not without the poison. `writes` are removals that the run without the poison would not
    have made; `held` tells that there were none and that every guard stood on record before the
    first write was asked for. `changed` counts the rows, accounts or groups that the poison
    changed. `because` says why it does not apply, or what was missed.
    """

    poison: Poison
    outcome: Outcome
    target: str
    fired: frozenset[str] = frozenset()
    held: bool = True
    writes: int = 0
    changed: int = 0
    because: Bilingual = NOTHING_TO_SAY

    @property
    def expected(self) -> frozenset[str]:
        """Return the guards of which one had to fire."""
        return self.poison.expects


@dataclass(frozen=True, slots=True)
class Trial:
    """What happened in the run with the poison, beside the same run without it."""

    fired: frozenset[str]
    writes: int
    in_order: bool
    changed: int


def judge(poison: Poison, target: str, trial: Trial) -> PoisonResult:
    """Return the verdict: caught only where an expected guard fired and nothing was written."""
    held = trial.writes == 0 and trial.in_order
    caught = bool(trial.fired & poison.expects) and held
    outcome, because = Outcome.FIRED, NOTHING_TO_SAY
    if not caught and trial.changed <= poison.floor:
        outcome = Outcome.NOT_APPLICABLE
        because = Bilingual(
            f"changes only {trial.changed} here; its guard counts from {poison.floor + 1}",
            ja=f"ここでは {trial.changed} 件しか変わらず、抑止は {poison.floor + 1} 件から働きます",
        )
    elif not caught:
        outcome, because = Outcome.MISSED, _missed(trial)
    return PoisonResult(
        poison, outcome, target, trial.fired, held, trial.writes, trial.changed, because
    )


def _missed(trial: Trial) -> Bilingual:
    if trial.writes:
        return Bilingual(
            f"{trial.writes} removals that the run without it would not make",
            ja=f"毒がなければ行わない失効が {trial.writes} 件ありました",
        )
    if not trial.in_order:
        return Bilingual(
            "a write was asked for before the guard stood on record",
            ja="抑止が記録される前に書き込みが求められました",
        )
    return Bilingual("none of the expected guards fired", ja="期待した抑止がどれも働きませんでした")
