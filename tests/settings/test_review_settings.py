"""`[policy.review]`, and that no source may speak in the name of a review."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.core.policy import OnSilence, ReviewPolicy
from tests.settings.test_settings import faults, load

SOURCE = '[[sources]]\nname = "{name}"\ntype = "file"\nprovides = "{provides}"\npath = "x.csv"\n'


def test_without_a_word_silence_in_a_review_is_that_of_cases(tmp_path: Path):
    assert load(tmp_path, "").policy().review == ReviewPolicy(on_silence=None)


def test_every_key_reaches_the_policy(tmp_path: Path):
    table = (
        "[policy.review]\nanswer_open_days = 7\nremind_open_days = [3, 0]\n"
        'silence_open_days = 2\ncorrect_open_days = 4\non_silence = "hold"\n'
    )
    review = load(tmp_path, table).policy().review
    assert review == ReviewPolicy(7, frozenset({3, 0}), 2, 4, OnSilence.HOLD)


@pytest.mark.parametrize(
    "line", ["answer_open_days = 0", "silence_open_days = 0", 'on_silence = "x"', "who = 1"]
)
def test_what_cannot_be_meant_is_a_fault(tmp_path: Path, line: str):
    assert faults(tmp_path, f"[policy.review]\n{line}\n")


def test_no_source_gives_what_only_reviews_settle(tmp_path: Path):
    (fault,) = faults(tmp_path, SOURCE.format(name="x", provides="review_outcomes"))
    assert "designations, entitlements" in fault


def test_no_source_has_the_name_of_the_reviews(tmp_path: Path):
    (fault,) = faults(tmp_path, SOURCE.format(name="access-reviews", provides="designations"))
    assert "this name is kept" in fault
