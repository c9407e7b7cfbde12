"""`syncd review` as its people use it, on the site that `syncd init` makes: real files, real runs."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

AUDITORS = Path(__file__).parents[2] / "docs" / "auditors.md"
MORE = """
[[actors]]
account = "unyo"
roles = ["operator"]

[[actors]]
account = "kato"
staff_number = "0000902"
roles = ["approver"]

[[actors]]
account = "kansa"
roles = ["auditor"]
"""


@pytest.fixture
def site(cli: Cli) -> Cli:
    cli.apply()
    cli.config.write_text(cli.config.read_text() + MORE)
    assert cli("sync").returncode == 3
    return cli


@pytest.fixture
def review(site: Cli):
    return site.json("review", "start", "第1回")


def lines(site: Cli, *words: str):
    return site.json("review", "show", "--waiting", *words)["lines"]


def justified(site: Cli):
    return next(line for line in lines(site) if line["verdict"] == "justified")


def test_it_begins_on_what_the_run_of_today_read(site: Cli, review):
    assert (review["state"], review["name"]) == ("open", "第1回")
    assert review["counts"]["questions"] == review["questions"] > 0
    assert review["counts"]["waiting"] == review["questions"]
    assert [system["directory"] for system in review["systems"]] == ["ad"]
    listed = site.json("review", "list")["reviews"]
    assert [each["review"] for each in listed] == [review["review"]]


def test_only_who_holds_reviews_begins_one(site: Cli):
    refused = site("review", "start", "勝手に", account="sato")
    assert refused.returncode == 2
    assert "operator" in refused.stderr


def test_a_right_that_is_not_needed_leaves_the_directory_by_two_persons(site: Cli, review):
    line = justified(site)
    words = ("review", "answer", str(line["number"]), "--not-needed", "--reason", "担当を外れた")
    assert site.json(*words, account="sato")["answered"] == 1
    site("sync")
    (case,) = [
        c for c in site.json("cases")["cases"] if c["because"][0] == f"review {review['review']}"
    ]
    assert (case["account"], case["reasons"]) == (line["account"], ["designation-ended"])
    own = site("approve", case["case"], account="sato")
    assert own.returncode == 2
    assert site("approve", case["case"], account="kato").returncode == 0
    before = held(site, line)
    site("sync")
    assert before
    assert not held(site, line)
    shown = site.json("review", "show")
    assert shown["counts"]["corrected"] == 1


def held(site: Cli, line) -> bool:
    """Tell whether the directory's file has the account in the group of the right."""
    text = (site.site / "in" / "directory.ldif").read_text(encoding="utf-8")
    groups = [part for part in text.split("\n\n") if "groupOfNames" in part]
    right = {"TAX": "mn-tax"}.get(line["entitlement"].partition("-")[0], "")
    return any(f"uid={line['account']}," in part for part in groups if right in part)


def test_all_that_is_left_of_a_section_is_answered_as_shown(site: Cli, review):
    section = lines(site)[0]["section"]
    shown = site.json("review", "show", "--section", section)
    words = ("review", "answer", "--rest-of", section, "--shown")
    assert site(*words, "0" * 64, account="sato").returncode == 2
    done = site.json(*words, shown["shown"], account="sato")
    assert done["answered"] == shown["total"]
    assert lines(site, "--section", section) == []


def test_an_answer_says_what_it_answers(site: Cli, review):
    for words in ((), ("1",), ("--needed",), ("1", "--rest-of", "13010")):
        done = site("review", "answer", *words, account="sato")
        assert done.returncode == 2, words


def test_what_a_section_does_not_take_for_its_own_is_the_chiefs(site: Cli, review):
    first, second = (str(line["number"]) for line in lines(site)[:2])
    section = lines(site)[0]["section"]
    for number in (first, second):
        words = ("review", "answer", number, "--not-mine", "--reason", "ほかの課の人です")
        assert site.json(*words, account="sato")["answered"] == 1
    nobody = site.json("review", "show", "--section", "-", "--waiting")
    assert [line["section"] for line in nobody["lines"]] == [None, None]
    assert site.json("review", "answer", first, "--needed", account="ito")["answered"] == 1
    assigned = site.json("review", "assign", second, "--to", section, account="ito")
    assert assigned["answered"] == 1
    assert second in {str(line["number"]) for line in lines(site, "--section", section)}


def test_the_record_is_confirmed_by_somebody_who_answered_nothing(site: Cli, review):
    sections = {line["section"] or "-" for line in lines(site)}
    assert site("review", "close").returncode == 2
    for section in sorted(sections):
        shown = site.json("review", "show", "--section", section)["shown"]
        site.json("review", "answer", "--rest-of", section, "--shown", shown, account="ito")
    assert site.json("review", "close")["state"] == "closed"
    assert site("review", "confirm", account="ito").returncode == 2
    confirmed = site.json("review", "confirm", "--note", "確認した", account="kansa")
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("confirmed", "kansa")


def test_a_stranger_can_compute_the_hash_of_the_set_from_the_export(site: Cli, review):
    """The code is the one that docs/auditors.md gives, run by an interpreter that knows no syncd."""
    exported = site.json("review", "export")
    code = AUDITORS.read_text("utf-8").split("```python\n")[1].split("```")[0]
    file = site.site / "review.json"

    def check(content: object) -> subprocess.CompletedProcess[str]:
        file.write_text(json.dumps(content), "utf-8")
        words = [sys.executable, "-I", "-S", "-c", code]
        return subprocess.run(words, cwd=file.parent, capture_output=True, text=True, check=False)

    assert check(exported).stdout.strip() == exported["sha256"] == review["sha256"]
    altered = [*exported["frozen"][:-1], [*exported["frozen"][-1][:-1], "CN=elsewhere"]]
    assert check({**exported, "frozen": altered}).returncode == 1
    assert check({**exported, "frozen": exported["frozen"][:-1]}).returncode == 1
    with sqlite3.connect(site.site / "var" / "syncd.db") as database:
        leaves = database.execute("SELECT leaf FROM audit").fetchall()
    assert any(review["sha256"].encode() in leaf for (leaf,) in leaves)


def test_the_export_is_a_file_that_spreadsheets_open(site: Cli, review):
    out = site.site / "tana.csv"
    assert site("review", "export", "--out", str(out)).returncode == 0
    text = out.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = text.decode("utf-8-sig").split("\r\n")
    assert rows[0].startswith("基準日,番号,システム,権限ID")
    assert len(rows) == review["questions"] + 2
    assert site("review", "export").returncode == 2


def test_one_begun_by_mistake_is_dropped(site: Cli, review):
    dropped = site.json("review", "drop", "--reason", "基準日の誤り", account="ito")
    assert dropped["state"] == "dropped"
    assert site.json("review", "start", "もう一度")["state"] == "open"


def test_people_read_it_in_their_language(site: Cli, review):
    assert "未回答" in site("review", "show", "--waiting").stdout
    english = site("review", "show", "--waiting", "--lang", "en").stdout
    assert "waiting" in english
    assert "answers by" in english


def test_a_review_that_is_not_there_is_told(site: Cli):
    assert site("review", "show").returncode == 2
    assert "syncd review list" in site("review", "show", "--review", "nope").stderr
