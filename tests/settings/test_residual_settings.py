"""`[residual]`, `[[access_logs]]` and what the law says: read whole, and refused with their place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.bootstrap import open_site
from syncd.core.reporting import deadlines_from
from syncd.errors import ConfigurationError
from syncd.settings.load import load_settings

BASE = """
[organization]
name = "みほん市"
[[directories]]
name = "ad"
type = "ldif"
path = "ad.ldif"
"""
LOG = """
[[access_logs]]
name = "tax"
directory = "ad"
type = "file"
path = "tax.log"
format = "syslog"
pattern = "user=(?P<account>.*)"
"""
LATER = """
[[reports]]
effective_on = 2028-04-01
first_days = [1, 2]
final_days = 10
wrongful_days = 20
cites = ["新しい規則"]
items = ["overview"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "syncd.toml"
    path.write_text(BASE + text, encoding="utf-8")
    return path


def test_the_shipped_law_counts_the_days_that_the_domain_says(tmp_path: Path):
    policy = load_settings(written(tmp_path, "")).policy().residual
    assert policy.longer_than == timedelta(days=1)
    found = deadlines_from(date(2027, 4, 1), policy)
    assert found is not None
    assert found.rule.first_days == (3, 5)
    assert (found.rule.final_days, found.rule.wrongful_days) == (30, 60)
    assert len(found.rule.items) == 9
    assert date(2027, 4, 29) in policy.holidays


def test_the_bodys_own_closed_days_move_no_legal_deadline(tmp_path: Path):
    (tmp_path / "own.txt").write_text("2027-06-01  # 市制記念日\n")
    loaded = load_settings(written(tmp_path, '[policy]\nclosed_days_file = "own.txt"\n')).policy()
    assert date(2027, 6, 1) in loaded.closed_days
    assert date(2027, 6, 1) not in loaded.residual.holidays


def test_a_site_adds_a_rule_that_holds_from_its_day_on(tmp_path: Path):
    (tmp_path / "law.toml").write_text(LATER, encoding="utf-8")
    text = '[residual]\nlonger_than = "0m"\ncitations_file = "law.toml"\n'
    policy = load_settings(written(tmp_path, text)).policy().residual
    assert policy.longer_than == timedelta(0)
    before = deadlines_from(date(2028, 3, 31), policy)
    after = deadlines_from(date(2028, 4, 3), policy)
    assert before is not None
    assert after is not None
    assert before.rule.final_days == 30
    assert (after.rule.final_days, after.rule.cites) == (10, ("新しい規則",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LATER.replace("10", '"ten"'), r"law\.toml: reports\.0\.final_days"),
        (LATER.replace("overview", "blame"), r"law\.toml: reports\.0\.items\.0"),
        ("reports = [", "not readable as TOML"),
    ],
)
def test_a_law_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str, told: str):
    (tmp_path / "law.toml").write_text(text, encoding="utf-8")
    settings = load_settings(written(tmp_path, '[residual]\ncitations_file = "law.toml"\n'))
    with pytest.raises(ConfigurationError, match=told):
        settings.policy()


def test_a_log_is_built_with_what_stands_in_its_table(tmp_path: Path):
    opened = open_site(written(tmp_path, LOG), lambda *_: None)
    (log,) = opened.site.access_logs
    assert (log.name, log.directory) == ("tax", "ad")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ('directory = "ad"', 'directory = "zz"'),
            r"access_logs.*directory.*no \[\[directories\]\]",
        ),
        (('type = "file"', 'type = "tape"'), "'tape' is not installed; there are: file"),
        (("user=(?P<account>.*)", "user=(.*)"), "name at least one group"),
        (('format = "syslog"', 'format = "syslog"\nname2 = "x"'), "unknown key"),
        (LOG, "this name is taken already"),
    ],
)
def test_every_fault_of_a_log_is_told_with_its_place(tmp_path: Path, change, told: str):
    text = LOG + change if isinstance(change, str) else LOG.replace(*change)
    with pytest.raises(ConfigurationError, match=told):
        open_site(written(tmp_path, text), lambda *_: None)
