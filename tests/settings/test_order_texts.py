"""A site's own table of 発令内容: loaded with its examples tried, or refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.errors import ConfigurationError
from syncd.settings.ordertexts import load_order_texts
from syncd.settings.tables import load_order_kinds, shipped

KINDS = load_order_kinds([shipped("order-kinds.toml")])
OWN = """
[[texts]]
id = "own"
pattern = "{section}詰めを命ず"
orders = [{ kind = "配置換", section = "section" }]
examples = [{ text = "税務課詰めを命ず", orders = [{ kind = "配置換", section = "税務課" }] }]
"""


def load(folder: Path, text: str):
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_order_texts([shipped("order-texts.toml"), path], KINDS)


def test_a_site_adds_patterns_to_the_shipped_ones(tmp_path: Path):
    shipped_only = load_order_texts([shipped("order-texts.toml")], KINDS)
    assert [p.pattern_id for p in load(tmp_path, OWN).patterns] == [
        *(p.pattern_id for p in shipped_only.patterns),
        "own",
    ]
    assert "調査役" in load(tmp_path, f'titles = ["調査役"]\n{OWN}').titles


def test_a_pattern_with_the_id_of_a_shipped_one_takes_its_place(tmp_path: Path):
    own = OWN.replace('id = "own"', 'id = "assigned"')
    with pytest.raises(ConfigurationError, match="税務課勤務"):
        # The shipped examples are gone with the shipped pattern, but others rest on it no more.
        load(tmp_path, own.replace("税務課詰め", "税務課勤務"))
    shipped_only = load_order_texts([shipped("order-texts.toml")], KINDS)
    assert len(load(tmp_path, own).patterns) == len(shipped_only.patterns)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("{section}詰めを命ず", "{section}詰めを(命ず", "brackets"),
        ("{section}詰めを命ず", "{place}詰めを命ず", "no place"),
        ('section = "section"', 'section = "section2"', "has no place"),
        ('kind = "配置換", section = "section"', 'kind = "栄転", section = "section"', "栄転"),
        ('text = "税務課詰めを命ず"', 'text = "税務課詰めを命ずる"', "所属一覧にありません"),
        (
            '{ kind = "配置換", section = "税務課" }',
            '{ kind = "兼務", section = "税務課" }',
            "gives",
        ),
        ("examples = ", "exemples = ", r"texts\.0\.examples"),
        ('id = "own"', 'id = "Own One"', "id"),
    ],
)
def test_a_fault_of_the_table_is_told_with_its_place(tmp_path: Path, old: str, new: str, why: str):
    assert old in OWN
    with pytest.raises(ConfigurationError, match=why) as told:
        load(tmp_path, OWN.replace(old, new))
    assert "own.toml" in str(told.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml"):
        load_order_texts([tmp_path / "nowhere.toml"], KINDS)
