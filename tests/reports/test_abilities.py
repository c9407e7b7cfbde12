"""What directories can do, in words."""

from __future__ import annotations

import pytest

from syncd.flow.report import CheckLine
from syncd.ports.directory import Capability
from syncd.reports.abilities import ability_word, missing_of, render_abilities, without_word
from syncd.reports.words import Lang


@pytest.mark.parametrize("capability", Capability)
@pytest.mark.parametrize("word", [ability_word, without_word])
def test_every_capability_has_its_words_in_both_languages(word, capability):
    assert word(capability, Lang.JA) != word(capability, Lang.EN)
    assert word(capability, Lang.EN).isascii()


def test_what_follows_from_something_else_that_is_missing_is_not_told_twice():
    assert missing_of({Capability.READ_WHOLE, Capability.PROVE_COMPLETE}) == (
        Capability.DELTA,
        Capability.WRITE,
        Capability.READ_BACK,
    )
    assert Capability.PROVE_COMPLETE not in missing_of(set())
    assert missing_of(frozenset(Capability)) == ()


def test_a_check_without_directories_shows_no_table_of_them():
    assert render_abilities([CheckLine("store", "", ok=True, found="ok")]) is None
