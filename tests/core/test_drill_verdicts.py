"""When a poison counts as held, as missed, and as not applicable: never as held by being small."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.bilingual import Bilingual
from syncd.core.drill.poisons import Outcome, Poison, Trial, judge

POISON = Poison("p", Bilingual("毒", en="p"), "roster", "drop-share", {}, frozenset({"row-loss"}))
CAUGHT = Trial(frozenset({"row-loss", "section-loss"}), writes=0, in_order=True, changed=200)


def outcome(trial: Trial, floor: int = 0) -> Outcome:
    return judge(replace(POISON, floor=floor), "roster", trial).outcome


def test_it_is_held_where_an_expected_guard_fired_and_nothing_was_written():
    result = judge(POISON, "roster", CAUGHT)
    assert (result.outcome, result.held, result.because) == (Outcome.FIRED, True, "")


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"fired": frozenset()}, "none of the expected guards fired"),
        ({"fired": frozenset({"section-loss"})}, "none of the expected guards fired"),
        ({"writes": 1}, "1 removals that the run without it would not make"),
        ({"in_order": False}, "a write was asked for before the guard stood on record"),
    ],
)
def test_it_is_missed_where_no_expected_guard_fired_or_something_was_written(change, because):
    result = judge(POISON, "roster", replace(CAUGHT, **change))
    assert result.outcome is Outcome.MISSED
    assert result.because.en == because
    assert result.because.ja != because


def test_what_is_too_small_for_its_guard_does_not_apply_and_says_how_small():
    small = replace(CAUGHT, fired=frozenset(), changed=10, writes=3)
    result = judge(replace(POISON, floor=10), "roster", small)
    assert (result.outcome, result.writes, result.held) == (Outcome.NOT_APPLICABLE, 3, False)
    assert result.because.en == "changes only 10 here; its guard counts from 11"
    assert outcome(replace(small, changed=11), 10) is Outcome.MISSED
    assert outcome(small, 0) is Outcome.MISSED


def test_what_is_small_and_held_all_the_same_is_held():
    assert outcome(replace(CAUGHT, changed=1), 10) is Outcome.FIRED
