"""The table of poisons: what ships, and what is told of a table with faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.core.drill.poisons import GUARDS
from syncd.core.guards import Guard
from syncd.errors import ConfigurationError
from syncd.settings.poisons import load_poisons
from syncd.settings.tables import shipped

LINE = """
[[poisons]]
id = "ours"
ja = "われわれの毒"
en = "our poison"
target = "roster"
mutator = "drop-share"
parameters = { share = 0.3 }
expects = ["row-loss"]
"""
BY_HAND = {
    "checksum",
    "package",
    Guard.LAST_ADMINISTRATOR,
    Guard.PROTECTED_ACCOUNT,
    Guard.PROTECTED_GROUP,
    "directory-unread",
}
"""Guards that no poison expects: what they notice is not in rows or answers that can be made up."""


def test_at_least_thirty_poisons_ship_with_words_in_both_languages():
    poisons, digest = load_poisons([shipped("poisons.toml")])
    assert len(poisons) >= 30
    assert len(digest) == 64
    assert all(p.title.ja != p.title.en for p in poisons)


def test_every_guard_that_rows_or_answers_can_fire_has_a_poison():
    poisons, _ = load_poisons([shipped("poisons.toml")])
    expected = {guard for poison in poisons for guard in poison.expects}
    assert GUARDS - expected == BY_HAND


def own(folder: Path, text: str) -> Path:
    path = folder / "poisons.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_site_adds_its_own(tmp_path: Path):
    shipped_only, first = load_poisons([shipped("poisons.toml")])
    both, second = load_poisons([shipped("poisons.toml"), own(tmp_path, LINE)])
    assert [p.id for p in both] == [*(p.id for p in shipped_only), "ours"]
    assert both[-1].parameters == {"share": 0.3}
    assert first != second


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('target = "roster"', 'target = "rooster"', "target 'rooster' is none of"),
        ('["row-loss"]', '["row-lost"]', "row-lost: no such guard"),
        ('["row-loss"]', "[]", "expects"),
        ('"drop-share"', '"lose-page"', "does nothing to roster"),
        ("{ share = 0.3 }", "{ shares = 0.3 }", "'shares' is not one of share"),
        ("parameters = { share = 0.3 }\n", "", "'share' is missing"),
        ("{ share = 0.3 }", '{ share = "much" }', "'share' must be a float"),
        ("{ share = 0.3 }", "{ share = 1.5 }", "above 0 and at most at 1"),
        ('id = "ours"', 'id = "roster-half"', "'roster-half' is there already"),
        ('id = "ours"', 'id = "Ours!"', "id: String should match"),
        ("[[poisons]]", "[poisons]", "write each poison under [[poisons]]"),
        ("[[poisons]]", "[[poisons", "not readable as TOML"),
        ('en = "our poison"', "floor = 11", "floor"),
    ],
)
def test_a_fault_of_the_table_is_told_with_its_place(
    tmp_path: Path, before: str, after: str, said: str
):
    path = own(tmp_path, LINE.replace(before, after))
    with pytest.raises(ConfigurationError) as caught:
        load_poisons([shipped("poisons.toml"), path])
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_table_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="poisons_file"):
        load_poisons([tmp_path / "none.toml"])
