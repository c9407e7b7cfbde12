"""The tables of config/ hold every word of the design, and a site adds its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from syncd.core.policy import Aspect, OrderEffect
from syncd.errors import ConfigurationError
from syncd.settings.tables import (
    load_closed_days,
    load_order_kinds,
    load_status_words,
    shipped,
)

OPENS_PRIMARY = "採用 配置換 転任 昇任 降任 任命換え 身分換 再任用 臨時的任用"
FURTHER = "兼務 兼職 併任 事務取扱 事務代理 充て職 心得"
ENDS = "退職 辞職 免職 失職 解職 死亡"
TERMS = "採用 転任 任命換え 身分換 再任用 臨時的任用"


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        (OPENS_PRIMARY, OrderEffect.OPENS_PRIMARY),
        (FURTHER, OrderEffect.OPENS_FURTHER),
        ("出向 派遣", OrderEffect.CLOSES_PRIMARY),
        ("休職 育児休業 停職", OrderEffect.SUSPENDS),
        ("復職", OrderEffect.ENDS_SUSPENSION),
        (ENDS, OrderEffect.ENDS_EMPLOYMENT),
        ("取消 発令取消", OrderEffect.CANCELS),
        ("訂正 発令訂正", OrderEffect.CORRECTS),
        ("組織改正読替", OrderEffect.RENAMES_UNIT),
    ],
)
def test_every_word_of_the_design_has_its_effect(words: str, effect: OrderEffect):
    kinds = load_order_kinds([shipped("order-kinds.toml")])
    assert {kinds[word].effect for word in words.split()} == {effect}


@pytest.mark.parametrize("word", FURTHER.split())
@pytest.mark.parametrize("form", ["{}解除", "{}を解く", "免{}"])
def test_each_further_post_is_closed_by_its_own_word(word: str, form: str):
    kinds = load_order_kinds([shipped("order-kinds.toml")])
    closing = kinds[form.format(word)]
    assert closing.effect is OrderEffect.CLOSES_FURTHER
    assert closing.post_kind == kinds[word].post_kind == word


def test_only_appointments_begin_a_new_term():
    kinds = load_order_kinds([shipped("order-kinds.toml")]).values()
    appointing = {kind.word for kind in kinds if kind.appoints}
    assert set(TERMS.split()) <= appointing
    assert not appointing & {"配置換", "昇任", "降任", "兼務", "復職"}


def test_no_word_ends_anything_unsaid():
    assert not any(k.also_ends for k in load_order_kinds([shipped("order-kinds.toml")]).values())


def test_a_word_of_the_site_is_added_and_wins(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[kinds]]\nwords = ["転任", "所属替"]\neffect = "opens-primary"\nalso_ends = ["further"]\n',
        encoding="utf-8",
    )
    kinds = load_order_kinds([shipped("order-kinds.toml"), own])
    assert kinds["転任"].also_ends == {Aspect.FURTHER}
    assert kinds["所属替"].effect is OrderEffect.OPENS_PRIMARY
    assert kinds["昇任"].effect is OrderEffect.OPENS_PRIMARY


def test_an_effect_that_nobody_knows_is_refused_with_those_there_are(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text('[[kinds]]\nwords = ["所属替"]\neffect = "moves"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"kinds\[1\].*opens-primary"):
        load_order_kinds([own])


def test_words_of_employment_stand_for_the_four_states():
    words = load_status_words(shipped("employment-status.toml"))
    assert {words[w] for w in ("在職", "現職")} == {"at-work"}
    assert {words[w] for w in ("休職", "育休", "育児休業", "停職")} == {"suspended"}
    assert {words[w] for w in ("出向", "派遣")} == {"away"}
    assert {words[w] for w in ("退職", "死亡", "失職", "免職")} == {"separated"}


@pytest.mark.parametrize(
    "day",
    ["2026-09-22", "2027-03-22", "2028-01-10", "2028-02-11", "2028-03-20", "2028-11-23"],
)
def test_the_holidays_of_three_years_are_closed_days(day: str):
    assert date.fromisoformat(day) in load_closed_days([shipped("closed-days.txt")])


def test_a_line_that_is_no_day_says_which(tmp_path: Path):
    own = tmp_path / "closed.txt"
    own.write_text("# 休日\n2027/6/1\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 2: '2027/6/1'"):
        load_closed_days([own])


def test_a_table_that_is_lost_says_where_it_was_looked_for():
    with pytest.raises(ConfigurationError, match="install syncd again"):
        shipped("lost.toml")
