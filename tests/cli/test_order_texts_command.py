"""Written-out orders from the file to the finding: understood by the table, or listed and unknown."""

from __future__ import annotations

import csv

import pytest

from tests.cli.conftest import Cli

UNITS = "所属コード,所属名,上位所属コード,建制順\r\n12010,税務課,,1\r\n13010,市民課,,2\r\n"
ORG_UNITS = """
[[sources]]
name = "org_units"
type = "file"
provides = "org_units"
path = "in/org_units.csv"
"""
SEES = '\n[[actors]]\naccount = "jinji"\nroles = ["personnel"]\n'


def write_orders(cli: Cli, *texts: tuple[str, str]) -> None:
    """Write one order of person 1 for each (text, 発令確定), their 発令区分 left blank."""
    columns = ["発令番号", "発令日", "発令区分", "職員番号", "発令内容", "発令確定"]
    with (cli.site / "in" / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number, (text, confirmed) in enumerate(texts):
            writer.writerow([f"B-{number}", "2026-11-01", "", "1", text, confirmed])


@pytest.fixture
def site(cli: Cli) -> Cli:
    cli.config.write_text(cli.config.read_text() + ORG_UNITS + SEES)
    (cli.site / "in" / "org_units.csv").write_text(UNITS, encoding="utf-8")
    return cli


def finding(cli: Cli) -> tuple[str, list[str]]:
    done = cli.json("sync", "--dry-run")
    theirs = [f for f in done["findings"] if f["staff_number"] == "0000001"]
    return (theirs[0]["verdict"], theirs[0]["reasons"]) if theirs else ("justified", [])


def test_a_written_order_takes_a_right_like_any_other(site: Cli):
    write_orders(site, ("市民課勤務を命ずる。", "確定"))
    assert finding(site) == ("stale", ["transferred"])


def test_an_order_that_is_not_understood_makes_its_person_unknown_and_is_listed(site: Cli):
    write_orders(site, ("市民課のほうへお願いします", "確定"))
    assert finding(site)[0] == "unknown"
    site("sync")
    seen = site("order-texts", "--json")
    assert seen.returncode == 5
    listed = site.json("order-texts")["unread"]
    assert [(u["text"], u["people"], u["orders"]) for u in listed] == [
        ("市民課のほうへお願いします", 1, ["B-0"])
    ]
    assert "市民課のほうへお願いします" in site("order-texts").stdout
    assert "no pattern" in site("order-texts", "--lang", "en").stdout


def test_a_pattern_of_the_site_understands_it_then_without_a_new_file(site: Cli):
    write_orders(site, ("市民課のほうへお願いします", "確定"))
    site("sync")
    (site.site / "texts.toml").write_text(
        """
[[texts]]
id = "polite"
pattern = "{section}のほうへお願いします"
orders = [{ kind = "配置換", section = "section" }]
examples = [{ text = "税務課のほうへお願いします", orders = [{ kind = "配置換", section = "税務課" }] }]
""",
        encoding="utf-8",
    )
    text = site.config.read_text().replace(
        "[policy]\n", '[policy]\norder_texts_file = "texts.toml"\n'
    )
    site.config.write_text(text)
    assert finding(site) == ("stale", ["transferred"])
    assert site.json("order-texts") == {"understood": {"polite": 1}, "unread": []}


def test_the_texts_of_advance_notices_are_for_whom_they_may_be(site: Cli):
    write_orders(site, ("市民課のほうへお願いします", "内示"))
    site("sync")
    assert site.json("order-texts")["unread"] == []
    assert len(site.json("order-texts", account="jinji")["unread"]) == 1


def test_no_text_reaches_the_output_or_the_trail_of_a_run(site: Cli):
    write_orders(site, ("花子さんを市民課へ", "確定"))
    said = site("sync", "--json").stdout + site("sync").stdout + site("sync", "--dry-run").stderr
    assert "花子" not in said


def test_a_row_with_neither_kind_nor_text_is_refused(site: Cli):
    write_orders(site, ("", "確定"))
    done = site("sync", "--dry-run")
    assert done.returncode == 5
    assert "発令区分" in done.stdout + done.stderr
